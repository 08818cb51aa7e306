//! Which local images can fill a target, which one does, and whether a pin should give way to it. Never "the first".

pub mod contradiction;
pub mod cooling;
pub mod end_of_life;
pub mod needed;
pub mod unresolved;
pub mod verify;

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError, StatedType, Version};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::contradiction::missing_listing;
use crate::domain::select::verify::{label_of, mismatch};
use crate::domain::types::release::{LabelPattern, Release, release_of};
use crate::domain::{ImageRef, Label};

/// A local image that fills a target, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'c> {
    /// The local image.
    pub local: &'c LocalImage,
    /// What it was listed by.
    pub image: ImageRef,
    /// Its release, where a range of releases was asked for.
    pub release: Option<Release>,
    /// When its version was published, if that is known.
    pub published: Option<Timestamp>,
}

/// The outcome of looking for a target's local image.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'c> {
    /// Exactly one fits.
    One(Match<'c>),
    /// Several fit, and nothing in the manifest tells them apart.
    Several(Vec<&'c LocalImage>),
    /// None fits, of those that the listing has.
    NoMatch(&'c Listing, NoMatch<'c>),
    /// What fits is younger than the policy allows. When the first of it is old enough, if that is known.
    TooYoung(Option<Timestamp>),
    /// These labels have the release that wins, and nothing tells which of them is meant.
    SameRelease(Vec<Label>),
    /// No label matches the pattern with a release in the range.
    NoRelease,
    /// The Marketplace does not know the image.
    Unknown,
    /// The Marketplace did not answer.
    Failed(QueryError),
}

/// Why no local image of a listing fits.
#[derive(Debug, PartialEq, Eq)]
pub enum NoMatch<'c> {
    /// The image is not offered in this zone for this architecture.
    NoCell,
    /// It is, but only of these types.
    OtherTypes(Vec<&'c StatedType>),
    /// It is, but these local images cannot boot the declared Instance type.
    NotBootable(Vec<&'c LocalImage>),
}

/// What becomes of a pin, or of a cell that has none.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision<'c> {
    /// This local image should be pinned. It may be the one that is.
    Pin(Match<'c>),
    /// The pin stays: what else there is is too young, or older.
    Keep,
    /// There is nothing to pin.
    Unresolvable(Choice<'c>),
}

/// Decides what should be pinned for a target whose pin, if it has one, may move.
pub fn decide<'c>(
    target: &Target,
    pin: Option<&Pin>,
    now: Timestamp,
    cutoff: Option<Timestamp>,
    catalog: &'c Catalog,
) -> Decision<'c> {
    let choice = choose(target, now, cutoff, catalog);
    let Some(pin) = pin else {
        return match choice {
            Choice::One(pick) => Decision::Pin(pick),
            other => Decision::Unresolvable(other),
        };
    };
    let satisfied = pin.satisfies(target) && mismatch(pin, target, catalog).is_none();
    if satisfied && is_newest(pin, target, catalog) {
        return Decision::Keep;
    }
    match choice {
        Choice::One(pick)
            if satisfied
                && cutoff.is_some()
                && (is_changed_in_place(&pick, pin, catalog) || is_step_back(&pick, target, pin, now, catalog)) =>
        {
            Decision::Keep
        }
        Choice::One(pick) => Decision::Pin(pick),
        // A pin that is still on offer is as good as any other candidate: nothing is gained by moving it.
        Choice::Several(several) => match several.iter().find(|local| local.id == pin.id) {
            Some(local) => Decision::Pin(Match {
                local,
                image: pin.image.clone(),
                release: pin.release.clone(),
                published: catalog.published(&pin.image, pin.id),
            }),
            None => Decision::Unresolvable(Choice::Several(several)),
        },
        Choice::TooYoung(_) if satisfied => Decision::Keep,
        Choice::SameRelease(labels) if satisfied && pin.label().is_some_and(|label| labels.contains(label)) => {
            Decision::Keep
        }
        other => Decision::Unresolvable(other),
    }
}

/// Whether a pin is what its image offers now, in its cell, and no newer release is: then there is nothing to ask about.
pub fn is_newest(pin: &Pin, target: &Target, catalog: &Catalog) -> bool {
    let Lookup::Found(sources) = sources(target, catalog) else { return false };
    let first = sources.iter().take_while(|(_, release)| *release == sources[0].1).find(|(it, _)| pin.is_of(it));
    let Some(Lookup::Found(listing)) = first.map(|(image, _)| catalog.listing(image)) else { return false };
    candidates(listing, target).iter().any(|local| local.id == pin.id && boots(local, target))
}

/// Whether a pick is older than the pin only because what is as new as the pin is too young. Where the Marketplace
/// itself went back, the pin is what nobody offers any more.
fn is_step_back(pick: &Match<'_>, target: &Target, pin: &Pin, now: Timestamp, catalog: &Catalog) -> bool {
    let newest = || match choose(target, now, None, catalog) {
        Choice::One(newest) => !is_older(&newest, pin, catalog),
        _ => false,
    };
    pick.local.id != pin.id && is_older(pick, pin, catalog) && newest()
}

/// Whether a pick is another local image of the pin's own version. The Marketplace changes versions in place, and does not
/// say when: the age of the new local image is unknown, whatever the date of the version is.
pub(crate) fn is_changed_in_place(pick: &Match<'_>, pin: &Pin, catalog: &Catalog) -> bool {
    if pick.local.id == pin.id || !pin.is_of(&pick.image) {
        return false;
    }
    let own = catalog.version_of(&pin.image, pin.id);
    match (catalog.version_of(&pick.image, pick.local.id), own, &pick.image) {
        (.., ImageRef::Version(_)) => true,
        (Some(picked), Some(own), _) => picked.id == own.id,
        _ => pick.published.is_some() && pick.published == pin.published,
    }
}

/// Whether a pick is older than the pin, by its release, or within one by its date.
pub(crate) fn is_older(pick: &Match<'_>, pin: &Pin, catalog: &Catalog) -> bool {
    let pinned = pin.published.or_else(|| catalog.published(&pin.image, pin.id));
    let earlier = pick.published.zip(pinned).is_some_and(|(picked, pinned)| picked < pinned);
    match pick.release.cmp(&pin.release) {
        Ordering::Less => true,
        Ordering::Equal => earlier,
        Ordering::Greater => false,
    }
}

/// A local image as one that could replace a pin.
pub fn latest(pick: &Match<'_>, pin: &Pin, catalog: &Catalog) -> Latest {
    let is_older = is_older(pick, pin, catalog);
    Latest { id: pick.local.id, release: pick.release.clone(), published: pick.published, is_older }
}

/// Chooses the local image that fills a target: of the newest release in the range, and of the newest version that was
/// published at the `cutoff` or before.
pub fn choose<'c>(target: &Target, now: Timestamp, cutoff: Option<Timestamp>, catalog: &'c Catalog) -> Choice<'c> {
    let sources = match sources(target, catalog) {
        Lookup::Found(sources) => sources,
        Lookup::NotFound => return Choice::NoRelease,
        Lookup::Failed(failure) => return Choice::Failed(failure),
    };
    let winners = sources.iter().filter(|(_, release)| release.is_some() && *release == sources[0].1);
    let winners: Vec<Label> = winners.filter_map(|(image, _)| label_of(image, catalog)).collect();
    if winners.len() > 1 {
        return Choice::SameRelease(winners);
    }
    let mut miss = None;
    for (image, release) in sources {
        match choose_from(target, &image, release.as_ref(), cutoff, catalog) {
            found @ (Choice::One(_) | Choice::Several(_) | Choice::Failed(_)) => return found,
            // An older release wins only where it is certain that the newer one has nothing.
            Choice::NoMatch(listing, _) if release.is_some() && listing.doubt().is_some() => return doubted(listing),
            other => match missing_listing(&image, now, catalog) {
                Some(failure) => return Choice::Failed(failure),
                None => miss = miss.or(Some(other)),
            },
        }
    }
    miss.unwrap_or(Choice::NoRelease)
}

