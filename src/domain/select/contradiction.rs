//! Detects responses that contradict each other. A run fails instead of drawing a conclusion from any of them.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::types::{ImageRef, LocalImageId};

/// The error if the listing of an image is missing or empty although another response shows that the image is offered.
///
/// That other response is the index, if it lists the image and the image has not ended, or the listing of the newest
/// version. An empty listing that no response contradicts is accepted: the Marketplace may have withdrawn all local
/// images for now.
pub(crate) fn missing_listing(image: &ImageRef, now: Timestamp, catalog: &Catalog) -> Option<QueryError> {
    let known = catalog.image(image).filter(|known| known.valid_until.is_none_or(|end| end > now))?;
    let label = &known.label;
    let how = match catalog.listing(image) {
        Lookup::NotFound => format!("the index contains `{label}`, but its local images were not found"),
        Lookup::Found(listing) if listing.local_images().is_empty() && listing.doubt().is_none() => {
            let newest = ImageRef::Version(catalog.known_versions(image).first()?.id);
            catalog.listing(&newest).found().filter(|newest| !newest.local_images().is_empty())?;
            format!("`{label}` has no local images, but its newest version has some")
        }
        Lookup::Found(_) | Lookup::Failed(_) => return None,
    };
    Some(QueryError::invalid_response(how))
}

/// The error if the index of all images is unknown. Without it, a missing image cannot be reported as unavailable.
pub(crate) fn unknown_index(catalog: &Catalog) -> Option<QueryError> {
    match catalog.index().known() {
        Ok(Some(_)) => None,
        Ok(None) => Some(QueryError::invalid_response("the index of all images was not found")),
        Err(error) => Some(error),
    }
}

/// The error if a lookup by ID did not find a local image that a listing contains.
pub(crate) fn missing_id(id: LocalImageId, catalog: &Catalog) -> Option<QueryError> {
    let image = catalog.listed_by(id)?;
    let how = format!("`{image}` has the local image {id}, but a lookup of that ID found nothing");
    Some(QueryError::invalid_response(how))
}
