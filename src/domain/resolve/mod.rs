//! Makes the lock satisfy the manifest, moving no pin without need.

mod carry_over;
mod pin_sources;
mod request;
mod sibling_warnings;
mod siblings;
mod warnings;

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Query};
use crate::domain::diagnostics::Problem;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Freeze;
use crate::domain::plan::{Plan, add_versions, missing_date_warning, pin};
use crate::domain::resolve::carry_over::CarryOver;
use crate::domain::resolve::pin_sources::{PinSources, Siblings};
pub use crate::domain::resolve::request::{Request, Upgrade};
use crate::domain::resolve::sibling_warnings::SiblingWarnings;
use crate::domain::resolve::warnings::{eol_warnings, version_skew_warnings};
use crate::domain::select::Outcome;
use crate::domain::select::replacement::latest;
use crate::domain::select::unresolved::Unresolved;
use crate::domain::select::verify::identity_query;

/// What must be asked, given what is known already; empty if the new lock can be made.
pub fn queries(request: Request<'_>, catalog: &Catalog) -> BTreeSet<Query> {
    let sources = PinSources::new(request);
    let siblings = sources.siblings(catalog);
    let mut queries = BTreeSet::new();
    for target in request.targets {
        let is_refused = request.previous.is_edited(&target.cell) && !request.upgrade.names(&target.cell.name);
        if is_refused || sources.kept(target).is_some() {
            continue;
        }
        if let Some(reference) = sources.reference(target, &siblings, catalog) {
            queries.extend(sources.reference_queries(target, &reference, catalog));
            continue;
        }
        let trusted = sources.trusted(target);
        queries.extend(sources.select(target, trusted, catalog).missing);
        // A pin that an age may keep must be what it says it is.
        let pin = trusted.filter(|_| target.policy.min_age.is_some());
        queries.extend(pin.and_then(|pin| identity_query(pin, target, catalog)));
    }
    catalog.unanswered(queries)
}

/// Chooses a local image for every target that has none or may move, and keeps all other pins.
///
/// # Errors
/// A problem for every target that cannot be filled, and for every block of the previous lock that was edited and
/// that `upgrade` does not pin again.
pub fn resolve(request: Request<'_>, catalog: &Catalog) -> Result<Plan, Vec<Problem>> {
    let resolver = Resolver::new(request, catalog);
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    let (mut unresolved, mut sibling_warnings) = (Unresolved::default(), SiblingWarnings::default());
    for target in request.targets {
        match resolver.resolve(target, &mut sibling_warnings) {
            Ok(change) => changes.push(change),
            Err(Refusal::Edited(problem)) => problems.push(problem),
            Err(Refusal::Unresolved(outcome)) => unresolved.add(target, outcome),
            // The sibling warnings have it.
            Err(Refusal::Frozen) => {}
        }
    }
    problems.extend(unresolved.problems(catalog));
    problems.extend(sibling_warnings.frozen(request.now));
    if !problems.is_empty() {
        return Err(problems);
    }
    let carry_over = &resolver.sources.carry_over;
    changes.extend(removals(request, carry_over));
    changes.sort_by(|a, b| a.cell.cmp(&b.cell));
    let is_written = changes.iter().any(|change| change.action() != Action::Kept);
    add_versions(&mut changes, is_written, catalog);
    let lock = Lock::new(changes.iter().filter_map(|change| change.to.clone()));
    // A pin that is carried over is not a new pin.
    let new: Vec<&Change> = changes.iter().filter(|change| carry_over.pin(&change.cell).is_none()).collect();
    let mut warnings = sibling_warnings.warnings();
    warnings.extend(eol_warnings(request, &new, catalog));
    warnings.extend(version_skew_warnings(request, &changes));
    warnings.extend(missing_date_warning(new, catalog));
    Ok(Plan { lock, changes, warnings })
}

/// The pins whose cells are not declared any more.
fn removals(request: Request<'_>, carry_over: &CarryOver<'_>) -> Vec<Change> {
    let mut destinations = carry_over.destinations();
    let removed = request.previous.pins().iter().filter(|pin| request.target(&pin.cell).is_none());
    let removal = |pin: &Pin| {
        let (cell, from) = (pin.cell.clone(), Some(pin.clone()));
        Change { cell, from, to: None, edited: false, newer: None, note: destinations.remove(&pin.cell) }
    };
    removed.map(removal).collect()
}

