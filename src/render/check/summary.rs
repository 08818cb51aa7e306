//! The verdict of a check and its numbers, in words that every format shares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::finding::{is_accepted, is_unlisted};
use super::report::CheckReport;
use crate::domain::Name;
use crate::domain::check::Status;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::{and_more, count, quoted, visible};
use crate::domain::lock::short_ids::ShortIds;

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

/// How many findings have a status. Accepted ones are counted separately: `2 outdated (accepted)`.
pub(crate) struct Count {
    pub(crate) status: Status,
    pub(crate) accepted: bool,
    pub(crate) findings: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted = if self.accepted { " (accepted)" } else { "" };
        write!(f, "{} {}{accepted}", self.findings, self.status.as_str())
    }
}

/// The numbers that every format shows, the worst status first.
pub(crate) fn counts(report: CheckReport<'_>) -> Vec<Count> {
    let mut counts: BTreeMap<(Status, bool), usize> = BTreeMap::new();
    for finding in report.manifests.iter().flat_map(|manifest| &manifest.report.findings) {
        *counts.entry((finding.status, is_accepted(finding))).or_default() += 1;
    }
    let count = |((status, accepted), findings)| Count { status, accepted, findings };
    counts.into_iter().map(count).collect()
}

/// `4 pins: 2 outdated, 2 current`: the numbers in a line.
pub(crate) fn summary(report: CheckReport<'_>) -> String {
    if report.is_gate() {
        return changed_since(report);
    }
    let counts = counts(report);
    let all = count(counts.iter().map(|count| count.findings).sum(), "pin");
    let all = if report.is_many() { format!("{all} in {}", count(report.manifests.len(), "manifest")) } else { all };
    let stale = stale(report);
    if let (true, Some(stale)) = (counts.is_empty(), &stale) {
        return stale.clone();
    }
    let stale = stale.map(|stale| format!("; {stale}")).unwrap_or_default();
    if counts.iter().all(|count| count.status == Status::Current) {
        return format!("{all}: all current{stale}");
    }
    format!("{all}: {}{stale}", counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// `3 pins, 1 changed since main (1a2b3c4d): 1 unverified`: the numbers of a verified change, in a line.
pub(crate) fn changed_since(report: CheckReport<'_>) -> String {
    let sum = |number: fn(&Gate) -> usize| report.gates().map(|(_, gate)| number(gate)).sum::<usize>();
    let (pins, changed) = (sum(|gate| gate.pins), sum(|gate| gate.changed));
    let manifests = match report.manifests {
        [_] => String::new(),
        manifests => format!(" in {}", count(manifests.len(), "manifest")),
    };
    let since: BTreeSet<String> = report.gates().map(|(_, gate)| since(gate)).collect();
    let mut found: Vec<String> = counts(report).iter().map(ToString::to_string).chain(stale(report)).collect();
    if found.is_empty() {
        found.push(if changed > 0 { "all verified" } else { "nothing to verify" }.to_owned());
    }
    let since = since.into_iter().collect::<Vec<_>>().join(", ");
    format!("{}{manifests}, {changed} changed since {since}: {}", count(pins, "pin"), found.join(", "))
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
    let findings = report.manifests.iter().flat_map(|manifest| &manifest.report.findings);
    let names: Vec<&Name> = findings.filter(|it| is_unlisted(it)).map(|finding| &finding.cell.name).collect();
    let unique: BTreeSet<&Name> = names.iter().copied().collect();
    let listed = and_more(unique.into_iter().map(quoted), 6);
    match names.len() {
        0 => None,
        1 => Some(format!("the Marketplace does not list the ID of 1 pin ({listed}), so it cannot be verified")),
        n => Some(format!("the Marketplace does not list the IDs of {n} pins ({listed}), so they cannot be verified")),
    }
}
