//! A saved catalog: `imagelock snapshot` writes it, and `--catalog` uses it instead of the Marketplace.

mod entry;
mod file;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query, Response};
use crate::domain::types::{ImageId, ImageRef, LocalImageId, VersionId};

use entry::{Entry, Row};
pub use file::SnapshotError;

/// Everything the Marketplace offered at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    /// Sorted by label.
    images: Vec<Entry>,
    // Positions of images by ID. If several images have the same ID, the first is used.
    by_id: BTreeMap<ImageId, usize>,
    by_version: BTreeMap<VersionId, usize>,
    /// With the position of the row.
    by_local_image: BTreeMap<LocalImageId, (usize, usize)>,
}

impl Snapshot {
    /// Makes a snapshot of all images in the index of a catalog, with those of their versions and local images that the
    /// catalog knows.
    pub fn new(catalog: &Catalog, taken: Timestamp) -> Self {
        Self::of(catalog.images().iter().map(|image| Entry::new(image, catalog)).collect(), taken)
    }

    fn of(images: Vec<Entry>, taken: Timestamp) -> Self {
        let mut snapshot = Self { taken, ..Self::default() };
        for (position, entry) in images.iter().enumerate() {
            snapshot.by_id.entry(entry.image.id).or_insert(position);
            for version in &entry.versions {
                snapshot.by_version.entry(version.id).or_insert(position);
            }
            for (row, Row { local, .. }) in entry.rows.iter().enumerate().filter(|(_, row)| !row.superseded) {
                snapshot.by_local_image.entry(local.id).or_insert((position, row));
            }
        }
        Self { images, ..snapshot }
    }

    /// The number of images and the number of local images.
    pub fn size(&self) -> (usize, usize) {
        (self.images.len(), self.images.iter().map(|entry| entry.rows.len()).sum())
    }

    /// Parses a snapshot.
    ///
    /// # Errors
    /// If the text differs from the format that `imagelock snapshot` writes; the first difference is reported.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let (taken, images) = file::read(text)?;
        Ok(Self::of(images, taken))
    }

    /// The snapshot as JSON. Equal catalogs result in equal texts.
    pub fn write(&self) -> String {
        file::write(self.taken, &self.images)
    }

    /// The response that the Marketplace gave when the snapshot was taken.
    pub(super) fn answer(&self, query: Query) -> Response {
        let at = |position: &usize| &self.images[*position];
        match query {
            Query::Index => {
                Response::Index(Lookup::Found(self.images.iter().map(|entry| entry.image.clone()).collect()))
            }
            Query::Versions(id) => {
                let versions = self.by_id.get(&id).map(|position| at(position).versions.clone());
                Response::Versions(id, Ok(versions).into())
            }
            Query::LocalImage(id) => {
                let local = self.by_local_image.get(&id).map(|(position, row)| at(position).rows[*row].local.clone());
                Response::LocalImage(id, Ok(local).into())
            }
            Query::Listing(image) => {
                let listing = match &image {
                    ImageRef::Label(label) => {
                        let found = self.images.binary_search_by(|entry| entry.image.label.cmp(label)).ok();
                        found.map(|position| at(&position).current())
                    }
                    ImageRef::Id(id) => self.by_id.get(id).map(|position| at(position).current()),
                    ImageRef::Version(id) => self.by_version.get(id).map(|position| at(position).of_version(*id)),
                };
                Response::Listing(image, Ok(listing).into())
            }
        }
    }
}