/// What a target's local image may come from, the best first: for a range of releases, the newest release first.
pub fn sources(target: &Target, catalog: &Catalog) -> Lookup<Vec<(ImageRef, Option<Release>)>> {
    let ImageSelector::Release(pattern, range) = &target.selector else {
        return Lookup::Found(target.selector.image_ref().map(|image| (image, None)).into_iter().collect());
    };
    if let Lookup::Failed(failure) = catalog.index() {
        return Lookup::Failed(failure);
    }
    let mut found: Vec<(Release, &Image)> = releases(pattern, catalog)
        .filter_map(|(release, image)| Some((release?, image)))
        .filter(|(release, _)| range.contains(release))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    if found.is_empty() {
        return Lookup::NotFound;
    }
    Lookup::Found(
        found.into_iter().map(|(release, image)| (ImageRef::Label(image.label.clone()), Some(release))).collect(),
    )
}

/// The images whose label a pattern matches, in the order of the index, with their release where it can be read.
pub fn releases<'c>(
    pattern: &LabelPattern,
    catalog: &'c Catalog,
) -> impl Iterator<Item = (Option<Release>, &'c Image)> {
    let images = catalog.images().iter().filter(|image| pattern.matches(&image.label));
    images.map(|image| (release_of(&image.label, &image.name, Some(pattern)), image))
}

