//! The report of a run: the manifests with their findings, and the place of each finding in the files.

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
    /// The findings about the pins, and the notices.
    pub report: &'a Report,
    /// The manifest.
    pub manifest: &'a Source,
    /// The lockfile, if there is one.
    pub lock: Option<&'a Source>,
    /// The outputs that are out of date, if the command has compared them with the lockfile.
    pub stale: Option<&'a [StaleOutput]>,
}

impl ManifestReport<'_> {
    /// The path of the manifest, safe to print.
    pub(crate) fn name(&self) -> String {
        shown(&self.manifest.path)
    }
}

/// A declared output that does not match the lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleOutput {
    /// The path of the output.
    pub path: PathBuf,
    /// The problem to report, at the place in the manifest that declares the output.
    pub problem: Problem,
}

impl StaleOutput {
    /// Makes a stale output. `span` is the place in the manifest that declares it.
    pub fn new(path: PathBuf, span: Span) -> Self {
        let problem = Problem::new(format!("the output `{}` is out of date", shown(&path))).at(span, "out of date");
        let help = Help::from("run ").then_run("resolve").then(" to update it");
        Self { path, problem: problem.help(help) }
    }
}

/// Everything that a report shows: the findings of a run, and the context of the run.
#[derive(Clone, Copy)]
pub struct CheckReport<'a> {
    /// One report per manifest that could be checked.
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
    /// All findings, each with the index of its manifest. The worst come first; ties are sorted by manifest and cell.
    pub(crate) fn findings(&self) -> Vec<(usize, &'a Finding)> {
        let mut findings: Vec<(usize, &Finding)> = self.each(|manifest| &manifest.report.findings).collect();
        // The findings of one manifest are already sorted by cell, and the sort is stable.
        findings.sort_by_key(|(index, finding)| (!finding.is_drift, finding.status, *index));
        findings
    }

    /// All findings in the order of the manifests.
    pub(crate) fn findings_by_manifest(&self) -> impl Iterator<Item = &'a Finding> {
        self.manifests.iter().flat_map(|manifest| &manifest.report.findings)
    }

    /// The acceptances that have ended or match no finding, each with the index of its manifest.
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

    /// The pins that a verified change adds, moves or removes, each with the name of its manifest if there are several.
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

    /// The help of a problem. Its command concerns the same manifest.
    pub(crate) fn help(&self, index: usize, problem: &Problem) -> Option<String> {
        Some(problem.help.as_ref()?.show(&self.invocation_of(index)))
    }

    /// The notes and the help of a problem.
    pub(crate) fn details(&self, index: usize, problem: &Problem) -> Vec<String> {
        problem.notes.iter().cloned().chain(self.help(index, problem)).collect()
    }

    /// The commands that fix findings about one manifest, one per line.
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

    /// Whether a pin has drifted or an output is out of date. The exit status depends on it.
    pub fn has_drift(&self) -> bool {
        self.manifests.iter().any(|manifest| manifest.report.has_drift()) || self.stale().next().is_some()
    }

    /// Whether the run verified a change (`--changed-since`) instead of comparing all pins with the Marketplace.
    pub(crate) fn is_gate(&self) -> bool {
        self.gates().next().is_some()
    }

    /// Whether the run concerns several manifests.
    pub(crate) fn is_many(&self) -> bool {
        self.manifest_count() > 1
    }

    /// The number of manifests, including those that could not be checked.
    pub(crate) fn manifest_count(&self) -> usize {
        self.manifests.len() + self.failed.len()
    }

    /// The path of a manifest if there are several, else an empty text.
    pub(crate) fn manifest(&self, index: usize) -> String {
        if self.is_many() { self.manifests[index].name() } else { String::new() }
    }

    /// The options that a command about one of the manifests repeats.
    pub(crate) fn invocation_of(&self, index: usize) -> Invocation {
        if self.is_many() { self.invocation.of(&self.manifests[index].manifest.path) } else { self.invocation.clone() }
    }
}

/// Finds the places of findings in the files of one manifest. The lines of both files are counted only once.
pub(crate) struct Places<'a> {
    manifest: LineIndex<'a>,
    lock: Option<LineIndex<'a>>,
}

impl<'a> Places<'a> {
    /// The finders of all manifests of a run, by index.
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
