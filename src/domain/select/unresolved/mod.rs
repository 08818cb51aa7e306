//! The problems of targets that cannot be pinned: one per image and reason, with all affected zones and architectures.

mod cells;
mod not_offered;
mod several;
mod unknown;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Listing, QueryError};
use crate::domain::diagnostics::{MOST_SUGGESTIONS, Problem};
use crate::domain::manifest::Target;
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::select::unresolved::not_offered::{not_bootable, not_offered, other_types, too_young};
use crate::domain::select::unresolved::several::several;
use crate::domain::select::unresolved::unknown::{failed, same_release, unknown_image};

/// The rank of the reason, the image (or the error), and the rest of the reason. Unknown images have the first rank,
/// since labels are suggested only for the first of many problems.
type Key = (u8, String, String);

/// Collects the targets that cannot be pinned, to report them together.
#[derive(Default)]
pub(crate) struct Unresolved<'c>(BTreeMap<Key, Vec<(&'c Target, Outcome<'c>)>>);

impl<'c> Unresolved<'c> {
    /// Adds a target for which the Marketplace gave no usable response.
    pub(crate) fn add_failure(&mut self, target: &'c Target, error: QueryError) {
        self.add(target, Outcome::Failed(error));
    }

    /// Adds a target that cannot be pinned. The outcome is the reason.
    pub(crate) fn add(&mut self, target: &'c Target, outcome: Outcome<'c>) {
        let (reason, detail) = match &outcome {
            Outcome::Match(_) | Outcome::Keep => return,
            Outcome::Unknown | Outcome::NoRelease => (0, ""),
            Outcome::Failed(error) => (1, &*error.help),
            Outcome::NoMatch(_, NoMatch::NotOffered) => (2, "zone"),
            Outcome::NoMatch(_, NoMatch::NotBootable(_)) => (2, "instance type"),
            Outcome::NoMatch(_, NoMatch::OtherTypes(_)) => (2, "type"),
            Outcome::SameRelease(_) => (3, ""),
            Outcome::TooYoung(_) => (4, ""),
            Outcome::Several(_) => (5, ""),
        };
        let subject = if let Outcome::Failed(error) = &outcome { &error.cause } else { target.cell.name.as_str() };
        self.0.entry((reason, subject.to_owned(), detail.to_owned())).or_default().push((target, outcome));
    }

    /// The problems, in the order of the manifest.
    pub(crate) fn problems(self, now: Timestamp, catalog: &Catalog) -> Vec<Problem> {
        let problem = |(at, cells): (usize, &Vec<(&Target, Outcome<'_>)>)| {
            let (target, outcome) = cells.first()?;
            Some(match outcome {
                Outcome::Match(_) | Outcome::Keep => return None,
                Outcome::Unknown | Outcome::NoRelease => unknown_image(target, at < MOST_SUGGESTIONS, now, catalog),
                Outcome::Failed(error) => failed(cells, error),
                Outcome::NoMatch(listing, NoMatch::NotOffered) => with_doubt(not_offered(cells, listing), listing),
                Outcome::NoMatch(listing, NoMatch::OtherTypes(types)) => with_doubt(other_types(cells, types), listing),
                Outcome::NoMatch(listing, NoMatch::NotBootable(_)) => with_doubt(not_bootable(cells), listing),
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

/// Adds the reason why the listing may be incomplete, if it may be.
fn with_doubt(problem: Problem, listing: &Listing) -> Problem {
    match listing.doubt() {
        Some(doubt) => problem.note(doubt.cause).help(doubt.help),
        None => problem,
    }
}
