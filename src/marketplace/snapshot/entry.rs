//! An image in a snapshot, with its versions and local images.

use std::collections::BTreeMap;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Version};
use crate::domain::types::{ImageRef, VersionId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) image: Image,
    pub(super) versions: Vec<Version>,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) local: LocalImage,
    /// The known versions that contain the local image.
    pub(super) versions: Vec<VersionId>,
    /// Whether only older versions contain the local image, so that the listing of the label does not have it.
    pub(super) superseded: bool,
}

impl Entry {
    /// The entry of an image, with those versions and local images that the catalog knows.
    pub(super) fn new(image: &Image, catalog: &Catalog) -> Self {
        let label = ImageRef::Label(image.label.clone());
        let versions =
            if let Lookup::Found(versions) = catalog.versions(&label) { versions.clone() } else { Vec::new() };
        let local_images = |image: &ImageRef| match catalog.listing(image) {
            Lookup::Found(listing) => listing.local_images().to_vec(),
            Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
        };
        // One ID may be listed for several zones, architectures or types.
        let key = |local: &LocalImage| (local.zone.clone(), local.arch.clone(), local.image_type.clone(), local.id);
        let mut rows: BTreeMap<_, Row> = BTreeMap::new();
        for local in local_images(&label) {
            // The version may be known without its listing; see `Catalog::version_of`.
            let versions = catalog.version_of(&label, local.id).map(|version| version.id).into_iter().collect();
            rows.insert(key(&local), Row { local, versions, superseded: false });
        }
        for version in &versions {
            for local in local_images(&ImageRef::Version(version.id)) {
                let row = Row { local: local.clone(), versions: Vec::new(), superseded: true };
                let versions = &mut rows.entry(key(&local)).or_insert(row).versions;
                if !versions.contains(&version.id) {
                    versions.push(version.id);
                }
            }
        }
        let mut rows: Vec<Row> = rows.into_values().collect();
        for row in &mut rows {
            row.versions.sort_unstable();
        }
        rows.sort_by_key(|row| row.superseded);
        Self { image: image.clone(), versions, rows }
    }

    /// The listing of the label: the current local images.
    pub(super) fn current(&self) -> Listing {
        self.listing(|row| !row.superseded)
    }

    /// The listing of a version.
    pub(super) fn of_version(&self, id: VersionId) -> Listing {
        self.listing(|row| row.versions.contains(&id))
    }

    fn listing(&self, is_listed: impl Fn(&Row) -> bool) -> Listing {
        let rows = self.rows.iter().filter(|row| is_listed(row));
        Listing::new(rows.map(|row| row.local.clone()).collect(), Vec::new())
    }
}
