//! The cell of a pin.

use std::fmt;

use super::names::{Arch, Name, Zone};

/// The cell of a pin: which image of the manifest, where, for which processor. Unique in a manifest and in a lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The image's name in the manifest.
    pub name: Name,
    /// The zone.
    pub zone: Zone,
    /// The architecture.
    pub arch: Arch,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}, {})", self.name, self.zone, self.arch)
    }
}
