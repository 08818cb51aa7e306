//! Compares the lockfile with the manifest and with the Marketplace, and changes nothing.

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

/// The queries that a check still needs, given the responses so far. If there are none, the check can be decided.
pub fn queries(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (target, pin) in comparable(lock, targets) {
        queries.extend(select(target, Some(pin), now, catalog).missing);
        queries.extend(identity_query(pin, target, catalog));
    }
    // An edited block may hold the ID of any local image, so it is verified even if the pin is not declared.
    for pin in undeclared_pins(lock, targets).filter(|pin| lock.is_edited(&pin.cell)) {
        queries.insert(Query::Listing(pin.image.clone()));
        queries.extend(declaration_of(pin).and_then(|target| identity_query(pin, &target, catalog)));
    }
    catalog.unanswered(queries)
}

/// Compares the lockfile with the manifest and with the Marketplace at the time `now`.
///
/// # Errors
/// A problem for every pin that could not be decided, because a response is missing or incomplete.
pub fn check(lock: &Lock, targets: &[Target], now: Timestamp, catalog: &Catalog) -> Result<Report, Vec<Problem>> {
    let mut unresolved = Unresolved::default();
    let mut findings = Vec::new();
    for pin in undeclared_pins(lock, targets) {
        let mut finding = undeclared_finding(pin, lock);
        if lock.is_edited(&pin.cell)
            && let Some(mismatch) = declaration_of(pin).and_then(|target| mismatch(pin, &target, catalog))
        {
            finding.add_status(Status::Mismatch);
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

/// Applies the acceptances in the manifest to the findings.
fn accept(findings: &mut [Finding], targets: &[Target], now: Timestamp) {
    for finding in findings {
        // Targets are sorted by cell, and all targets of an image have the same acceptances.
        let first = targets.partition_point(|target| target.cell.name < finding.cell.name);
        if let Some(target) = targets.get(first).filter(|target| target.cell.name == finding.cell.name) {
            finding.accept(&target.policy, now);
        }
    }
}

/// A notice for each acceptance that has ended or matches no finding.
fn idle_acceptances(findings: &[Finding], targets: &[Target], now: Timestamp) -> Vec<Problem> {
    let found = findings.iter().flat_map(|it| it.statuses.iter().map(|status| (&it.cell.name, *status)));
    let found: BTreeSet<(&Name, Status)> = found.collect();
    let mut is_used: BTreeMap<usize, (&Acceptance, bool)> = BTreeMap::new();
    // All targets of an image have the same acceptances.
    for target in targets.chunk_by(|one, next| one.cell.name == next.cell.name).filter_map(<[_]>::first) {
        for it in &target.policy.accept {
            let (_, is_used) = is_used.entry(it.span.start).or_insert((it, false));
            *is_used |= found.contains(&(&target.cell.name, it.status));
        }
    }
    let notice = |(it, is_used): (&Acceptance, bool)| {
        let (outcome, help) = if day(now) > it.until {
            (format!("ended on {}", it.until), "remove it, or set a later `until`")
        } else if is_used {
            return None;
        } else {
            ("matches no finding".to_owned(), "remove it")
        };
        let problem = Problem::new(format!("the acceptance of `{}` for `{}` {outcome}", it.status.as_str(), it.image));
        Some(problem.at(it.span.clone(), "").help(help))
    };
    is_used.into_values().filter_map(notice).collect()
}

/// The warning about end-of-life dates or publication dates that the Marketplace did not return. All other findings are
/// correct without them.
fn unknown_eol_warning(catalog: &Catalog) -> Option<Problem> {
    let Lookup::Failed(failure) = catalog.index() else {
        return catalog.first_missing_date_error().map(QueryError::missing_dates_warning);
    };
    let problem = Problem::new("the end-of-life dates of the Marketplace are unavailable");
    Some(problem.note(failure.cause).help("run imagelock again; the end-of-life dates of the vendors were used"))
}

/// Checks one target. A mismatched ID is worse than an edited block, which is worse than a change in the Marketplace.
fn check_target(
    lock: &Lock,
    target: &Target,
    pin: Option<&Pin>,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Finding, QueryError> {
    let of_manifest = manifest_finding(lock, pin, target);
    let Some(pin) = pin.filter(|pin| is_pin_of(target, pin, lock)) else {
        // Without a pin, there is nothing to query.
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

/// Adds the end of life to a finding if it is near or past.
fn add_end_of_life(finding: &mut Finding, pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) {
    let Some(notice) = eol_notice(pin, target, now, catalog) else { return };
    let status = if notice.has_ended { Status::Eol } else { Status::EolSoon };
    let mut notes = vec![format!("support {}", notice.clause())];
    if !notice.successors.is_empty() {
        let noun = if notice.successors.len() == 1 { "successor" } else { "successors" };
        notes.push(format!("{noun}: {}", and_more(notice.successors.iter().map(quoted), 3)));
    }
    let other = finding.status.as_str();
    if finding.status != Status::Current && !finding.notes.iter().any(|note| note.starts_with(other)) {
        notes.push(format!("also {other}"));
    }
    finding.notes.splice(0..0, notes);
    finding.add_status(status);
}
