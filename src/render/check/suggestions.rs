//! The commands to suggest for what was found, in the order in which they work.
//!
//! A command that moves pins names one manifest: staging and production are not upgraded in one breath.

use std::collections::BTreeSet;
use std::fmt;

use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::domain::{Label, Name};
use crate::render::check::finding::CheckReport;
use crate::render::support::invocation::Invocation;

/// The most names in a command: a longer line is not copied, and a report has more to say.
const MOST_NAMES: usize = 50;

/// The most manifests for which commands are listed one by one.
const MOST_MANIFESTS: usize = 12;

/// The most families of labels for which a search is suggested.
const MOST_SEARCHES: usize = 3;

/// A command to run, and what for.
pub(crate) struct Remedy {
    pub(crate) aim: String,
    pub(crate) command: String,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.aim, self.command)
    }
}

impl CheckReport<'_> {
    /// The commands for all that was found.
    pub(crate) fn remedies(&self) -> Vec<Remedy> {
        let all = Drift::of(self.parts.iter().flat_map(|part| &part.report.findings), self.invocation);
        let parts = self.parts.iter().enumerate();
        let each: Vec<Drift<'_>> =
            parts.map(|(n, part)| Drift::of(&part.report.findings, &self.invocation_of(n))).collect();
        let mut remedies = self.of_first(each.iter().map(Drift::repair));
        remedies.extend(all.update());
        remedies.extend(self.of_first(each.iter().map(Drift::upgrade)));
        remedies.extend(all.search());
        let command = format!("{} resolve", self.invocation);
        if self.stale().next().is_some() && remedies.iter().all(|remedy| remedy.command != command) {
            remedies.push(Remedy { aim: "to update the outputs".to_owned(), command });
        }
        remedies
    }

    /// The commands for the first of many manifests, and how many more there are.
    fn of_first(&self, each: impl Iterator<Item = Vec<Remedy>>) -> Vec<Remedy> {
        let mut concerned = each.enumerate().filter(|(_, remedies)| !remedies.is_empty());
        let mut first: Vec<Remedy> =
            concerned.by_ref().take(MOST_MANIFESTS).flat_map(|(_, remedies)| remedies).collect();
        if let Some((next, _)) = concerned.next() {
            let more = count(1 + concerned.count(), "more manifest");
            let aim = format!("for {more}, check each by itself, such as");
            first.push(Remedy { aim, command: format!("{} check", self.invocation_of(next)) });
        }
        first
    }
}

/// The commands for some findings about one manifest.
pub(crate) fn remedies<'a>(findings: impl IntoIterator<Item = &'a Finding>, invocation: &Invocation) -> Vec<Remedy> {
    let drift = Drift::of(findings, invocation);
    [drift.repair(), drift.update(), drift.upgrade(), drift.search()].into_iter().flatten().collect()
}

/// Findings that are drift, and how imagelock is called about them.
struct Drift<'a> {
    findings: Vec<&'a Finding>,
    invocation: String,
}

impl<'a> Drift<'a> {
    fn of(findings: impl IntoIterator<Item = &'a Finding>, invocation: &Invocation) -> Self {
        let findings = findings.into_iter().filter(|finding| finding.is_drift).collect();
        Self { findings, invocation: invocation.to_string() }
    }

