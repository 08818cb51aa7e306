//! The selection for one target: all candidates, the outcome, and the queries that are still needed to decide.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, LocalImage, Lookup, Query};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::candidate::{Candidate, Verdict};
use crate::domain::select::contradiction::missing_listing;
use crate::domain::select::outcome::{Match, Outcome};
use crate::domain::select::replacement::{is_changed_in_place, is_older};
use crate::domain::select::source::{Inputs, Source, sources};
use crate::domain::select::verify::{label_of, mismatch};
use crate::domain::types::{ImageRef, LocalImageId, Release};

/// The candidates for a target.
pub(crate) struct Selection<'t, 'c> {
    pub(crate) inputs: Inputs<'t, 'c>,
    /// The images that the target selects, newest release first. Their candidates have preliminary verdicts;
    /// [`Selection::verdict`] gives the final ones.
    pub(crate) sources: Vec<Source<'c>>,
    /// Whether the pin satisfies the target, and its image currently offers it in the newest release.
    is_pin_newest: bool,
    /// The queries that are still needed to decide. All independent queries are included at once, to keep the number of
    /// rounds small: first the index, then versions, then the listing of one version.
    pub(crate) missing: BTreeSet<Query>,
}

/// Selects a local image for a target. The pin, if there is one, is allowed to move.
pub(crate) fn select<'t, 'c>(
    target: &'t Target,
    pin: Option<&'t Pin>,
    now: Timestamp,
    catalog: &'c Catalog,
) -> Selection<'t, 'c> {
    let inputs = Inputs { target, pin, now, catalog };
    let mut missing = BTreeSet::from([Query::Index]);
    // If the manifest has an ID in place of a label, the error says what the ID is.
    if let ImageSelector::Label(label) = &target.selector
        && let Ok(id) = label.as_str().parse()
    {
        missing.insert(Query::LocalImage(id));
    }
    let mut sources = sources(target, catalog);
    for source in sources.iter_mut().filter(|source| source.is_in_range) {
        source.read_listing(inputs, &mut missing);
    }
    let is_pin_newest = pin.is_some_and(|pin| pin.satisfies(target) && has_newest(&sources, pin));
    // For a dated pin that is currently offered, the listings of versions cannot change the outcome.
    let is_settled = is_pin_newest && pin.is_some_and(|pin| pin.published.is_some());
    for source in sources.iter_mut().filter(|source| source.is_in_range) {
        source.read_versions(inputs, is_settled, &mut missing);
    }
    if let Some(pin) = pin.filter(|pin| sources.iter().all(|source| !source.is_in_range || pin.image != source.image)) {
        let mut of_pin = Source::new(pin.image.clone(), None, false);
        of_pin.read_listing(inputs, &mut missing);
        of_pin.read_versions(inputs, false, &mut missing);
    }
    Selection { inputs, sources, is_pin_newest, missing: catalog.unanswered(missing) }
}

/// Whether the newest release currently offers the pin.
fn has_newest(sources: &[Source<'_>], pin: &Pin) -> bool {
    let of_pin = newest(sources).find(|source| pin.image == source.image);
    let is_pin = |candidate: &Candidate<'_>| candidate.local.id == pin.id && candidate.verdict == Verdict::Fits;
    of_pin.is_some_and(|source| source.candidates.iter().any(is_pin))
}

/// The sources with the newest release in range.
fn newest<'s, 'c>(sources: &'s [Source<'c>]) -> impl Iterator<Item = &'s Source<'c>> {
    let mut in_range = sources.iter().filter(|source| source.is_in_range).peekable();
    let release = in_range.peek().map(|source| &source.release);
    in_range.take_while(move |source| Some(&source.release) == release)
}

