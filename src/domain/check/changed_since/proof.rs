//! The verification of a changed pin: the proof that it is genuine, or the finding about it.

use crate::domain::catalog::{Catalog, Listing, LocalImage, QueryError};
use crate::domain::check::assess::{gone, look_up};
use crate::domain::check::changed_since::history::PastPins;
use crate::domain::check::report::{Finding, Proof};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::{expected_label, mismatch, mismatch_of, of_type, pinned_image};
use crate::domain::types::{Cause, Cell, ImageRef, Label, Status};

/// The reason why a pin could not be verified.
pub(super) enum Doubt {
    /// A response of the Marketplace is missing or incomplete.
    Lookup(QueryError),
    /// Revisions may be missing from the history.
    Gap(String),
}

impl From<QueryError> for Doubt {
    fn from(failure: QueryError) -> Self {
        Self::Lookup(failure)
    }
}

/// The proof for a changed pin, and the finding about it. Either may be missing.
pub(super) fn verify(
    pin: &Pin,
    target: &Target,
    past: &PastPins,
    catalog: &Catalog,
) -> Result<(Option<Proof>, Option<Finding>), Doubt> {
    let finding = |status, notes: Vec<String>| Finding::new(target, Some(pin), status, notes);
    let wrong = |status, note| Ok((None, Some(finding(status, vec![note]))));
    let image = pinned_image(pin, target);
    let listing = catalog.listing(&image).known()?;
    if listing.is_none() && catalog.image(&image).is_some() {
        let how = format!("it returned no local images for `{image}`, although its list of images has that image");
        return Err(QueryError::invalid_response(how).into());
    }
    let expected = expected_label(pin, target, catalog);
    if let (Some(stated), Some(expected)) = (pin.label(), &expected)
        && stated != expected
    {
        return wrong(Status::Mismatch, format!("the lockfile has the label `{stated}`, not `{expected}`"));
    }
    if let Some(mismatch) = mismatch(pin, target, catalog) {
        return wrong(Status::Mismatch, mismatch);
    }
    // The pin is not a mismatch, so a listed local image with this ID is the pinned one.
    let is_listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let proof = if is_listed || is_looked_up(pin, expected.as_ref(), catalog)? {
        Proof::Listed
    } else if past.has(pin, expected.as_ref()) {
        Proof::History
    } else {
        let (rows, doubt) = of_versions(pin, &image, catalog)?;
        let mismatches: Vec<_> = rows.iter().map(|local| mismatch_of(local, target, expected.as_ref())).collect();
        if mismatches.iter().any(Option::is_none) {
            Proof::Version
        } else if let Some(mismatch) = mismatches.into_iter().flatten().next() {
            return wrong(Status::Mismatch, mismatch);
        } else if let Some(doubt) = doubt.or(listing.and_then(Listing::doubt)) {
            return Err(doubt.into());
        } else if let Some(gap) = &past.gap {
            return Err(Doubt::Gap(gap.clone()));
        } else {
            let note = "the Marketplace does not list the ID, and the lockfile did not pin it before the change";
            return wrong(Status::Unverified, note.to_owned());
        }
    };
    let not_offered = not_offered(&image, listing, target, catalog)?;
    let unavailable = |(cause, note)| finding(Status::Unavailable, Vec::new()).caused_by(cause, note);
    Ok((Some(proof), not_offered.map(unavailable)))
}

/// Whether the Marketplace describes the ID in response to a lookup, with the expected label.
pub(super) fn is_looked_up(pin: &Pin, expected: Option<&Label>, catalog: &Catalog) -> Result<bool, QueryError> {
    let local = look_up(pin, "the changed IDs", catalog)?;
    Ok(local.is_some_and(|local| local.label.is_some() && local.label.as_ref() == expected))
}

/// The local images with the pinned ID in the listings of all versions of an image, and the first reason why a listing may be
/// incomplete.
fn of_versions<'c>(
    pin: &Pin,
    image: &ImageRef,
    catalog: &'c Catalog,
) -> Result<(Vec<&'c LocalImage>, Option<QueryError>), QueryError> {
    let (mut rows, mut doubts) = (Vec::new(), Vec::new());
    for version in catalog.versions(image).known()?.into_iter().flatten() {
        match catalog.listing(&ImageRef::Version(version.id)).known() {
            Ok(listing) => {
                rows.extend(listing.into_iter().flat_map(|listing| listing.with_id(pin.id)));
                doubts.extend(listing.and_then(Listing::doubt));
            }
            Err(failure) => doubts.push(failure),
        }
    }
    Ok((rows, doubts.into_iter().next()))
}

/// The cause and the note if the Marketplace offers no local image for a target.
fn not_offered(
    image: &ImageRef,
    listing: Option<&Listing>,
    target: &Target,
    catalog: &Catalog,
) -> Result<Option<(Cause, String)>, QueryError> {
    let Some(listing) = listing else {
        return Ok(Some((Cause::LabelGone, gone(image))));
    };
    if of_type(listing, target).next().is_some() {
        return Ok(None);
    }
    if let Some(doubt) = listing.doubt() {
        return Err(doubt);
    }
    // An empty listing counts only if the index of all images is known: a wrong API URL also gives empty listings.
    if listing.local_images().is_empty() {
        catalog.index().known()?;
    }
    let Cell { zone, arch, .. } = &target.cell;
    let note = format!("not offered in {zone} for {arch} with type {}", target.image_type);
    Ok(Some((Cause::NotOffered, note)))
}
