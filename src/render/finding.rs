//! What every format says of a finding, in the same words: how grave it is, the detail, the place, the commands that
//! mend it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::broken::Broken;
use super::gate;
use super::human::date;
use super::invocation::Invocation;
use super::place::{Lines, Place};
use super::stale::StaleOutput;
use crate::domain::Cell;
use crate::domain::check::{Finding, Report, Status};
use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::diagnostics::sanitize::shown;
use crate::domain::diagnostics::sentence::count;
use crate::domain::lock::block;
use crate::domain::lock::diff::Latest;
use crate::domain::lock::short_ids::ShortIds;
use crate::error::Source;

/// A manifest and its lockfile, with what was found about them.
#[derive(Clone, Copy)]
pub struct ManifestReport<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The manifest that it is about.
    pub manifest: &'a Source,
    /// The lockfile, if there is one.
    pub lock: Option<&'a Source>,
    /// The outputs that are out of date, if the command has compared them with the lockfile.
    pub stale: Option<&'a [StaleOutput]>,
}

impl ManifestReport<'_> {
    /// What the manifest is called.
    pub(super) fn name(&self) -> String {
        shown(&self.manifest.path)
    }
}

/// What was found in a run, and what it takes to read it away from the terminal.
#[derive(Clone, Copy)]
pub struct CheckReport<'a> {
    /// One for each manifest that could be checked.
    pub parts: &'a [ManifestReport<'a>],
    /// The manifests that could not be checked.
    pub broken: &'a [Broken],
    /// How imagelock was called: what a command must begin with to be about the same files.
    pub invocation: &'a Invocation,
    /// When it was found.
    pub now: Timestamp,
}

impl<'a> CheckReport<'a> {
    /// All findings, each with the number of its part: the worst first, then by part and cell.
    pub(super) fn findings(&self) -> Vec<(usize, &'a Finding)> {
        let of =
            |(part, it): (usize, &ManifestReport<'a>)| it.report.findings.iter().map(move |finding| (part, finding));
        let mut findings: Vec<(usize, &Finding)> = self.parts.iter().enumerate().flat_map(of).collect();
        // Within a part they are in order already.
        findings.sort_by_key(|(part, finding)| (!finding.is_drift, finding.status, *part));
        findings
    }

    /// The acceptances that have ended or match nothing, each with the number of its part.
    pub(super) fn notices(&self) -> impl Iterator<Item = (usize, &'a Problem)> {
        let of = |(part, it): (usize, &ManifestReport<'a>)| it.report.notices.iter().map(move |notice| (part, notice));
        self.parts.iter().enumerate().flat_map(of)
    }

    /// The outputs that are out of date, each with the number of its part.
    pub(super) fn stale(&self) -> impl Iterator<Item = (usize, &'a StaleOutput)> {
        let of =
            |(part, it): (usize, &ManifestReport<'a>)| it.stale.into_iter().flatten().map(move |stale| (part, stale));
        self.parts.iter().enumerate().flat_map(of)
    }

    /// All that is said beside the findings.
    pub(super) fn remarks(&self) -> impl Iterator<Item = (usize, &'a Problem)> {
        self.stale().map(|(part, stale)| (part, &stale.problem)).chain(self.notices())
    }

    /// Whether anything differs: what the exit status says.
    pub fn has_drift(&self) -> bool {
        self.parts.iter().any(|part| part.report.has_drift()) || self.stale().next().is_some()
    }

    /// Whether a change was verified, rather than all pins compared with the Marketplace.
    pub(super) fn is_gate(&self) -> bool {
        self.parts.iter().any(|part| part.report.gate.is_some())
    }

    /// Whether the run is about several manifests.
    pub(super) fn is_many(&self) -> bool {
        self.manifests() > 1
    }

    /// How many manifests the run is about.
    pub(super) fn manifests(&self) -> usize {
        self.parts.len() + self.broken.len()
    }

    /// What a part is called where there are others; where it is alone, nothing has to be said.
    pub(super) fn manifest(&self, part: usize) -> String {
        if self.is_many() { self.parts[part].name() } else { String::new() }
    }

    /// How imagelock is called about one part.
    pub(super) fn invocation_of(&self, part: usize) -> Invocation {
        if self.is_many() { self.invocation.of(&self.parts[part].manifest.path) } else { self.invocation.clone() }
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// What runs is wrong, or nobody mends it any more.
    Bad,
    /// It should move.
    Due,
    /// It may stay, by policy or by acceptance.
    Held,
    /// All is well.
    Good,
}

impl Severity {
    pub(super) fn of(finding: &Finding) -> Self {
        match finding.status {
            Status::Current => Self::Good,
            _ if !finding.is_drift => Self::Held,
            status => Self::of_drift(status),
        }
    }

    /// How grave a status is that nobody has accepted.
    pub(super) fn of_drift(status: Status) -> Self {
        match status {
            Status::Mismatch
            | Status::Edited
            | Status::Unverified
            | Status::Eol
            | Status::Withdrawn
            | Status::Retired
            | Status::Incompatible => Self::Bad,
            Status::Unlocked | Status::Undeclared | Status::Outdated | Status::EolSoon => Self::Due,
            Status::Frozen | Status::Cooling => Self::Held,
            Status::Current => Self::Good,
        }
    }
}

/// Finds the places of many findings: the lines of both files are counted once.
pub(super) struct Places<'a> {
    manifest: Lines<'a>,
    lock: Option<Lines<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(part: &ManifestReport<'a>) -> Self {
        let needed = part.report.findings.iter().any(|finding| finding.place.is_none());
        let lock = part.lock.filter(|_| needed).map(Lines::new);
        Self { manifest: Lines::new(part.manifest), lock }
    }

    /// Where a finding is mended: in its declaration; what is not declared, in its block of the lockfile.
    pub(super) fn of(&self, finding: &Finding) -> Option<Place<'a>> {
        match (&finding.place, &self.lock) {
            (Some(span), _) => self.manifest.place(span),
            (None, Some(lock)) => lock.place(&block(lock.text(), &finding.cell)?),
            (None, None) => None,
        }
    }

    /// Where a span of the manifest is.
    pub(super) fn in_manifest(&self, span: &Span) -> Option<Place<'a>> {
        self.manifest.place(span)
    }
}

/// The label, or what else the image is known by.
pub(super) fn label(finding: &Finding) -> String {
    finding.label.as_ref().map_or_else(|| finding.image.clone(), ToString::to_string)
}

/// `fr-par-1 x86_64`: a cell beside its name.
pub(super) fn zone_and_arch(cell: &Cell) -> String {
    format!("{} {}", cell.zone, cell.arch)
}

/// Everything there is to say, in a line.
pub(super) fn detail(finding: &Finding) -> String {
    let mut parts: Vec<String> =
        finding.latest.iter().filter_map(|latest| latest_of(latest, finding.published)).collect();
    parts.extend(finding.notes.iter().cloned());
    parts.join("; ")
}

/// The IDs that a table of findings shows.
pub(super) fn short_ids<'f>(findings: impl Iterator<Item = &'f Finding>) -> ShortIds {
    let ids = |finding: &'f Finding| {
        finding.locked.iter().map(|pin| pin.id).chain(finding.latest.as_ref().map(|latest| latest.id))
    };
    ShortIds::of(findings.flat_map(ids))
}

