//! One image that a target selects: the local images of its current listing and of its versions.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError, Version};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::candidate::{Candidate, Offer, Verdict, offer, verdicts};
use crate::domain::select::outcome::Outcome;
use crate::domain::select::verify::label_of;
use crate::domain::types::{Age, ImageRef, LabelPattern, Release, release_of};

/// The inputs of a selection.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'t, 'c> {
    pub(crate) target: &'t Target,
    pub(crate) pin: Option<&'t Pin>,
    pub(crate) now: Timestamp,
    pub(crate) catalog: &'c Catalog,
}

/// One image, and its local images in the zone and for the architecture of a target.
pub(crate) struct Source<'c> {
    pub(crate) image: ImageRef,
    /// Its release, if the target declares a range of releases and the release can be determined.
    pub(crate) release: Option<Release>,
    /// Whether the target can be pinned from this image. A pattern also matches labels whose release is outside the
    /// range.
    pub(crate) is_in_range: bool,
    pub(crate) candidates: Vec<Candidate<'c>>,
    /// The offer of the current listing.
    offered: Offer<'c>,
    /// The offer of the versions that are older than `min-age`, if that is declared.
    aged: Option<Offer<'c>>,
}

/// The images that a target selects, newest release first, including those outside the range.
pub(super) fn sources<'c>(target: &Target, catalog: &Catalog) -> Vec<Source<'c>> {
    let ImageSelector::Release(pattern, range) = &target.selector else {
        return target.selector.image_ref().map(|image| Source::new(image, None, true)).into_iter().collect();
    };
    let mut found: Vec<(Option<Release>, &Image)> = releases(pattern, catalog).collect();
    found.sort_by(|a, b| b.cmp(a));
    let source = |(release, image): (Option<Release>, &Image)| {
        let is_in_range = release.as_ref().is_some_and(|release| range.contains(release));
        Source::new(ImageRef::Label(image.label.clone()), release, is_in_range)
    };
    found.into_iter().map(source).collect()
}

/// The images that a target can be pinned from, newest release first.
pub(crate) fn images_in_range(target: &Target, catalog: &Catalog) -> Vec<(ImageRef, Option<Release>)> {
    let in_range = sources(target, catalog).into_iter().filter(|source| source.is_in_range);
    in_range.map(|source| (source.image, source.release)).collect()
}

/// The images whose label matches a pattern, in the order of the index, each with its release if that can be
/// determined.
pub(crate) fn releases<'c>(
    pattern: &LabelPattern,
    catalog: &'c Catalog,
) -> impl Iterator<Item = (Option<Release>, &'c Image)> {
    let images = catalog.images().iter().filter(|image| pattern.matches(&image.label));
    images.map(|image| (release_of(&image.label, &image.name, Some(pattern)), image))
}

impl<'c> Source<'c> {
    pub(super) fn new(image: ImageRef, release: Option<Release>, is_in_range: bool) -> Self {
        Self { image, release, is_in_range, candidates: Vec::new(), offered: Err(Outcome::NoRelease), aged: None }
    }

