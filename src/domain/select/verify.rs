//! Verifies a pinned ID: whether the Marketplace describes it as the lockfile does, and which query is needed to find
//! out.

use crate::domain::catalog::{Catalog, LocalImage, Query};
use crate::domain::diagnostics::{and, visible};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::{ImageRef, Label};

/// How the Marketplace's description of a pinned ID differs from its pin, as far as the responses show. An ID that the
/// Marketplace no longer describes counts as superseded, not as a mismatch.
pub(crate) fn mismatch(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<String> {
    let listing = catalog.listing(&pinned_image(pin, target)).found();
    let mut described: Vec<&LocalImage> = listing.into_iter().flat_map(|listing| listing.with_id(pin.id)).collect();
    if described.is_empty() {
        described.extend(catalog.local_image(pin.id).found());
    }
    let expected = expected_label(pin, target, catalog);
    let mut mismatches = described.into_iter().map(|local| mismatch_of(local, target, expected.as_ref()));
    // An ID can be listed for several zones or architectures. It is correct if one of them matches.
    let first = mismatches.next()??;
    mismatches.all(|other| other.is_some()).then_some(first)
}

/// The lookup of a pinned ID that its listing no longer contains. It distinguishes a superseded pin from a mismatch.
pub(crate) fn identity_query(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Query> {
    let listing = catalog.listing(&pinned_image(pin, target)).known().ok()?;
    (!listing.is_some_and(|listing| listing.has(pin.id))).then_some(Query::LocalImage(pin.id))
}

/// Whether the Marketplace lists a pinned ID or finds it by a lookup; `None` if neither was queried.
pub(crate) fn is_listed(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<bool> {
    let is_listed = catalog.lists(&pinned_image(pin, target), pin.id) == Some(true);
    if is_listed || catalog.version_of(&pin.image, pin.id).is_some() {
        return Some(true);
    }
    catalog.local_image(pin.id).known().ok().map(|local| local.is_some())
}

/// The image whose listing should contain the pin: the declared one, or for a range of releases the pinned label.
pub(crate) fn pinned_image(pin: &Pin, target: &Target) -> ImageRef {
    target.selector.image_ref().unwrap_or_else(|| pin.image.clone())
}

/// The label that the pinned ID must have. For an image that is declared by ID, the Marketplace determines the label.
pub(crate) fn expected_label(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Label> {
    match &target.selector {
        ImageSelector::Label(label) => Some(label.clone()),
        ImageSelector::Image(id) => label_of(&ImageRef::Id(*id), catalog).or(pin.label().cloned()),
        ImageSelector::Release(..) => pin.label().cloned(),
    }
}

/// The label of an image or a version.
pub(crate) fn label_of(image: &ImageRef, catalog: &Catalog) -> Option<Label> {
    if let ImageRef::Label(label) = image {
        return Some(label.clone());
    }
    match catalog.image(image) {
        Some(image) => Some(image.label.clone()),
        None => catalog.listing(image).found()?.label().cloned(),
    }
}

/// How a local image differs from the target; `None` if it does not.
pub(crate) fn mismatch_of(local: &LocalImage, target: &Target, expected: Option<&Label>) -> Option<String> {
    let mut parts = Vec::new();
    if let (Some(label), Some(expected)) = (&local.label, expected)
        && label != expected
    {
        parts.push(format!("`{label}` instead of `{expected}`"));
    }
    if local.zone != target.cell.zone {
        parts.push(format!("in {} instead of {}", local.zone, target.cell.zone));
    }
    if local.arch != target.cell.arch {
        parts.push(format!("for {} instead of {}", local.arch, target.cell.arch));
    }
    if !local.image_type.fits(target.image_type) {
        let stated = visible(local.image_type.as_str());
        parts.push(format!("of type {stated} instead of {}", target.image_type));
    }
    (!parts.is_empty()).then(|| format!("the pinned ID is {}", and(parts)))
}
