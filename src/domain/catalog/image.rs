//! Images as the index lists them, and their versions.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::types::{ImageId, Label, VersionId};

/// One image of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// Its label.
    pub label: Label,
    /// The ID of the image over all versions.
    pub id: ImageId,
    /// Its name for people: `Ubuntu 24.04 Noble Numbat`. Changes without notice.
    pub name: String,
    /// What kind of image it is: `distribution`, `instantapp`.
    pub categories: BTreeSet<String>,
    /// When the Marketplace stops listing it.
    pub valid_until: Option<Timestamp>,
}

/// One published build of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When it was published, if the Marketplace says so; to the second.
    pub published: Option<Timestamp>,
    /// Its ID.
    pub id: VersionId,
}
