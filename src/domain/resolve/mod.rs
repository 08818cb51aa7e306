//! Resolves the manifest: makes the lockfile satisfy it, and moves pins only where necessary.

mod carry_over;
mod request;
mod resolver;
mod sibling_warnings;
mod siblings;
mod warnings;

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Query};
use crate::domain::diagnostics::Problem;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::plan::{Plan, add_versions, missing_date_warning};
use crate::domain::select::Unresolved;
use carry_over::CarryOver;
pub use request::{Request, Upgrade};
use resolver::{Refusal, Resolver};
use sibling_warnings::SiblingWarnings;
use warnings::{eol_warnings, version_skew_warning};

/// The queries that are still needed to resolve a request, given the responses in `catalog`. Empty if [`resolve`] has
/// all that it needs.
pub fn queries(request: Request<'_>, catalog: &Catalog) -> BTreeSet<Query> {
    let resolver = Resolver::new(request, catalog);
    catalog.unanswered(request.targets.iter().flat_map(|target| resolver.queries(target)).collect())
}

/// Selects a local image for every target that has no pin or whose pin may move, and keeps all other pins.
///
/// # Errors
/// Returns a problem for every image that cannot be pinned and for every block of the previous lockfile that was edited,
/// unless `upgrade` names its image.
pub fn resolve(request: Request<'_>, catalog: &Catalog) -> Result<Plan, Vec<Problem>> {
    let resolver = Resolver::new(request, catalog);
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    let (mut unresolved, mut sibling_warnings) = (Unresolved::default(), SiblingWarnings::default());
    for target in request.targets {
        match resolver.resolve(target, &mut sibling_warnings) {
            Ok(change) => changes.push(change),
            Err(Refusal::Edited(problem)) => problems.push(problem),
            Err(Refusal::Unresolved(outcome)) => unresolved.add(target, outcome),
            // `sibling_warnings` has recorded it.
            Err(Refusal::Frozen) => {}
        }
    }
    problems.extend(unresolved.problems(request.now, catalog));
    problems.extend(sibling_warnings.frozen(request.now));
    if !problems.is_empty() {
        return Err(problems);
    }
    let carry_over = &resolver.carry_over;
    changes.extend(removals(request, carry_over));
    changes.sort_by(|a, b| a.cell.cmp(&b.cell));
    let is_written = changes.iter().any(|change| change.action() != Action::Kept);
    add_versions(&mut changes, is_written, catalog);
    let lock = Lock::new(changes.iter().filter_map(|change| change.to.clone()));
    // A pin that is carried over to a new name is not a new pin.
    let new: Vec<&Change> = changes.iter().filter(|change| carry_over.pin(&change.cell).is_none()).collect();
    let mut warnings = sibling_warnings.warnings();
    warnings.extend(eol_warnings(request, &new, catalog));
    warnings.extend(version_skew_warning(request, &changes, &sibling_warnings.names_without_version()));
    warnings.extend(missing_date_warning(new, catalog));
    Ok(Plan { lock, changes, warnings })
}

/// The removal of every pin that is no longer declared.
fn removals(request: Request<'_>, carry_over: &CarryOver<'_>) -> Vec<Change> {
    let mut destinations = carry_over.destinations();
    let removed = request.previous.pins().iter().filter(|pin| request.target(&pin.cell).is_none());
    let removal = |pin: &Pin| {
        let (cell, from) = (pin.cell.clone(), Some(pin.clone()));
        Change { cell, from, to: None, edited: false, newer: None, note: destinations.remove(&pin.cell) }
    };
    removed.map(removal).collect()
}
