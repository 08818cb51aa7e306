//! Compares the lockfile with the manifest, without the Marketplace.

use std::sync::Arc;

use crate::domain::check::report::{Finding, Report};
use crate::domain::diagnostics::and;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, ImageSpans, Target};
use crate::domain::types::{Cause, ImageRef, Status};

/// The note on an edited block.
const EDITED: &str = "the block does not match its digest; it was edited by hand or by a merge";

/// Whether the pin may be for the image that the target declares. An edited block may be for any image.
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

/// The targets with a pin for the declared image, each with the pin.
pub(crate) fn comparable<'a>(lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, &'a Pin)> {
    pinned_targets(lock, targets)
        .filter_map(|(target, pin)| Some((target, pin.filter(|pin| is_pin_of(target, pin, lock))?)))
}

/// Compares the lockfile with the manifest. The findings are the differences that `resolve` would remove.
pub fn compare_with_manifest(lock: &Lock, targets: &[Target]) -> Report {
    Report::new(manifest_findings(lock, targets), Vec::new())
}

/// The finding for a target that the lockfile does not satisfy.
pub(crate) fn manifest_finding(lock: &Lock, pin: Option<&Pin>, target: &Target) -> Option<Finding> {
    let finding = |status, note: Option<&str>| Finding::new(target, pin, status, note.map(str::to_owned));
    let stale = |cause, note| Some(finding(Status::Stale, None).caused_by(cause, note));
    match pin {
        None => stale(Cause::NotLocked, "declared, but not in the lockfile".to_owned()),
        Some(_) if lock.is_edited(&target.cell) => Some(finding(Status::Edited, Some(EDITED))),
        Some(pin) if !pin.matches(target) => stale(Cause::DeclaredDifferently, declaration_changes(pin, target)),
        Some(_) => None,
    }
}

/// The pins that the manifest does not declare. Targets are sorted by cell.
pub(crate) fn undeclared_pins<'l>(lock: &'l Lock, targets: &[Target]) -> impl Iterator<Item = &'l Pin> {
    lock.pins().iter().filter(|pin| targets.binary_search_by(|target| target.cell.cmp(&pin.cell)).is_err())
}

/// The findings for all differences between the lockfile and the manifest.
pub(crate) fn manifest_findings(lock: &Lock, targets: &[Target]) -> Vec<Finding> {
    let undeclared = undeclared_pins(lock, targets).map(|pin| undeclared_finding(pin, lock));
    let declared = pinned_targets(lock, targets).filter_map(|(target, pin)| manifest_finding(lock, pin, target));
    undeclared.chain(declared).collect()
}

/// A declaration that a pin satisfies, for a pin that the manifest does not declare. `None` for a pin of a version,
/// because a manifest cannot declare one.
pub(crate) fn declaration_of(pin: &Pin) -> Option<Target> {
    let selector = match &pin.image {
        ImageRef::Label(label) => ImageSelector::Label(label.clone()),
        ImageRef::Id(id) => ImageSelector::Image(*id),
        ImageRef::Version(_) => return None,
    };
    Some(Target {
        cell: pin.cell.clone(),
        selector,
        image_type: pin.image_type,
        instance_type: pin.instance_type.clone(),
        policy: Arc::default(),
        zone_span: 0..0,
        spans: Arc::new(ImageSpans { image: 0..0, image_type: None, instance_type: None }),
    })
}

/// The finding for a pin that the manifest does not declare, and whose block may be edited as well.
pub(crate) fn undeclared_finding(pin: &Pin, lock: &Lock) -> Finding {
    let finding = Finding::undeclared(pin, "in the lockfile, but not declared".to_owned());
    if !lock.is_edited(&pin.cell) {
        return finding;
    }
    Finding {
        statuses: vec![Status::Edited, Status::Stale],
        ..finding.with_status(Status::Edited, [EDITED.to_owned()])
    }
}

/// The differences between the declaration in the manifest and the one that the pin was made for.
fn declaration_changes(pin: &Pin, target: &Target) -> String {
    let mut parts = Vec::new();
    let same_image = Pin { image_type: target.image_type, instance_type: target.instance_type.clone(), ..pin.clone() };
    if !same_image.satisfies(target) {
        let locked = pin.release.as_ref().map_or_else(String::new, |release| format!(" release {release}"));
        parts.push(format!("`{}`{locked}, now declared as `{}`", pin.image, target.selector));
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
    format!("pinned for {}", and(parts))
}
