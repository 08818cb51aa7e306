//! A saved catalog: the file that `imagelock snapshot` writes and `--catalog` answers from.

mod by_id;
mod entry;
mod file;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query, Response};
use crate::domain::types::ImageRef;

use by_id::ById;
use entry::Entry;
pub use file::SnapshotError;

/// Everything the Marketplace offered at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    /// Sorted by label.
    images: Vec<Entry>,
    by_id: ById,
}

impl Snapshot {
    /// Makes a snapshot of all images of a catalog's index, with their versions and local images as far as they are
    /// known.
    pub fn new(catalog: &Catalog, taken: Timestamp) -> Self {
        Self::of(catalog.images().iter().map(|image| Entry::new(image, catalog)).collect(), taken)
    }

    fn of(images: Vec<Entry>, taken: Timestamp) -> Self {
        let by_id = ById::new(&images);
        Self { taken, images, by_id }
    }

    /// How many images it has, and how many local images.
    pub fn size(&self) -> (usize, usize) {
        (self.images.len(), self.images.iter().map(|entry| entry.rows.len()).sum())
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// The first deviation from what `imagelock snapshot` writes.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let (taken, images) = file::read(text)?;
        Ok(Self::of(images, taken))
    }

    /// The text of the snapshot. The same catalog gives the same text.
    pub fn write(&self) -> String {
        file::write(self.taken, &self.images)
    }

    /// Answers as the Marketplace did when the snapshot was taken.
    pub(super) fn answer(&self, query: Query) -> Response {
        let by_id = &self.by_id;
        match query {
            Query::Index => {
                Response::Index(Lookup::Found(self.images.iter().map(|entry| entry.image.clone()).collect()))
            }
            Query::Versions(id) => {
                let entry = by_id.images.get(&id).map(|position| &self.images[*position]);
                Response::Versions(id, found(entry.map(|entry| entry.versions.clone())))
            }
            Query::LocalImage(id) => {
                let row = by_id.local_images.get(&id).map(|(position, row)| &self.images[*position].rows[*row]);
                Response::LocalImage(id, found(row.map(|row| row.local.clone())))
            }
            Query::Listing(image) => {
                let position = match &image {
                    ImageRef::Label(label) => self.images.binary_search_by(|entry| entry.image.label.cmp(label)).ok(),
                    ImageRef::Id(id) => by_id.images.get(id).copied(),
                    ImageRef::Version(id) => by_id.versions.get(id).copied(),
                };
                let listing = position.map(|position| match &image {
                    ImageRef::Label(_) | ImageRef::Id(_) => self.images[position].current(),
                    ImageRef::Version(id) => self.images[position].of_version(*id),
                });
                Response::Listing(image, found(listing))
            }
        }
    }
}

fn found<T>(value: Option<T>) -> Lookup<T> {
    value.map_or(Lookup::NotFound, Lookup::Found)
}
