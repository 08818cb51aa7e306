//! Why targets cannot be filled, as [`Problem`]s: one per image and reason, however many cells it affects.

mod cells;
mod not_offered;
mod several;
mod unknown;

use std::collections::BTreeMap;

use crate::domain::catalog::{Catalog, Listing, QueryError};
use crate::domain::diagnostics::{MOST_SUGGESTIONS, Problem};
use crate::domain::manifest::Target;
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::select::unresolved::not_offered::{no_cell, not_bootable, other_types, too_young};
use crate::domain::select::unresolved::several::several;
use crate::domain::select::unresolved::unknown::{failed, same_release, unknown_image};

/// The reason, as a number and in words, and the image or what failed. The unknown images come first.
type Key = (u8, String, String);

/// Collects the targets that cannot be filled, to report them together.
#[derive(Default)]
pub(crate) struct Unresolved<'c>(BTreeMap<Key, Vec<(&'c Target, Outcome<'c>)>>);

impl<'c> Unresolved<'c> {
    /// Adds a target about which the Marketplace gave no usable response.
    pub(crate) fn add_failure(&mut self, target: &'c Target, failure: QueryError) {
        self.add(target, Outcome::Failed(failure));
    }

    /// Adds a target and why nothing can be pinned for it.
    pub(crate) fn add(&mut self, target: &'c Target, outcome: Outcome<'c>) {
        let (reason, detail) = match &outcome {
            Outcome::Match(_) | Outcome::Keep => return,
            Outcome::Unknown | Outcome::NoRelease => (0, ""),
            Outcome::Failed(failure) => (1, &*failure.help),
            Outcome::NoMatch(_, NoMatch::NoCell) => (2, "cell"),
            Outcome::NoMatch(_, NoMatch::NotBootable(_)) => (2, "instance type"),
            Outcome::NoMatch(_, NoMatch::OtherTypes(_)) => (2, "type"),
            Outcome::SameRelease(_) => (3, ""),
            Outcome::TooYoung(_) => (4, ""),
            Outcome::Several(_) => (5, ""),
        };
        let subject = if let Outcome::Failed(failure) = &outcome { &failure.cause } else { target.cell.name.as_str() };
        self.0.entry((reason, subject.to_owned(), detail.to_owned())).or_default().push((target, outcome));
    }

    /// The problems, in the order of the manifest.
    pub(crate) fn problems(self, catalog: &Catalog) -> Vec<Problem> {
        let problem = |(at, cells): (usize, &Vec<(&Target, Outcome<'_>)>)| {
            let (target, outcome) = cells.first()?;
            Some(match outcome {
                Outcome::Match(_) | Outcome::Keep => return None,
                Outcome::Unknown | Outcome::NoRelease => unknown_image(target, at < MOST_SUGGESTIONS, catalog),
                Outcome::Failed(failure) => failed(cells, failure),
                Outcome::NoMatch(listing, NoMatch::NoCell) => doubted(no_cell(cells, listing), listing),
                Outcome::NoMatch(listing, NoMatch::OtherTypes(types)) => doubted(other_types(cells, types), listing),
                Outcome::NoMatch(listing, NoMatch::NotBootable(_)) => doubted(not_bootable(cells), listing),
                Outcome::SameRelease(labels) => same_release(target, labels),
                Outcome::TooYoung(_) => too_young(cells),
                Outcome::Several(candidates) => several(cells, candidates),
            })
        };
        let mut problems: Vec<Problem> = self.0.values().enumerate().filter_map(problem).collect();
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