/// Why a target gets no pin.
enum Refusal<'c> {
    /// Its block was edited.
    Edited(Problem),
    /// There is nothing to pin.
    Unresolved(Outcome<'c>),
    /// The version of its siblings is not offered, and the image is frozen.
    Frozen,
}

/// Resolves one target after the other.
struct Resolver<'a> {
    request: Request<'a>,
    sources: PinSources<'a>,
    siblings: Siblings<'a>,
    catalog: &'a Catalog,
}

impl<'a> Resolver<'a> {
    fn new(request: Request<'a>, catalog: &'a Catalog) -> Self {
        let sources = PinSources::new(request);
        let siblings = sources.siblings(catalog);
        Self { request, sources, siblings, catalog }
    }

    /// The change of one cell.
    fn resolve(&self, target: &'a Target, warnings: &mut SiblingWarnings<'a>) -> Result<Change, Refusal<'a>> {
        let is_named = self.request.upgrade.names(&target.cell.name);
        if let Some(edited) = self.request.previous.edited(&target.cell).filter(|_| !is_named) {
            return Err(Refusal::Edited(edited));
        }
        if let Some(pin) = self.sources.kept(target) {
            return Ok(self.keep(target, pin));
        }
        let trusted = self.sources.trusted(target);
        let to = match (self.outcome(target, warnings)?, trusted) {
            (Outcome::Match(found), _) => pin(target, &found, trusted, self.catalog),
            (Outcome::Keep, Some(trusted)) => {
                let published = trusted.published.or_else(|| self.catalog.published(&trusted.image, trusted.id));
                Pin { published, ..trusted.clone().restated(target) }
            }
            (outcome, _) => return Err(Refusal::Unresolved(outcome)),
        };
        Ok(self.change(target, to))
    }

    /// What should be pinned: of the version of the reference pin if there is one, else the newest.
    fn outcome(&self, target: &'a Target, warnings: &mut SiblingWarnings<'a>) -> Result<Outcome<'a>, Refusal<'a>> {
        let reference = self.sources.reference(target, &self.siblings, self.catalog);
        if let Some(reference) = &reference {
            if let Some(outcome) = self.sources.reference_outcome(target, reference, self.catalog) {
                return Ok(outcome);
            }
            if self.sources.is_new(target) {
                warnings.add_without_version(target, reference, self.catalog);
                if target.policy.frozen(self.request.now).is_some() {
                    return Err(Refusal::Frozen);
                }
            }
        } else if let Some(candidates) = self.sources.carry_over.candidates(&target.cell) {
            warnings.add_ambiguous(target, candidates);
        }
        Ok(self.sources.select(target, self.sources.trusted(target), self.catalog).outcome())
    }

    /// A pin that stays, with what the catalog has that is newer.
    fn keep(&self, target: &Target, pin: Pin) -> Change {
        let is_covered = self.request.upgrade.covers(&target.cell.name);
        let freeze = target.policy.frozen(self.request.now).filter(|_| is_covered);
        let note = self.sources.carry_over.origin(&target.cell).or(freeze.map(Freeze::note));
        let newer = match self.sources.select(target, Some(&pin), self.catalog).outcome() {
            Outcome::Match(found) if found.local.id != pin.id => Some(latest(&found, &pin, self.catalog)),
            _ => None,
        };
        let from = self.request.previous.get(&target.cell).cloned();
        Change { cell: target.cell.clone(), from, to: Some(pin), edited: false, newer, note }
    }

    /// The change of a cell to a pin.
    fn change(&self, target: &Target, to: Pin) -> Change {
        let from = self.request.previous.get(&target.cell).cloned();
        let stays = from.as_ref().is_some_and(|from| from.id == to.id);
        let held_back = if stays { self.sources.select(target, Some(&to), self.catalog).held_back() } else { None };
        let (newer, held_back) = held_back.unzip();
        let thawed = target.policy.frozen(self.request.now).filter(|_| from.is_some() && !stays);
        let thawed = thawed.map(|_| "moved though frozen: it is declared anew, or its block was edited".to_owned());
        let is_carried = from.is_none() && self.sources.trusted(target).is_some_and(|pin| pin.id == to.id);
        let origin = self.sources.carry_over.origin(&target.cell).filter(|_| is_carried);
        let note = origin.or(held_back).or(thawed);
        Change { cell: target.cell.clone(), from, to: Some(to), edited: false, newer, note }
    }
}
