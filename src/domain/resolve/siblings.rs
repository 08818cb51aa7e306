//! Finds the version of a reference pin for another target: of a sibling for a new target, or of the target's own pin
//! if its declaration changed. Siblings are pins of the same image in other zones or for other architectures.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Lookup, Query, Version};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::{Match, Outcome, label_of, offer, published, verdicts};
use crate::domain::types::ImageRef;

/// Whether a pin has a newer version than another pin of its image, as far as the dates are known.
pub(crate) fn is_newer(pin: &Pin, than: &Pin, catalog: &Catalog) -> bool {
    let key = |pin: &Pin| (pin.release.clone(), published(pin, catalog));
    key(pin) > key(than)
}

/// The queries that are needed to find the version of a sibling for a target.
pub(crate) fn queries(target: &Target, sibling: &Pin, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index, Query::Listing(sibling.image.clone())]);
    queries.extend(catalog.versions_query(&sibling.image));
    let versions = catalog.known_versions(&sibling.image);
    match version_of(sibling, versions, catalog) {
        Some(version) if offered_now(target, sibling, version, catalog).is_some() => {}
        Some(version) => drop(queries.insert(Query::version(version))),
        // Only the listings of the versions show to which of them the sibling belongs.
        None => queries.extend(versions.iter().map(Query::version)),
    }
    queries
}

/// Finds the local image for a target in the version of a sibling. `None` if that version has no local image for the
/// target, or if the version is unknown.
pub(crate) fn find<'c>(target: &Target, sibling: &Pin, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    let image = &sibling.image;
    let is_current = match catalog.listing(image) {
        Lookup::Failed(error) => return Some(Outcome::Failed(error)),
        current => current.found().is_some_and(|listing| listing.has(sibling.id)),
    };
    let versions = match catalog.versions(image) {
        Lookup::Found(versions) if !versions.is_empty() => versions,
        // Without versions, all local images of one listing count as one version.
        _ if is_current => return offer_of(target, sibling, image, catalog),
        Lookup::Failed(error) => return Some(Outcome::Failed(error)),
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

/// The version of a pin: the version whose listing contains it, or else the only version with the same date.
fn version_of<'c>(pin: &Pin, versions: &'c [Version], catalog: &'c Catalog) -> Option<&'c Version> {
    catalog.version_of(&pin.image, pin.id).or_else(|| {
        let mut dated = versions.iter().filter(|it| it.published.is_some() && it.published == pin.published);
        dated.next().filter(|_| dated.next().is_none())
    })
}

/// What the image currently offers for a target, if that is known to belong to `version`.
fn offered_now<'c>(target: &Target, sibling: &Pin, version: &Version, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    match offer_of(target, sibling, &sibling.image, catalog)? {
        Outcome::Match(found) if catalog.version_of(&sibling.image, found.local.id)?.id == version.id => {
            Some(Outcome::Match(found))
        }
        _ => None,
    }
}

/// What the listing of an image or a version offers for a target; `None` if it certainly has no local image for it.
fn offer_of<'c>(target: &Target, sibling: &Pin, listed_by: &ImageRef, catalog: &'c Catalog) -> Option<Outcome<'c>> {
    let listing = match catalog.listing(listed_by) {
        Lookup::Found(listing) => listing,
        Lookup::NotFound => return None,
        Lookup::Failed(error) => return Some(Outcome::Failed(error)),
    };
    let label = label_of(&sibling.image, catalog);
    match offer(listing, &verdicts(listing, target, label.as_ref())) {
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
