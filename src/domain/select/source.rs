//! One image from which a target can be filled: what its current listing offers, and what its versions offer.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError, Version};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::candidate::{Candidate, Offer, Verdict, judge, offer};
use crate::domain::select::outcome::Outcome;
use crate::domain::select::verify::label_of;
use crate::domain::types::{Age, ImageRef, LabelPattern, Release, release_of};

/// What a selection is made from.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'t, 'c> {
    pub(crate) target: &'t Target,
    pub(crate) pin: Option<&'t Pin>,
    pub(crate) now: Timestamp,
    pub(crate) catalog: &'c Catalog,
}

/// One image, with its local images in the zone and for the architecture of a target.
pub(crate) struct Source<'c> {
    pub(crate) image: ImageRef,
    /// Its release, if a range of releases was asked for and the release can be read.
    pub(crate) release: Option<Release>,
    /// Whether the target can be filled from it. A pattern also matches labels whose release is not in the range.
    pub(crate) is_in_range: bool,
    pub(crate) candidates: Vec<Candidate<'c>>,
    offered: Offer<'c>,
    /// What its versions with the `min-age` offer, if an age applies.
    aged: Option<Offer<'c>>,
}

/// The images that a target names, the newest release first, whether in range or not.
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

/// The images that a target can be filled from, the newest release first.
pub(crate) fn images_in_range(target: &Target, catalog: &Catalog) -> Vec<(ImageRef, Option<Release>)> {
    let in_range = sources(target, catalog).into_iter().filter(|source| source.is_in_range);
    in_range.map(|source| (source.image, source.release)).collect()
}

/// The images whose label a pattern matches, in the order of the index, with their release if it can be read.
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

    /// What it offers: of the versions that are old enough, or regardless of `min-age`. An age changes nothing for an
    /// image that is not offered now.
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
                let judged = judge(listing, target, label_of(&self.image, catalog).as_ref());
                let candidate = |&(local, verdict)| Candidate { local, is_current: true, verdict };
                self.candidates = judged.iter().map(candidate).collect();
                offer(listing, &judged)
            }
            Lookup::NotFound => Err(Outcome::Unknown),
            Lookup::Failed(failure) => {
                missing.insert(Query::Listing(self.image.clone()));
                Err(Outcome::Failed(failure))
            }
        };
    }

    /// Reads the listings of the versions: of all for which an age matters, else of the newest.
    pub(super) fn read_versions(&mut self, inputs: Inputs<'_, 'c>, is_settled: bool, missing: &mut BTreeSet<Query>) {
        let Inputs { target, now, catalog, .. } = inputs;
        missing.extend(catalog.versions_query(&self.image));
        let min_age = target.policy.min_age;
        if let Some(min_age) = min_age {
            self.judge_age_of_candidates(min_age, now, catalog);
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
            let by_age = min_age.map_or(Verdict::OlderVersion, |min_age| judge_age(version.published, min_age, now));
            let query = Query::version(version);
            let offer = match catalog.listing(&ImageRef::Version(version.id)) {
                Lookup::Found(listing) => {
                    let judged = judge(listing, target, label.as_ref());
                    let is_withdrawn = by_age == Verdict::Fits && self.is_withdrawn(at, offered, listing);
                    self.add(&judged, if is_withdrawn { Verdict::Withdrawn } else { by_age });
                    offer_of_version(listing, &judged).filter(|_| !is_withdrawn)
                }
                Lookup::NotFound => None,
                // Nothing is old enough as long as its listing is unknown.
                Lookup::Failed(_) if !catalog.is_answered(&query) => Some(too_young()),
                Lookup::Failed(failure) => Some(Err(Outcome::Failed(failure))),
            };
            read.push(VersionOffer { query, by_age, offer });
        }
        if !is_settled {
            missing.extend(queries_for_versions(&read, versions.len(), inputs.pin));
        }
        let mut old = read.into_iter().filter(|it| it.by_age == Verdict::Fits);
        self.aged = min_age.map(|_| old.find_map(|it| it.offer).unwrap_or_else(too_young));
    }

    /// Judges the candidates of the current listing by their age. A listing of a version that has them says more.
    fn judge_age_of_candidates(&mut self, min_age: Age, now: Timestamp, catalog: &Catalog) {
        for candidate in self.candidates.iter_mut().filter(|candidate| candidate.verdict == Verdict::Fits) {
            candidate.verdict = match judge_age(catalog.published(&self.image, candidate.local.id), min_age, now) {
                Verdict::Fits => Verdict::Undated,
                too_young => too_young,
            };
        }
    }

    /// Adds the judged local images of a version, of which those that fit have this verdict. A local image that several
    /// listings have fits if it fits in one of them.
    fn add(&mut self, judged: &[(&'c LocalImage, Verdict)], if_it_fits: Verdict) {
        for &(local, own) in judged {
            let verdict = if own == Verdict::Fits { if_it_fits } else { own };
            match self.candidates.iter_mut().find(|candidate| candidate.local.id == local.id) {
                Some(known) if known.verdict == Verdict::Fits || verdict == Verdict::OlderVersion => {}
                Some(known) => known.verdict = verdict,
                None => self.candidates.push(Candidate { local, is_current: false, verdict }),
            }
        }
    }

    /// The position of the newest version that is known to have what is offered now.
    fn newest_offered(&self, versions: &[Version], catalog: &Catalog) -> Option<usize> {
        let version_of = |candidate: &Candidate<'_>| catalog.version_of(&self.image, candidate.local.id);
        let position = |wanted: &Version| versions.iter().position(|version| version.id == wanted.id);
        self.offered_now().filter_map(version_of).filter_map(position).min()
    }

    /// Whether a version is newer than what the image offers now: the Marketplace took it back. If it is not known of
    /// which version the offer is, the newest is withdrawn if its listing does not have the offer.
    fn is_withdrawn(&self, at: usize, newest_offered: Option<usize>, listing: &Listing) -> bool {
        if let Some(newest_offered) = newest_offered {
            return at < newest_offered;
        }
        let is_listed = matches!(self.offered, Ok(_) | Err(Outcome::NoMatch(..)));
        at == 0 && is_listed && !self.offered_now().any(|it| listing.has(it.local.id))
    }

    /// The candidates of the current listing that are of the declared type, whatever they can boot.
    fn offered_now(&self) -> impl Iterator<Item = &Candidate<'c>> {
        let is_of_type = |verdict| !matches!(verdict, Verdict::OtherLabel | Verdict::WrongType);
        self.candidates.iter().filter(move |candidate| candidate.is_current && is_of_type(candidate.verdict))
    }
}

