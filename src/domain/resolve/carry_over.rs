//! Which pins outlive their cell: a cell that is declared under another name takes the pin over that goes with the old one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::diagnostics::{and_more, quoted};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::types::{Arch, Cell, CommercialType, ImageRef, ImageType, LocalImageId, Zone};

/// The pins that go, and the cells that come and take them over.
#[derive(Default)]
pub(crate) struct CarryOver<'a> {
    /// For each new cell, the pin as it is there, and the cell that it is from.
    carried: BTreeMap<&'a Cell, (Pin, &'a Cell)>,
    ambiguous: BTreeMap<&'a Cell, Vec<&'a Pin>>,
}

/// What tells disappearing pins of one image in one zone for one architecture apart.
type Kind<'a> = (LocalImageId, ImageType, Option<&'a CommercialType>);

/// The disappearing pins of one zone and architecture, by image. Of those that are the same in all but name, the first.
type Leaving<'a> = BTreeMap<&'a ImageRef, BTreeMap<Kind<'a>, &'a Pin>>;

impl<'a> CarryOver<'a> {
    /// Finds out which cells take over which pins. An edited block serves none.
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
        let mut leaving: BTreeMap<(&Zone, &Arch), Leaving<'a>> = BTreeMap::new();
        let gone = |pin: &&Pin| !declared.contains(&pin.cell) && !previous.is_edited(&pin.cell);
        for pin in previous.pins().iter().filter(gone) {
            let kind = (pin.id, pin.image_type, pin.instance_type.as_ref());
            let of_cell = leaving.entry((&pin.cell.zone, &pin.cell.arch)).or_default();
            let first = of_cell.entry(&pin.image).or_default().entry(kind).or_insert(pin);
            if first.published.is_none() && pin.published.is_some() {
                *first = pin;
            }
        }
        let mut carry_over = Self::default();
        for target in new {
            let Some(leaving) = leaving.get(&(&target.cell.zone, &target.cell.arch)) else { continue };
            carry_over.decide(target, leaving);
        }
        carry_over
    }

    /// Finds the one pin that fits a new cell.
    fn decide(&mut self, target: &'a Target, leaving: &Leaving<'a>) {
        let images: Vec<_> = match target.selector.image_ref() {
            None => leaving.values().collect(),
            Some(image) => leaving.get(&image).into_iter().collect(),
        };
        // One for each ID; one with a date, if there is one.
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

    /// The pins of which a cell could take over one, if they are several.
    pub(crate) fn candidates(&self, cell: &Cell) -> Option<&[&'a Pin]> {
        self.ambiguous.get(cell).map(Vec::as_slice)
    }

    /// From which cell a cell takes its pin over, in a clause.
    pub(crate) fn origin(&self, cell: &Cell) -> Option<String> {
        self.carried.get(cell).map(|(_, from)| format!("carried over from `{}`", from.name))
    }

    /// To which names the pins of cells are carried over, in a clause for each of the cells.
    pub(crate) fn destinations(&self) -> BTreeMap<&'a Cell, String> {
        let mut names: BTreeMap<&Cell, BTreeSet<&str>> = BTreeMap::new();
        for (cell, (_, from)) in &self.carried {
            names.entry(from).or_default().insert(cell.name.as_str());
        }
        let clause = |names: BTreeSet<&str>| format!("carried over to {}", and_more(names.into_iter().map(quoted), 4));
        names.into_iter().map(|(cell, names)| (cell, clause(names))).collect()
    }
}
