//! Why a pin is what it is: every candidate of a cell, with a sentence for its verdict.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Listing, Query};
use crate::domain::diagnostics::{Problem, visible};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::{self, CHANGED_IN_PLACE, Inputs, Outcome, Selection, Source, Unresolved, Verdict, select};
use crate::domain::types::{Cell, ImageRef, Label, LocalImageId, day};

/// One local image, or one label of a pattern, and why it is pinned or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The cell that it could fill.
    pub cell: Cell,
    /// Whether it won.
    pub wins: bool,
    /// Its ID; `None` for a label that is ruled out with all its local images.
    pub id: Option<LocalImageId>,
    /// Its label.
    pub label: Option<Label>,
    /// Its type as stated.
    pub image_type: Option<String>,
    /// When it was published, if that is known.
    pub published: Option<Timestamp>,
    /// Why it won or lost.
    pub reason: String,
}

/// The pins of a UUID, and those that are of the version or the image with it.
pub(crate) fn pins_of(id: LocalImageId, lock: &Lock) -> impl Iterator<Item = &Pin> {
    let (image, version) = (ImageRef::Id(id.into()), Some(id.into()));
    lock.pins().iter().filter(move |pin| pin.id == id || pin.image == image || pin.version == version)
}

/// What must be asked to explain these targets.
pub fn queries(targets: &[Target], lock: &Lock, now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for target in targets {
        let selection = select(target, lock.get(&target.cell), now, catalog);
        // With an age, every version is a candidate.
        for source in selection.sources.iter().filter(|_| target.policy.min_age.is_some()) {
            queries.extend(catalog.known_versions(&source.image).iter().map(Query::version));
        }
        queries.extend(selection.missing);
    }
    catalog.unanswered(queries)
}

/// Every candidate of every target, the winner of each cell first.
///
/// # Errors
/// A problem for every target about which a response is missing or may be incomplete, and for every image that does not
/// exist.
pub fn explain(
    targets: &[Target],
    lock: &Lock,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Vec<Candidate>, Vec<Problem>> {
    let mut unresolved = Unresolved::default();
    let mut candidates = Vec::new();
    for target in targets {
        let pin = lock.get(&target.cell).filter(|pin| pin.satisfies(target));
        let selection = select(target, pin, now, catalog);
        let outcome = selection.outcome();
        if matches!(outcome, Outcome::Failed(_) | Outcome::Unknown) {
            unresolved.add(target, outcome);
            continue;
        }
        for source in &selection.sources {
            // An incomplete listing does not prove that a pin was superseded.
            if let Some(doubt) = catalog.listing(&source.image).found().and_then(Listing::doubt) {
                unresolved.add_failure(target, doubt);
            }
        }
        candidates.extend(Explanation { selection, outcome }.candidates());
    }
    let problems = unresolved.problems(now, catalog);
    if problems.is_empty() { Ok(candidates) } else { Err(problems) }
}

/// The selection for one cell, and what its sentences depend on.
struct Explanation<'a> {
    selection: Selection<'a, 'a>,
    outcome: Outcome<'a>,
}

