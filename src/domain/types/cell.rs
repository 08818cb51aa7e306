//! The key of a pin: name, zone and architecture.

use std::fmt;

use super::names::{Arch, Name, Zone};

/// The key of a pin: an image of the manifest in one zone and for one architecture. Unique in a manifest and in a lockfile.
///
/// Messages do not use the word: they say "pin", or name the zone and the architecture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The name of the image in the manifest.
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
