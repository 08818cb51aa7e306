//! Local images as the Marketplace lists them.

use crate::domain::catalog::query_error::QueryError;
use crate::domain::catalog::word_set::WordSet;
use crate::domain::{Arch, ImageType, Label, LocalImageId, Zone};

/// One local image: one version of an image, in one zone, for one architecture, of one type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalImage {
    /// What an Instance boots.
    pub id: LocalImageId,
    /// The image's label, if the row states it.
    pub label: Option<Label>,
    /// Where it can be booted.
    pub zone: Zone,
    /// The processor it is built for.
    pub arch: Arch,
    /// The root volume it is made for.
    pub image_type: StatedType,
    /// The Instance types that it can boot. The API changes this list under a constant ID.
    pub commercial_types: WordSet,
}

/// The type of a local image as its row states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedType {
    /// A type that imagelock knows.
    Known(ImageType),
    /// Missing, null or `unknown_type`: fits any declared type, as the service's own filter had it.
    Unstated,
    /// A type that came after this release of imagelock: fits none.
    Other(Box<str>),
}

impl StatedType {
    /// Whether a local image of this type is one of the `declared` type.
    pub fn fits(&self, declared: ImageType) -> bool {
        match self {
            Self::Known(known) => *known == declared,
            Self::Unstated => true,
            Self::Other(_) => false,
        }
    }

    /// The API's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unstated => "unknown_type",
            Self::Other(other) => other,
        }
    }
}

/// The current local images of one image, in all zones, for all architectures, of all types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    local_images: Vec<LocalImage>,
    doubts: Vec<String>,
}

impl Listing {
    /// Sorts and deduplicates rows, so that the order and the repetitions of an answer leave no trace.
    ///
    /// `doubts` are the reasons why this may not be the whole listing. What a doubtful listing shows is used; that it
    /// lacks something proves nothing.
    pub fn new(mut local_images: Vec<LocalImage>, mut doubts: Vec<String>) -> Self {
        local_images.sort();
        local_images
            .dedup_by(|a, b| (a.id, &a.zone, &a.arch, &a.image_type) == (b.id, &b.zone, &b.arch, &b.image_type));
        doubts.sort();
        doubts.dedup();
        doubts.truncate(3);
        Self { local_images, doubts }
    }

    /// The rows, in an order of their own.
    pub fn local_images(&self) -> &[LocalImage] {
        &self.local_images
    }

    /// What to say where something is missing from a doubtful listing.
    pub fn doubt(&self) -> Option<QueryError> {
        (!self.doubts.is_empty()).then(|| QueryError::incomplete_response(&self.doubts))
    }

    /// The rows with this ID: one, unless the Marketplace contradicts itself.
    pub fn with_id(&self, id: LocalImageId) -> impl Iterator<Item = &LocalImage> {
        self.local_images.iter().filter(move |local| local.id == id)
    }

    /// The label that the rows state.
    pub fn label(&self) -> Option<&Label> {
        self.local_images.iter().find_map(|local| local.label.as_ref())
    }
}
