//! Why targets cannot be filled, as [`Problem`]s: one per image and reason, however many cells it affects.

mod cells;
mod not_offered;
mod several;
mod unknown;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Listing, LocalImage, QueryError};
use crate::domain::diagnostics::{MOST_SUGGESTIONS, Problem};
use crate::domain::manifest::Target;
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::select::unresolved::not_offered::{no_cell, not_bootable, other_types, too_young};
use crate::domain::select::unresolved::several::several;
use crate::domain::select::unresolved::unknown::{failed, same_release, unknown_image};
use crate::domain::{Label, Name};

/// A target that a listing has nothing for.
type Missing<'c> = (&'c Target, &'c Listing, NoMatch<'c>);

/// Collects the targets that cannot be filled, to report them together.
#[derive(Default)]
pub(crate) struct Unresolved<'c> {
    unknown: BTreeMap<Name, &'c Target>,
    failed: BTreeMap<(String, String), Vec<(&'c Target, QueryError)>>,
    missing: BTreeMap<(Name, &'static str), Vec<Missing<'c>>>,
    tied: BTreeMap<Name, (&'c Target, Vec<Label>)>,
    young: BTreeMap<Name, Vec<(&'c Target, Option<Timestamp>)>>,
    several: BTreeMap<Name, Vec<(&'c Target, Vec<&'c LocalImage>)>>,
}

impl<'c> Unresolved<'c> {
    /// Adds a target about which the Marketplace gave no usable response.
    pub(crate) fn add_failure(&mut self, target: &'c Target, failure: QueryError) {
        let key = (failure.cause.clone(), failure.help.clone());
        self.failed.entry(key).or_default().push((target, failure));
    }

    /// Adds a target and why nothing can be pinned for it.
    pub(crate) fn add(&mut self, target: &'c Target, outcome: Outcome<'c>) {
        let name = target.cell.name.clone();
        match outcome {
            Outcome::Match(_) | Outcome::Keep => {}
            Outcome::Several(candidates) => self.several.entry(name).or_default().push((target, candidates)),
            Outcome::Unknown | Outcome::NoRelease => drop(self.unknown.entry(name).or_insert(target)),
            Outcome::SameRelease(labels) => drop(self.tied.entry(name).or_insert((target, labels))),
            Outcome::Failed(failure) => self.add_failure(target, failure),
            Outcome::TooYoung(first) => self.young.entry(name).or_default().push((target, first)),
            Outcome::NoMatch(listing, no_match) => {
                let kind = match no_match {
                    NoMatch::NoCell => "cell",
                    NoMatch::OtherTypes(_) => "type",
                    NoMatch::NotBootable(_) => "instance type",
                };
                self.missing.entry((name, kind)).or_default().push((target, listing, no_match));
            }
        }
    }

    /// The problems, in the order of the manifest.
    pub(crate) fn problems(self, catalog: &Catalog) -> Vec<Problem> {
        let unknown = self.unknown.values().enumerate();
        let mut problems: Vec<Problem> =
            unknown.map(|(at, target)| unknown_image(target, at < MOST_SUGGESTIONS, catalog)).collect();
        problems.extend(self.failed.values().map(|cells| failed(cells)));
        for targets in self.missing.values() {
            let Some((_, listing, no_match)) = targets.first() else { continue };
            let cells: Vec<&Target> = targets.iter().map(|(target, _, _)| *target).collect();
            let problem = match no_match {
                NoMatch::NoCell => no_cell(&cells, listing),
                NoMatch::OtherTypes(types) => other_types(&cells, types),
                NoMatch::NotBootable(_) => not_bootable(&cells, targets.iter().map(|(_, _, no_match)| no_match)),
            };
            problems.push(doubted(problem, listing));
        }
        problems.extend(self.tied.values().map(|(target, labels)| same_release(target, labels)));
        problems.extend(self.young.values().map(|cells| too_young(cells)));
        problems.extend(self.several.values().map(|cells| several(cells)));
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        problems
    }
}

/// Adds why the listing may be incomplete.
fn doubted(problem: Problem, listing: &Listing) -> Problem {
    match listing.doubt() {
        Some(doubt) => problem.note(doubt.cause).help(doubt.help),
        None => problem,
    }
}
