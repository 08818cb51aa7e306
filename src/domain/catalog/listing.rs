//! Images, their versions and their local images, as the Marketplace API lists them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::catalog::query_error::QueryError;
use crate::domain::types::{Arch, ImageId, ImageType, Label, LocalImageId, VersionId, Zone};

/// One image of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// Its label.
    pub label: Label,
    /// The ID of the image. All its versions share it.
    pub id: ImageId,
    /// Its display name: `Ubuntu 24.04 Noble Numbat`. The Marketplace may change it at any time.
    pub name: String,
    /// Its categories: `distribution`, `instantapp`.
    pub categories: BTreeSet<String>,
    /// When the Marketplace stops listing it, if an end is set.
    pub valid_until: Option<Timestamp>,
}

/// One published build of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When the Marketplace published it, to the second, if the API gives the time (`published_at`).
    pub published: Option<Timestamp>,
    /// Its ID.
    pub id: VersionId,
}

/// One local image: one version of an image, in one zone, for one architecture, with one type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalImage {
    /// The ID that an Instance boots from.
    pub id: LocalImageId,
    /// The label of the image, if the API gives it.
    pub label: Option<Label>,
    /// The zone that it is in.
    pub zone: Zone,
    /// The processor architecture that it is built for.
    pub arch: Arch,
    /// The kind of root volume that it is made for.
    pub image_type: StatedType,
    /// The names of the Instance types that can boot it (`compatible_commercial_types` in the API). The Marketplace
    /// changes this list without changing the ID. Nearly all local images of a listing have the same list, so they
    /// share it.
    pub commercial_types: Arc<BTreeSet<String>>,
}

/// The type of a local image in the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedType {
    /// A type that imagelock knows.
    Known(ImageType),
    /// Missing, null or `unknown_type`. It fits every declared type, like in the filter of the API.
    Unstated,
    /// A type that this release of imagelock does not know. It fits no declared type.
    Other(Box<str>),
}

impl StatedType {
    /// Whether a local image of this type fits the `declared` type.
    pub fn fits(&self, declared: ImageType) -> bool {
        match self {
            Self::Known(known) => *known == declared,
            Self::Unstated => true,
            Self::Other(_) => false,
        }
    }

    /// The name of the type in the API.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unstated => "unknown_type",
            Self::Other(other) => other,
        }
    }
}

/// The local images of one image or version, in all zones, for all architectures, with all types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    local_images: Vec<LocalImage>,
    doubts: Vec<String>,
}

impl Listing {
    /// Makes a listing of local images. They are sorted and deduplicated, so the order of a response has no effect.
    ///
    /// `doubts` are the reasons why the listing may be incomplete. The local images of an incomplete listing are used,
    /// but nothing is concluded from the absence of others.
    pub fn new(mut local_images: Vec<LocalImage>, mut doubts: Vec<String>) -> Self {
        local_images.sort();
        local_images
            .dedup_by(|a, b| (a.id, &a.zone, &a.arch, &a.image_type) == (b.id, &b.zone, &b.arch, &b.image_type));
        doubts.sort();
        doubts.dedup();
        doubts.truncate(3);
        Self { local_images, doubts }
    }

    /// The local images, sorted.
    pub fn local_images(&self) -> &[LocalImage] {
        &self.local_images
    }

    /// The error to report instead of a conclusion from a missing local image; `None` if the listing is complete.
    pub fn doubt(&self) -> Option<QueryError> {
        (!self.doubts.is_empty()).then(|| QueryError::incomplete_response(&self.doubts))
    }

    /// The local images with this ID. There is at most one, unless the response contradicts itself.
    pub fn with_id(&self, id: LocalImageId) -> impl Iterator<Item = &LocalImage> {
        self.local_images.iter().filter(move |local| local.id == id)
    }

    /// Whether the listing contains a local image with this ID.
    pub(crate) fn has(&self, id: LocalImageId) -> bool {
        self.with_id(id).next().is_some()
    }

    /// The label of the local images, if any of them states it.
    pub fn label(&self) -> Option<&Label> {
        self.local_images.iter().find_map(|local| local.label.as_ref())
    }
}
