//! What a manifest accepts for a while: which acceptances hold, and which match nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Name;
use crate::domain::diagnostics::Problem;
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::{Acceptance, Policy};
use crate::domain::types::status::Status;
use crate::domain::types::timestamp::day;

/// The acceptances of an image that hold, the first of each status. All cells of an image share them, and cells of an
/// image follow one another: they are gathered once for each image.
#[derive(Default)]
pub(crate) struct Accepted<'a> {
    of: Option<&'a Arc<Policy>>,
    pub(crate) in_force: BTreeMap<Status, &'a Acceptance>,
}

impl<'a> Accepted<'a> {
    pub(crate) fn of(&mut self, policy: &'a Arc<Policy>, now: Timestamp) -> &Self {
        if !self.of.is_some_and(|known| Arc::ptr_eq(known, policy)) {
            let holds = policy.accept.iter().filter(|acceptance| day(now) <= acceptance.until);
            // The last to come in stays.
            let in_force = holds.rev().map(|acceptance| (acceptance.status, acceptance)).collect();
            *self = Self { of: Some(policy), in_force };
        }
        self
    }
}

/// The acceptances that have ended, and those that match nothing that was found.
pub(crate) fn idle_acceptances<'a>(
    found: impl Iterator<Item = (&'a Name, Status)>,
    targets: &[Target],
    now: Timestamp,
) -> Vec<Problem> {
    let mut by_place: BTreeMap<usize, (&Name, &Acceptance)> = BTreeMap::new();
    let mut last = None;
    for target in targets {
        // All cells of an image have the same acceptances.
        if last != Some(&target.cell.name) {
            by_place.extend(target.policy.accept.iter().map(|it| (it.span.start, (&target.cell.name, it))));
            last = Some(&target.cell.name);
        }
    }
    let found: BTreeSet<(&Name, Status)> = if by_place.is_empty() { BTreeSet::new() } else { found.collect() };
    let mut notices = Vec::new();
    for (name, acceptance) in by_place.into_values() {
        let status = acceptance.status.as_str();
        let found = found.contains(&(name, acceptance.status));
        let problem = if day(now) > acceptance.until {
            Problem::new(format!("the acceptance of `{status}` for `{name}` ended on {}", acceptance.until))
        } else if found {
            continue;
        } else {
            Problem::new(format!("the acceptance of `{status}` for `{name}` matches nothing that was found"))
        };
        notices.push(problem.at(acceptance.span.clone(), "").help("remove it, or decide anew and give it a new end"));
    }
    notices
}