impl<'a> Explanation<'a> {
    /// The candidates of the cell, the winner first.
    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> =
            self.selection.sources.iter().flat_map(|source| self.of_source(source)).collect();
        candidates.extend(self.unlisted_pin(&candidates));
        candidates.sort_by_key(|candidate| !candidate.wins);
        candidates
    }

    fn of_source(&self, source: &Source<'a>) -> Vec<Candidate> {
        if !source.is_in_range {
            return vec![self.of_label(source, self.exclusion(source))];
        }
        let mut by_type: Vec<_> = source.candidates.iter().collect();
        by_type.sort_by_key(|candidate| &candidate.local.image_type);
        let mut candidates: Vec<Candidate> =
            by_type.into_iter().map(|candidate| self.of_local_image(source, candidate)).collect();
        candidates.sort_by_key(|candidate| Reverse(candidate.published));
        let here = source.candidates.iter().filter(|candidate| candidate.is_current).count();
        let listing = self.selection.inputs.catalog.listing(&source.image).found();
        let elsewhere = listing.map_or(0, |listing| listing.local_images().len() - here);
        if elsewhere > 0 {
            let reason = format!("{elsewhere} more in other zones or for other architectures");
            candidates.push(self.of_label(source, reason));
        }
        candidates
    }

    fn of_local_image(&self, source: &Source<'a>, candidate: &select::Candidate<'a>) -> Candidate {
        let Inputs { pin, catalog, .. } = self.selection.inputs;
        let local = candidate.local;
        let verdict = self.selection.verdict(source, candidate, &self.outcome);
        let pinned = pin.filter(|pin| pin.id == local.id);
        let published = pinned.and_then(|pin| pin.published).or_else(|| catalog.published(&source.image, local.id));
        let mut reason = self.reason(verdict);
        if pinned.is_some() {
            reason += "; it is pinned";
        }
        Candidate {
            wins: matches!(verdict, Verdict::Wins | Verdict::Kept),
            id: Some(local.id),
            label: local.label.clone(),
            image_type: Some(visible(local.image_type.as_str())),
            published,
            ..self.of_label(source, reason)
        }
    }

    /// A row for a label as a whole.
    fn of_label(&self, source: &Source<'_>, reason: String) -> Candidate {
        let Inputs { target, catalog, .. } = self.selection.inputs;
        let label = match &source.image {
            ImageRef::Label(label) => Some(label.clone()),
            other => catalog.image(other).map(|image| image.label.clone()),
        };
        let cell = target.cell.clone();
        Candidate { cell, wins: false, id: None, label, image_type: None, published: None, reason }
    }

    /// The pin, if the Marketplace does not list it.
    fn unlisted_pin(&self, candidates: &[Candidate]) -> Option<Candidate> {
        let Inputs { target, pin, .. } = self.selection.inputs;
        let pin = pin.filter(|pin| candidates.iter().all(|candidate| candidate.id != Some(pin.id)))?;
        let wins = self.selection.winner(&self.outcome) == Some(pin.id);
        let kept = if wins { "; kept, because nothing else is known to be old enough" } else { "" };
        Some(Candidate {
            cell: target.cell.clone(),
            wins,
            id: Some(pin.id),
            label: pin.label().cloned(),
            image_type: Some(pin.image_type.to_string()),
            published: pin.published,
            reason: format!("pinned, but the Marketplace does not list it{kept}"),
        })
    }

    /// Why a label that the pattern matches is ruled out.
    fn exclusion(&self, source: &Source<'_>) -> String {
        match (&source.release, &self.selection.inputs.target.selector) {
            (Some(release), ImageSelector::Release(_, range)) => format!("release {release} is not in `{range}`"),
            _ => "its release cannot be read, from the label or from the name".to_owned(),
        }
    }

    /// A verdict as a sentence.
    fn reason(&self, verdict: Verdict) -> String {
        let Inputs { target, now, .. } = self.selection.inputs;
        let policy = &target.policy;
        let age = || policy.min_age.map_or_else(String::new, |age| age.to_string());
        match verdict {
            Verdict::OtherLabel => "its listing states another label for it".to_owned(),
            Verdict::WrongType => format!("not of type {}", target.image_type),
            Verdict::CannotBoot => {
                format!("does not boot on {}", target.instance_type.as_ref().map_or("", |wanted| wanted.as_str()))
            }
            Verdict::ChangedInPlace => CHANGED_IN_PLACE.to_owned(),
            Verdict::Undated => format!("its date is not known, and `min-age` asks for {}", age()),
            Verdict::TooYoung { until } => format!("younger than {}, until {}", age(), day(until)),
            Verdict::Wins => match policy.frozen(now) {
                Some(freeze) => format!("the newest that fits, but frozen until {}", freeze.until),
                None => "the newest that fits".to_owned(),
            },
            Verdict::Kept => "what else is old enough is older".to_owned(),
            Verdict::Tied => "one of several that fit: `instance-type` must choose".to_owned(),
            Verdict::SameRelease => "another label has the same release: a narrower `label` must choose".to_owned(),
            Verdict::OlderRelease => "a newer release fits".to_owned(),
            Verdict::Withdrawn => "the Marketplace went back to an older version".to_owned(),
            Verdict::Fits | Verdict::OlderVersion => "another version fits better".to_owned(),
        }
    }
}
