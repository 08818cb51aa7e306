//! The differences between two lockfiles.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::{Lock, Pin};
use crate::domain::types::{Cell, LocalImageId, Release};

/// The change of one cell between two lockfiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cell.
    pub cell: Cell,
    /// The old pin, if there was one.
    pub from: Option<Pin>,
    /// The new pin, unless it is removed.
    pub to: Option<Pin>,
    /// Whether the block was edited by hand or by a merge, so that it does not match its digest.
    pub edited: bool,
    /// A local image that could replace a kept pin, if one is known.
    pub newer: Option<Latest>,
    /// An explanation, such as the reason why a pin does not move.
    pub note: Option<String>,
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A new pin is added.
    Added,
    /// A pin that is no longer declared is removed.
    Removed,
    /// The pin moves to another local image.
    Moved,
    /// The pin keeps its local image, but another line of its block changes.
    Amended,
    /// The block was edited by hand or by a merge.
    Edited,
    /// The pin does not change.
    Kept,
}

impl Action {
    /// All actions, in the order of summaries.
    pub const ALL: [Self; 6] = [Self::Added, Self::Removed, Self::Moved, Self::Amended, Self::Edited, Self::Kept];

    /// The name of the action in every format.
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
    /// The kind of the change.
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
    /// The ID of the local image.
    pub id: LocalImageId,
    /// The release of the image, if the manifest declares a range of releases.
    pub release: Option<Release>,
    /// The publication date, if it is known.
    pub published: Option<Timestamp>,
    /// Whether the image is older than the pin, because the Marketplace withdrew newer versions. Such an image is never suggested.
    pub is_older: bool,
}

/// The changes between two lockfiles, sorted by cell. A version ID that only one of two pins has is not a change.
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
