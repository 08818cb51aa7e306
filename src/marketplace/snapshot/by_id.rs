//! Finds the images, versions and local images of a snapshot by ID without a search.

use std::collections::BTreeMap;

use super::entry::Entry;
use crate::domain::types::{ImageId, LocalImageId, VersionId};

/// The position of the image that an ID leads to. If several have the ID, the first counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ById {
    pub(super) images: BTreeMap<ImageId, usize>,
    pub(super) versions: BTreeMap<VersionId, usize>,
    /// With the position of the row.
    pub(super) local_images: BTreeMap<LocalImageId, (usize, usize)>,
}

impl ById {
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut by_id = Self::default();
        for (position, entry) in entries.iter().enumerate() {
            by_id.images.entry(entry.image.id).or_insert(position);
            for version in &entry.versions {
                by_id.versions.entry(version.id).or_insert(position);
            }
            for (row, _) in entry.rows.iter().enumerate().filter(|(_, row)| !row.superseded) {
                by_id.local_images.entry(entry.rows[row].local.id).or_insert((position, row));
            }
        }
        by_id
    }
}
