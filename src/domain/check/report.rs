//! The result of a check: one finding per pin, the worst first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::diagnostics::{Problem, Span, visible};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::{Change, Latest};
use crate::domain::lock::history::Side;
use crate::domain::manifest::policy::{Acceptance, Policy};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::end_of_life::EndOfLife;
use crate::domain::types::{Cause, Cell, ImageType, Label, Severity, Status, day};

/// The status of one pin, or of one declared zone and architecture without a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The worst status that is not accepted; the worst status if all are accepted.
    pub status: Status,
    /// All statuses that apply, the worst first.
    pub statuses: Vec<Status>,
    /// The cause of the status `unavailable` or `stale`, if the pin has one of them.
    pub cause: Option<Cause>,
    /// Whether the pin has drifted. The exit status depends on it.
    pub is_drift: bool,
    /// The image, the zone and the architecture.
    pub cell: Cell,
    /// The declared label, pattern or ID, else the pinned one, as text.
    pub image: String,
    /// The label, if it is known.
    pub label: Option<Label>,
    /// The declared type, else the pinned one.
    pub image_type: ImageType,
    /// The pin, if there is one.
    pub locked: Option<Pin>,
    /// Whether the Marketplace lists the pinned ID; `None` if there was no query for it. An ID that is not listed cannot be
    /// verified.
    pub is_listed: Option<bool>,
    /// The publication time of the pinned version, from the lockfile or else from the Marketplace, if it is known.
    pub published: Option<Timestamp>,
    /// The local image that an upgrade would pin, if it is not the pinned one.
    pub latest: Option<Latest>,
    /// The end of life of the pinned image, if it is known.
    pub end: Option<EndOfLife>,
    /// Further details, one clause each.
    pub notes: Vec<String>,
    /// The place in the manifest that declares the image; `None` if the image is not declared.
    pub span: Option<Span>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One per cell. The worst come first; ties are sorted by cell.
    pub findings: Vec<Finding>,
    /// Notices about the manifest, such as acceptances that have ended or match no finding, and a warning about missing dates.
    pub notices: Vec<Problem>,
    /// The verified change, if the run verified a change (`--changed-since`).
    pub gate: Option<Gate>,
}

impl Finding {
    pub(crate) fn new(
        target: &Target,
        pin: Option<&Pin>,
        status: Status,
        notes: impl IntoIterator<Item = String>,
    ) -> Self {
        let finding = Self::of_cell(&target.cell, target.image_type, pin, status, notes);
        let label = match &target.selector {
            ImageSelector::Label(label) => Some(label.clone()),
            _ => finding.label,
        };
        Self { image: target.selector.to_string(), label, span: Some(target.spans.image.clone()), ..finding }
    }

    /// The finding for a pin that the manifest does not declare.
    pub(crate) fn undeclared(pin: &Pin, note: String) -> Self {
        Self::of_cell(&pin.cell, pin.image_type, Some(pin), Status::Stale, None).caused_by(Cause::NotDeclared, note)
    }

    fn of_cell(
        cell: &Cell,
        image_type: ImageType,
        pin: Option<&Pin>,
        status: Status,
        notes: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            status,
            statuses: vec![status],
            cause: None,
            is_drift: status.is_drift(),
            cell: cell.clone(),
            image: pin.map_or_else(String::new, |pin| pin.image.to_string()),
            label: pin.and_then(Pin::label).cloned(),
            image_type,
            published: pin.and_then(|pin| pin.published),
            locked: pin.cloned(),
            is_listed: None,
            latest: None,
            end: None,
            notes: notes.into_iter().collect(),
            span: None,
        }
    }

    /// The severity of the status, which an acceptance lowers.
    pub fn severity(&self) -> Severity {
        let severity = self.status.severity();
        if self.is_drift { severity } else { severity.max(Severity::Held) }
    }

    /// Adds another status that applies.
    pub(crate) fn add_status(&mut self, status: Status) {
        self.statuses.push(status);
        self.statuses.sort_unstable();
        self.status = self.statuses[0];
        self.is_drift = self.status.is_drift();
    }

    /// The same finding with another status, whose notes come before the others.
    pub(crate) fn with_status(self, status: Status, notes: impl IntoIterator<Item = String>) -> Self {
        let notes = notes.into_iter().chain(self.notes).collect();
        Self { status, statuses: vec![status], is_drift: status.is_drift(), notes, ..self }
    }

    /// The same finding with the status that the cause leads to, whose note comes before the others.
    pub(crate) fn caused_by(self, cause: Cause, note: String) -> Self {
        Self { cause: Some(cause), ..self.with_status(cause.status(), [note]) }
    }

    /// Applies the acceptances that have not ended. If an image has several for one status, the first counts.
    pub(crate) fn accept(&mut self, policy: &Policy, now: Timestamp) {
        let accepted = |of: &Status| policy.accept.iter().find(|it| it.status == *of && day(now) <= it.until);
        for it in self.statuses.iter().filter_map(accepted) {
            let Acceptance { status, reason, until, .. } = &**it;
            self.notes.push(format!("{} accepted until {until}: {}", status.as_str(), visible(reason)));
        }
        let open = self.statuses.iter().copied().find(|status| accepted(status).is_none());
        self.is_drift = open.is_some_and(Status::is_drift);
        if self.is_drift {
            self.status = open.unwrap_or(self.status);
        }
    }
}

impl Report {
    pub(crate) fn new(mut findings: Vec<Finding>, notices: Vec<Problem>) -> Self {
        findings.sort_by(|a, b| (!a.is_drift, a.status, &a.cell).cmp(&(!b.is_drift, b.status, &b.cell)));
        Self { findings, notices, gate: None }
    }

    /// Whether a pin has drifted. The exit status depends on it.
    pub fn has_drift(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_drift)
    }
}

/// The verification of a changed lockfile (`--changed-since`), besides its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The revision that the lockfile was compared with.
    pub since: Side,
    /// The pins that the change adds, moves or removes, sorted by cell.
    pub moves: Vec<Change>,
    /// The proof for each changed pin that was verified.
    pub proofs: BTreeMap<Cell, Proof>,
    /// The number of changed pins, which had to be verified.
    pub changed: usize,
    /// The number of pins in the lockfile.
    pub pins: usize,
}

/// The proof that the ID of a changed pin is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The Marketplace lists the ID now, or describes it in response to a lookup.
    Listed,
    /// The Marketplace lists the ID as part of a version of the image.
    Version,
    /// The lockfile pinned the ID before, in the history of the merge base.
    History,
}

impl Proof {
    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Version => "version",
            Self::History => "history",
        }
    }

    /// The note in the table of changes.
    pub(crate) fn note(self) -> &'static str {
        match self {
            Self::Listed => "listed by the Marketplace",
            Self::Version => "listed by the Marketplace as part of a version",
            Self::History => "pinned before",
        }
    }
}
