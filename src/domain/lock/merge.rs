//! Two branches of a lock, and what they were before they parted -> one lock, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::lock::short_ids::ShortIds;
use crate::domain::lock::{Block, Lock, text};
use crate::domain::types::timestamp::day;
use crate::domain::{Cell, ImageRef};

/// What merging comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// The cells that nobody disputes.
    pub lock: Lock,
    /// The others, sorted by cell.
    pub conflicts: Vec<Conflict>,
}

/// A cell that both sides changed, each in another way, or that somebody changed by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The cell.
    pub cell: Cell,
    /// What our side has, if it has anything.
    pub ours: Option<Block>,
    /// What their side has, if it has anything.
    pub theirs: Option<Block>,
}

/// Merges two locks that come from `base`. What one side alone changed is as that side has it. Neither side wins where
/// both did, and a block that was edited by hand comes in only where both sides have it.
pub fn merge(base: &Lock, ours: &Lock, theirs: &Lock) -> Merged {
    let cells: BTreeSet<&Cell> = ours.pins().iter().chain(theirs.pins()).map(|pin| &pin.cell).collect();
    let mut merged = Merged::default();
    for cell in cells {
        let (old, ours, theirs) = (base.block(cell), ours.block(cell), theirs.block(cell));
        let agreed = ours == theirs;
        let winner = if agreed || old == theirs { Some(&ours) } else { Some(&theirs).filter(|_| old == ours) };
        match winner {
            Some(None) => {}
            Some(Some(block)) if agreed || !block.is_edited() => merged.lock.put(block.clone()),
            _ => merged.conflicts.push(Conflict { cell: cell.clone(), ours, theirs }),
        }
    }
    merged
}

impl Merged {
    /// The text of the lockfile, with both blocks of what is disputed between git's conflict markers.
    pub fn write(&self) -> String {
        let settled = self.lock.pins().iter().map(|pin| &pin.cell);
        let settled = settled.filter_map(|cell| Some((cell, self.lock.block(cell)?.write())));
        let disputed = self.conflicts.iter().map(|conflict| (&conflict.cell, conflict.write()));
        text(settled.chain(disputed).collect::<BTreeMap<_, _>>().into_values())
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

    /// What the two sides have, in a line.
    pub fn words(&self) -> String {
        let ids = ShortIds::of(self.ours.iter().chain(&self.theirs).map(|block| block.pin.id));
        let has = |side: &Option<Block>, other: &Option<Block>| {
            let Some(block) = side else { return "has none".to_owned() };
            let mut parts = vec![ids.show(block.pin.id)];
            parts.extend(block.pin.published.map(|time| format!("published {}", day(time))));
            parts.extend(other.iter().flat_map(|other| peculiar(block, other)));
            parts.extend(block.is_edited().then(|| "which does not match its digest".to_owned()));
            format!("has {}", parts.join(", "))
        };
        format!("ours {}; theirs {}", has(&self.ours, &self.theirs), has(&self.theirs, &self.ours))
    }
}

/// What else a block says that another does not.
fn peculiar(block: &Block, other: &Block) -> Vec<String> {
    let facts = |block: &Block| {
        let pin = &block.pin;
        [
            pin.label().map(ToString::to_string),
            match &pin.image {
                ImageRef::Label(_) => None,
                ImageRef::Id(id) => Some(format!("image {id}")),
                ImageRef::Version(id) => Some(format!("version {id}")),
            },
            Some(pin.image_type.to_string()),
            pin.release.as_ref().map(|release| format!("release {release}")),
            pin.instance_type.as_ref().map(|instance_type| format!("for {instance_type}")),
        ]
    };
    facts(block)
        .into_iter()
        .zip(facts(other))
        .filter(|(mine, other)| mine != other)
        .filter_map(|(mine, _)| mine)
        .collect()
}
