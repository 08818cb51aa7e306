//! What the manifest must say for the IDs to be pinned, and under which names.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::manifest::edit::Declaration;
use crate::domain::types::{Arch, LocalImageId, Name, Zone};

/// The declarations that the manifest lacks. Zones and architectures of one name stand together; where one name was
/// given to several labels, or to several IDs of one cell, the others get a number.
pub(super) fn declarations(found: &mut [Found], manifest: Option<&Manifest>, lock: &Lock) -> Vec<Declaration> {
    let declared: BTreeSet<Name> =
        manifest.map(|manifest| manifest.names().into_iter().cloned().collect()).unwrap_or_default();
    let mut images: BTreeMap<Name, Vec<Found>> = BTreeMap::new();
    found.sort_by(|a, b| (&a.name, &a.label, a.cell(), a.local.id).cmp(&(&b.name, &b.label, b.cell(), b.local.id)));
    let mut pinned: BTreeMap<LocalImageId, BTreeSet<&Name>> = BTreeMap::new();
    for pin in lock.pins() {
        pinned.entry(pin.id).or_default().insert(&pin.cell.name);
    }
    for one in found.iter_mut() {
        one.name = free_name(one, &declared, &images, pinned.get(&one.local.id));
        images.entry(one.name.clone()).or_default().push(one.clone());
    }
    let undeclared = images.into_iter().filter(|(name, _)| !declared.contains(name));
    undeclared.map(|(name, images)| declaration(&name, &images)).collect()
}

/// `web`, `web-2`, `web-3` and so on.
pub(super) fn numbered(name: &Name) -> impl Iterator<Item = Name> {
    let next = move |n: usize| format!("{name}-{n}").parse().ok();
    std::iter::once(name.clone()).chain((2..).map_while(next))
}

/// The first of `web`, `web-2`, … under which this can stand.
fn free_name(
    one: &Found,
    declared: &BTreeSet<Name>,
    images: &BTreeMap<Name, Vec<Found>>,
    pinned: Option<&BTreeSet<&Name>>,
) -> Name {
    let names = || numbered(&one.name);
    // Adopting the same files again changes nothing.
    if let Some(name) = pinned.and_then(|pinned| again(&one.name, pinned)) {
        return name;
    }
    let free = |name: &Name| match images.get(name) {
        None => *name == one.name || !declared.contains(name),
        Some(others) if declared.contains(name) => others.iter().all(|it| it.cell() != one.cell()),
        Some(others) => can_stand_together(others, one),
    };
    names().find(free).unwrap_or_else(|| one.name.clone())
}

/// The name, or the lowest number of it, among those that pin the ID already.
fn again(name: &Name, pinned: &BTreeSet<&Name>) -> Option<Name> {
    let number = |other: &&&Name| match other.as_str().strip_prefix(name.as_str())?.strip_prefix('-') {
        Some(number) => number.parse::<usize>().ok().filter(|n| *n > 1 && n.to_string() == number),
        None => (***other == *name).then_some(1),
    };
    let numbered = pinned.iter().filter_map(|other| Some((number(&other)?, *other)));
    numbered.min().map(|(_, name)| name.clone())
}

/// Whether one declaration can say all of these: one label, one type, and every zone with every architecture.
pub(super) fn can_stand_together(others: &[Found], one: &Found) -> bool {
    let all = || others.iter().chain([one]);
    let cells: BTreeSet<(&Zone, &Arch)> = all().map(|it| (&it.local.zone, &it.local.arch)).collect();
    let zones: BTreeSet<&Zone> = cells.iter().map(|(zone, _)| *zone).collect();
    let archs: BTreeSet<&Arch> = cells.iter().map(|(_, arch)| *arch).collect();
    let same = others.iter().all(|it| (&it.label, it.image_type) == (&one.label, one.image_type));
    same && cells.len() == others.len() + 1 && cells.len() == zones.len() * archs.len()
}

pub(super) fn declaration(name: &Name, images: &[Found]) -> Declaration {
    let words = |of: &dyn Fn(&Found) -> String| -> Vec<String> {
        images.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let mut keys = vec![("label", words(&|it| it.label.to_string()))];
    let (zones, archs) = (words(&|it| it.local.zone.to_string()), words(&|it| it.local.arch.to_string()));
    keys.push((if zones.len() == 1 { "zone" } else { "zones" }, zones));
    keys.push((if archs.len() == 1 { "arch" } else { "archs" }, archs));
    keys.push(("type", words(&|it| it.image_type.to_string())));
    Declaration { name: name.to_string(), keys }
}
