//! What a manifest accepts in vain.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::check::Finding;
use crate::domain::diagnostics::Problem;
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Acceptance;
use crate::domain::types::{Name, Status, day};

/// The acceptances that have ended, and those that match nothing that was found.
pub(crate) fn idle_acceptances(findings: &[Finding], targets: &[Target], now: Timestamp) -> Vec<Problem> {
    let mut by_place: BTreeMap<usize, (&Name, &Acceptance)> = BTreeMap::new();
    // All cells of an image have the same acceptances.
    for target in targets.chunk_by(|one, next| one.cell.name == next.cell.name).filter_map(<[_]>::first) {
        by_place.extend(target.policy.accept.iter().map(|it| (it.span.start, (&target.cell.name, it))));
    }
    let found = findings.iter().flat_map(|it| it.statuses.iter().map(|status| (&it.cell.name, *status)));
    let found: BTreeSet<(&Name, Status)> = found.collect();
    let notice = |(name, Acceptance { status, until, span, .. }): (&Name, &Acceptance)| {
        let outcome = if day(now) > *until {
            format!("ended on {until}")
        } else if found.contains(&(name, *status)) {
            return None;
        } else {
            "matches nothing that was found".to_owned()
        };
        let problem = Problem::new(format!("the acceptance of `{}` for `{name}` {outcome}", status.as_str()));
        Some(problem.at(span.clone(), "").help("remove it, or decide anew and give it a new end"))
    };
    by_place.into_values().filter_map(notice).collect()
}
