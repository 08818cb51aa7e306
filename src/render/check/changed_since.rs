//! What every format says of a change that was verified, and of pins that cannot be verified.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Name;
use crate::domain::check::report::Gate;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::domain::lock::diff::Change;
use crate::domain::lock::short_ids::ShortIds;
use crate::render::check::finding::{CheckReport, is_accepted};

/// The gates of a run, each with the number of its part.
fn gates(subject: CheckReport<'_>) -> impl Iterator<Item = (usize, &Gate)> {
    let parts = subject.parts.iter().enumerate();
    parts.filter_map(|(part, it)| Some((part, it.report.gate.as_ref()?)))
}

/// The pins that a change adds, moves and removes, each with what its manifest is called where there are others.
pub(crate) fn moves<'a>(subject: CheckReport<'a>) -> Vec<(String, &'a Change)> {
    let of = |(part, gate): (usize, &'a Gate)| gate.moves.iter().map(move |change| (subject.manifest(part), change));
    gates(subject).flat_map(of).collect()
}

/// `3 pins, 1 changed since main (1a2b3c4d): 1 unverified`: what was found, in numbers.
pub(crate) fn tally(subject: CheckReport<'_>) -> String {
    let sum = |number: fn(&Gate) -> usize| gates(subject).map(|(_, gate)| number(gate)).sum::<usize>();
    let (pins, changed) = (sum(|gate| gate.pins), sum(|gate| gate.changed));
    let manifests = match subject.parts {
        [_] => String::new(),
        parts => format!(" in {}", count(parts.len(), "manifest")),
    };
    let since: BTreeSet<String> = gates(subject).map(|(_, gate)| since(gate)).collect();
    let mut found: BTreeMap<(Status, bool), usize> = BTreeMap::new();
    for finding in subject.parts.iter().flat_map(|part| &part.report.findings) {
        *found.entry((finding.status, is_accepted(finding))).or_default() += 1;
    }
    let found = found
        .into_iter()
        .map(|((status, accepted), n)| format!("{n} {}{}", status.as_str(), if accepted { " (accepted)" } else { "" }));
    let stale = subject.stale().count();
    let stale = (stale > 0).then(|| format!("{} out of date", count(stale, "output")));
    let mut found: Vec<String> = found.chain(stale).collect();
    if found.is_empty() {
        found.push(if changed > 0 { "all verified" } else { "nothing to verify" }.to_owned());
    }
    let since = since.into_iter().collect::<Vec<_>>().join(", ");
    format!("{}{manifests}, {changed} changed since {since}: {}", count(pins, "pin"), found.join(", "))
}

fn since(gate: &Gate) -> String {
    let name = visible(&gate.since.name);
    match &gate.since.commit {
        Some(commit) if *commit != gate.since.name => format!("{name} (`{}`)", ShortIds::default().show(commit)),
        _ => name,
    }
}

/// Whether the Marketplace was asked about a pin, and does not list it.
pub(crate) fn is_unlisted(finding: &Finding) -> bool {
    finding.is_listed == Some(false)
}

/// What a report says of one such pin.
pub(crate) const UNLISTED: &str = "the Marketplace does not list the pinned ID, so it cannot be verified";

/// The pins that the Marketplace does not list, in a line.
pub(crate) fn unlisted(subject: CheckReport<'_>) -> Option<String> {
    let findings = subject.parts.iter().flat_map(|part| &part.report.findings).filter(|it| is_unlisted(it));
    let (n, names) = findings.fold((0, BTreeSet::new()), |(n, mut names): (usize, BTreeSet<&Name>), finding| {
        names.insert(&finding.cell.name);
        (n + 1, names)
    });
    let names = and_more(names.into_iter().map(quoted), 6);
    match n {
        0 => None,
        1 => Some(format!("the Marketplace does not list the ID of 1 pin ({names}), so it cannot be verified")),
        n => Some(format!("the Marketplace does not list the IDs of {n} pins ({names}), so they cannot be verified")),
    }
}
