//! The inputs of a resolution.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::domain::types::{Cell, Name};

/// Which pins may move even though they satisfy the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upgrade {
    /// No pins: each pin that satisfies its declaration stays.
    Keep,
    /// All pins.
    All,
    /// The pins of these images.
    Only(BTreeSet<Name>),
}

impl Upgrade {
    /// Whether an image is named explicitly. In that case, even an edited block is pinned again.
    pub(crate) fn names(&self, name: &Name) -> bool {
        matches!(self, Self::Only(names) if names.contains(name))
    }

    /// Whether the pins of an image may move.
    pub(crate) fn covers(&self, name: &Name) -> bool {
        matches!(self, Self::All) || self.names(name)
    }
}

/// The inputs of a resolution.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The targets of the manifest, sorted by cell.
    pub targets: &'a [Target],
    /// The lockfile before the resolution.
    pub previous: &'a Lock,
    /// Which pins may move.
    pub upgrade: &'a Upgrade,
    /// The current time, for minimum ages, freezes and end-of-life dates. It affects only which pins are selected; the lockfile
    /// does not contain it.
    pub now: Timestamp,
}

impl Request<'_> {
    /// The target of a cell.
    pub(crate) fn target(&self, cell: &Cell) -> Option<&Target> {
        self.targets.binary_search_by(|target| target.cell.cmp(cell)).ok().map(|index| &self.targets[index])
    }
}
