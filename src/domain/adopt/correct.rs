//! A second try with another option: what an earlier adoption declared and pinned under the same name, for the same ID, is
//! corrected. The ID stays, so no pin moves.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::declare::{can_stand_together, declaration};
use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::edit::set;
use crate::domain::manifest::{ImageSelector, Manifest, Target};
use crate::domain::types::{Cell, LocalImageId, Name};

/// Corrects what typed IDs are declared and pinned as under the names that the user gave them: the text of the manifest with
/// the corrected declarations, and the lock without the pins that are to be pinned otherwise. `None` if all is as it was found.
///
/// # Errors
/// If one declaration cannot say what was found, or cannot be edited.
pub(super) fn correct(
    text: &str,
    found: &[Found],
    manifest: &Manifest,
    lock: &Lock,
) -> Result<Option<(String, Lock)>, Vec<Problem>> {
    let mut typed: BTreeMap<&Name, BTreeMap<Cell, &Found>> = BTreeMap::new();
    for one in found.iter().filter(|one| one.place.is_none()) {
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
            let title = format!("{id} is pinned as {pinned}, and `{name}` is declared for more than it");
            let help = format!("name all IDs of `{name}` in one command, or choose another name: ");
            let adopt = Command::new("adopt").args([format!("NAME={id}")]);
            problems.push(Problem::new(title).help(Help::from(help).then_run(adopt)));
        }
    }
    if problems.is_empty() { Ok(Some(corrected).filter(|(_, corrected)| corrected != lock)) } else { Err(problems) }
}

fn is_pinned(one: &Found, pin: &Pin) -> bool {
    (one.cell(), one.image_type) == (pin.cell.clone(), pin.image_type) && pin.label() == Some(&one.label)
}

fn described(pin: &Pin) -> String {
    let label = pin.label().map_or_else(|| pin.image.to_string(), ToString::to_string);
    format!("`{label}` in {} for {} ({})", pin.cell.zone, pin.cell.arch, pin.image_type)
}

/// The keys that must change for one declaration to say all that was found; `None` if it cannot, or has other pins.
fn keys(name: &Name, found: &[Found], pins: &[&Pin], manifest: &Manifest) -> Option<Vec<(&'static str, Vec<String>)>> {
    let ids: BTreeSet<LocalImageId> = found.iter().map(|one| one.local.id).collect();
    let targets: Vec<&Target> = manifest.targets().iter().filter(|target| target.cell.name == *name).collect();
    let cells: BTreeSet<&Cell> = pins.iter().map(|pin| &pin.cell).collect();
    let (last, others) = found.split_last()?;
    let is_whole = pins.iter().all(|pin| ids.contains(&pin.id))
        && targets
            .iter()
            .all(|target| cells.contains(&target.cell) && matches!(target.selector, ImageSelector::Label(_)))
        && can_stand_together(others, last);
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
    Some(keys.filter(|(key, words)| declared(key) != words.iter().cloned().collect()).collect())
}
