//! Where the things of a snapshot are that are asked for by ID, so that an answer costs no look at all others.

use std::collections::BTreeMap;

use super::snapshot::Entry;
use crate::domain::{ImageId, LocalImageId, VersionId};

/// The first of each, by the number of its image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) images: BTreeMap<ImageId, usize>,
    pub(super) versions: BTreeMap<VersionId, usize>,
    /// With the number of the row.
    pub(super) local_images: BTreeMap<LocalImageId, (usize, usize)>,
}

impl Places {
    pub(super) fn of(images: &[Entry]) -> Self {
        let mut places = Self::default();
        for (number, entry) in images.iter().enumerate() {
            places.images.entry(entry.image.id).or_insert(number);
            for version in &entry.versions {
                places.versions.entry(version.id).or_insert(number);
            }
            for (row, _) in entry.rows.iter().enumerate().filter(|(_, row)| !row.superseded) {
                places.local_images.entry(entry.rows[row].local.id).or_insert((number, row));
            }
        }
        places
    }
}
