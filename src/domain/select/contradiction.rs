//! Responses of one run that cannot all be true: no verdict follows from any of them.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::{ImageRef, LocalImageId};

/// The listing of an image does not exist or is empty, and another response shows that the image is offered: the index,
/// which lists it without an end that has passed, or the listing of a version. An empty listing that nothing contradicts
/// is believed: the Marketplace may have taken back all local images of an image for the moment.
pub(crate) fn missing_listing(image: &ImageRef, now: Timestamp, catalog: &Catalog) -> Option<QueryError> {
    let known = catalog.image(image).filter(|known| known.valid_until.is_none_or(|end| end > now))?;
    match catalog.listing(image) {
        Lookup::NotFound => {
            Some(QueryError::invalid_response(format!("the index lists `{}`, and its listing does not", known.label)))
        }
        Lookup::Found(listing) if listing.local_images().is_empty() && listing.doubt().is_none() => {
            let Lookup::Found(versions) = catalog.versions(image) else { return None };
            let newest = catalog.listing(&ImageRef::Version(versions.first()?.id));
            let full = matches!(newest, Lookup::Found(newest) if !newest.local_images().is_empty());
            full.then(|| {
                let label = &known.label;
                QueryError::invalid_response(format!(
                    "the listing of `{label}` is empty, and that of its newest version is not"
                ))
            })
        }
        Lookup::Found(_) | Lookup::Failed(_) => None,
    }
}

/// Why an image cannot be called gone: the Marketplace does not say which images it has.
pub(crate) fn unknown_index(catalog: &Catalog) -> Option<QueryError> {
    match catalog.index() {
        Lookup::Found(_) => None,
        Lookup::NotFound => Some(QueryError::invalid_response("it knows no list of its images".to_owned())),
        Lookup::Failed(failure) => Some(failure),
    }
}

/// The look-up by ID says that there is no such local image, and a listing has it.
pub(crate) fn missing_id(id: LocalImageId, catalog: &Catalog) -> Option<QueryError> {
    let image = catalog.listed_by(id)?;
    Some(QueryError::invalid_response(format!(
        "the listing of `{image}` has {id}, and the look-up by ID does not find it"
    )))
}
