//! Compares lock and manifest, without the Marketplace.

use std::collections::BTreeSet;

use crate::domain::check::assess::Assessment;
use crate::domain::check::report::{Finding, Report};
use crate::domain::diagnostics::and;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::status::Status;
use crate::domain::{Cell, ImageRef};

/// The note for an edited block.
const EDITED: &str = "the block does not match its digest: edited by hand, or by a merge";

/// Whether the pin is for the same image as the target, as far as that is known: an edited block may be for any.
pub(crate) fn is_pin_of(target: &Target, pin: &Pin, lock: &Lock) -> bool {
    lock.is_edited(&target.cell) || pin.matches(target)
}

/// The targets, each with the pin of its cell.
pub(crate) fn pinned_targets<'a>(
    lock: &'a Lock,
    targets: &'a [Target],
) -> impl Iterator<Item = (&'a Target, Option<&'a Pin>)> {
    targets.iter().zip(lock.get_each(targets.iter().map(|target| &target.cell)))
}

/// Compares lock and manifest: the findings are what `resolve` would change.
pub fn compare_with_manifest(lock: &Lock, targets: &[Target]) -> Report {
    let findings = pinned_targets(lock, targets).filter_map(|(target, pin)| manifest_finding(lock, pin, target));
    Report::new(findings.chain(undeclared_findings(lock, targets)).collect(), Vec::new())
}

/// The finding for a target that the lock does not satisfy.
pub(crate) fn manifest_finding(lock: &Lock, pin: Option<&Pin>, target: &Target) -> Option<Finding> {
    let finding = |status, note| Some(Finding::new(target, pin, Assessment::new(status, vec![note])));
    match pin {
        None => finding(Status::Unlocked, "declared, but not in the lock".to_owned()),
        Some(_) if lock.is_edited(&target.cell) => finding(Status::Edited, EDITED.to_owned()),
        Some(pin) if !pin.matches(target) => finding(Status::Unlocked, declaration_changes(pin, target)),
        Some(_) => None,
    }
}

/// The findings for the pins that the manifest does not declare.
pub(crate) fn undeclared_findings(lock: &Lock, targets: &[Target]) -> impl Iterator<Item = Finding> {
    let cells = || targets.iter().map(|target| &target.cell);
    // Nearly always the lock has what is declared and nothing else: no need to look each up.
    let same = lock.pins().len() == targets.len() && lock.pins().iter().map(|pin| &pin.cell).eq(cells());
    let pins = if same { &[] } else { lock.pins() };
    let declared: BTreeSet<&Cell> = if same { BTreeSet::new() } else { cells().collect() };
    pins.iter().filter(move |pin| !declared.contains(&pin.cell)).map(|pin| undeclared_finding(pin, lock))
}

/// The finding of a pin that the manifest does not declare. What else is wrong with it is said as well.
fn undeclared_finding(pin: &Pin, lock: &Lock) -> Finding {
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

/// How the declaration differs from the one that was locked.
fn declaration_changes(pin: &Pin, target: &Target) -> String {
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
