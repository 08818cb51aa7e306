//! Adds the adopted IDs to the lockfile.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Found;
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::lock::diff::Change;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::plan::{Plan, missing_date_warning, pin};
use crate::domain::select::{Match, images_in_range, label_of};
use crate::domain::types::{Cell, ImageRef};

/// Pins the identified IDs and keeps all other pins of `lock`. `previous` is the lockfile before; `lock` is the same lockfile
/// without the pins that are corrected.
///
/// # Errors
/// Returns a problem for every ID that differs from its declaration, and for every ID whose place is taken by another
/// pin.
pub(super) fn pins(
    found: &[Found],
    targets: &[Target],
    lock: &Lock,
    previous: &Lock,
    catalog: &Catalog,
) -> Result<Plan, Vec<Problem>> {
    let mut problems: Vec<Problem> = lock.pins().iter().filter_map(|pin| lock.edited(&pin.cell)).collect();
    let mut adopted: BTreeMap<Cell, Pin> = BTreeMap::new();
    let targets: BTreeMap<&Cell, &Target> = targets.iter().map(|target| (&target.cell, target)).collect();
    let dates: BTreeMap<_, _> = previous.pins().iter().map(|pin| ((pin.id, pin.label()), pin.published)).collect();
    for one in found {
        let earlier = dates.get(&(one.local.id, Some(&one.label))).copied().flatten();
        match adopt(one, &targets, lock, earlier, catalog) {
            Ok(pin) => drop(adopted.insert(pin.cell.clone(), pin)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let new = Lock::new(lock.pins().iter().cloned().chain(adopted.into_values()));
    let cells: BTreeSet<&Cell> = new.pins().iter().chain(previous.pins()).map(|pin| &pin.cell).collect();
    let change = |cell: &Cell| {
        let (from, to) = (previous.get(cell).cloned(), new.get(cell).cloned());
        let is_unlisted = |pin: &Pin| {
            catalog.local_image(pin.id).found().is_none()
                && catalog.listed_by(pin.id).is_none()
                && catalog.version_of(&pin.image, pin.id).is_none()
        };
        let described = to.as_ref().is_some_and(|pin| from.as_ref() != Some(pin) && is_unlisted(pin));
        let note = described.then(|| "pinned as described, because the Marketplace does not list the ID".to_owned());
        Change { cell: cell.clone(), from, to, edited: false, newer: None, note }
    };
    let changes: Vec<Change> = cells.into_iter().map(change).collect();
    let warnings = missing_date_warning(&changes, catalog).into_iter().collect();
    Ok(Plan { changes, lock: new, warnings })
}

/// Pins one ID. `earlier` is the publication date of the ID in the previous lockfile.
fn adopt(
    one: &Found,
    targets: &BTreeMap<&Cell, &Target>,
    lock: &Lock,
    earlier: Option<Timestamp>,
    catalog: &Catalog,
) -> Result<Pin, Problem> {
    let cell = one.cell();
    let id = one.local.id;
    let Some(target) = targets.get(&cell).copied() else {
        return Err(undeclared(one, &cell, targets));
    };
    let is_found = |image: &ImageRef| label_of(image, catalog).as_ref() == Some(&one.label);
    let fitting = images_in_range(target, catalog).into_iter().find(|(image, _)| is_found(image));
    let Some((image, release)) = fitting.filter(|_| target.image_type == one.image_type) else {
        let declared = format!("`{}` ({})", target.selector, target.image_type);
        let title = format!(
            "{}{id} is a local image of `{}` ({}), but `{}` is declared as {declared}",
            one.origin(),
            one.label,
            one.image_type,
            cell.name
        );
        let help = Help::from("change the declaration, or choose another name: ").then_run(renamed(one));
        return Err(Problem::new(title).at(target.spans.image.clone(), "declared here").help(help));
    };
    if let Some(pin) = lock.get(&cell) {
        if pin.id == id && pin.satisfies(target) {
            return Ok(pin.clone().restated(target));
        }
        let title = format!("{}cannot adopt {id}: {cell} is already pinned to {}", one.origin(), pin.id);
        let help = Help::from("choose another name: ").then_run(renamed(one));
        return Err(Problem::new(title).help(help.then("; or remove the block of this pin from the lockfile first")));
    }
    let published = catalog.published(&ImageRef::Label(one.label.clone()), id).or(earlier);
    Ok(pin(target, &Match { local: &one.local, image, release, published }, None, catalog))
}

/// The command to adopt an ID under another name.
fn renamed(one: &Found) -> Command {
    Command::new("adopt").args([format!("NAME={}", one.local.id)])
}

/// The problem of an ID in a zone or for an architecture for which the manifest does not declare the image.
fn undeclared(one: &Found, cell: &Cell, targets: &BTreeMap<&Cell, &Target>) -> Problem {
    let title = format!(
        "{}{} is in {} for {}, but `{}` is not declared there",
        one.origin(),
        one.local.id,
        cell.zone,
        cell.arch,
        cell.name
    );
    let help = Help::from("declare this zone and architecture, or choose another name: ").then_run(renamed(one));
    let problem = Problem::new(title).help(help);
    match targets.values().find(|target| target.cell.name == cell.name) {
        Some(target) => problem.at(target.zone_span.clone(), "declared here"),
        None => problem,
    }
}
