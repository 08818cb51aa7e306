//! Explains pins: lists every candidate for a target, with the reason why it is or is not pinned.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::identify::IdKind;
use crate::domain::catalog::{Catalog, Listing, Query};
use crate::domain::diagnostics::{Problem, count, visible};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::{self, CHANGED_IN_PLACE, Inputs, Outcome, Selection, Source, Unresolved, Verdict, select};
use crate::domain::types::{Cell, ImageRef, Label, LocalImageId, day};

/// A local image or a label, and the reason why it is or is not pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The image of the manifest, the zone and the architecture.
    pub cell: Cell,
    /// Whether this candidate is selected.
    pub wins: bool,
    /// The ID of the local image; `None` for a label that is excluded with all its local images.
    pub id: Option<LocalImageId>,
    /// The label, if it is known.
    pub label: Option<Label>,
    /// The type of the local image in the API.
    pub image_type: Option<String>,
    /// When the version of the local image was published, if that is known.
    pub published: Option<Timestamp>,
    /// The reason, as a clause.
    pub reason: String,
}

/// The pins with this UUID as the ID of their local image, version or image.
pub(crate) fn pins_of<'l>(id: LocalImageId, identity: &IdKind, lock: &'l Lock) -> impl Iterator<Item = &'l Pin> {
    let (image, version) = (ImageRef::Id(id.into()), Some(id.into()));
    let label = match identity {
        IdKind::Image { image, .. } => Some(image.label.clone()),
        _ => None,
    };
    let has_label = move |pin: &Pin| label.is_some() && pin.label() == label.as_ref();
    lock.pins().iter().filter(move |pin| pin.id == id || pin.image == image || pin.version == version || has_label(pin))
}

/// The queries that are still needed to explain the pins of these targets.
pub fn queries(targets: &[Target], lock: &Lock, now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for target in targets {
        let selection = select(target, lock.get(&target.cell), now, catalog);
        // With `min-age`, every version is a candidate.
        for source in selection.sources.iter().filter(|_| target.policy.min_age.is_some()) {
            queries.extend(catalog.known_versions(&source.image).iter().map(Query::version));
        }
        queries.extend(selection.missing);
    }
    catalog.unanswered(queries)
}

/// The candidates for every target. The selected candidate of each target comes first.
///
/// # Errors
/// Returns a problem for every image that does not exist, and for every failed query and every listing that may be
/// incomplete.
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

/// The selection for one target and its outcome.
struct Explanation<'a> {
    selection: Selection<'a, 'a>,
    outcome: Outcome<'a>,
}

impl<'a> Explanation<'a> {
    /// All candidates, the selected one first.
    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> =
            self.selection.sources.iter().flat_map(|source| self.of_source(source)).collect();
        candidates.extend(self.unlisted_pin(&candidates));
        candidates.sort_by_key(|candidate| !candidate.wins);
        candidates
    }

    /// The candidates from one image, the newest first.
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
            let local_images = count(elsewhere, "local image");
            let reason = format!("{local_images} in other zones or for other architectures");
            candidates.push(self.of_label(source, reason));
        }
        candidates
    }

    /// A local image with the reason for its verdict.
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

    /// A label with the reason why its local images are not listed one by one.
    fn of_label(&self, source: &Source<'_>, reason: String) -> Candidate {
        let Inputs { target, catalog, .. } = self.selection.inputs;
        let label = match &source.image {
            ImageRef::Label(label) => Some(label.clone()),
            other => catalog.image(other).map(|image| image.label.clone()),
        };
        let cell = target.cell.clone();
        Candidate { cell, wins: false, id: None, label, image_type: None, published: None, reason }
    }

    /// The pin, if it is not among the candidates because the Marketplace does not list it.
    fn unlisted_pin(&self, candidates: &[Candidate]) -> Option<Candidate> {
        let Inputs { target, pin, .. } = self.selection.inputs;
        let pin = pin.filter(|pin| candidates.iter().all(|candidate| candidate.id != Some(pin.id)))?;
        let wins = self.selection.winner(&self.outcome) == Some(pin.id);
        let kept = if wins { "; kept, because no other local image is known to be old enough" } else { "" };
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

    /// The reason why a label that matches the pattern is excluded.
    fn exclusion(&self, source: &Source<'_>) -> String {
        match (&source.release, &self.selection.inputs.target.selector) {
            (Some(release), ImageSelector::Release(_, range)) => format!("release {release} is not in `{range}`"),
            _ => "its release is unknown: neither the label nor the name contains one".to_owned(),
        }
    }

    /// The reason for a verdict, as a clause.
    fn reason(&self, verdict: Verdict) -> String {
        let Inputs { target, now, .. } = self.selection.inputs;
        let policy = &target.policy;
        let age = || policy.min_age.map_or_else(String::new, |age| age.to_string());
        match verdict {
            Verdict::OtherLabel => "the Marketplace gives it another label".to_owned(),
            Verdict::WrongType => format!("its type is not {}", target.image_type),
            Verdict::CannotBoot => {
                format!("does not boot on {}", target.instance_type.as_ref().map_or("", |wanted| wanted.as_str()))
            }
            Verdict::ChangedInPlace => CHANGED_IN_PLACE.to_owned(),
            Verdict::Undated => format!("its publication date is unknown, and `min-age` requires {}", age()),
            Verdict::TooYoung { until } => format!("younger than {} until {}", age(), day(until)),
            Verdict::Wins => match policy.frozen(now) {
                Some(freeze) => format!("the newest match, but frozen until {}", freeze.until),
                None => "the newest match".to_owned(),
            },
            Verdict::Kept => "all others that are old enough are older".to_owned(),
            Verdict::Tied => "several match equally well; set `instance-type` to select one".to_owned(),
            Verdict::SameRelease => "another label has the same release; use a narrower pattern in `label`".to_owned(),
            Verdict::OlderRelease => "a newer release matches".to_owned(),
            Verdict::Withdrawn => "the Marketplace withdrew this version".to_owned(),
            Verdict::Fits | Verdict::OlderVersion => "another version is selected".to_owned(),
        }
    }
}