impl<'c> Selection<'_, 'c> {
    /// The outcome, taking `min-age` into account.
    pub(crate) fn outcome(&self) -> Outcome<'c> {
        self.decide(true)
    }

    /// The outcome if no `min-age` were declared.
    pub(crate) fn outcome_without_age(&self) -> Outcome<'c> {
        self.decide(false)
    }

    /// The local image that is pinned according to an outcome, if there is one.
    pub(crate) fn winner(&self, outcome: &Outcome<'_>) -> Option<LocalImageId> {
        match outcome {
            Outcome::Match(found) => Some(found.local.id),
            Outcome::Keep => self.inputs.pin.map(|pin| pin.id),
            _ => None,
        }
    }

    /// The final verdict on a candidate, given the outcome.
    pub(crate) fn verdict(&self, source: &Source<'c>, candidate: &Candidate<'c>, outcome: &Outcome<'c>) -> Verdict {
        let Inputs { target, pin, catalog, .. } = self.inputs;
        let id = candidate.local.id;
        let is_changed = |pin: &Pin| is_changed_in_place(&source.image, id, pin, catalog);
        let own = match candidate.verdict {
            unfit @ (Verdict::OtherLabel | Verdict::WrongType | Verdict::CannotBoot) => unfit,
            _ if target.policy.min_age.is_some() && pin.is_some_and(is_changed) => Verdict::ChangedInPlace,
            own => own,
        };
        let is_selectable = matches!(own, Verdict::Fits | Verdict::Withdrawn | Verdict::OlderVersion);
        let winning_image = match outcome {
            Outcome::Match(found) => Some(&found.image),
            _ => pin.map(|pin| &pin.image),
        };
        let is_winner = self.winner(outcome) == Some(id);
        match outcome {
            _ if is_winner && is_selectable => Verdict::Wins,
            _ if is_winner => Verdict::Kept,
            _ if own != Verdict::Fits => own,
            Outcome::Several(several) if several.iter().any(|local| local.id == id) => Verdict::Tied,
            _ if self.is_same_release(source) => Verdict::SameRelease,
            _ if candidate.is_current && source.release.is_some() && Some(&source.image) != winning_image => {
                Verdict::OlderRelease
            }
            _ => Verdict::OlderVersion,
        }
    }

    /// Whether several sources have the newest release, and this is one of them.
    fn is_same_release(&self, source: &Source<'_>) -> bool {
        let mut newest = newest(&self.sources);
        let first = newest.next();
        newest.next().is_some() && first.is_some_and(|first| first.release == source.release)
    }

    fn decide(&self, with_age: bool) -> Outcome<'c> {
        let Inputs { target, pin, catalog, .. } = self.inputs;
        let Some(pin) = pin else { return self.find(with_age) };
        let is_satisfied = pin.satisfies(target) && mismatch(pin, target, catalog).is_none();
        if is_satisfied && self.is_pin_newest {
            return Outcome::Keep;
        }
        let has_age = with_age && target.policy.min_age.is_some();
        match self.find(with_age) {
            Outcome::Match(found)
                if is_satisfied
                    && has_age
                    && (is_changed_in_place(&found.image, found.local.id, pin, catalog)
                        || self.is_downgrade(&found, pin)) =>
            {
                Outcome::Keep
            }
            // A pin that is still offered is as good as the other candidates, so it does not move.
            Outcome::Several(several) => match several.iter().find(|local| local.id == pin.id) {
                Some(local) => Outcome::Match(self.match_of(&pin.image, pin.release.as_ref(), local)),
                None => Outcome::Several(several),
            },
            Outcome::TooYoung(_) if is_satisfied => Outcome::Keep,
            Outcome::SameRelease(labels) if is_satisfied && pin.label().is_some_and(|label| labels.contains(label)) => {
                Outcome::Keep
            }
            outcome => outcome,
        }
    }

    /// Finds the local image that fits, regardless of the pin: in the newest release, the newest version that is old
    /// enough.
    fn find(&self, with_age: bool) -> Outcome<'c> {
        let Inputs { target, now, catalog, .. } = self.inputs;
        if newest(&self.sources).nth(1).is_some() {
            let labels = newest(&self.sources).filter_map(|source| label_of(&source.image, catalog));
            return Outcome::SameRelease(labels.collect());
        }
        let mut first_no_match = None;
        for source in self.sources.iter().filter(|source| source.is_in_range) {
            let no_match = match source.offer(with_age) {
                Ok(fitting) if let [local] = fitting[..] => {
                    return Outcome::Match(self.match_of(&source.image, source.release.as_ref(), local));
                }
                Ok(several) => return Outcome::Several(several.clone()),
                Err(failed @ Outcome::Failed(_)) => return failed.clone(),
                Err(no_match) => no_match,
            };
            // An older release is selected only if it is certain that the newer one has no local image that fits.
            if let (Outcome::NoMatch(listing, _), Some(_)) = (no_match, &source.release)
                && let Some(doubt) = listing.doubt()
            {
                return Outcome::Failed(doubt);
            }
            if let Some(contradiction) = missing_listing(&source.image, now, catalog) {
                return Outcome::Failed(contradiction);
            }
            first_no_match = first_no_match.or(Some(no_match));
        }
        match (first_no_match, &target.selector, catalog.index()) {
            (Some(no_match), ..) => no_match.clone(),
            (None, ImageSelector::Release(..), Lookup::Failed(error)) => Outcome::Failed(error),
            (None, ..) => Outcome::NoRelease,
        }
    }

    fn match_of(&self, image: &ImageRef, release: Option<&Release>, local: &'c LocalImage) -> Match<'c> {
        let published = self.inputs.catalog.published(image, local.id);
        Match { local, image: image.clone(), release: release.cloned(), published }
    }

    /// Whether a match is older than the pin only because `min-age` excludes everything that is as new as the pin. It
    /// is not a downgrade if the Marketplace itself withdrew the pinned version.
    fn is_downgrade(&self, found: &Match<'_>, pin: &Pin) -> bool {
        let catalog = self.inputs.catalog;
        let has_newer = || matches!(self.find(false), Outcome::Match(newest) if !is_older(&newest, pin, catalog));
        found.local.id != pin.id && is_older(found, pin, catalog) && has_newer()
    }
}