/// Judges a date by the declared `min-age`. A version without a date is not old enough.
fn judge_age(published: Option<Timestamp>, min_age: Age, now: Timestamp) -> Verdict {
    match published.map(|published| min_age.after(published)) {
        None => Verdict::Undated,
        Some(until) if until > now => Verdict::TooYoung { until },
        Some(_) => Verdict::Fits,
    }
}

/// What a version offers.
struct VersionOffer<'c> {
    /// The query for its listing.
    query: Query,
    by_age: Verdict,
    /// `None` if it has nothing for the target.
    offer: Option<Offer<'c>>,
}

/// The query for each listing of a version that matters. If there are several versions, the newest does: only its own
/// listing says what is of it. If an age is declared, the newest that is old enough does, and the older ones if that has
/// nothing for the target; and for a pin without a date all younger ones, one of which may be its own.
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

/// What the listing of a version offers, if it has anything for the target, or may have.
fn offer_of_version<'c>(listing: &'c Listing, judged: &[(&'c LocalImage, Verdict)]) -> Option<Offer<'c>> {
    match (offer(listing, judged), listing.doubt()) {
        (Err(_), Some(doubt)) => Some(Err(Outcome::Failed(doubt))),
        (Err(_), None) => None,
        (offered, _) => Some(offered),
    }
}

/// When the first of the versions that are too young is old enough.
fn first_old_enough(versions: &[Version], min_age: Age, now: Timestamp) -> Option<Timestamp> {
    let old_enough = versions.iter().filter_map(|version| Some(min_age.after(version.published?)));
    old_enough.filter(|until| *until > now).min()
}

/// Why no version is known.
fn no_versions(versions: Lookup<&Vec<Version>>) -> QueryError {
    match versions {
        Lookup::Failed(failure) => {
            let cause = format!("{} (`min-age` requires the publication dates)", failure.cause);
            QueryError { cause, ..failure }
        }
        Lookup::Found(_) | Lookup::NotFound => QueryError::new(
            "the Marketplace lists no versions of the image, so none satisfies `min-age`",
            "remove `min-age` for this image, or try again later",
        ),
    }
}
