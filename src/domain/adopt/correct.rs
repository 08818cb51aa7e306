//! Corrects an earlier adoption: if the user adopts the same ID under the same name again with other options, the
//! declaration and the pin are changed accordingly. The ID stays the same, so no pin moves.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::declare::{declaration, fit_one_declaration};
use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::edit::set;
use crate::domain::manifest::{ImageSelector, Manifest, Target};
use crate::domain::types::{Cell, LocalImageId, Name};

/// Corrects the declarations of typed IDs: the text of the manifest with the corrected declarations, and the lockfile
/// without the pins of these images. `None` if there is nothing to correct.
///
/// # Errors
/// Returns the problems if one declaration cannot describe all IDs of a name, or if the manifest cannot be edited.
pub(super) fn correct(
    text: &str,
    found: &[Found],
    manifest: &Manifest,
    lock: &Lock,
) -> Result<Option<(String, Lock)>, Vec<Problem>> {
    let mut typed: BTreeMap<&Name, BTreeMap<Cell, &Found>> = BTreeMap::new();
    for one in found.iter().filter(|one| one.location.is_none()) {
        typed.entry(&one.name).or_default().insert(one.cell(), one);
    }
    let mut corrected = (text.to_owned(), lock.clone());
    let mut problems = Vec::new();
    for (name, found) in typed {
        let found: Vec<Found> = found.into_values().cloned().collect();
        let pins: Vec<&Pin> = lock.pins().iter().filter(|pin| pin.cell.name == *name).collect();
        let is_wrong = |pin: &&&Pin| {
            let mut of_id = found.iter().filter(|one| one.local.id == pin.id).peekable();
            of_id.peek().is_some() && !of_id.any(|one| is_pinned(one, pin))
        };
        let Some(wrong) = pins.iter().find(is_wrong) else { continue };
        if let Some(keys) = keys(name, &found, &pins, manifest) {
            let (text, lock) = &corrected;
            let others = lock.pins().iter().filter(|pin| pin.cell.name != *name);
            corrected = (set(text, name, &keys)?, Lock::new(others.cloned()));
        } else {
            let (id, pinned) = (wrong.id, described(wrong));
            let title = format!("cannot correct the pin of {id}: `{name}` also has other pins");
            let help = format!("give all IDs of `{name}` in one command, or choose another name: ");
            let adopt = Command::new("adopt").args([format!("NAME={id}")]);
            let problem = Problem::new(title).note(format!("it is pinned as {pinned}"));
            problems.push(problem.help(Help::from(help).then_run(adopt)));
        }
    }
    if problems.is_empty() { Ok(Some(corrected).filter(|(_, corrected)| corrected != lock)) } else { Err(problems) }
}

/// Whether a pin describes an ID as it was identified.
fn is_pinned(one: &Found, pin: &Pin) -> bool {
    (one.cell(), one.image_type) == (pin.cell.clone(), pin.image_type) && pin.label() == Some(&one.label)
}

/// What an ID is pinned as, in a clause.
fn described(pin: &Pin) -> String {
    let label = pin.label().map_or_else(|| pin.image.to_string(), ToString::to_string);
    format!("`{label}` in {} for {} ({})", pin.cell.zone, pin.cell.arch, pin.image_type)
}

/// The keys to change so that one declaration describes all IDs of a name. `None` if that is impossible, or if the
/// declaration has other pins as well.
fn keys(name: &Name, found: &[Found], pins: &[&Pin], manifest: &Manifest) -> Option<Vec<(&'static str, Vec<String>)>> {
    let ids: BTreeSet<LocalImageId> = found.iter().map(|one| one.local.id).collect();
    let targets: Vec<&Target> = manifest.targets().iter().filter(|target| target.cell.name == *name).collect();
    let cells: BTreeSet<&Cell> = pins.iter().map(|pin| &pin.cell).collect();
    let (last, others) = found.split_last()?;
    let is_whole = pins.iter().all(|pin| ids.contains(&pin.id))
        && targets
            .iter()
            .all(|target| cells.contains(&target.cell) && matches!(target.selector, ImageSelector::Label(_)))
        && fit_one_declaration(others, last);
    if !is_whole || targets.is_empty() {
        return is_whole.then(Vec::new);
    }
    let declared = |key: &str| -> BTreeSet<String> {
        let of = |target: &&Target| match key {
            "label" => target.selector.to_string(),
            "zone" | "zones" => target.cell.zone.to_string(),
            "arch" | "archs" => target.cell.arch.to_string(),
            _ => target.image_type.to_string(),
        };
        targets.iter().map(of).collect()
    };
    let keys = declaration(name, found).keys.into_iter();
    Some(keys.filter(|(key, values)| declared(key) != values.iter().cloned().collect()).collect())
}
