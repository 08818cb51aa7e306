//! Compares what is locked, what is declared and what the Marketplace offers. Learns, never changes.

pub mod acceptance;
pub mod assess;
pub mod changed_since;
pub mod report;
pub mod suggestions;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query, QueryError};
use crate::domain::check::acceptance::{Accepted, idle_acceptances};
use crate::domain::check::assess::{Assessment, assess};
pub use crate::domain::check::report::{Finding, Report};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sentence::{and, and_more, quoted};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, ImageSpans, Target};
use crate::domain::select::end_of_life::{end_of_life, outlook};
use crate::domain::select::needed;
use crate::domain::select::unresolved::Unresolved;
use crate::domain::select::verify::{is_listed, mismatch};
pub use crate::domain::types::status::{Severity, Status};
use crate::domain::{Cell, ImageRef};

/// What a check must ask, given what is known already; empty where it can be decided.
pub fn queries(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (target, pin) in pinned(lock, targets) {
        queries.extend(needed::about(target, Some(pin), now, catalog));
        queries.extend(needed::identity(target, pin, catalog));
    }
    for (target, pin) in edited_strangers(lock, targets) {
        queries.insert(Query::Listing(pin.image.clone()));
        queries.extend(needed::identity(&target, &pin, catalog));
    }
    catalog.unanswered(queries)
}

/// The targets that have a pin for the same image, with it.
fn pinned<'a>(lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, &'a Pin)> {
    locked(lock, targets).filter_map(|(target, pin)| Some((target, pin.filter(|pin| is_about(pin, target, lock))?)))
}

/// What there is to say of an edited block.
const EDITED: &str = "the block does not match its digest: edited by hand, or by a merge";

/// Whether the pin is for the same image as the target. What an edited block was for, nobody knows.
pub(crate) fn is_about(pin: &Pin, target: &Target, lock: &Lock) -> bool {
    lock.is_edited(&target.cell) || pin.matches(target)
}

/// The targets, each with the pin of its cell.
pub(crate) fn locked<'a>(lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, Option<&'a Pin>)> {
    targets.iter().zip(lock.get_each(targets.iter().map(|target| &target.cell)))
}

