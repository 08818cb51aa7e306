//! What is asked of a resolution.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::domain::types::{Cell, Name};

/// Which pins may move though they still satisfy the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upgrade {
    /// None: a pin that satisfies its declaration stays.
    Keep,
    /// All.
    All,
    /// Those of the named images.
    Only(BTreeSet<Name>),
}

impl Upgrade {
    /// Whether an image is named: then even an edited block is pinned again.
    pub(crate) fn names(&self, name: &Name) -> bool {
        matches!(self, Self::Only(names) if names.contains(name))
    }

    pub(crate) fn covers(&self, name: &Name) -> bool {
        matches!(self, Self::All) || self.names(name)
    }
}

/// What is being resolved: the inputs that every step needs.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The declared cells, sorted by cell as a manifest has them.
    pub targets: &'a [Target],
    /// The lock as it was.
    pub previous: &'a Lock,
    /// Which pins may move.
    pub upgrade: &'a Upgrade,
    /// The time by which ages, freezes and ends of life are decided. Only the choice of pins depends on it.
    pub now: Timestamp,
}

impl Request<'_> {
    /// The target of a cell.
    pub(crate) fn target(&self, cell: &Cell) -> Option<&Target> {
        self.targets.binary_search_by(|target| target.cell.cmp(cell)).ok().map(|index| &self.targets[index])
    }
}
