//! Compares a local image with the pin that it could replace.

use jiff::Timestamp;

use crate::domain::catalog::Catalog;
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::select::outcome::Match;
use crate::domain::types::{ImageRef, LocalImageId};

/// Whether an ID is another local image of the pin's own version. The Marketplace can replace the local images of a
/// version without a new date, so the date of the version does not give the age of the new local image.
pub(crate) fn is_changed_in_place(image: &ImageRef, id: LocalImageId, pin: &Pin, catalog: &Catalog) -> bool {
    if id == pin.id || pin.image != *image {
        return false;
    }
    let Some(version) = catalog.version_of(image, id) else { return false };
    match catalog.version_of(image, pin.id) {
        Some(pinned) => version.id == pinned.id,
        None => version.published.is_some() && version.published == pin.published,
    }
}

/// When the version of a pin was published, according to the lockfile or else the Marketplace.
pub(crate) fn published(pin: &Pin, catalog: &Catalog) -> Option<Timestamp> {
    pin.published.or_else(|| catalog.published(&pin.image, pin.id))
}

/// Whether a match is older than the pin. Releases are compared first, then publication dates.
pub(crate) fn is_older(found: &Match<'_>, pin: &Pin, catalog: &Catalog) -> bool {
    let is_earlier = found.published.zip(published(pin, catalog)).is_some_and(|(found, pinned)| found < pinned);
    found.release < pin.release || (found.release == pin.release && is_earlier)
}

/// The match as a candidate that could replace a pin.
pub(crate) fn latest(found: &Match<'_>, pin: &Pin, catalog: &Catalog) -> Latest {
    let is_older = is_older(found, pin, catalog);
    Latest { id: found.local.id, release: found.release.clone(), published: found.published, is_older }
}