/// The status and everything there is to say, in a line.
pub(super) fn said(finding: &Finding) -> String {
    match (finding.status.as_str(), detail(finding)) {
        (status, detail) if detail.is_empty() => status.to_owned(),
        (status, detail) => format!("{status}: {detail}"),
    }
}

/// What there is to say of a newer local image: its release, its date, and how much later that is.
fn latest_of(latest: &Latest, published: Option<Timestamp>) -> Option<String> {
    let release = latest.release.as_ref().map(|release| format!("release {release}"));
    let date = latest.published.map(|newer| match published {
        Some(older) if newer >= older => format!("{} behind ({})", count(days(older, newer), "day"), date(newer)),
        _ => format!("the latest is of {}", date(newer)),
    });
    let parts: Vec<String> = release.into_iter().chain(date).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The whole days from one moment to a later one.
pub(super) fn days(from: Timestamp, to: Timestamp) -> usize {
    usize::try_from(to.duration_since(from).as_hours() / 24).unwrap_or_default()
}

/// The verdict, as a heading.
pub(super) fn headline(subject: CheckReport<'_>) -> &'static str {
    if !subject.broken.is_empty() {
        return "The check is incomplete";
    }
    let has_drift = subject.parts.iter().any(|part| part.report.has_drift());
    match (subject.is_gate(), has_drift, subject.has_drift()) {
        (true, _, true) => "The change does not pass",
        (true, _, false) => "The change passes",
        (false, true, _) => "The images have drifted",
        (false, false, true) => "The outputs are out of date",
        (false, false, false) => "The images have not drifted",
    }
}

/// Whether somebody accepted what would be drift.
pub(super) fn is_accepted(finding: &Finding) -> bool {
    finding.status.is_drift() && !finding.is_drift
}

/// How many findings have a status, where those that are accepted are counted apart: `2 outdated (accepted)`.
pub(super) struct Count {
    pub(super) status: Status,
    pub(super) accepted: bool,
    pub(super) findings: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted = if self.accepted { " (accepted)" } else { "" };
        write!(f, "{} {}{accepted}", self.findings, self.status.as_str())
    }
}

/// The numbers that every format shows, the worst status first.
pub(super) fn counts(subject: CheckReport<'_>) -> Vec<Count> {
    let mut counts: BTreeMap<(Status, bool), usize> = BTreeMap::new();
    for finding in subject.parts.iter().flat_map(|part| &part.report.findings) {
        *counts.entry((finding.status, is_accepted(finding))).or_default() += 1;
    }
    let count = |((status, accepted), findings)| Count { status, accepted, findings };
    counts.into_iter().map(count).collect()
}

/// `4 pins: 2 outdated, 2 current`: what was found, in numbers.
pub(super) fn tally(subject: CheckReport<'_>) -> String {
    if subject.is_gate() {
        return gate::tally(subject);
    }
    let counts = counts(subject);
    let all = count(counts.iter().map(|count| count.findings).sum(), "pin");
    let all = if subject.is_many() { format!("{all} in {}", count(subject.parts.len(), "manifest")) } else { all };
    let stale = Some(subject.stale().count()).filter(|stale| *stale > 0);
    let stale = stale.map(|stale| format!("; {} out of date", count(stale, "output"))).unwrap_or_default();
    if counts.is_empty() && !stale.is_empty() {
        return stale.trim_start_matches("; ").to_owned();
    }
    if counts.iter().all(|count| count.status == Status::Current) {
        return format!("{all}: all current{stale}");
    }
    format!("{all}: {}{stale}", counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}
