//! The lock in which the IDs are pinned as they are.

use std::collections::BTreeMap;

use super::Found;
use crate::domain::catalog::Catalog;
use crate::domain::identity::label_of;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{Target, Wanted};
use crate::domain::problem::Problem;
use crate::domain::release::Release;
use crate::domain::resolve::{Change, Plan, pin, undated};
use crate::domain::select::{Pick, releases};
use crate::domain::{Cell, ImageRef};

/// Pins what was found as it is, and keeps every other pin.
///
/// # Errors
/// A problem for every ID that is not what the manifest declares, and for every cell that has another pin.
pub fn pins(found: &[Found], targets: &[Target], lock: &Lock, catalog: &Catalog) -> Result<Plan, Vec<Problem>> {
    let mut problems: Vec<Problem> = lock.pins().iter().filter_map(|pin| lock.edited(&pin.cell)).collect();
    let mut adopted: BTreeMap<Cell, Pin> = BTreeMap::new();
    for one in found {
        match adopt(one, targets, lock, catalog) {
            Ok(pin) => drop(adopted.insert(pin.cell.clone(), pin)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let new = Lock::new(lock.pins().iter().cloned().chain(adopted.into_values()));
    let change = |pin: &Pin| {
        let (cell, from) = (pin.cell.clone(), lock.get(&pin.cell).cloned());
        Change { cell, from, to: Some(pin.clone()), edited: false, newer: None, note: None }
    };
    let changes: Vec<Change> = new.pins().iter().map(change).collect();
    let warnings = undated(&changes, catalog).into_iter().collect();
    Ok(Plan { changes, lock: new, warnings })
}

fn adopt(one: &Found, targets: &[Target], lock: &Lock, catalog: &Catalog) -> Result<Pin, Problem> {
    let cell = one.cell();
    let id = one.local.id;
    let Some(target) = targets.iter().find(|target| target.cell == cell) else {
        let title = format!(
            "{}{id} is in {} for {}, where `{}` is not declared",
            one.origin(),
            cell.zone,
            cell.arch,
            cell.name
        );
        let problem = Problem::new(title).help("declare it there, or choose another name: `imagelock adopt NAME=UUID`");
        let place = targets.iter().find(|target| target.cell.name == cell.name);
        return Err(match place {
            Some(target) => problem.at(target.zone_place.clone(), "declared here"),
            None => problem,
        });
    };
    let (image, release) = match &target.wanted {
        Wanted::Label(label) => (ImageRef::Label(label.clone()), None),
        Wanted::Image(id) => (ImageRef::Id(*id), None),
        Wanted::Version(id) => (ImageRef::Version(*id), None),
        Wanted::Release(pattern, range) => {
            let in_range = |release: &Option<Release>| release.as_ref().is_some_and(|release| range.contains(release));
            let mut releases = releases(pattern, catalog).filter(|(release, _)| in_range(release));
            let release = releases.find(|(_, image)| image.label == one.label).and_then(|(release, _)| release);
            (ImageRef::Label(one.label.clone()), release)
        }
    };
    let fits = match (&target.wanted, label_of(&image, catalog)) {
        (Wanted::Release(..), _) => release.is_some(),
        (_, label) => label.as_ref() == Some(&one.label),
    };
    let declared = format!("{} ({})", target.wanted, target.image_type);
    if !fits || target.image_type != one.image_type {
        let title = format!(
            "{}{id} is {} ({}), and `{}` is declared as {declared}",
            one.origin(),
            one.label,
            one.image_type,
            cell.name
        );
        let help = "change what is declared, or choose another name: `imagelock adopt NAME=UUID`";
        return Err(Problem::new(title).at(target.places.image.clone(), "declared here").help(help));
    }
    if let Some(pin) = lock.get(&cell) {
        if pin.id == id && pin.satisfies(target) {
            return Ok(pin.clone().restated(target));
        }
        let title = format!("{}{cell} is pinned to {} already, and not to {id}", one.origin(), pin.id);
        return Err(Problem::new(title)
            .help("choose another name: `imagelock adopt NAME=UUID`; or remove its block from the lockfile first"));
    }
    let published = catalog.published(&ImageRef::Label(one.label.clone()), id);
    Ok(pin(target, &Pick { local: &one.local, image, release, published }, None))
}
