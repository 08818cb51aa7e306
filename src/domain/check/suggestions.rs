//! The commands to suggest for the findings of a check, in the order in which they work.
//!
//! A command that can move pins concerns one manifest: no command upgrades both staging and production.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::check::Finding;
use crate::domain::diagnostics::{Command, Invocation, and_more, count, quoted};
use crate::domain::lock::diff::Latest;
use crate::domain::types::{Cause, Fix, Label, Name};

/// The most names in a command: a longer command line is hard to read and to copy.
const MAX_NAMES: usize = 50;

/// The most commands about one manifest each. The other manifests are only counted.
const MAX_COMMANDS: usize = 10;

/// The most groups of labels for which a search is suggested.
const MAX_SEARCHES: usize = 3;

/// A command to run, and its purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The purpose, as the beginning of a sentence.
    pub purpose: String,
    /// The command.
    pub command: Command,
}

impl Suggestion {
    /// The purpose and the command in one line.
    pub(crate) fn show(&self, invocation: &Invocation) -> String {
        format!("{}: {}", self.purpose, self.command.show(invocation))
    }
}

/// The commands for findings about one manifest.
pub fn suggestions<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Suggestion> {
    let drift = Drift::of(findings, None);
    [drift.repairs(), drift.update(), drift.upgrade(), drift.searches()].concat()
}

/// The commands for all findings of a run, by manifest. `is_several` says whether the run is about several manifests, and
/// `is_stale` whether an output is out of date.
///
/// `resolve` moves no pin, so one `resolve` may concern all manifests; a search concerns none. Every other command
/// concerns one manifest.
pub fn suggestions_of_run(manifests: &[(&Path, &[Finding])], is_several: bool, is_stale: bool) -> Vec<Suggestion> {
    let all = Drift::of(manifests.iter().flat_map(|(_, findings)| *findings), None);
    let each = manifests.iter().map(|(path, findings)| Drift::of(*findings, is_several.then_some(*path)));
    let each: Vec<Drift<'_>> = each.collect();
    let mut repairs = of_each(&each, Drift::repairs);
    let mut upgrades = of_each(&each, Drift::upgrade);
    let mut hidden = repairs.split_off(repairs.len().min(MAX_COMMANDS));
    hidden.extend(upgrades.split_off(upgrades.len().min(MAX_COMMANDS - repairs.len())));
    let mut suggestions: Vec<Suggestion> = repairs.into_iter().map(|(_, repair)| repair).collect();
    suggestions.extend(all.update());
    suggestions.extend(upgrades.into_iter().map(|(_, upgrade)| upgrade));
    suggestions.extend(more_manifests(&each, hidden.iter().map(|(index, _)| *index)));
    suggestions.extend(all.searches());
    let resolve = Command::new("resolve");
    if is_stale && suggestions.iter().all(|suggestion| suggestion.command != resolve) {
        suggestions.push(Suggestion { purpose: "to update the outputs".to_owned(), command: resolve });
    }
    suggestions
}

/// The suggestions for each manifest, with its index.
fn of_each<'a>(each: &[Drift<'a>], suggest: impl Fn(&Drift<'a>) -> Vec<Suggestion>) -> Vec<(usize, Suggestion)> {
    let of_one = |(index, drift)| suggest(drift).into_iter().map(move |suggestion| (index, suggestion));
    each.iter().enumerate().flat_map(of_one).collect()
}

/// The number of manifests whose commands are not listed, and the command that lists those of the first.
fn more_manifests(each: &[Drift<'_>], hidden: impl Iterator<Item = usize>) -> Option<Suggestion> {
    let hidden: BTreeSet<usize> = hidden.collect();
    let next = &each[*hidden.first()?];
    let purpose = format!("and {}; to see the commands for one", count(hidden.len(), "more manifest"));
    Some(next.suggest(purpose, Command::new("check")))
}

/// The findings that are drift.
struct Drift<'a> {
    findings: Vec<&'a Finding>,
    /// The manifest, if the run is about several.
    manifest: Option<&'a Path>,
}

