//! The outcome of a selection: the local image to pin, or the reason why none can be pinned.

use jiff::Timestamp;

use crate::domain::catalog::{Listing, LocalImage, QueryError, StatedType};
use crate::domain::types::{ImageRef, Label, Release};

/// A local image that fits a target, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match<'c> {
    /// The local image.
    pub(crate) local: &'c LocalImage,
    /// The image whose listing contains it.
    pub(crate) image: ImageRef,
    /// Its release, if the target declares a range of releases.
    pub(crate) release: Option<Release>,
    /// When the Marketplace published its version, if that is known.
    pub(crate) published: Option<Timestamp>,
}

/// What should be pinned for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome<'c> {
    /// Pin this local image. It may already be pinned.
    Match(Match<'c>),
    /// Keep the pin: every other candidate is too young or older than the pin.
    Keep,
    /// Several local images fit, and the manifest does not say which one to use.
    Several(Vec<&'c LocalImage>),
    /// No local image of this listing fits.
    NoMatch(&'c Listing, NoMatch<'c>),
    /// Every local image that fits is younger than `min-age`. The first is old enough at this time, if that is known.
    TooYoung(Option<Timestamp>),
    /// These labels share the newest release, and the manifest does not say which one to use.
    SameRelease(Vec<Label>),
    /// No label that matches the pattern has a release in the range.
    NoRelease,
    /// The Marketplace has no such image.
    Unknown,
    /// A response is missing or unusable.
    Failed(QueryError),
}

/// Why no local image of a listing fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoMatch<'c> {
    /// The image is not offered in this zone for this architecture.
    NotOffered,
    /// The image is offered, but only with these types.
    OtherTypes(Vec<&'c StatedType>),
    /// These local images are offered, but the declared Instance type cannot boot them.
    NotBootable(Vec<&'c LocalImage>),
}
