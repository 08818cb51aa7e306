//! Whether an ID is what it is pinned as, and what must be asked to know.

use crate::domain::catalog::{Catalog, LocalImage, Query};
use crate::domain::diagnostics::{and, visible};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::{ImageRef, Label};

/// How a pinned ID differs from its pin, as far as the Marketplace was asked about it. An ID that is no longer
/// described is taken for superseded.
pub(crate) fn mismatch(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<String> {
    let listing = catalog.listing(&pinned_image(pin, target)).found();
    let mut described: Vec<&LocalImage> = listing.into_iter().flat_map(|listing| listing.with_id(pin.id)).collect();
    if described.is_empty() {
        described.extend(catalog.local_image(pin.id).found());
    }
    let expected = expected_label(pin, target, catalog);
    let mut mismatches = described.into_iter().map(|local| mismatch_of(local, target, expected.as_ref()));
    // One ID that is listed in several cells is right if it is right in one.
    let first = mismatches.next()??;
    mismatches.all(|other| other.is_some()).then_some(first)
}

/// The look-up of a pinned ID that its listing no longer has: it tells a superseded pin from a swapped one.
pub(crate) fn identity_query(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Query> {
    let listing = catalog.listing(&pinned_image(pin, target)).known().ok()?;
    (!listing.is_some_and(|listing| listing.has(pin.id))).then_some(Query::LocalImage(pin.id))
}

/// Whether the Marketplace lists a pinned ID or answers a look-up of it; `None` if that was not asked.
pub(crate) fn is_listed(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<bool> {
    let is_listed = catalog.lists(&pinned_image(pin, target), pin.id) == Some(true);
    if is_listed || catalog.version_of(&pin.image, pin.id).is_some() {
        return Some(true);
    }
    catalog.local_image(pin.id).known().ok().map(|local| local.is_some())
}

/// The image whose listing should have the pin: the declared one, or for a range of releases the label that won.
pub(crate) fn pinned_image(pin: &Pin, target: &Target) -> ImageRef {
    target.selector.image_ref().unwrap_or_else(|| pin.image.clone())
}

/// The label that the pinned ID must have. For an image that is declared by an ID, the Marketplace says.
pub(crate) fn expected_label(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Label> {
    match &target.selector {
        ImageSelector::Label(label) => Some(label.clone()),
        ImageSelector::Image(id) => label_of(&ImageRef::Id(*id), catalog).or(pin.label().cloned()),
        ImageSelector::Release(..) => pin.label().cloned(),
    }
}

/// The label of the image or version that local images are listed by.
pub(crate) fn label_of(image: &ImageRef, catalog: &Catalog) -> Option<Label> {
    if let ImageRef::Label(label) = image {
        return Some(label.clone());
    }
    match catalog.image(image) {
        Some(image) => Some(image.label.clone()),
        None => catalog.listing(image).found()?.label().cloned(),
    }
}

/// How a local image is not what the target asks for, if it is not.
pub(crate) fn mismatch_of(local: &LocalImage, target: &Target, expected: Option<&Label>) -> Option<String> {
    let mut parts = Vec::new();
    if let (Some(label), Some(expected)) = (&local.label, expected)
        && label != expected
    {
        parts.push(format!("`{label}`, not `{expected}`"));
    }
    if local.zone != target.cell.zone {
        parts.push(format!("in {}, not {}", local.zone, target.cell.zone));
    }
    if local.arch != target.cell.arch {
        parts.push(format!("for {}, not {}", local.arch, target.cell.arch));
    }
    if !local.image_type.fits(target.image_type) {
        let stated = visible(local.image_type.as_str());
        parts.push(format!("of type {stated}, not {}", target.image_type));
    }
    (!parts.is_empty()).then(|| format!("the pinned ID is {}", and(parts)))
}