impl<'a> Drift<'a> {
    fn of(findings: impl IntoIterator<Item = &'a Finding>, manifest: Option<&'a Path>) -> Self {
        Self { findings: findings.into_iter().filter(|finding| finding.is_drift).collect(), manifest }
    }

    /// Restores blocks that something other than imagelock changed.
    fn repairs(&self) -> Vec<Suggestion> {
        let edited = |finding: &Finding| needs(finding, Fix::Restore);
        // `resolve` drops a block that is not declared, so there is nothing to pin again.
        let declared = |finding: &Finding| edited(finding) && finding.cause != Some(Cause::NotDeclared);
        let log = "the lockfile was edited by hand or by a merge; to see the commits that changed it";
        let suggestions = [
            self.with_names(("log", log), &self.names(edited)),
            self.fix(Fix::Restore, &self.names(declared)),
            self.fix(Fix::Verify, &self.names(|finding| needs(finding, Fix::Verify))),
        ];
        suggestions.into_iter().flatten().collect()
    }

    /// Updates a lockfile that does not match the manifest.
    fn update(&self) -> Vec<Suggestion> {
        let fix = Fix::Resolve.command().filter(|_| self.findings.iter().any(|finding| needs(finding, Fix::Resolve)));
        let suggestion = fix.map(|(command, purpose)| self.suggest(purpose.to_owned(), Command::new(command)));
        suggestion.into_iter().collect()
    }

    /// Upgrades pins that can move to a newer version.
    fn upgrade(&self) -> Vec<Suggestion> {
        let is_movable = |it: &Finding| it.latest.is_some() && (needs(it, Fix::Upgrade) || needs(it, Fix::Replace));
        // An upgrade of these images would move a pin back to an older version.
        let is_older = |latest: &Latest| latest.is_older;
        let goes_back = |it: &Finding| needs(it, Fix::Upgrade) && it.latest.as_ref().is_some_and(is_older);
        let stays = self.names(|it| is_gone(it) || goes_back(it));
        let movable = &self.names(is_movable) - &stays;
        self.fix(Fix::Upgrade, &movable).into_iter().collect()
    }

    /// Searches for other labels, for images whose label has ended or is gone.
    fn searches(&self) -> Vec<Suggestion> {
        let gone = self.names(is_gone);
        let is_gone = |finding: &Finding| gone.contains(&finding.cell.name);
        let is_ending = |finding: &Finding| needs(finding, Fix::Succeed) && !is_gone(finding);
        [self.by_family(Fix::Succeed, is_ending), self.by_family(Fix::Replace, is_gone)].concat()
    }

    /// One search for each family of labels: `fedora` finds both `fedora_43` and `fedora_44`.
    fn by_family(&self, fix: Fix, wanted: impl Fn(&Finding) -> bool) -> Vec<Suggestion> {
        let Some((command, purpose)) = fix.command() else { return Vec::new() };
        let mut families: BTreeMap<&str, BTreeSet<&Name>> = BTreeMap::new();
        for finding in self.findings.iter().filter(|finding| wanted(finding)) {
            families.entry(family(finding.label.as_ref())).or_default().insert(&finding.cell.name);
        }
        if families.len() > MAX_SEARCHES {
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
        let first = if all > MAX_NAMES { format!(" (the first {MAX_NAMES} of {all} images)") } else { String::new() };
        let command = Command::new(command).args(names.iter().take(MAX_NAMES));
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

/// Whether no upgrade is possible until the manifest declares another label.
fn is_gone(finding: &Finding) -> bool {
    finding.latest.is_none() && needs(finding, Fix::Replace)
}

/// The part that a label shares with its successors. It is empty without a label, and then a search lists all labels.
fn family(label: Option<&Label>) -> &str {
    label.and_then(|label| label.as_str().split('_').next()).unwrap_or_default()
}
