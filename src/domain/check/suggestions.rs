//! The commands to suggest for what a check found, in the order in which they work.
//!
//! A command that moves pins names one manifest: staging and production are not upgraded in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::check::Finding;
use crate::domain::diagnostics::{Command, Invocation, and_more, count, quoted};
use crate::domain::lock::diff::Latest;
use crate::domain::types::{Cause, Fix, Label, Name};

/// The most names in a command: a longer line is not copied, and a report has more to say.
const MOST_NAMES: usize = 50;

/// The most manifests for which commands are listed one by one.
const MOST_MANIFESTS: usize = 12;

/// The most families of labels for which a search is suggested.
const MOST_SEARCHES: usize = 3;

/// A command to run, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is for, as the beginning of a sentence.
    pub purpose: String,
    /// The command.
    pub command: Command,
}

impl Suggestion {
    /// The purpose and the command, in a line.
    pub(crate) fn show(&self, invocation: &Invocation) -> String {
        format!("{}: {}", self.purpose, self.command.show(invocation))
    }
}

/// The commands for some findings about one manifest.
pub fn suggestions<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Suggestion> {
    let drift = Drift::of(findings, None);
    [drift.repair(), drift.update(), drift.upgrade(), drift.search()].concat()
}

/// The commands for all findings of a run, by manifest, `is_several` if that is about several. An output that is out of date
/// is updated as well.
pub fn suggestions_of_run(manifests: &[(&Path, &[Finding])], is_several: bool, is_stale: bool) -> Vec<Suggestion> {
    let all = Drift::of(manifests.iter().flat_map(|(_, findings)| *findings), None);
    let each = manifests.iter().map(|(path, findings)| Drift::of(*findings, is_several.then_some(*path)));
    let each: Vec<Drift<'_>> = each.collect();
    let mut suggestions = of_first(&each, Drift::repair);
    suggestions.extend(all.update());
    suggestions.extend(of_first(&each, Drift::upgrade));
    suggestions.extend(all.search());
    let resolve = Command::new("resolve");
    if is_stale && suggestions.iter().all(|suggestion| suggestion.command != resolve) {
        suggestions.push(Suggestion { purpose: "to update the outputs".to_owned(), command: resolve });
    }
    suggestions
}

/// The commands for the first of many manifests, and how many more there are.
fn of_first<'a>(each: &[Drift<'a>], suggest: impl Fn(&Drift<'a>) -> Vec<Suggestion>) -> Vec<Suggestion> {
    let mut concerned = each.iter().map(|drift| (drift, suggest(drift))).filter(|(_, suggested)| !suggested.is_empty());
    let first = concerned.by_ref().take(MOST_MANIFESTS).flat_map(|(_, suggested)| suggested);
    let mut first: Vec<Suggestion> = first.collect();
    if let Some((next, _)) = concerned.next() {
        let more = count(1 + concerned.count(), "more manifest");
        first.push(next.suggest(format!("for {more}, check each by itself, such as"), Command::new("check")));
    }
    first
}

/// Findings that are drift.
struct Drift<'a> {
    findings: Vec<&'a Finding>,
    /// The manifest, if the run is about several.
    manifest: Option<&'a Path>,
}

impl<'a> Drift<'a> {
    fn of(findings: impl IntoIterator<Item = &'a Finding>, manifest: Option<&'a Path>) -> Self {
        Self { findings: findings.into_iter().filter(|finding| finding.is_drift).collect(), manifest }
    }

    /// Blocks that something other than imagelock changed.
    fn repair(&self) -> Vec<Suggestion> {
        let edited = |finding: &Finding| needs(finding, Fix::Restore);
        // A block that is not declared is not pinned again, but dropped.
        let declared = |finding: &Finding| edited(finding) && finding.cause != Some(Cause::NotDeclared);
        let log = "the lockfile was changed by hand, or by a merge; to see who changed it";
        let suggestions = [
            self.with_names(("log", log), &self.names(edited)),
            self.fix(Fix::Restore, &self.names(declared)),
            self.fix(Fix::Verify, &self.names(|finding| needs(finding, Fix::Verify))),
        ];
        suggestions.into_iter().flatten().collect()
    }

