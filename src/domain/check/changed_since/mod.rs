//! The check of a change (`--changed-since`): whether the pins that it adds or moves are genuine. Their age does not matter.

mod history;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query};
use crate::domain::check::accept;
pub use crate::domain::check::changed_since::history::{Base, PastPins, is_changed};
use crate::domain::check::changed_since::proof::{Doubt, is_looked_up, verify};
use crate::domain::check::manifest::{comparable, manifest_findings};
use crate::domain::check::report::{Gate, Report};
use crate::domain::diagnostics::{Problem, and_more, count, visible};
use crate::domain::lock::diff::changes;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::select::{Unresolved, expected_label, identity_query, pinned_image};
use crate::domain::types::ImageRef;

/// The targets whose pins must be verified, each with the pin. An edited block is drift in any case.
fn changed<'a>(base: &'a Base, lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, &'a Pin)> {
    comparable(lock, targets).filter(|(_, pin)| !lock.is_edited(&pin.cell) && is_changed(pin, &base.lock))
}

/// The queries that the verification still needs, given the responses so far. They concern only the changed pins.
pub fn queries(base: &Base, lock: &Lock, targets: &[Target], catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (target, pin) in changed(base, lock, targets) {
        let image = pinned_image(pin, target);
        queries.extend([Query::Index, Query::Listing(image.clone())]);
        queries.extend(identity_query(pin, target, catalog));
        let label = expected_label(pin, target, catalog);
        // A lookup that was not queried also fails here. Then the listing has the ID, or is not known yet.
        let is_unlisted = matches!(is_looked_up(pin, label.as_ref(), catalog), Ok(false));
        if !is_unlisted || base.past.has(pin, label.as_ref()) {
            continue;
        }
        queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
        if let Lookup::Found(versions) = catalog.versions(&image) {
            queries.extend(versions.iter().map(|version| Query::Listing(ImageRef::Version(version.id))));
        }
    }
    catalog.unanswered(queries)
}

/// Verifies the pins that differ from the base, and compares the lockfile with the manifest.
///
/// # Errors
/// A problem for every pin that could not be decided, because a response is missing or incomplete, or because the git
/// history is incomplete.
pub fn gate(
    base: &Base,
    lock: &Lock,
    targets: &[Target],
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Report, Vec<Problem>> {
    let (mut unresolved, mut gaps) = (Unresolved::default(), Vec::new());
    let mut findings = manifest_findings(lock, targets);
    let (mut proofs, mut count) = (BTreeMap::new(), 0);
    for (target, pin) in changed(base, lock, targets) {
        count += 1;
        match verify(pin, target, &base.past, catalog) {
            Ok((proof, finding)) => {
                proofs.extend(proof.map(|proof| (pin.cell.clone(), proof)));
                findings.extend(finding);
            }
            Err(Doubt::Lookup(failure)) => unresolved.add_failure(target, failure),
            Err(Doubt::Gap(gap)) => gaps.push((target, gap)),
        }
    }
    let mut problems = unresolved.problems(now, catalog);
    problems.extend(incomplete_history(&gaps));
    if !problems.is_empty() {
        return Err(problems);
    }
    accept(&mut findings, targets, now);
    let mut moves = changes(&base.lock, lock);
    for change in &mut moves {
        change.note = change.note.take().or(proofs.get(&change.cell).map(|proof| proof.note().to_owned()));
    }
    let since = base.side.clone();
    let gate = Gate { since, moves, proofs, changed: count, pins: lock.pins().len() };
    Ok(Report { gate: Some(gate), ..Report::new(findings, Vec::new()) })
}

/// The problem of pins that may be proved only by a revision that this clone does not have.
fn incomplete_history(gaps: &[(&Target, String)]) -> Option<Problem> {
    let (first, gap) = gaps.first()?;
    let cells = and_more(gaps.iter().map(|(target, _)| &target.cell), 6);
    let title = format!("cannot verify {} without the full history of the lockfile: {cells}", count(gaps.len(), "pin"));
    let problem = Problem::new(title).at(first.spans.image.clone(), "the Marketplace does not list its pinned ID");
    let help = "run `git fetch --unshallow`; in CI, check out the full history (`fetch-depth: 0`, `GIT_DEPTH: 0`)";
    Some(problem.note(visible(gap)).help(help))
}
