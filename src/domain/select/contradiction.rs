//! Responses of one run that cannot all be true: no verdict follows from any of them.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::types::{ImageRef, LocalImageId};

/// The listing of an image does not exist or is empty, and another response shows that the image is offered: the index,
/// which lists it without an end that has passed, or the listing of a version. An empty listing that nothing contradicts
/// is believed: the Marketplace may have taken back all local images of an image for the moment.
pub(crate) fn missing_listing(image: &ImageRef, now: Timestamp, catalog: &Catalog) -> Option<QueryError> {
    let known = catalog.image(image).filter(|known| known.valid_until.is_none_or(|end| end > now))?;
    let label = &known.label;
    let how = match catalog.listing(image) {
        Lookup::NotFound => format!("the index lists `{label}`, and its listing does not"),
        Lookup::Found(listing) if listing.local_images().is_empty() && listing.doubt().is_none() => {
            let newest = ImageRef::Version(catalog.known_versions(image).first()?.id);
            catalog.listing(&newest).found().filter(|newest| !newest.local_images().is_empty())?;
            format!("the listing of `{label}` is empty, and that of its newest version is not")
        }
        Lookup::Found(_) | Lookup::Failed(_) => return None,
    };
    Some(QueryError::invalid_response(how))
}

/// Why an image cannot be called gone: the Marketplace does not say which images it has.
pub(crate) fn unknown_index(catalog: &Catalog) -> Option<QueryError> {
    match catalog.index().known() {
        Ok(Some(_)) => None,
        Ok(None) => Some(QueryError::invalid_response("it knows no list of its images")),
        Err(failure) => Some(failure),
    }
}

/// The look-up by ID says that there is no such local image, and a listing has it.
pub(crate) fn missing_id(id: LocalImageId, catalog: &Catalog) -> Option<QueryError> {
    let image = catalog.listed_by(id)?;
    let how = format!("the listing of `{image}` has {id}, and the look-up by ID does not find it");
    Some(QueryError::invalid_response(how))
}
