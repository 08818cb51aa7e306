//! What to ask the Marketplace next. Questions that do not depend on one another come out together, so that a whole
//! run costs as many rounds of latency as there are links in the longest chain of answers: index, versions, one version.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::ImageRef;
use crate::domain::catalog::{Catalog, Lookup, Query, Version};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::verify::own_image;
use crate::domain::select::{boots, candidates, is_newest, is_old_enough, is_withdrawn, sources};

/// What must be known to choose a local image for a target that has this pin, or none. What is known already
/// is not asked again: see [`Catalog::unanswered`].
pub fn about(target: &Target, pin: Option<&Pin>, now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index]);
    let sources = match sources(target, catalog) {
        Lookup::Found(sources) => sources.into_iter().map(|(image, _)| image).collect::<Vec<_>>(),
        Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
    };
    // A dated pin that is what its image offers now needs no word about versions but how many there are.
    let settled =
        pin.is_some_and(|pin| pin.published.is_some() && pin.satisfies(target) && is_newest(pin, target, catalog));
    let own = pin.filter(|pin| !sources.iter().any(|image| pin.is_of(image))).map(|pin| pin.image.clone());
    for image in sources.into_iter().chain(own) {
        queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
        if !settled {
            queries.extend(versions(target, pin, &image, now, catalog));
        }
        queries.insert(Query::Listing(image));
    }
    queries
}

/// The versions whose local images matter. Of several, the newest: only its own listing says what is of it. Where an
/// age is asked for, also the newest that is old enough, and the older ones where that has nothing for the cell; and for
/// a pin of unknown date all younger ones, one of which may be its own.
fn versions(target: &Target, pin: Option<&Pin>, image: &ImageRef, now: Timestamp, catalog: &Catalog) -> Vec<Query> {
    let Lookup::Found(versions) = catalog.versions(image) else { return Vec::new() };
    if matches!(image, ImageRef::Version(_)) {
        return Vec::new();
    }
    let mut asked: Vec<_> =
        versions.first().filter(|_| versions.len() > 1).map(|newest| newest.id).into_iter().collect();
    if let Some(cutoff) = target.policy.cutoff(now) {
        let (old, young): (Vec<&Version>, Vec<&Version>) =
            versions.iter().partition(|version| is_old_enough(version, cutoff));
        if pin.is_some_and(|pin| pin.published.is_none()) {
            asked.extend(young.iter().map(|version| version.id));
        }
        let fails = |version: &Version| match catalog.listing(&ImageRef::Version(version.id)) {
            Lookup::Found(listing) => {
                let fits = candidates(listing, target).iter().any(|local| boots(local, target));
                !fits || is_withdrawn(version, image, target, catalog)
            }
            Lookup::NotFound => true,
            Lookup::Failed(_) => false,
        };
        let enough = old.first().is_none_or(|newest| !fails(newest));
        asked.extend(old.iter().take(if enough { 1 } else { old.len() }).map(|version| version.id));
    }
    asked.into_iter().map(|id| Query::Listing(ImageRef::Version(id))).collect()
}

/// The pin's ID, where its listing no longer has it: looked up, it tells a superseded pin from a swapped one.
pub fn identity(target: &Target, pin: &Pin, catalog: &Catalog) -> Option<Query> {
    let listed = match catalog.listing(&own_image(pin, target)) {
        Lookup::Found(listing) => listing.with_id(pin.id).next().is_some(),
        Lookup::NotFound => false,
        Lookup::Failed(_) => true,
    };
    (!listed).then_some(Query::LocalImage(pin.id))
}
