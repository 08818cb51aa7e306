//! Compares what is locked, what is declared and what the Marketplace offers. Learns, never changes.

use std::collections::BTreeSet;

use super::catalog::{Answer, Catalog, Failure, LocalImage};
pub use super::judge::Status;
use super::judge::{Judgement, judge};
use super::lock::{Lock, Pin};
use super::manifest::Target;
use super::miss::Misses;
use super::problem::{Problem, Span};
use super::words::and;
use super::{Cell, ImageRef, ImageType, Label, LocalImageId};

/// What was found about one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub status: Status,
    /// The cell.
    pub cell: Cell,
    /// The image, as the manifest asks for it, else as the lock has it.
    pub image: Option<ImageRef>,
    /// Its label, where one is known.
    pub label: Option<Label>,
    /// The type, as declared, else as locked.
    pub image_type: ImageType,
    /// The pin, if there is one.
    pub locked: Option<Pin>,
    /// The local image that an upgrade would pin; for a current pin, the pinned one.
    pub latest: Option<LocalImage>,
    /// What else there is to say, a clause each.
    pub notes: Vec<String>,
    /// Where the manifest declares the image.
    pub place: Option<Span>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One a cell, the worst first, then by cell.
    pub findings: Vec<Finding>,
}

impl Finding {
    fn new(target: &Target, lock: &Lock, judgement: Judgement) -> Self {
        let locked = lock.get(&target.cell).cloned();
        let label = match &target.image {
            ImageRef::Label(label) => Some(label.clone()),
            ImageRef::Id(_) => locked.as_ref().and_then(|pin| pin.label.clone()),
        };
        Self {
            status: judgement.status,
            cell: target.cell.clone(),
            image: Some(target.image.clone()),
            label,
            image_type: target.image_type,
            locked,
            latest: judgement.latest,
            notes: judgement.notes,
            place: Some(target.places.image.clone()),
        }
    }
}

impl Report {
    fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| (a.status, &a.cell).cmp(&(b.status, &b.cell)));
        Self { findings }
    }

    /// Whether anything differs: what the exit status says.
    pub fn has_drift(&self) -> bool {
        self.findings.iter().any(|finding| finding.status.is_drift())
    }

    /// How many findings have each status that occurs, the worst first.
    pub fn tally(&self) -> Vec<(Status, usize)> {
        let statuses: BTreeSet<Status> = self.findings.iter().map(|finding| finding.status).collect();
        let count = |status| self.findings.iter().filter(|finding| finding.status == status).count();
        statuses.into_iter().map(|status| (status, count(status))).collect()
    }
}

/// The images whose listing a check needs.
pub fn questions(lock: &Lock, targets: &[Target]) -> BTreeSet<ImageRef> {
    pinned(lock, targets).map(|(target, _)| target.image.clone()).collect()
}

/// The pins that their listings no longer have: looked up by ID, they tell a superseded pin from a swapped one.
pub fn lookups(lock: &Lock, targets: &[Target], catalog: &Catalog) -> BTreeSet<LocalImageId> {
    pinned(lock, targets)
        .filter(|(target, pin)| match catalog.listing(&target.image) {
            Answer::Found(listing) => listing.with_id(pin.id).next().is_none(),
            Answer::NotFound => true,
            Answer::Failed(_) => false,
        })
        .map(|(_, pin)| pin.id)
        .collect()
}

/// The targets that have a pin for the same image, with it.
fn pinned<'a>(lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, &'a Pin)> {
    targets.iter().filter_map(|target| {
        let pin = lock.get(&target.cell)?;
        (lock.is_edited(&target.cell) || pin.matches(target)).then_some((target, pin))
    })
}

/// Compares lock, manifest and Marketplace.
///
/// # Errors
/// A problem for everything that could not be decided: an answer that did not come, or one that cannot be the whole
/// truth.
pub fn drift(lock: &Lock, targets: &[Target], catalog: &Catalog) -> Result<Report, Vec<Problem>> {
    let mut misses = Misses::default();
    let mut findings: Vec<Finding> = undeclared(lock, targets).collect();
    for target in targets {
        match inspect(lock, target, catalog) {
            Ok(finding) => findings.push(finding),
            Err(failure) => misses.failed(target, failure),
        }
    }
    let problems = misses.problems(catalog);
    if problems.is_empty() { Ok(Report::new(findings)) } else { Err(problems) }
}

/// Compares lock and manifest alone: the findings are what `resolve` would change.
pub fn disagreements(lock: &Lock, targets: &[Target]) -> Report {
    let findings = targets.iter().filter_map(|target| disagreement(lock, target));
    Report::new(findings.chain(undeclared(lock, targets)).collect())
}

/// How a target and the lock disagree, if they do.
fn disagreement(lock: &Lock, target: &Target) -> Option<Finding> {
    let finding =
        |status, note| Some(Finding::new(target, lock, Judgement { status, latest: None, notes: vec![note] }));
    match lock.get(&target.cell) {
        None => finding(Status::Unlocked, "declared, but not in the lock".to_owned()),
        Some(_) if lock.is_edited(&target.cell) => finding(Status::Edited, EDITED.to_owned()),
        Some(pin) if !pin.matches(target) => finding(Status::Unlocked, redeclared(pin, target)),
        Some(_) => None,
    }
}

const EDITED: &str = "the block does not match its digest: edited by hand, or by a merge";

/// The pins that the manifest does not declare.
fn undeclared(lock: &Lock, targets: &[Target]) -> impl Iterator<Item = Finding> {
    let declared: BTreeSet<&Cell> = targets.iter().map(|target| &target.cell).collect();
    lock.pins().iter().filter(move |pin| !declared.contains(&pin.cell)).map(|pin| Finding {
        status: Status::Undeclared,
        cell: pin.cell.clone(),
        image: pin.image(),
        label: pin.label.clone(),
        image_type: pin.image_type,
        locked: Some(pin.clone()),
        latest: None,
        notes: vec!["in the lock, but not declared".to_owned()],
        place: None,
    })
}

/// Judges one target: a swapped ID is worse than a hand edit, and that is worse than what the Marketplace did.
fn inspect(lock: &Lock, target: &Target, catalog: &Catalog) -> Result<Finding, Failure> {
    let disagreement = disagreement(lock, target);
    let Some((_, pin)) = pinned(lock, std::slice::from_ref(target)).next() else {
        // Without a pin there is nothing to ask the Marketplace about.
        return disagreement.ok_or_else(Failure::not_asked);
    };
    let judgement = judge(pin, target, catalog)?;
    match disagreement {
        Some(edited) if judgement.status > edited.status => Ok(edited),
        _ => Ok(Finding::new(target, lock, judgement)),
    }
}

/// What the manifest declares otherwise than the lock has it.
fn redeclared(pin: &Pin, target: &Target) -> String {
    let mut parts = Vec::new();
    if pin.image().as_ref() != Some(&target.image) {
        let locked = pin.image().map_or_else(String::new, |image| image.to_string());
        parts.push(format!("`{locked}`, now declared as `{}`", target.image));
    }
    if pin.image_type != target.image_type {
        parts.push(format!("type {}, now declared as {}", pin.image_type, target.image_type));
    }
    match (&pin.instance_type, &target.instance_type) {
        (Some(locked), Some(wanted)) if locked != wanted => {
            parts.push(format!("Instance type {locked}, now declared as {wanted}"));
        }
        (Some(locked), None) => parts.push(format!("Instance type {locked}, now declared without one")),
        (None, Some(wanted)) => parts.push(format!("no Instance type, now declared as {wanted}")),
        _ => {}
    }
    format!("locked for {}", and(parts))
}
