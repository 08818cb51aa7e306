//! The state that a change is compared with: the lockfile at the merge base, and the pins in its history.

use std::collections::BTreeSet;

use crate::domain::lock::history::Side;
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::{Arch, Cell, ImageType, Label, LocalImageId, Zone};

/// The state that a change is measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The revision as the user named it, and the merge base of it and `HEAD`.
    pub side: Side,
    /// The lockfile at the merge base.
    pub lock: Lock,
    /// The pins that the lockfile had at the merge base or before.
    pub past: PastPins,
}

/// The parts of a pin that prove that it is genuine. The name of the image is not one of them.
type PastPin = (LocalImageId, Label, Zone, Arch, ImageType);

fn past_pin(pin: &Pin, label: &Label) -> PastPin {
    let Cell { zone, arch, .. } = &pin.cell;
    (pin.id, label.clone(), zone.clone(), arch.clone(), pin.image_type)
}

/// The pins with certain IDs in the revisions of a lockfile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastPins {
    ids: BTreeSet<LocalImageId>,
    pins: BTreeSet<PastPin>,
    /// The reason why revisions may be missing from the history, if they may be.
    pub gap: Option<String>,
}

impl PastPins {
    /// A collection for pins with these IDs. It is empty until revisions are added.
    pub fn of(ids: impl IntoIterator<Item = LocalImageId>) -> Self {
        Self { ids: ids.into_iter().collect(), ..Self::default() }
    }

    /// Adds the pins of a revision, without those of edited blocks, which prove nothing.
    pub fn add(&mut self, lock: &Lock) {
        for pin in lock.pins().iter().filter(|pin| self.ids.contains(&pin.id) && !lock.is_edited(&pin.cell)) {
            self.pins.extend(pin.label().map(|label| past_pin(pin, label)));
        }
    }

    pub(super) fn has(&self, pin: &Pin, label: Option<&Label>) -> bool {
        label.is_some_and(|label| self.pins.contains(&past_pin(pin, label)))
    }
}

/// Whether the pin selects another local image than the pin of the same cell at the base. An edited block at the base proves
/// nothing, so its pin counts as changed.
pub fn is_changed(pin: &Pin, base: &Lock) -> bool {
    let same = |old: &Pin| {
        (old.id, &old.image, &old.stated_label, old.image_type)
            == (pin.id, &pin.image, &pin.stated_label, pin.image_type)
    };
    base.is_edited(&pin.cell) || !base.get(&pin.cell).is_some_and(same)
}