    /// What the image offers: in the versions that are old enough, or regardless of `min-age`. If the image is not
    /// offered at all, `min-age` makes no difference.
    pub(super) fn offer(&self, with_age: bool) -> &Offer<'c> {
        match &self.aged {
            Some(aged) if with_age && self.offered.is_ok() => aged,
            _ => &self.offered,
        }
    }

    /// Reads the current listing.
    pub(super) fn read_listing(&mut self, inputs: Inputs<'_, 'c>, missing: &mut BTreeSet<Query>) {
        let Inputs { target, catalog, .. } = inputs;
        self.offered = match catalog.listing(&self.image) {
            Lookup::Found(listing) => {
                let verdicts = verdicts(listing, target, label_of(&self.image, catalog).as_ref());
                let candidate = |&(local, verdict)| Candidate { local, is_current: true, verdict };
                self.candidates = verdicts.iter().map(candidate).collect();
                offer(listing, &verdicts)
            }
            Lookup::NotFound => Err(Outcome::Unknown),
            Lookup::Failed(error) => {
                missing.insert(Query::Listing(self.image.clone()));
                Err(Outcome::Failed(error))
            }
        };
    }

    /// Reads the listings of the versions: all of them if `min-age` is declared, otherwise only the newest.
    pub(super) fn read_versions(&mut self, inputs: Inputs<'_, 'c>, is_settled: bool, missing: &mut BTreeSet<Query>) {
        let Inputs { target, now, catalog, .. } = inputs;
        missing.extend(catalog.versions_query(&self.image));
        let min_age = target.policy.min_age;
        if let Some(min_age) = min_age {
            self.set_age_verdicts(min_age, now, catalog);
        }
        let versions = match catalog.versions(&self.image) {
            Lookup::Found(versions) => versions,
            unknown => {
                self.aged = min_age.map(|_| Err(Outcome::Failed(no_versions(unknown))));
                return;
            }
        };
        let offered = min_age.and_then(|_| self.newest_offered(versions, catalog));
        let label = label_of(&self.image, catalog);
        let too_young = || Err(Outcome::TooYoung(min_age.and_then(|min_age| first_old_enough(versions, min_age, now))));
        let mut read = Vec::new();
        for (at, version) in versions.iter().enumerate().take(if min_age.is_some() { versions.len() } else { 1 }) {
            let by_age = min_age.map_or(Verdict::OlderVersion, |min_age| age_verdict(version.published, min_age, now));
            let query = Query::version(version);
            let offer = match catalog.listing(&ImageRef::Version(version.id)) {
                Lookup::Found(listing) => {
                    let verdicts = verdicts(listing, target, label.as_ref());
                    let is_withdrawn = by_age == Verdict::Fits && self.is_withdrawn(at, offered, listing);
                    self.add(&verdicts, if is_withdrawn { Verdict::Withdrawn } else { by_age });
                    offer_of_version(listing, &verdicts).filter(|_| !is_withdrawn)
                }
                Lookup::NotFound => None,
                // The query is sent in a later round. Until then, no local image counts as old enough.
                Lookup::Failed(_) if !catalog.is_answered(&query) => Some(too_young()),
                Lookup::Failed(error) => Some(Err(Outcome::Failed(error))),
            };
            read.push(VersionOffer { query, by_age, offer });
        }
        if !is_settled {
            missing.extend(queries_for_versions(&read, versions.len(), inputs.pin));
        }
        let mut old = read.into_iter().filter(|it| it.by_age == Verdict::Fits);
        self.aged = min_age.map(|_| old.find_map(|it| it.offer).unwrap_or_else(too_young));
    }

    /// Applies `min-age` to the candidates of the current listing. The listing of their version may change the verdict
    /// again.
    fn set_age_verdicts(&mut self, min_age: Age, now: Timestamp, catalog: &Catalog) {
        for candidate in self.candidates.iter_mut().filter(|candidate| candidate.verdict == Verdict::Fits) {
            candidate.verdict = match age_verdict(catalog.published(&self.image, candidate.local.id), min_age, now) {
                Verdict::Fits => Verdict::Undated,
                too_young => too_young,
            };
        }
    }

    /// Adds the local images of a version. Those that fit get the verdict `if_it_fits`. A local image in several
    /// listings fits if it fits in one of them.
    fn add(&mut self, verdicts: &[(&'c LocalImage, Verdict)], if_it_fits: Verdict) {
        for &(local, own) in verdicts {
            let verdict = if own == Verdict::Fits { if_it_fits } else { own };
            match self.candidates.iter_mut().find(|candidate| candidate.local.id == local.id) {
                Some(known) if known.verdict == Verdict::Fits || verdict == Verdict::OlderVersion => {}
                Some(known) => known.verdict = verdict,
                None => self.candidates.push(Candidate { local, is_current: false, verdict }),
            }
        }
    }

    /// The position of the newest version that is known to contain a currently offered local image.
    fn newest_offered(&self, versions: &[Version], catalog: &Catalog) -> Option<usize> {
        let version_of = |candidate: &Candidate<'_>| catalog.version_of(&self.image, candidate.local.id);
        let position = |wanted: &Version| versions.iter().position(|version| version.id == wanted.id);
        self.offered_now().filter_map(version_of).filter_map(position).min()
    }

    /// Whether the Marketplace withdrew a version: the version is newer than everything that the image offers now. If
    /// the version of the current offer is unknown, the newest version counts as withdrawn if its listing lacks that
    /// offer.
    fn is_withdrawn(&self, at: usize, newest_offered: Option<usize>, listing: &Listing) -> bool {
        if let Some(newest_offered) = newest_offered {
            return at < newest_offered;
        }
        let is_listed = matches!(self.offered, Ok(_) | Err(Outcome::NoMatch(..)));
        at == 0 && is_listed && !self.offered_now().any(|it| listing.has(it.local.id))
    }

    /// The candidates of the current listing that have the declared type. Instance types are not considered.
    fn offered_now(&self) -> impl Iterator<Item = &Candidate<'c>> {
        let is_of_type = |verdict| !matches!(verdict, Verdict::OtherLabel | Verdict::WrongType);
        self.candidates.iter().filter(move |candidate| candidate.is_current && is_of_type(candidate.verdict))
    }
}

