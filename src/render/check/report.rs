//! The report of a run: the manifests with their findings, and where in the files each finding is.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::domain::check::report::Gate;
use crate::domain::check::suggestions::{Suggestion, suggestions, suggestions_of_run};
use crate::domain::check::{Finding, Report};
use crate::domain::diagnostics::{FailedManifest, Help, Invocation, LineIndex, Location, Problem, Source, Span, shown};
use crate::domain::lock::block;
use crate::render::changes::Named;

/// A manifest and its lockfile, with the findings about them.
#[derive(Clone, Copy)]
pub struct ManifestReport<'a> {
    /// The findings.
    pub report: &'a Report,
    /// The manifest.
    pub manifest: &'a Source,
    /// The lockfile, if there is one.
    pub lock: Option<&'a Source>,
    /// The outputs that are out of date, if the command has compared them with the lockfile.
    pub stale: Option<&'a [StaleOutput]>,
}

impl ManifestReport<'_> {
    /// The path of the manifest, for people.
    pub(crate) fn name(&self) -> String {
        shown(&self.manifest.path)
    }
}

/// A declared output that is not as the lockfile would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleOutput {
    /// Where it is.
    pub path: PathBuf,
    /// What is said of it, at the place in the manifest that declares it.
    pub problem: Problem,
}

impl StaleOutput {
    /// `span` is where the manifest declares it.
    pub fn new(path: PathBuf, span: Span) -> Self {
        let problem = Problem::new(format!("the output `{}` is out of date", shown(&path))).at(span, "out of date");
        let help = Help::from("run ").then_run("resolve").then(" to update it");
        Self { path, problem: problem.help(help) }
    }
}

/// The findings of a run, and what a reader away from the terminal needs to know.
#[derive(Clone, Copy)]
pub struct CheckReport<'a> {
    /// One for each manifest that could be checked.
    pub manifests: &'a [ManifestReport<'a>],
    /// The manifests that could not be checked.
    pub failed: &'a [FailedManifest],
    /// The options of the run that a suggested command repeats.
    pub invocation: &'a Invocation,
    /// The name of the repository or directory that the manifests are in. Only the HTML page shows it.
    pub project: &'a str,
    /// The time of the run.
    pub now: Timestamp,
}

impl<'a> CheckReport<'a> {
    /// All findings, each with the index of its manifest: the worst first, then by manifest and cell.
    pub(crate) fn findings(&self) -> Vec<(usize, &'a Finding)> {
        let mut findings: Vec<(usize, &Finding)> = self.each(|manifest| &manifest.report.findings).collect();
        // Those of one manifest are sorted by cell already.
        findings.sort_by_key(|(index, finding)| (!finding.is_drift, finding.status, *index));
        findings
    }

