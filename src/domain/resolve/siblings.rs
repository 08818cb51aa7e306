//! Finding the version of one pin in another cell: of a sibling for a new cell, of its own pin for a changed declaration.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Lookup, Query, Version};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::{Match, Outcome, judge, label_of, offer, published};
use crate::domain::types::ImageRef;

/// Whether one pin is of a newer version than another of its image, as far as the dates are known.
pub(crate) fn is_newer(pin: &Pin, than: &Pin, catalog: &Catalog) -> bool {
    let key = |pin: &Pin| (pin.release.clone(), published(pin, catalog));
    key(pin) > key(than)
}

/// What must be known to find the version of a sibling in the cell of a target.
pub(crate) fn queries(target: &Target, sibling: &Pin, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index, Query::Listing(sibling.image.clone())]);
    queries.extend(catalog.versions_query(&sibling.image));
    let versions = catalog.known_versions(&sibling.image);
    match version_of(sibling, versions, catalog) {
        Some(version) if offered_now(target, sibling, version, catalog).is_some() => {}
        Some(version) => drop(queries.insert(Query::version(version))),
        // Only their own listings can say which of them it is.
        None => queries.extend(versions.iter().map(Query::version)),
    }
    queries
}

/// Finds the local image of the version of a sibling in the cell of a target. `None` if that version has nothing for the
/// cell, or if it is not known which version it is.
pub(crate) fn find<'c>(target: &Target, sibling: &Pin, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    let image = &sibling.image;
    let is_current = match catalog.listing(image) {
        Lookup::Failed(failure) => return Some(Outcome::Failed(failure)),
        current => current.found().is_some_and(|listing| listing.has(sibling.id)),
    };
    let versions = match catalog.versions(image) {
        Lookup::Found(versions) if !versions.is_empty() => versions,
        // Without versions, what is listed together is taken for one version.
        _ if is_current => return offer_of(target, sibling, image, catalog),
        Lookup::Failed(failure) => return Some(Outcome::Failed(failure)),
        Lookup::Found(_) | Lookup::NotFound => return None,
    };
    let version = version_of(sibling, versions, catalog)?;
    if let Some(found) = offered_now(target, sibling, version, catalog) {
        return Some(found);
    }
    match offer_of(target, sibling, &ImageRef::Version(version.id), catalog)? {
        Outcome::Match(found) => Some(Outcome::Match(Match { published: version.published, ..found })),
        outcome => Some(outcome),
    }
}

/// The version that a pin is of: the one that lists it, else the only one with its date.
fn version_of<'c>(pin: &Pin, versions: &'c [Version], catalog: &'c Catalog) -> Option<&'c Version> {
    catalog.version_of(&pin.image, pin.id).or_else(|| {
        let mut dated = versions.iter().filter(|it| it.published.is_some() && it.published == pin.published);
        dated.next().filter(|_| dated.next().is_none())
    })
}

/// What the image offers now in the cell of a target, if that is known to be of a version.
fn offered_now<'c>(target: &Target, sibling: &Pin, version: &Version, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    match offer_of(target, sibling, &sibling.image, catalog)? {
        Outcome::Match(found) if catalog.version_of(&sibling.image, found.local.id)?.id == version.id => {
            Some(Outcome::Match(found))
        }
        _ => None,
    }
}

/// What the listing of an image or a version offers in the cell of a target; `None` if it certainly has nothing.
fn offer_of<'c>(target: &Target, sibling: &Pin, listed_by: &ImageRef, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    let listing = match catalog.listing(listed_by) {
        Lookup::Found(listing) => listing,
        Lookup::NotFound => return None,
        Lookup::Failed(failure) => return Some(Outcome::Failed(failure)),
    };
    let label = label_of(&sibling.image, catalog);
    match offer(listing, &judge(listing, target, label.as_ref())) {
        Ok(fitting) if let [local] = fitting[..] => Some(Outcome::Match(Match {
            local,
            image: sibling.image.clone(),
            release: sibling.release.clone(),
            published: catalog.published(&sibling.image, local.id),
        })),
        Ok(several) => Some(Outcome::Several(several)),
        Err(_) => listing.doubt().map(Outcome::Failed),
    }
}
