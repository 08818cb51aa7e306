//! How the pins of two locks differ.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::{Lock, Pin};
use crate::domain::types::release::Release;
use crate::domain::{Cell, LocalImageId};

/// What happens to one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cell.
    pub cell: Cell,
    /// The pin before.
    pub from: Option<Pin>,
    /// The pin after.
    pub to: Option<Pin>,
    /// Whether something other than imagelock changed the block.
    pub edited: bool,
    /// A local image that could replace a kept pin, if one was found on the way.
    pub newer: Option<Latest>,
    /// Why a pin that might have moved stays.
    pub note: Option<String>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A new cell is pinned.
    Added,
    /// A cell that is no longer declared is dropped.
    Removed,
    /// Another local image is pinned.
    Moved,
    /// The same local image stays pinned, and another line of its block changes.
    Amended,
    /// Something other than imagelock changed the block, a hand or a merge.
    Edited,
    /// Nothing changes.
    Kept,
}

impl Action {
    /// Every action, in the order in which they are counted.
    pub const ALL: [Self; 6] = [Self::Added, Self::Removed, Self::Moved, Self::Amended, Self::Edited, Self::Kept];

    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Amended => "amended",
            Self::Edited => "edited",
            Self::Kept => "kept",
        }
    }
}

impl Change {
    /// What it does.
    pub fn action(&self) -> Action {
        match (&self.from, &self.to) {
            _ if self.edited => Action::Edited,
            (None, _) => Action::Added,
            (Some(_), None) => Action::Removed,
            (Some(from), Some(to)) if from.id != to.id => Action::Moved,
            (Some(from), Some(to)) if !from.is_same(to) => Action::Amended,
            _ => Action::Kept,
        }
    }
}

/// A local image that could replace a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// Its ID.
    pub id: LocalImageId,
    /// Its release, if a range of releases was asked for.
    pub release: Option<Release>,
    /// When it was published, if that is known.
    pub published: Option<Timestamp>,
    /// Whether it is older than the pin, because the Marketplace took newer versions back. A move to it is never suggested.
    pub is_older: bool,
}

/// The pins that differ between two locks, sorted by cell. A version that only one of them knows is not a difference.
pub fn changes(from: &Lock, to: &Lock) -> Vec<Change> {
    let cells: BTreeSet<_> = from.pins().iter().chain(to.pins()).map(|pin| &pin.cell).collect();
    let pin = |lock: &Lock, cell| lock.get(cell).cloned();
    cells
        .into_iter()
        .filter(|cell| {
            let is_same = match (from.get(cell), to.get(cell)) {
                (Some(from), Some(to)) => from.is_same(to),
                _ => false,
            };
            !is_same || to.is_edited(cell) && !from.is_edited(cell)
        })
        .map(|cell| {
            let edited = to.is_edited(cell);
            let note = edited.then(|| "the block does not match its digest".to_owned());
            Change { cell: cell.clone(), from: pin(from, cell), to: pin(to, cell), edited, newer: None, note }
        })
        .collect()
}
