//! The outcome of a selection: the local image to pin, or why there is none.

use jiff::Timestamp;

use crate::domain::catalog::{Listing, LocalImage, QueryError, StatedType};
use crate::domain::types::release::Release;
use crate::domain::{ImageRef, Label};

/// A local image that fits a target, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match<'c> {
    /// The local image.
    pub(crate) local: &'c LocalImage,
    /// The image whose listing has it.
    pub(crate) image: ImageRef,
    /// Its release, if a range of releases was asked for.
    pub(crate) release: Option<Release>,
    /// When its version was published, if that is known.
    pub(crate) published: Option<Timestamp>,
}

/// What should be pinned for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome<'c> {
    /// This local image. It may be the pinned one.
    Match(Match<'c>),
    /// The pin stays: every other candidate is too young, or older.
    Keep,
    /// Several local images fit, and nothing in the manifest tells them apart.
    Several(Vec<&'c LocalImage>),
    /// No local image of this listing fits.
    NoMatch(&'c Listing, NoMatch<'c>),
    /// Every local image that fits is younger than `min-age`; the first is old enough at this time, if that is known.
    TooYoung(Option<Timestamp>),
    /// These labels share the newest release, and nothing says which of them is meant.
    SameRelease(Vec<Label>),
    /// No label matches the pattern with a release in the range.
    NoRelease,
    /// The Marketplace does not know the image.
    Unknown,
    /// A response is missing, or cannot be trusted.
    Failed(QueryError),
}

/// Why no local image of a listing fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoMatch<'c> {
    /// The image is not offered in this zone for this architecture.
    NoCell,
    /// It is, but only with these types.
    OtherTypes(Vec<&'c StatedType>),
    /// It is, but these local images cannot boot the declared Instance type.
    NotBootable(Vec<&'c LocalImage>),
}
