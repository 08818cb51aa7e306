//! The text that every format of a check shares: the result and its numbers, the details of a finding, and the error of a
//! manifest that could not be checked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::report::CheckReport;
use crate::domain::check::Finding;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::{
    FailedManifest, Failure, Invocation, LineIndex, Location, Problem, and_more, count, quoted, shown, visible,
};
use crate::domain::lock::diff::Latest;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::{Name, Severity, Status};
use crate::render::errors::{cut, help};
use crate::render::support::values::{date, days, in_manifests};

/// The result of the run, as a heading.
pub(super) fn headline(report: CheckReport<'_>) -> &'static str {
    if !report.failed.is_empty() {
        return "The check is incomplete";
    }
    let has_drift = report.manifests.iter().any(|manifest| manifest.report.has_drift());
    match (report.is_gate(), has_drift, report.has_drift()) {
        (true, _, true) => "The change fails the check",
        (true, _, false) => "The change passes the check",
        (false, true, _) => "The images have drifted",
        (false, false, true) => "The outputs are out of date",
        (false, false, false) => "The images have not drifted",
    }
}

/// The number of pins with a status, accepted or not.
pub(super) struct Tally {
    pub(super) status: Status,
    /// Whether the manifest accepts the status.
    pub(super) is_accepted: bool,
    pub(super) pins: usize,
}

impl Tally {
    /// The severity of the status, which an acceptance lowers.
    pub(super) fn severity(&self) -> Severity {
        if self.is_accepted { Severity::Held } else { self.status.severity() }
    }
}

/// The number of pins with each status, the worst status first.
pub(super) fn tally(report: CheckReport<'_>) -> Vec<Tally> {
    let mut counts: BTreeMap<(Status, bool), usize> = BTreeMap::new();
    for finding in report.findings_by_manifest() {
        *counts.entry((finding.status, is_accepted(finding))).or_default() += 1;
    }
    counts.into_iter().map(|((status, is_accepted), pins)| Tally { status, is_accepted, pins }).collect()
}

/// `2 outdated`, `1 outdated (accepted)`: the tally as text.
fn numbers(report: CheckReport<'_>) -> Vec<String> {
    let text = |Tally { status, is_accepted, pins }: Tally| {
        format!("{pins} {}{}", status.as_str(), if is_accepted { " (accepted)" } else { "" })
    };
    tally(report).into_iter().map(text).collect()
}

/// `4 pins: 2 outdated, 2 current`: the tally of the run in one line.
pub(super) fn summary(report: CheckReport<'_>) -> String {
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

/// `3 pins, 1 changed since main (1a2b3c4d): 1 unverified`: the tally of a verified change in one line.
pub(super) fn changed_since(report: CheckReport<'_>) -> String {
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

/// The pins that the Marketplace does not list, in one line.
pub(super) fn unlisted(report: CheckReport<'_>) -> Option<String> {
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

/// The note about a pin that the Marketplace does not list.
pub(super) const UNLISTED: &str = "the Marketplace does not list the pinned ID, so it cannot be verified";

/// Whether the Marketplace was asked for the ID of a pin and does not list it.
pub(super) fn is_unlisted(finding: &Finding) -> bool {
    finding.is_listed == Some(false)
}

/// Whether the finding would be drift if the manifest did not accept it.
pub(super) fn is_accepted(finding: &Finding) -> bool {
    finding.status.is_drift() && !finding.is_drift
}

/// The label, or the ID or pattern by which the image is declared.
pub(super) fn label(finding: &Finding) -> String {
    finding.label.as_ref().map_or_else(|| finding.image.clone(), ToString::to_string)
}

/// The details of a finding in one line.
pub(super) fn detail(finding: &Finding) -> String {
    let mut parts: Vec<String> =
        finding.latest.iter().filter_map(|latest| latest_as_text(latest, finding.published)).collect();
    parts.extend(finding.notes.iter().cloned());
    parts.join("; ")
}

/// A stale output or an acceptance without effect, with its notes and its help, in one line.
pub(super) fn remark(report: CheckReport<'_>, index: usize, problem: &Problem) -> String {
    let details = report.details(index, problem);
    std::iter::once(problem.title.clone()).chain(details).collect::<Vec<_>>().join("; ")
}

/// The status and the details in one line.
pub(super) fn status_and_detail(finding: &Finding) -> String {
    match (finding.status.as_str(), detail(finding)) {
        (status, detail) if detail.is_empty() => status.to_owned(),
        (status, detail) => format!("{status}: {detail}"),
    }
}

/// The short forms of the IDs in a table of findings.
pub(super) fn short_ids<'f>(findings: impl Iterator<Item = &'f Finding>) -> ShortIds {
    let ids = |finding: &'f Finding| {
        finding.locked.iter().map(|pin| pin.id).chain(finding.latest.as_ref().map(|latest| latest.id))
    };
    ShortIds::of(findings.flat_map(ids))
}

/// The release of a newer local image, its date, and how many days the pin is behind it.
fn latest_as_text(latest: &Latest, published: Option<Timestamp>) -> Option<String> {
    let release = latest.release.as_ref().map(|release| format!("release {release}"));
    let date = latest.published.map(|newer| match published {
        Some(older) if newer >= older => format!("{} behind ({})", count(days(older, newer), "day"), date(newer)),
        _ => format!("the newest version was published on {}", date(newer)),
    });
    let parts: Vec<String> = release.into_iter().chain(date).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The place and the error of a manifest that could not be checked, for Markdown and HTML.
pub(super) fn failed_in_prose(failed: &FailedManifest) -> String {
    format!("{}: {}", quoted(place(failed)), failure_title(&failed.failure))
}

/// The place and the error of a manifest that could not be checked, for programs.
pub(super) fn failed(failed: &FailedManifest) -> String {
    format!("{}: {}", place(failed), failure_title(&failed.failure))
}

/// The first error of a manifest, and how many more there are.
pub(super) fn failure_title(failure: &Failure) -> String {
    match failure.problems.len() {
        0 | 1 => cut(failure.title()),
        all => format!("{}, and {}", cut(failure.title()), count(all - 1, "more error")),
    }
}

/// `images.lock:39:1`, or the path of the manifest if the error has no line.
fn place(failed: &FailedManifest) -> String {
    match failure_location(&failed.failure) {
        Some(Location { path, line, columns }) => format!("{}:{line}:{}", shown(path), columns.0),
        None => shown(&failed.path),
    }
}

/// The location of the first error in the manifest or the lockfile.
pub(super) fn failure_location(failure: &Failure) -> Option<Location<'_>> {
    let problem = failure.problems.first()?;
    LineIndex::new(failure.source(problem)?).location(problem.span.as_ref()?)
}

/// The help of the first error, with the command to run or the line to write.
pub(super) fn first_help(failed: &FailedManifest, invocation: &Invocation) -> Option<String> {
    help(failed.failure.problems.first()?, &invocation.of(&failed.path))
}

/// `1 of 3 manifests could not be checked`, and which, if there are any.
pub(super) fn failed_summary(failed: &[FailedManifest], all: usize) -> Option<String> {
    let names = and_more(failed.iter().map(|it| quoted(shown(&it.path))), 6);
    let checked = format!("{} of {} could not be checked: {names}", failed.len(), count(all, "manifest"));
    (!failed.is_empty()).then_some(checked)
}
