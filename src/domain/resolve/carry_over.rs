//! Carries pins over to new names: if an image is renamed in the manifest, the new name takes over the pins of the old
//! one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::diagnostics::{and_more, quoted};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::types::{Arch, Cell, CommercialType, ImageRef, ImageType, LocalImageId, Zone};

/// The pins of removed cells that new cells take over.
#[derive(Default)]
pub(crate) struct CarryOver<'a> {
    /// For each new cell, its pin and the cell from which the pin is carried over.
    carried: BTreeMap<&'a Cell, (Pin, &'a Cell)>,
    /// For each new cell that could take over several pins, these pins.
    ambiguous: BTreeMap<&'a Cell, Vec<&'a Pin>>,
}

/// What distinguishes removed pins of one image, zone and architecture from each other.
type Kind<'a> = (LocalImageId, ImageType, Option<&'a CommercialType>);

/// The removed pins of one zone and architecture, by image. If several differ only in their names, the first one
/// represents them.
type Removed<'a> = BTreeMap<&'a ImageRef, BTreeMap<Kind<'a>, &'a Pin>>;

impl<'a> CarryOver<'a> {
    /// Determines which new cells take over which pins. A pin whose block was edited is never carried over.
    pub(crate) fn new(targets: &'a [Target], previous: &'a Lock) -> Self {
        let new: Vec<&Target> = targets
            .iter()
            .zip(previous.get_each(targets.iter().map(|target| &target.cell)))
            .filter_map(|(target, pin)| pin.is_none().then_some(target))
            .collect();
        if new.is_empty() {
            return Self::default();
        }
        let declared: BTreeSet<&Cell> = targets.iter().map(|target| &target.cell).collect();
        let mut removed: BTreeMap<(&Zone, &Arch), Removed<'a>> = BTreeMap::new();
        let is_removed = |pin: &&Pin| !declared.contains(&pin.cell) && !previous.is_edited(&pin.cell);
        for pin in previous.pins().iter().filter(is_removed) {
            let kind = (pin.id, pin.image_type, pin.instance_type.as_ref());
            let of_cell = removed.entry((&pin.cell.zone, &pin.cell.arch)).or_default();
            let first = of_cell.entry(&pin.image).or_default().entry(kind).or_insert(pin);
            if first.published.is_none() && pin.published.is_some() {
                *first = pin;
            }
        }
        let mut carry_over = Self::default();
        for target in new {
            let Some(removed) = removed.get(&(&target.cell.zone, &target.cell.arch)) else { continue };
            carry_over.decide(target, removed);
        }
        carry_over
    }

    /// Finds the pin that fits a new cell, if there is exactly one.
    fn decide(&mut self, target: &'a Target, removed: &Removed<'a>) {
        let images: Vec<_> = match target.selector.image_ref() {
            None => removed.values().collect(),
            Some(image) => removed.get(&image).into_iter().collect(),
        };
        // One pin per ID, with a date if possible.
        let mut fitting: BTreeMap<LocalImageId, &'a Pin> = BTreeMap::new();
        for &pin in images.into_iter().flat_map(BTreeMap::values).filter(|pin| pin.fits(target)) {
            let known = fitting.entry(pin.id).or_insert(pin);
            if known.published.is_none() {
                *known = pin;
            }
        }
        let fitting: Vec<&'a Pin> = fitting.into_values().collect();
        match fitting[..] {
            [] => {}
            [from] => {
                let pin = Pin { cell: target.cell.clone(), ..from.clone() }.restated(target);
                self.carried.insert(&target.cell, (pin, &from.cell));
            }
            _ => drop(self.ambiguous.insert(&target.cell, fitting)),
        }
    }

    /// The pin that a cell takes over.
    pub(crate) fn pin(&self, cell: &Cell) -> Option<&Pin> {
        self.carried.get(cell).map(|(pin, _)| pin)
    }

    /// The pins that a cell could take over, if there are several.
    pub(crate) fn candidates(&self, cell: &Cell) -> Option<&[&'a Pin]> {
        self.ambiguous.get(cell).map(Vec::as_slice)
    }

    /// A clause that says from which image a cell takes over its pin.
    pub(crate) fn origin(&self, cell: &Cell) -> Option<String> {
        self.carried.get(cell).map(|(_, from)| format!("carried over from `{}`", from.name))
    }

    /// For each removed cell whose pin is carried over, a clause that says to which images.
    pub(crate) fn destinations(&self) -> BTreeMap<&'a Cell, String> {
        let mut names: BTreeMap<&Cell, BTreeSet<&str>> = BTreeMap::new();
        for (cell, (_, from)) in &self.carried {
            names.entry(from).or_default().insert(cell.name.as_str());
        }
        let clause = |names: BTreeSet<&str>| format!("carried over to {}", and_more(names.into_iter().map(quoted), 4));
        names.into_iter().map(|(cell, names)| (cell, clause(names))).collect()
    }
}
