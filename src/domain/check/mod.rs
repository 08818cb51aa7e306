//! Compares lock, manifest and what the Marketplace offers. It changes nothing.

pub mod assess;
pub mod changed_since;
pub mod manifest;
pub mod report;
pub mod suggestions;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query, QueryError};
use crate::domain::check::assess::assess;
pub use crate::domain::check::manifest::compare_with_manifest;
use crate::domain::check::manifest::{
    comparable, declaration_of, is_pin_of, manifest_finding, pinned_targets, undeclared_finding, undeclared_pins,
};
pub use crate::domain::check::report::{Finding, Report};
use crate::domain::diagnostics::{Problem, and_more, quoted};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Acceptance;
use crate::domain::select::end_of_life::{end_of_life, eol_notice};
use crate::domain::select::{Unresolved, identity_query, is_listed, mismatch, select};
use crate::domain::types::{Name, Status, day};

/// What a check must ask, given what is known already; empty if it can be decided.
pub fn queries(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (target, pin) in comparable(lock, targets) {
        queries.extend(select(target, Some(pin), now, catalog).missing);
        queries.extend(identity_query(pin, target, catalog));
    }
    // The ID in an edited block may be of anything.
    for pin in undeclared_pins(lock, targets).filter(|pin| lock.is_edited(&pin.cell)) {
        queries.insert(Query::Listing(pin.image.clone()));
        queries.extend(declaration_of(pin).and_then(|target| identity_query(pin, &target, catalog)));
    }
    catalog.unanswered(queries)
}

/// Compares lock, manifest and Marketplace.
///
/// # Errors
/// A problem for everything that could not be decided: an answer that did not come, or one that cannot be the whole
/// truth.
pub fn check(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> Result<Report, Vec<Problem>> {
    let mut unresolved = Unresolved::default();
    let mut findings = Vec::new();
    for pin in undeclared_pins(lock, targets) {
        let mut finding = undeclared_finding(pin, lock);
        if lock.is_edited(&pin.cell)
            && let Some(mismatch) = declaration_of(pin).and_then(|target| mismatch(pin, &target, catalog))
        {
            finding.also(Status::Mismatch);
            finding.notes.insert(0, mismatch);
        }
        findings.push(finding);
    }
    for (target, pin) in pinned_targets(lock, targets) {
        match check_target(lock, target, pin, now, catalog) {
            Ok(finding) => findings.push(finding),
            Err(failure) => unresolved.add_failure(target, failure),
        }
    }
    let problems = unresolved.problems(now, catalog);
    if !problems.is_empty() {
        return Err(problems);
    }
    accept(&mut findings, targets, now);
    let mut notices = idle_acceptances(&findings, targets, now);
    if comparable(lock, targets).next().is_some() {
        notices.extend(unknown_eol_warning(catalog));
    }
    Ok(Report::new(findings, notices))
}

/// Applies the acceptances of the images that are declared.
fn accept(findings: &mut [Finding], targets: &[Target], now: Timestamp) {
    for finding in findings {
        // Targets are sorted by cell, and all cells of an image have the same acceptances.
        let first = targets.partition_point(|target| target.cell.name < finding.cell.name);
        if let Some(target) = targets.get(first).filter(|target| target.cell.name == finding.cell.name) {
            finding.accept(&target.policy, now);
        }
    }
}

/// The acceptances that have ended, and those that match nothing that was found.
fn idle_acceptances(findings: &[Finding], targets: &[Target], now: Timestamp) -> Vec<Problem> {
    let found = findings.iter().flat_map(|it| it.statuses.iter().map(|status| (&it.cell.name, *status)));
    let found: BTreeSet<(&Name, Status)> = found.collect();
    let mut is_used: BTreeMap<usize, (&Acceptance, bool)> = BTreeMap::new();
    // All cells of an image have the same acceptances.
    for target in targets.chunk_by(|one, next| one.cell.name == next.cell.name).filter_map(<[_]>::first) {
        for it in &target.policy.accept {
            let (_, is_used) = is_used.entry(it.span.start).or_insert((it, false));
            *is_used |= found.contains(&(&target.cell.name, it.status));
        }
    }
    let notice = |(it, is_used): (&Acceptance, bool)| {
        let (outcome, help) = if day(now) > it.until {
            (format!("ended on {}", it.until), "remove it, or set another `until`")
        } else if is_used {
            return None;
        } else {
            ("matches nothing that was found".to_owned(), "remove it")
        };
        let problem = Problem::new(format!("the acceptance of `{}` for `{}` {outcome}", it.status.as_str(), it.image));
        Some(problem.at(it.span.clone(), "").help(help))
    };
    is_used.into_values().filter_map(notice).collect()
}

/// Warns of ends of life or dates that the Marketplace did not give. All other findings are right without them.
fn unknown_eol_warning(catalog: &Catalog) -> Option<Problem> {
    let Lookup::Failed(failure) = catalog.index() else {
        return catalog.first_missing_date_error().map(QueryError::missing_dates_warning);
    };
    let problem = Problem::new("the ends of life that the Marketplace sets could not be learnt");
    Some(problem.note(failure.cause).help("run imagelock again; the vendors' ends are known without it"))
}

/// Checks one target. A swapped ID is worse than a hand edit, and a hand edit is worse than a change of the Marketplace.
fn check_target(
    lock: &Lock,
    target: &Target,
    pin: Option<&Pin>,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Finding, QueryError> {
    let of_manifest = manifest_finding(lock, pin, target);
    let Some(pin) = pin.filter(|pin| is_pin_of(target, pin, lock)) else {
        // Without a pin there is nothing to ask the Marketplace about.
        return of_manifest.ok_or_else(QueryError::not_queried);
    };
    let assessed = assess(pin, target, now, catalog)?;
    let mut finding = of_manifest.filter(|edited| assessed.status > edited.status).unwrap_or(assessed);
    finding.is_listed = is_listed(pin, target, catalog);
    finding.published = finding.published.or_else(|| catalog.published(&pin.image, pin.id));
    finding.end = end_of_life(&target.policy, pin.label(), catalog.image(&pin.image));
    add_end_of_life(&mut finding, pin, target, now, catalog);
    Ok(finding)
}

/// Adds the end of life, if it is near or over.
fn add_end_of_life(finding: &mut Finding, pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) {
    let Some(notice) = eol_notice(pin, target, now, catalog) else { return };
    let status = if notice.has_ended { Status::Eol } else { Status::EolSoon };
    let mut notes = vec![format!("support {}", notice.clause())];
    if !notice.successors.is_empty() {
        notes.push(format!("then there is {}", and_more(notice.successors.iter().map(quoted), 3)));
    }
    let other = finding.status.as_str();
    if finding.status != Status::Current && !finding.notes.iter().any(|note| note.starts_with(other)) {
        notes.push(format!("also {other}"));
    }
    finding.notes.splice(0..0, notes);
    finding.also(status);
}