    /// All findings, by manifest.
    pub(crate) fn findings_by_manifest(&self) -> impl Iterator<Item = &'a Finding> {
        self.manifests.iter().flat_map(|manifest| &manifest.report.findings)
    }

    /// The acceptances that have ended or match nothing, each with the index of its manifest.
    pub(crate) fn notices(&self) -> impl Iterator<Item = (usize, &'a Problem)> {
        self.each(|manifest| &manifest.report.notices)
    }

    /// The outputs that are out of date, each with the index of its manifest.
    pub(crate) fn stale(&self) -> impl Iterator<Item = (usize, &'a StaleOutput)> {
        self.each(|manifest| manifest.stale.unwrap_or_default())
    }

    /// The outputs that are out of date and the notices, as problems.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = (usize, &'a Problem)> {
        self.stale().map(|(index, stale)| (index, &stale.problem)).chain(self.notices())
    }

    /// The changes that were verified under `--changed-since`, each with the index of its manifest.
    pub(crate) fn gates(&self) -> impl Iterator<Item = (usize, &'a Gate)> {
        self.each(|manifest| &manifest.report.gate)
    }

    /// The pins that the verified changes add, move and remove, each with the name of its manifest if there are several.
    pub(crate) fn moves(&self) -> Vec<Named<'a>> {
        let of = |(index, gate): (usize, &'a Gate)| gate.moves.iter().map(move |change| (self.manifest(index), change));
        self.gates().flat_map(of).collect()
    }

    /// The commands to suggest.
    pub(crate) fn suggestions(&self) -> Vec<Suggestion> {
        let of = |part: &ManifestReport<'a>| (&*part.manifest.path, &*part.report.findings);
        let manifests: Vec<_> = self.manifests.iter().map(of).collect();
        suggestions_of_run(&manifests, self.is_many(), self.stale().next().is_some())
    }

    /// The help of a problem, with the flags to run its command about the same manifest.
    pub(crate) fn help(&self, index: usize, problem: &Problem) -> Option<String> {
        Some(problem.help.as_ref()?.show(&self.invocation_of(index)))
    }

    /// What there is to say of a problem besides its title: the notes on it, and the help.
    pub(crate) fn details(&self, index: usize, problem: &Problem) -> Vec<String> {
        problem.notes.iter().cloned().chain(self.help(index, problem)).collect()
    }

    /// What fixes some findings about one manifest, a line each.
    pub(crate) fn fixes<'f>(&self, index: usize, findings: impl IntoIterator<Item = &'f Finding>) -> Vec<String> {
        let invocation = self.invocation_of(index);
        suggestions(findings).iter().map(|suggestion| suggestion.show(&invocation)).collect()
    }

    fn each<T: 'a, I: IntoIterator<Item = &'a T>>(
        &self,
        items: impl Fn(&ManifestReport<'a>) -> I,
    ) -> impl Iterator<Item = (usize, &'a T)> {
        let manifests = self.manifests.iter().enumerate();
        manifests.flat_map(move |(index, manifest)| items(manifest).into_iter().map(move |item| (index, item)))
    }

    /// Whether anything differs: the exit status depends on it.
    pub fn has_drift(&self) -> bool {
        self.manifests.iter().any(|manifest| manifest.report.has_drift()) || self.stale().next().is_some()
    }

    /// Whether a change was verified, rather than all pins compared with the Marketplace.
    pub(crate) fn is_gate(&self) -> bool {
        self.gates().next().is_some()
    }

    /// Whether the run is about several manifests.
    pub(crate) fn is_many(&self) -> bool {
        self.manifest_count() > 1
    }

    /// The number of manifests of the run.
    pub(crate) fn manifest_count(&self) -> usize {
        self.manifests.len() + self.failed.len()
    }

    /// The name of a manifest if there are several, else nothing.
    pub(crate) fn manifest(&self, index: usize) -> String {
        if self.is_many() { self.manifests[index].name() } else { String::new() }
    }

    /// How imagelock is called about one of the manifests.
    pub(crate) fn invocation_of(&self, index: usize) -> Invocation {
        if self.is_many() { self.invocation.of(&self.manifests[index].manifest.path) } else { self.invocation.clone() }
    }
}

/// Finds the places of many findings: the lines of both files are counted once.
pub(crate) struct Places<'a> {
    manifest: LineIndex<'a>,
    lock: Option<LineIndex<'a>>,
}

impl<'a> Places<'a> {
    /// The places of each manifest of a run.
    pub(crate) fn of_each(report: CheckReport<'a>) -> Vec<Self> {
        report.manifests.iter().map(Self::new).collect()
    }

    fn new(report: &ManifestReport<'a>) -> Self {
        Self { manifest: LineIndex::new(report.manifest), lock: report.lock.map(LineIndex::new) }
    }

    /// The place to fix a finding: its declaration, or its block of the lockfile if it is not declared.
    pub(crate) fn of(&self, finding: &Finding) -> Option<Location<'a>> {
        let Some(span) = &finding.span else {
            let lock = self.lock.as_ref()?;
            return lock.location(&block(lock.text(), &finding.cell)?);
        };
        self.manifest.location(span)
    }

    /// The place of a problem in the manifest.
    pub(crate) fn of_problem(&self, problem: &Problem) -> Option<Location<'a>> {
        self.manifest.location(problem.span.as_ref()?)
    }
}