    /// Blocks that something other than imagelock changed.
    fn repair(&self) -> Vec<Remedy> {
        let edited = |finding: &Finding| has_one(finding, &[Status::Mismatch, Status::Edited]);
        // A block that is not declared is not pinned again, but dropped.
        let declared = |finding: &Finding| edited(finding) && !finding.statuses.contains(&Status::Undeclared);
        let unverified = |finding: &Finding| finding.statuses.contains(&Status::Unverified);
        [
            self.with_names(
                "the lockfile was changed by hand, or by a merge; to see who changed it",
                "log",
                &self.names(edited),
            ),
            self.with_names(
                "restore the file from version control, or pin these images again",
                UPGRADE,
                &self.names(declared),
            ),
            self.with_names(
                "restore the block from version control, or pin what the Marketplace lists",
                UPGRADE,
                &self.names(unverified),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A lock that does not satisfy the manifest.
    fn update(&self) -> Vec<Remedy> {
        let is_stale = |finding: &&Finding| has_one(finding, &[Status::Unlocked, Status::Undeclared]);
        let stale = self.findings.iter().any(is_stale);
        stale.then(|| self.run("to make the lock follow the manifest".to_owned(), "resolve")).into_iter().collect()
    }

    /// Pins that can move to what is offered now.
    fn upgrade(&self) -> Vec<Remedy> {
        let movable = self.names(|finding| {
            let moves = [Status::Outdated, Status::Incompatible, Status::Withdrawn, Status::Retired];
            finding.latest.is_some() && has_one(finding, &moves)
        });
        // An upgrade would take a cell of these back to an older version.
        let back = self.names(|finding| {
            finding.statuses.contains(&Status::Outdated)
                && finding.latest.as_ref().is_some_and(|latest| latest.is_older)
        });
        let gone = self.names(is_gone);
        let movable = movable.into_iter().filter(|name| !gone.contains(name) && !back.contains(name)).collect();
        self.with_names("to move to the latest", UPGRADE, &movable).into_iter().collect()
    }

    /// Images that need another label.
    fn search(&self) -> Vec<Remedy> {
        let gone = self.names(is_gone);
        let ending =
            |finding: &Finding| has_one(finding, &[Status::Eol, Status::EolSoon]) && !gone.contains(&finding.cell.name);
        let of_gone = |finding: &Finding| gone.contains(&finding.cell.name);
        let mut remedies = self.searches("to see what could follow", &ending);
        remedies.extend(self.searches("to see what there is instead of", &of_gone));
        remedies
    }

    /// A search for each family of labels: the labels of `fedora_43` and `fedora_44` are found by `fedora`.
    fn searches(&self, aim: &str, wanted: &dyn Fn(&Finding) -> bool) -> Vec<Remedy> {
        let concerned: Vec<&Finding> = self.findings.iter().copied().filter(|finding| wanted(finding)).collect();
        let families: BTreeSet<&str> = concerned.iter().map(|finding| family(finding.label.as_ref())).collect();
        let search = |family: &str| {
            let of_family = concerned.iter().filter(|finding| family == self::family(finding.label.as_ref()));
            let names: BTreeSet<&Name> = of_family.map(|finding| &finding.cell.name).collect();
            let aim = format!("{aim} {}", and_more(names.into_iter().map(quoted), 6));
            self.run(aim, &format!("search {family}"))
        };
        if families.len() > MOST_SEARCHES {
            let names: BTreeSet<&Name> = concerned.iter().map(|finding| &finding.cell.name).collect();
            return vec![self.run(format!("{aim} {}", and_more(names.into_iter().map(quoted), 6)), "search")];
        }
        families.into_iter().map(search).collect()
    }

    fn names(&self, wanted: impl Fn(&Finding) -> bool) -> BTreeSet<&'a Name> {
        self.findings.iter().filter(|finding| wanted(finding)).map(|finding| &finding.cell.name).collect()
    }

    fn with_names(&self, aim: &str, command: &str, names: &BTreeSet<&Name>) -> Option<Remedy> {
        let first: Vec<&str> = names.iter().take(MOST_NAMES).map(|name| name.as_str()).collect();
        let all = names.len();
        let aim =
            if all > MOST_NAMES { format!("{aim} (the first {MOST_NAMES} of {all} images)") } else { aim.to_owned() };
        (all > 0).then(|| self.run(aim, &format!("{command} {}", first.join(" "))))
    }

    fn run(&self, aim: String, rest: &str) -> Remedy {
        Remedy { aim, command: format!("{} {}", self.invocation, rest.trim_end()) }
    }
}

const UPGRADE: &str = "resolve --upgrade";

fn has_one(finding: &Finding, statuses: &[Status]) -> bool {
    statuses.iter().any(|status| finding.statuses.contains(status))
}

/// Whether the declaration must change before an upgrade can do anything.
fn is_gone(finding: &Finding) -> bool {
    finding.latest.is_none() && has_one(finding, &[Status::Withdrawn, Status::Retired, Status::Incompatible])
}

/// What the labels of a system and of its successors begin with; nothing without a label, which finds all.
fn family(label: Option<&Label>) -> &str {
    label.and_then(|label| label.as_str().split('_').next()).unwrap_or_default()
}
