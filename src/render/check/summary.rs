//! The verdict of a check and its numbers, in words that every format shares.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{is_accepted, is_unlisted};
use super::report::CheckReport;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::{and_more, count, quoted, visible};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::{Name, Severity, Status};
use crate::render::support::values::in_manifests;

/// The verdict, as a heading.
pub(crate) fn headline(report: CheckReport<'_>) -> &'static str {
    if !report.failed.is_empty() {
        return "The check is incomplete";
    }
    let has_drift = report.manifests.iter().any(|manifest| manifest.report.has_drift());
    match (report.is_gate(), has_drift, report.has_drift()) {
        (true, _, true) => "The change does not pass",
        (true, _, false) => "The change passes",
        (false, true, _) => "The images have drifted",
        (false, false, true) => "The outputs are out of date",
        (false, false, false) => "The images have not drifted",
    }
}

/// How many findings have each status, the worst first, and how severe that is: `2 outdated (accepted)`.
pub(crate) fn counts(report: CheckReport<'_>) -> Vec<(Severity, String)> {
    let mut counts: BTreeMap<(Status, bool), usize> = BTreeMap::new();
    for finding in report.findings_by_manifest() {
        *counts.entry((finding.status, is_accepted(finding))).or_default() += 1;
    }
    let text = |((status, is_accepted), n): ((Status, bool), usize)| match is_accepted {
        true => (Severity::Held, format!("{n} {} (accepted)", status.as_str())),
        false => (status.severity(), format!("{n} {}", status.as_str())),
    };
    counts.into_iter().map(text).collect()
}

/// The same without the severity.
fn numbers(report: CheckReport<'_>) -> Vec<String> {
    counts(report).into_iter().map(|(_, number)| number).collect()
}

/// `4 pins: 2 outdated, 2 current`: the numbers in a line.
pub(crate) fn summary(report: CheckReport<'_>) -> String {
    if report.is_gate() {
        return changed_since(report);
    }
    let pins = report.findings_by_manifest().count();
    let stale = stale(report);
    if let (0, Some(stale)) = (pins, &stale) {
        return stale.clone();
    }
    let pins = count(pins, "pin");
    let pins = if report.is_many() { format!("{pins} in {}", count(report.manifests.len(), "manifest")) } else { pins };
    let is_current = report.findings_by_manifest().all(|finding| finding.status == Status::Current);
    let found = if is_current { "all current".to_owned() } else { numbers(report).join(", ") };
    let stale = stale.map(|stale| format!("; {stale}")).unwrap_or_default();
    format!("{pins}: {found}{stale}")
}

/// `3 pins, 1 changed since main (1a2b3c4d): 1 unverified`: the numbers of a verified change, in a line.
pub(crate) fn changed_since(report: CheckReport<'_>) -> String {
    let sum = |number: fn(&Gate) -> usize| report.gates().map(|(_, gate)| number(gate)).sum::<usize>();
    let (pins, changed) = (sum(|gate| gate.pins), sum(|gate| gate.changed));
    let since: BTreeSet<String> = report.gates().map(|(_, gate)| since(gate)).collect();
    let mut found = numbers(report);
    found.extend(stale(report));
    if found.is_empty() {
        found.push(if changed > 0 { "all verified" } else { "nothing to verify" }.to_owned());
    }
    let since = since.into_iter().collect::<Vec<_>>().join(", ");
    let pins = in_manifests(count(pins, "pin"), report.manifests.len());
    format!("{pins}, {changed} changed since {since}: {}", found.join(", "))
}

/// `2 outputs out of date`, if there are any.
fn stale(report: CheckReport<'_>) -> Option<String> {
    let stale = report.stale().count();
    (stale > 0).then(|| format!("{} out of date", count(stale, "output")))
}

fn since(gate: &Gate) -> String {
    let name = visible(&gate.since.name);
    match &gate.since.commit {
        Some(commit) if *commit != gate.since.name => format!("{name} (`{}`)", ShortIds::default().show(commit)),
        _ => name,
    }
}

/// The pins that the Marketplace does not list, in a line.
pub(crate) fn unlisted(report: CheckReport<'_>) -> Option<String> {
    let unlisted = report.findings_by_manifest().filter(|finding| is_unlisted(finding));
    let names: Vec<&Name> = unlisted.map(|finding| &finding.cell.name).collect();
    let unique: BTreeSet<&Name> = names.iter().copied().collect();
    let listed = and_more(unique.into_iter().map(quoted), 6);
    match names.len() {
        0 => None,
        1 => Some(format!("the Marketplace does not list the ID of 1 pin ({listed}), so it cannot be verified")),
        n => Some(format!("the Marketplace does not list the IDs of {n} pins ({listed}), so they cannot be verified")),
    }
}
