//! What a change is compared with: the lock at the merge base, and the pins in its history.

use std::collections::BTreeSet;

use crate::domain::lock::history::Side;
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::{Arch, Cell, ImageType, Label, LocalImageId, Zone};

/// The state that a change is measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The revision as it was given, and the merge base that it stands for.
    pub side: Side,
    /// The lock there.
    pub lock: Lock,
    /// The pins that the lock had up to there.
    pub past: PastPins,
}

/// A pin as a history vouches for it, under any name.
type PastPin = (LocalImageId, Label, Zone, Arch, ImageType);

fn past_pin(pin: &Pin, label: &Label) -> PastPin {
    let Cell { zone, arch, .. } = &pin.cell;
    (pin.id, label.clone(), zone.clone(), arch.clone(), pin.image_type)
}

/// Those of some IDs that the revisions of a lock pinned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastPins {
    ids: BTreeSet<LocalImageId>,
    pins: BTreeSet<PastPin>,
    /// Why the history may lack revisions, if it may.
    pub gap: Option<String>,
}

impl PastPins {
    /// Nothing yet, of these IDs.
    pub fn of(ids: impl IntoIterator<Item = LocalImageId>) -> Self {
        Self { ids: ids.into_iter().collect(), ..Self::default() }
    }

    /// Takes in a revision. Edited blocks prove nothing.
    pub fn add(&mut self, lock: &Lock) {
        for pin in lock.pins().iter().filter(|pin| self.ids.contains(&pin.id) && !lock.is_edited(&pin.cell)) {
            self.pins.extend(pin.label().map(|label| past_pin(pin, label)));
        }
    }

    pub(super) fn has(&self, pin: &Pin, label: Option<&Label>) -> bool {
        label.is_some_and(|label| self.pins.contains(&past_pin(pin, label)))
    }
}

/// Whether a pin differs from the one that its cell has at the base, in what decides what boots. An edited block there
/// vouches for nothing.
pub fn is_changed(pin: &Pin, base: &Lock) -> bool {
    let same = |old: &Pin| {
        (old.id, &old.image, &old.stated_label, old.image_type)
            == (pin.id, &pin.image, &pin.stated_label, pin.image_type)
    };
    base.is_edited(&pin.cell) || !base.get(&pin.cell).is_some_and(same)
}
