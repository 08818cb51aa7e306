//! Whether a changed pin is real: what proves it, or what is wrong with it.

use crate::domain::catalog::{Catalog, Listing, LocalImage, Lookup, QueryError};
use crate::domain::check::assess::Assessment;
use crate::domain::check::changed_since::history::PastPins;
use crate::domain::check::report::Proof;
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::{expected_label, mismatch, mismatch_of, of_type, pinned_image};
use crate::domain::types::{Cell, ImageRef, Label, Status};

/// Why it is unknown whether a pin is real.
pub(super) enum Doubt {
    /// An answer of the Marketplace is missing, or may not be whole.
    Lookup(QueryError),
    /// The history may lack revisions.
    Gap(String),
}

impl From<QueryError> for Doubt {
    fn from(failure: QueryError) -> Self {
        Self::Lookup(failure)
    }
}

/// How a changed pin was verified, and what is wrong with it.
pub(super) fn verify(
    pin: &Pin,
    target: &Target,
    past: &PastPins,
    catalog: &Catalog,
) -> Result<(Option<Proof>, Option<Assessment>), Doubt> {
    let wrong = |status, notes| Ok((None, Some(Assessment::new(status, notes))));
    let image = pinned_image(pin, target);
    let listing = match catalog.listing(&image) {
        Lookup::Found(listing) => Some(listing),
        Lookup::NotFound if catalog.image(&image).is_some() => {
            let how = format!("it knows no local images of `{image}`, and its list of images has that image");
            return Err(QueryError::invalid_response(how).into());
        }
        Lookup::NotFound => None,
        Lookup::Failed(failure) => return Err(failure.into()),
    };
    let expected = expected_label(pin, target, catalog);
    if let (Some(stated), Some(expected)) = (pin.label(), &expected)
        && stated != expected
    {
        return wrong(Status::Mismatch, vec![format!("the lockfile has the label `{stated}`, not `{expected}`")]);
    }
    if let Some(mismatch) = mismatch(pin, target, catalog) {
        return wrong(Status::Mismatch, vec![mismatch]);
    }
    // Without a mismatch, one of the rows is the pin.
    let is_listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let proof = if is_listed || is_looked_up(pin, expected.as_ref(), catalog)? {
        Proof::Listed
    } else if past.has(pin, expected.as_ref()) {
        Proof::History
    } else {
        let rows = of_versions(pin, &image, catalog)?;
        let mismatches: Vec<_> = rows.rows.iter().map(|local| mismatch_of(local, target, expected.as_ref())).collect();
        if mismatches.iter().any(Option::is_none) {
            Proof::Version
        } else if let Some(mismatch) = mismatches.into_iter().flatten().next() {
            return wrong(Status::Mismatch, vec![mismatch]);
        } else if let Some(doubt) = rows.doubt.or(listing.and_then(Listing::doubt)) {
            return Err(doubt.into());
        } else if let Some(gap) = &past.gap {
            return Err(Doubt::Gap(gap.clone()));
        } else {
            let note = "the Marketplace does not list the ID, and this lock did not pin it before the change";
            return wrong(Status::Unverified, vec![note.to_owned()]);
        }
    };
    Ok((Some(proof), not_offered(listing, target, catalog)?))
}

/// Whether the Marketplace describes the ID, with the label that it must have.
pub(super) fn is_looked_up(pin: &Pin, expected: Option<&Label>, catalog: &Catalog) -> Result<bool, QueryError> {
    match catalog.local_image(pin.id) {
        Lookup::Found(local) => Ok(local.label.is_some() && local.label.as_ref() == expected),
        Lookup::NotFound => Ok(false),
        Lookup::Failed(failure) => {
            let cause = format!("looking up the changed IDs that are not listed: {}", failure.cause);
            Err(QueryError { cause, ..failure })
        }
    }
}

/// The local images with an ID that are part of the versions of an image.
struct OfVersions<'c> {
    rows: Vec<&'c LocalImage>,
    /// Why there may be others.
    doubt: Option<QueryError>,
}

fn of_versions<'c>(pin: &Pin, image: &ImageRef, catalog: &'c Catalog) -> Result<OfVersions<'c>, QueryError> {
    let mut found = OfVersions { rows: Vec::new(), doubt: None };
    let versions = match catalog.versions(image) {
        Lookup::Found(versions) => versions,
        Lookup::NotFound => return Ok(found),
        Lookup::Failed(failure) => return Err(failure),
    };
    for version in versions {
        match catalog.listing(&ImageRef::Version(version.id)) {
            Lookup::Found(listing) => {
                found.rows.extend(listing.with_id(pin.id));
                found.doubt = found.doubt.or_else(|| listing.doubt());
            }
            Lookup::NotFound => {}
            Lookup::Failed(failure) => found.doubt = found.doubt.or(Some(failure)),
        }
    }
    Ok(found)
}

/// What to say where the Marketplace offers nothing for a target.
fn not_offered(
    listing: Option<&Listing>,
    target: &Target,
    catalog: &Catalog,
) -> Result<Option<Assessment>, QueryError> {
    let Some(listing) = listing else {
        let note = "the Marketplace does not offer this image".to_owned();
        return Ok(Some(Assessment::new(Status::Withdrawn, vec![note])));
    };
    if of_type(listing, target).next().is_some() {
        return Ok(None);
    }
    if let Some(doubt) = listing.doubt() {
        return Err(doubt);
    }
    // That an image is offered nowhere at all is believed of a Marketplace that says which images it has.
    if listing.local_images().is_empty()
        && let Lookup::Failed(failure) = catalog.index()
    {
        return Err(failure);
    }
    let Cell { zone, arch, .. } = &target.cell;
    let note = format!("not offered in {zone} for {arch} with type {}", target.image_type);
    Ok(Some(Assessment::new(Status::Retired, vec![note])))
}