/// Chooses among the local images of one image.
fn choose_from<'c>(
    target: &Target,
    image: &ImageRef,
    release: Option<&Release>,
    cutoff: Option<Timestamp>,
    catalog: &'c Catalog,
) -> Choice<'c> {
    let current = match catalog.listing(image) {
        Lookup::Found(listing) => listing,
        Lookup::NotFound => return Choice::Unknown,
        Lookup::Failed(failure) => return Choice::Failed(failure),
    };
    let pick = |local: &'c LocalImage| Match {
        local,
        image: image.clone(),
        release: release.cloned(),
        published: catalog.published(image, local.id),
    };
    let label = label_of(image, catalog);
    let offered = in_listing(target, current, label.as_ref(), pick);
    // Who names one version has judged its age; and an age makes nothing of what is no longer offered.
    let Some(cutoff) = cutoff.filter(|_| !matches!(image, ImageRef::Version(_))) else { return offered };
    if matches!(offered, Choice::NoMatch(..)) {
        return offered;
    }
    let versions = match catalog.versions(image) {
        Lookup::Found(versions) => versions,
        Lookup::NotFound => return Choice::Failed(undated()),
        Lookup::Failed(failure) => {
            let cause = format!("when its versions were published: {}", failure.cause);
            return Choice::Failed(QueryError { cause, ..failure });
        }
    };
    for version in versions.iter().filter(|version| is_old_enough(version, cutoff)) {
        match catalog.listing(&ImageRef::Version(version.id)) {
            Lookup::Found(_) if is_withdrawn(version, image, target, catalog) => {}
            Lookup::Found(listing) => match in_listing(target, listing, label.as_ref(), pick) {
                Choice::NoMatch(..) if listing.doubt().is_some() => return doubted(listing),
                Choice::NoMatch(..) => {}
                found => return found,
            },
            Lookup::NotFound => {}
            // An older version than was asked about: the newer one had the cell, but nothing that boots.
            Lookup::Failed(_) if !catalog.is_answered(&Query::Listing(ImageRef::Version(version.id))) => break,
            Lookup::Failed(failure) => return Choice::Failed(failure),
        }
    }
    let young = versions.iter().filter_map(|version| version.published).filter(|published| *published > cutoff);
    Choice::TooYoung(young.min().zip(target.policy.min_age).map(|(published, age)| age.after(published)))
}

/// Whether a version is newer than what the image offers now in the target's cell: the Marketplace took it back. Where
/// it is not known of which version the offer is, the newest is, if it does not have the offer.
pub fn is_withdrawn(version: &Version, image: &ImageRef, target: &Target, catalog: &Catalog) -> bool {
    let (Lookup::Found(versions), Lookup::Found(current)) = (catalog.versions(image), catalog.listing(image)) else {
        return false;
    };
    let Lookup::Found(own) = catalog.listing(&ImageRef::Version(version.id)) else { return false };
    let offered = candidates(current, target);
    let position = |wanted: &Version| versions.iter().position(|known| known.id == wanted.id);
    let of_offer = offered.iter().filter_map(|local| catalog.version_of(image, local.id)).filter_map(position).min();
    match of_offer {
        Some(of_offer) => position(version).is_some_and(|own| own < of_offer),
        None => position(version) == Some(0) && offered.iter().all(|local| own.with_id(local.id).next().is_none()),
    }
}

/// Whether a version was published at the cutoff or before. One without a date has not passed.
pub fn is_old_enough(version: &Version, cutoff: Timestamp) -> bool {
    version.published.is_some_and(|published| published <= cutoff)
}

/// What a listing lacks that may not be whole.
fn doubted(listing: &Listing) -> Choice<'_> {
    Choice::Failed(listing.doubt().unwrap_or_else(QueryError::not_queried))
}

fn undated() -> QueryError {
    QueryError::new(
        "the Marketplace lists no versions of it, so nothing has the `min-age`",
        "remove `min-age` for this image, or try again later",
    )
}

/// Chooses among the local images of one listing.
pub(crate) fn in_listing<'c>(
    target: &Target,
    listing: &'c Listing,
    label: Option<&Label>,
    pick: impl FnOnce(&'c LocalImage) -> Match<'c>,
) -> Choice<'c> {
    let ours =
        |local: &&LocalImage| local.label.as_ref().is_none_or(|stated| label.is_none_or(|label| stated == label));
    let candidates: Vec<_> = candidates(listing, target).into_iter().filter(ours).collect();
    if candidates.is_empty() {
        let types: Vec<_> = in_cell(listing, target).map(|local| &local.image_type).collect();
        return Choice::NoMatch(listing, if types.is_empty() { NoMatch::NoCell } else { NoMatch::OtherTypes(types) });
    }
    let fitting: Vec<_> = candidates.iter().copied().filter(|local| boots(local, target)).collect();
    match fitting[..] {
        [] => Choice::NoMatch(listing, NoMatch::NotBootable(candidates)),
        [one] => Choice::One(pick(one)),
        _ => Choice::Several(fitting),
    }
}

/// The local images of the target's zone, architecture and type, whatever they can boot.
pub fn candidates<'c>(listing: &'c Listing, target: &Target) -> Vec<&'c LocalImage> {
    in_cell(listing, target).filter(|local| local.image_type.fits(target.image_type)).collect()
}

/// Whether a local image can boot the Instance type that the target declares, if it declares one.
pub fn boots(local: &LocalImage, target: &Target) -> bool {
    target.instance_type.as_ref().is_none_or(|wanted| local.commercial_types.contains(wanted.as_str()))
}

fn in_cell<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    listing.local_images().iter().filter(|local| local.zone == target.cell.zone && local.arch == target.cell.arch)
}