/// Whether a version with this date satisfies `min-age`. A version without a date does not.
fn age_verdict(published: Option<Timestamp>, min_age: Age, now: Timestamp) -> Verdict {
    match published.map(|published| min_age.after(published)) {
        None => Verdict::Undated,
        Some(until) if until > now => Verdict::TooYoung { until },
        Some(_) => Verdict::Fits,
    }
}

/// The offer of one version.
struct VersionOffer<'c> {
    /// The query for its listing.
    query: Query,
    by_age: Verdict,
    /// `None` if the version has no local image for the target.
    offer: Option<Offer<'c>>,
}

/// The queries for the versions whose listings can change the outcome:
///
/// - the newest version, if there are several: only its own listing shows which local images belong to it;
/// - with `min-age`, the newest version that is old enough, and the older ones if it has no local image for the target;
/// - with `min-age` and a pin without a date, all younger versions, because the pin may belong to one of them.
fn queries_for_versions(read: &[VersionOffer<'_>], versions: usize, pin: Option<&Pin>) -> impl Iterator<Item = Query> {
    let is_pin_undated = pin.is_some_and(|pin| pin.published.is_none());
    let first_old = read.iter().position(|it| it.by_age == Verdict::Fits);
    let has_nothing = first_old.is_some_and(|first| read[first].offer.is_none());
    let matters = move |at: usize, by_age: Verdict| match by_age {
        _ if at == 0 && versions > 1 => true,
        Verdict::Fits => has_nothing || first_old == Some(at),
        Verdict::OlderVersion => false,
        _ => is_pin_undated,
    };
    read.iter().enumerate().filter(move |(at, it)| matters(*at, it.by_age)).map(|(_, it)| it.query.clone())
}

/// What the listing of a version offers; `None` if it certainly has no local image for the target.
fn offer_of_version<'c>(listing: &'c Listing, verdicts: &[(&'c LocalImage, Verdict)]) -> Option<Offer<'c>> {
    match (offer(listing, verdicts), listing.doubt()) {
        (Err(_), Some(doubt)) => Some(Err(Outcome::Failed(doubt))),
        (Err(_), None) => None,
        (offered, _) => Some(offered),
    }
}

/// The time at which the first of the versions that are too young is old enough.
fn first_old_enough(versions: &[Version], min_age: Age, now: Timestamp) -> Option<Timestamp> {
    let old_enough = versions.iter().filter_map(|version| Some(min_age.after(version.published?)));
    old_enough.filter(|until| *until > now).min()
}

/// The error if the versions of an image are unknown.
fn no_versions(versions: Lookup<&Vec<Version>>) -> QueryError {
    match versions {
        Lookup::Failed(error) => {
            let cause = format!("{} (`min-age` requires the publication dates)", error.cause);
            QueryError { cause, ..error }
        }
        Lookup::Found(_) | Lookup::NotFound => QueryError::new(
            "the Marketplace lists no versions of this image, so `min-age` cannot be checked",
            "try again later, or set `min-age = \"0d\"` for this image",
        ),
    }
}
