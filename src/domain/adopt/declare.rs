//! Makes the declarations that the manifest needs for the adopted IDs, and chooses their names.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::manifest::edit::Declaration;
use crate::domain::types::{Arch, LocalImageId, Name, Zone};

/// The declarations to add to the manifest. One declaration has all zones and architectures of a name. If a name was
/// given to several labels, or to several IDs in the same zone for the same architecture, all but the first get a
/// number: `web-2`.
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

/// The names `web`, `web-2`, `web-3` and so on.
pub(super) fn numbered(name: &Name) -> impl Iterator<Item = Name> {
    let next = move |n: usize| format!("{name}-{n}").parse().ok();
    std::iter::once(name.clone()).chain((2..).map_while(next))
}

/// The first of `web`, `web-2`, … under which an ID can be declared.
fn free_name(
    one: &Found,
    declared: &BTreeSet<Name>,
    images: &BTreeMap<Name, Vec<Found>>,
    pinned: Option<&BTreeSet<&Name>>,
) -> Name {
    let names = || numbered(&one.name);
    // An ID that is already pinned under one of these names keeps it, so adopting the same files again changes nothing.
    if let Some(name) = pinned.and_then(|pinned| existing_name(&one.name, pinned)) {
        return name;
    }
    let free = |name: &Name| match images.get(name) {
        None => *name == one.name || !declared.contains(name),
        Some(others) if declared.contains(name) => others.iter().all(|it| it.cell() != one.cell()),
        Some(others) => fit_one_declaration(others, one),
    };
    names().find(free).unwrap_or_else(|| one.name.clone())
}

/// The name itself, or the name with the lowest number, among the names that already pin the ID.
fn existing_name(name: &Name, pinned: &BTreeSet<&Name>) -> Option<Name> {
    let number = |other: &&&Name| match other.as_str().strip_prefix(name.as_str())?.strip_prefix('-') {
        Some(number) => number.parse::<usize>().ok().filter(|n| *n > 1 && n.to_string() == number),
        None => (***other == *name).then_some(1),
    };
    let numbered = pinned.iter().filter_map(|other| Some((number(&other)?, *other)));
    numbered.min().map(|(_, name)| name.clone())
}

/// Whether one declaration can describe all of these: they have one label and one type, and every architecture in every
/// zone.
pub(super) fn fit_one_declaration(others: &[Found], one: &Found) -> bool {
    let all = || others.iter().chain([one]);
    let cells: BTreeSet<(&Zone, &Arch)> = all().map(|it| (&it.local.zone, &it.local.arch)).collect();
    let zones: BTreeSet<&Zone> = cells.iter().map(|(zone, _)| *zone).collect();
    let archs: BTreeSet<&Arch> = cells.iter().map(|(_, arch)| *arch).collect();
    let same = others.iter().all(|it| (&it.label, it.image_type) == (&one.label, one.image_type));
    same && cells.len() == others.len() + 1 && cells.len() == zones.len() * archs.len()
}

/// The declaration that describes these IDs under one name.
pub(super) fn declaration(name: &Name, images: &[Found]) -> Declaration {
    let values = |of: &dyn Fn(&Found) -> String| -> Vec<String> {
        images.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let mut keys = vec![("label", values(&|it| it.label.to_string()))];
    let (zones, archs) = (values(&|it| it.local.zone.to_string()), values(&|it| it.local.arch.to_string()));
    keys.push((if zones.len() == 1 { "zone" } else { "zones" }, zones));
    keys.push((if archs.len() == 1 { "arch" } else { "archs" }, archs));
    keys.push(("type", values(&|it| it.image_type.to_string())));
    Declaration { name: name.to_string(), keys }
}
