//! Merges the lockfiles of two branches with their common base, pin by pin.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::lock::format::differences;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::lock::{Block, Lock, Pin, text};
use crate::domain::types::{Cell, ImageRef, day};

/// The result of a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// The pins without a conflict.
    pub lock: Lock,
    /// The conflicts, sorted by cell.
    pub conflicts: Vec<Conflict>,
}

/// A pin that both sides changed differently, or that was edited by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The cell.
    pub cell: Cell,
    /// The block of our side, if it has one.
    pub ours: Option<Block>,
    /// The block of their side, if it has one.
    pub theirs: Option<Block>,
}

/// Merges two lockfiles that have `base` as their common ancestor.
///
/// If only one side changed a pin, the merge takes the change. If both sides changed a pin differently, it is a conflict. A block
/// that was edited by hand is also a conflict, unless both sides have it. A version ID that only one side has is not a change, and
/// is kept.
pub fn merge(base: &Lock, ours: &Lock, theirs: &Lock) -> Merged {
    let cells: BTreeSet<&Cell> = ours.pins().iter().chain(theirs.pins()).map(|pin| &pin.cell).collect();
    let mut merged = Merged::default();
    for cell in cells {
        let (old, ours, theirs) = (base.block(cell), ours.block(cell), theirs.block(cell));
        let agreed = is_same(ours.as_ref(), theirs.as_ref());
        let winner = match (agreed, is_same(old.as_ref(), ours.as_ref()), is_same(old.as_ref(), theirs.as_ref())) {
            (true, ..) => Some(if has_version(ours.as_ref()) { &ours } else { &theirs }),
            (false, true, false) => Some(&theirs),
            (false, false, true) => Some(&ours),
            (false, ..) => None,
        };
        match winner {
            Some(None) => {}
            Some(Some(block)) if agreed || !block.is_edited() => merged.lock.insert(block.clone()),
            _ => merged.conflicts.push(Conflict { cell: cell.clone(), ours, theirs }),
        }
    }
    merged
}

fn has_version(side: Option<&Block>) -> bool {
    side.is_some_and(|block| block.pin.version.is_some())
}

fn is_same(a: Option<&Block>, b: Option<&Block>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is_same(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

impl Merged {
    /// The text of the lockfile, in which each conflict has both blocks between conflict markers of git.
    pub fn write(&self) -> String {
        let merged = self.lock.pins().iter().map(|pin| &pin.cell);
        let merged = merged.filter_map(|cell| Some((cell, self.lock.block(cell)?.write())));
        let conflicts = self.conflicts.iter().map(|conflict| (&conflict.cell, conflict.write()));
        text(merged.chain(conflicts).collect::<BTreeMap<_, _>>().into_values())
    }
}

impl Conflict {
    fn write(&self) -> String {
        let [ours, theirs] = [&self.ours, &self.theirs].map(|side| side.as_ref().map(Block::write).unwrap_or_default());
        format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n")
    }

    /// The name of the image, if one of the blocks was edited by hand.
    pub fn edited(&self) -> Option<&str> {
        let edited = |side: &Option<Block>| side.as_ref().is_some_and(Block::is_edited);
        (edited(&self.ours) || edited(&self.theirs)).then(|| self.cell.name.as_str())
    }

    /// The differences between the two sides, in one line.
    pub fn summary(&self) -> String {
        let ids = ShortIds::of(self.ours.iter().chain(&self.theirs).map(|block| block.pin.id));
        let has = |side: &Option<Block>, other: &Option<Block>| {
            let Some(block) = side else { return "has no pin".to_owned() };
            let mut parts = vec![ids.show(block.pin.id)];
            parts.extend(block.pin.published.map(|time| format!("published {}", day(time))));
            parts.extend(other.iter().flat_map(|other| facts_against(block, other)));
            parts.extend(block.is_edited().then(|| "which does not match its digest".to_owned()));
            format!("has {}", parts.join(", "))
        };
        format!("our side {}; their side {}", has(&self.ours, &self.theirs), has(&self.theirs, &self.ours))
    }
}

/// The other values of a block that differ from another block: first those that identify the image, then the other keys.
fn facts_against(block: &Block, other: &Block) -> Vec<String> {
    let (mine, other) = (&block.pin, &other.pin);
    let image_id = |pin: &Pin| match &pin.image {
        ImageRef::Id(id) => Some(format!("image {id}")),
        ImageRef::Label(_) | ImageRef::Version(_) => None,
    };
    // With different IDs, the versions always differ.
    let version = |pin: &Pin| pin.version.filter(|_| mine.id == other.id).map(|id| format!("version {id}"));
    let image = |pin: &Pin| [pin.label().map(ToString::to_string), image_id(pin), version(pin)];
    let of_image = image(mine).into_iter().zip(image(other)).filter(|(mine, other)| mine != other);
    let of_keys = differences(mine, other).map(|(key, mine, _)| Some(format!("{}{}", key.in_conflict?, mine?)));
    of_image.map(|(mine, _)| mine).chain(of_keys).flatten().collect()
}