    /// A lock that does not satisfy the manifest.
    fn update(&self) -> Vec<Suggestion> {
        let fix = Fix::Resolve.command().filter(|_| self.findings.iter().any(|finding| needs(finding, Fix::Resolve)));
        let suggestion = fix.map(|(command, purpose)| self.suggest(purpose.to_owned(), Command::new(command)));
        suggestion.into_iter().collect()
    }

    /// Pins that can move to what is offered now.
    fn upgrade(&self) -> Vec<Suggestion> {
        let is_movable = |it: &Finding| it.latest.is_some() && (needs(it, Fix::Upgrade) || needs(it, Fix::Replace));
        // An upgrade would take a cell of these back to an older version.
        let is_older = |latest: &Latest| latest.is_older;
        let goes_back = |it: &Finding| needs(it, Fix::Upgrade) && it.latest.as_ref().is_some_and(is_older);
        let stays = self.names(|it| is_gone(it) || goes_back(it));
        let movable = &self.names(is_movable) - &stays;
        self.fix(Fix::Upgrade, &movable).into_iter().collect()
    }

    /// Images that need another label.
    fn search(&self) -> Vec<Suggestion> {
        let gone = self.names(is_gone);
        let is_gone = |finding: &Finding| gone.contains(&finding.cell.name);
        let is_ending = |finding: &Finding| needs(finding, Fix::Succeed) && !is_gone(finding);
        [self.searches(Fix::Succeed, is_ending), self.searches(Fix::Replace, is_gone)].concat()
    }

    /// A search for each family of labels: the labels of `fedora_43` and `fedora_44` are found by `fedora`.
    fn searches(&self, fix: Fix, wanted: impl Fn(&Finding) -> bool) -> Vec<Suggestion> {
        let Some((command, purpose)) = fix.command() else { return Vec::new() };
        let mut families: BTreeMap<&str, BTreeSet<&Name>> = BTreeMap::new();
        for finding in self.findings.iter().filter(|finding| wanted(finding)) {
            families.entry(family(finding.label.as_ref())).or_default().insert(&finding.cell.name);
        }
        if families.len() > MOST_SEARCHES {
            families = BTreeMap::from([("", families.into_values().flatten().collect())]);
        }
        let search = |(family, names): (&str, BTreeSet<&Name>)| {
            let command = Command::new(command).args(Some(family).filter(|family| !family.is_empty()));
            self.suggest(format!("{purpose} {}", and_more(names.into_iter().map(quoted), 6)), command)
        };
        families.into_iter().map(search).collect()
    }

    fn names(&self, wanted: impl Fn(&Finding) -> bool) -> BTreeSet<&'a Name> {
        self.findings.iter().filter(|finding| wanted(finding)).map(|finding| &finding.cell.name).collect()
    }

    fn fix(&self, fix: Fix, names: &BTreeSet<&Name>) -> Option<Suggestion> {
        self.with_names(fix.command()?, names)
    }

    fn with_names(&self, (command, purpose): (&str, &str), names: &BTreeSet<&Name>) -> Option<Suggestion> {
        let all = names.len();
        let first = if all > MOST_NAMES { format!(" (the first {MOST_NAMES} of {all} images)") } else { String::new() };
        let command = Command::new(command).args(names.iter().take(MOST_NAMES));
        (all > 0).then(|| self.suggest(format!("{purpose}{first}"), command))
    }

    fn suggest(&self, purpose: String, command: Command) -> Suggestion {
        let command = if let Some(manifest) = self.manifest { command.about(manifest) } else { command };
        Suggestion { purpose, command }
    }
}

fn needs(finding: &Finding, wanted: Fix) -> bool {
    finding.statuses.iter().any(|status| status.fix() == wanted)
}

/// Whether the declaration must change before an upgrade can do anything.
fn is_gone(finding: &Finding) -> bool {
    finding.latest.is_none() && needs(finding, Fix::Replace)
}

/// What the labels of a system and of its successors begin with; nothing without a label, which finds all.
fn family(label: Option<&Label>) -> &str {
    label.and_then(|label| label.as_str().split('_').next()).unwrap_or_default()
}
