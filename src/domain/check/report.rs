//! What a check found: a finding for each pin, the worst first.

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

/// What was found about one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands: the worst of what is not accepted.
    pub status: Status,
    /// All that applies, the worst first.
    pub statuses: Vec<Status>,
    /// What makes the pin `unavailable` or `stale`, if it is.
    pub cause: Option<Cause>,
    /// Whether it differs from what should be: what the exit status asks.
    pub is_drift: bool,
    /// The cell.
    pub cell: Cell,
    /// What the manifest asks for, else what the lock has; in words.
    pub image: String,
    /// Its label, where one is known.
    pub label: Option<Label>,
    /// The type, as declared, else as locked.
    pub image_type: ImageType,
    /// The pin, if there is one.
    pub locked: Option<Pin>,
    /// Whether the Marketplace lists the pinned ID, if it was asked: an ID that it does not list cannot be verified.
    pub is_listed: Option<bool>,
    /// When the pinned version was published, if the lock or the Marketplace says.
    pub published: Option<Timestamp>,
    /// The local image that an upgrade would pin, where that is another.
    pub latest: Option<Latest>,
    /// The end of life of the pinned image, if it is known.
    pub end: Option<EndOfLife>,
    /// What else there is to say, a clause each.
    pub notes: Vec<String>,
    /// Where the manifest declares the image.
    pub span: Option<Span>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One a cell, the worst first, then by cell.
    pub findings: Vec<Finding>,
    /// Acceptances in the manifest that have ended or match nothing.
    pub notices: Vec<Problem>,
    /// What the change was, if one was verified rather than all pins compared with the Marketplace.
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

    /// The finding of a pin that the manifest does not declare.
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

    /// How serious it is: an acceptance lowers the severity of its status.
    pub fn severity(&self) -> Severity {
        let severity = self.status.severity();
        if self.is_drift { severity } else { severity.max(Severity::Held) }
    }

    /// Takes in another status that applies as well.
    pub(crate) fn also(&mut self, status: Status) {
        self.statuses.push(status);
        self.statuses.sort_unstable();
        self.status = self.statuses[0];
        self.is_drift = self.status.is_drift();
    }

    /// The same with another status, and with the notes on that in front of the others.
    pub(crate) fn with(self, status: Status, notes: impl IntoIterator<Item = String>) -> Self {
        let notes = notes.into_iter().chain(self.notes).collect();
        Self { status, statuses: vec![status], is_drift: status.is_drift(), notes, ..self }
    }

    /// The same with the status that this causes, and with the note on it in front of the others.
    pub(crate) fn caused_by(self, cause: Cause, note: String) -> Self {
        Self { cause: Some(cause), ..self.with(cause.status(), [note]) }
    }

    /// Applies the acceptances that hold, the first of each status: they decide what of all that applies is drift.
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

    /// Whether anything differs: what the exit status says.
    pub fn has_drift(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_drift)
    }
}

/// What the gate says apart from its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// What the lock was compared with.
    pub since: Side,
    /// The pins that differ, sorted by cell.
    pub moves: Vec<Change>,
    /// How each changed pin that is real was verified.
    pub proofs: BTreeMap<Cell, Proof>,
    /// The changed pins, which had to be verified.
    pub changed: usize,
    /// All pins of the lock.
    pub pins: usize,
}

/// Why a changed pin is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The Marketplace lists the ID now, or answers a look-up of it.
    Listed,
    /// The Marketplace lists the ID as part of a version of the image.
    Version,
    /// The lock pinned the ID before, in the history of the merge base.
    History,
}

impl Proof {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Version => "version",
            Self::History => "history",
        }
    }

    pub(crate) fn note(self) -> &'static str {
        match self {
            Self::Listed => "listed by the Marketplace",
            Self::Version => "listed by the Marketplace as part of a version",
            Self::History => "pinned before",
        }
    }
}