/// Compares lock, manifest and Marketplace.
///
/// # Errors
/// A problem for everything that could not be decided: an answer that did not come, or one that cannot be the whole
/// truth.
pub fn drift(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> Result<Report, Vec<Problem>> {
    let mut misses = Unresolved::default();
    let mut findings: Vec<Finding> = undeclared(lock, targets).collect();
    for (target, pin) in edited_strangers(lock, targets) {
        // The undeclared pins are in the order of the lock, which is that of the cells.
        let found = findings.binary_search_by(|finding| finding.cell.cmp(&pin.cell)).ok();
        if let (Some(at), Some(swap)) = (found, mismatch(&pin, &target, catalog)) {
            findings[at].also(Status::Mismatch);
            findings[at].notes.insert(0, swap);
        }
    }
    let mut accepted = Accepted::default();
    for (target, pin) in locked(lock, targets) {
        match inspect(lock, target, pin, accepted.of(&target.policy, now), now, catalog) {
            Ok(finding) => findings.push(finding),
            Err(failure) => misses.failed(target, failure),
        }
    }
    let problems = misses.problems(catalog);
    if !problems.is_empty() {
        return Err(problems);
    }
    let found = findings.iter().flat_map(|it| it.statuses.iter().map(|status| (&it.cell.name, *status)));
    let mut notices = idle_acceptances(found, targets, now);
    if pinned(lock, targets).next().is_some() {
        notices.extend(unlearnt(catalog));
    }
    Ok(Report::new(findings, notices))
}

/// Warns of what the Marketplace did not tell though it was asked, and without which all else is right.
fn unlearnt(catalog: &Catalog) -> Option<Problem> {
    let Lookup::Failed(failure) = catalog.index() else {
        return catalog.first_missing_date_error().map(QueryError::missing_dates_warning);
    };
    let problem = Problem::new("the ends of life that the Marketplace sets could not be learnt");
    Some(problem.note(failure.cause).help("run imagelock again; the vendors' ends are known without it"))
}

/// Compares lock and manifest alone: the findings are what `resolve` would change.
pub fn disagreements(lock: &Lock, targets: &[Target]) -> Report {
    let findings = locked(lock, targets).filter_map(|(target, pin)| disagreement(lock, pin, target));
    Report::new(findings.chain(undeclared(lock, targets)).collect(), Vec::new())
}

/// How a target and the lock disagree, if they do.
pub(crate) fn disagreement(lock: &Lock, pin: Option<&Pin>, target: &Target) -> Option<Finding> {
    let finding = |status, note| Some(Finding::new(target, pin, Assessment::new(status, vec![note])));
    match pin {
        None => finding(Status::Unlocked, "declared, but not in the lock".to_owned()),
        Some(_) if lock.is_edited(&target.cell) => finding(Status::Edited, EDITED.to_owned()),
        Some(pin) if !pin.matches(target) => finding(Status::Unlocked, redeclared(pin, target)),
        Some(_) => None,
    }
}

/// The pins that the manifest does not declare.
pub(crate) fn undeclared(lock: &Lock, targets: &[Target]) -> impl Iterator<Item = Finding> {
    let cells = || targets.iter().map(|target| &target.cell);
    // Nearly always the lock has what is declared and nothing else: no need to look each up.
    let same = lock.pins().len() == targets.len() && lock.pins().iter().map(|pin| &pin.cell).eq(cells());
    let pins = if same { &[] } else { lock.pins() };
    let declared: BTreeSet<&Cell> = if same { BTreeSet::new() } else { cells().collect() };
    pins.iter().filter(move |pin| !declared.contains(&pin.cell)).map(|pin| undeclared_pin(pin, lock))
}

/// The finding of a pin that the manifest does not declare. What else is wrong with it is said as well.
fn undeclared_pin(pin: &Pin, lock: &Lock) -> Finding {
    let is_edited = lock.is_edited(&pin.cell);
    let edited = is_edited.then(|| EDITED.to_owned());
    let statuses = if is_edited { vec![Status::Edited, Status::Undeclared] } else { vec![Status::Undeclared] };
    Finding {
        status: statuses[0],
        statuses,
        is_drift: true,
        cell: pin.cell.clone(),
        image: pin.image.to_string(),
        label: pin.label().cloned(),
        image_type: pin.image_type,
        locked: Some(pin.clone()),
        is_listed: None,
        published: pin.published,
        latest: None,
        end: None,
        notes: edited.into_iter().chain(["in the lock, but not declared".to_owned()]).collect(),
        span: None,
    }
}

/// The pins in edited blocks that the manifest does not declare, each with a declaration that it would satisfy. Their IDs
/// may be any.
fn edited_strangers(lock: &Lock, targets: &[Target]) -> Vec<(Target, Pin)> {
    let strangers = lock.edited_cells().filter(|cell| targets.binary_search_by(|it| it.cell.cmp(cell)).is_err());
    strangers.filter_map(|cell| lock.get(cell)).map(|pin| (declaration_of(pin), pin.clone())).collect()
}

/// A declaration that a pin satisfies; no manifest has it.
fn declaration_of(pin: &Pin) -> Target {
    Target {
        cell: pin.cell.clone(),
        selector: match &pin.image {
            ImageRef::Label(label) => ImageSelector::Label(label.clone()),
            ImageRef::Id(id) => ImageSelector::Image(*id),
            ImageRef::Version(id) => ImageSelector::Version(*id),
        },
        image_type: pin.image_type,
        instance_type: pin.instance_type.clone(),
        policy: Arc::default(),
        zone_span: 0..0,
        spans: Arc::new(ImageSpans { image: 0..0, image_type: None, instance_type: None }),
    }
}

/// Judges one target: a swapped ID is worse than a hand edit, and that is worse than what the Marketplace did.
fn inspect(
    lock: &Lock,
    target: &Target,
    pin: Option<&Pin>,
    accepted: &Accepted<'_>,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Finding, QueryError> {
    let disagreement = disagreement(lock, pin, target);
    let Some(pin) = pin.filter(|pin| is_about(pin, target, lock)) else {
        // Without a pin there is nothing to ask the Marketplace about.
        return disagreement.ok_or_else(QueryError::not_queried);
    };
    let judgement = assess(pin, target, now, catalog)?;
    let mut finding = match disagreement {
        Some(edited) if judgement.status > edited.status => edited,
        _ => Finding::new(target, Some(pin), judgement),
    };
    finding.is_listed = is_listed(pin, target, catalog);
    finding.published = finding.published.or_else(|| catalog.published(&pin.image, pin.id));
    finding.end = end_of_life(&target.policy, pin.label(), catalog.image(&pin.image));
    grow_old(&mut finding, pin, target, now, catalog);
    finding.accept(accepted);
    Ok(finding)
}

/// Adds the end of life, if it is near or over.
fn grow_old(finding: &mut Finding, pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) {
    let Some(outlook) = outlook(pin, target, now, catalog) else { return };
    let status = if outlook.is_over { Status::Eol } else { Status::EolSoon };
    let mut notes = vec![format!("support {}", outlook.words())];
    if !outlook.successors.is_empty() {
        notes.push(format!("then there is {}", and_more(outlook.successors.iter().map(quoted), 3)));
    }
    let other = finding.status.as_str();
    if finding.status != Status::Current && !finding.notes.iter().any(|note| note.starts_with(other)) {
        notes.push(format!("also {other}"));
    }
    finding.notes.splice(0..0, notes);
    finding.also(status);
}

/// What the manifest declares otherwise than the lock has it.
fn redeclared(pin: &Pin, target: &Target) -> String {
    let mut parts = Vec::new();
    let same_image = Pin { image_type: target.image_type, instance_type: target.instance_type.clone(), ..pin.clone() };
    if !same_image.satisfies(target) {
        let locked = pin.release.as_ref().map_or_else(String::new, |release| format!(" release {release}"));
        let image = match (&target.selector, pin.version) {
            (ImageSelector::Version(_), Some(version)) => &ImageRef::Version(version),
            _ => &pin.image,
        };
        parts.push(format!("`{image}`{locked}, now declared as `{}`", target.selector));
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
    if parts.is_empty() {
        parts.push("a range of releases, now declared as one label".to_owned());
    }
    format!("locked for {}", and(parts))
}
