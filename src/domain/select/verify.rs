//! Whether an ID is what it is pinned as, and what must be asked to know.

use crate::domain::catalog::{Catalog, LocalImage, Lookup, Query};
use crate::domain::diagnostics::{and, visible};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::{ImageRef, Label};

/// How a pinned ID differs from its pin, as far as the Marketplace was asked about it. An ID that is no longer
/// described is taken for superseded.
pub(crate) fn mismatch(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<String> {
    let listed = match catalog.listing(&pinned_image(pin, target)) {
        Lookup::Found(listing) => listing.with_id(pin.id).collect(),
        Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
    };
    let looked_up = match catalog.local_image(pin.id) {
        Lookup::Found(local) if listed.is_empty() => Some(local),
        _ => None,
    };
    let expected = expected_label(pin, target, catalog);
    let mismatches: Vec<Option<String>> =
        listed.into_iter().chain(looked_up).map(|local| mismatch_of(local, target, expected.as_ref())).collect();
    // One ID that is listed in several cells is right if it is right in one.
    if mismatches.iter().all(Option::is_some) { mismatches.into_iter().flatten().next() } else { None }
}

/// The look-up of a pinned ID that its listing no longer has: it tells a superseded pin from a swapped one.
pub(crate) fn identity_query(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Query> {
    let listed = match catalog.listing(&pinned_image(pin, target)) {
        Lookup::Found(listing) => listing.with_id(pin.id).next().is_some(),
        Lookup::NotFound => false,
        Lookup::Failed(_) => true,
    };
    (!listed).then_some(Query::LocalImage(pin.id))
}

/// Whether the Marketplace lists a pinned ID or answers a look-up of it; `None` if that was not asked.
pub(crate) fn is_listed(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<bool> {
    let listed = match catalog.listing(&pinned_image(pin, target)) {
        Lookup::Found(listing) => listing.with_id(pin.id).next().is_some(),
        Lookup::NotFound | Lookup::Failed(_) => false,
    };
    if listed || catalog.version_of(&pin.image, pin.id).is_some() {
        return Some(true);
    }
    match catalog.local_image(pin.id) {
        Lookup::Found(_) => Some(true),
        Lookup::NotFound => Some(false),
        Lookup::Failed(_) => None,
    }
}

/// The image whose listing should have the pin: the declared one, or for a range of releases the label that won.
pub(crate) fn pinned_image(pin: &Pin, target: &Target) -> ImageRef {
    target.selector.image_ref().unwrap_or_else(|| pin.image.clone())
}

/// The label that the pinned ID must have. For an image that is declared by an ID, the Marketplace says.
pub(crate) fn expected_label(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<Label> {
    match &target.selector {
        ImageSelector::Label(label) => Some(label.clone()),
        ImageSelector::Image(_) | ImageSelector::Version(_) => {
            label_of(&pinned_image(pin, target), catalog).or(pin.label().cloned())
        }
        ImageSelector::Release(..) => pin.label().cloned(),
    }
}

/// The label of the image or version that local images are listed by.
pub(crate) fn label_of(image: &ImageRef, catalog: &Catalog) -> Option<Label> {
    match image {
        ImageRef::Label(label) => Some(label.clone()),
        ImageRef::Id(_) | ImageRef::Version(_) => match (catalog.image(image), catalog.listing(image)) {
            (Some(image), _) => Some(image.label.clone()),
            (None, Lookup::Found(listing)) => listing.label().cloned(),
            (None, _) => None,
        },
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
