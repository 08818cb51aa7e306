//! The failures of a run, as values to report.

use std::path::PathBuf;

use crate::domain::diagnostics::problem::{Document, Problem};
use crate::domain::diagnostics::source::Source;

/// The problems because of which one manifest, or the whole run, failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// All problems. There is at least one.
    pub problems: Vec<Problem>,
    /// The manifest, if it was read. The spans of problems point into it.
    pub manifest: Option<Source>,
    /// The lockfile, if it was read. The spans of problems point into it.
    pub lock: Option<Source>,
}

impl Failure {
    /// The title of the first problem, as a summary.
    pub fn title(&self) -> &str {
        self.problems.first().map_or("", |problem| &problem.title)
    }

    /// Adds the manifest, so that its lines can be shown.
    #[must_use]
    pub fn in_manifest(self, manifest: Source) -> Self {
        Self { manifest: Some(manifest), ..self }
    }

    /// Adds the lockfile, so that its lines can be shown.
    #[must_use]
    pub fn in_lock(self, lock: Option<Source>) -> Self {
        Self { lock, ..self }
    }

    /// The file that the span of a problem points into, if it was read.
    pub(crate) fn source(&self, problem: &Problem) -> Option<&Source> {
        match problem.document {
            Document::Manifest => self.manifest.as_ref(),
            Document::Lock => self.lock.as_ref(),
        }
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems, manifest: None, lock: None }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        vec![problem].into()
    }
}

/// All failures of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// One failure per manifest that failed.
    pub failures: Vec<Failure>,
    /// The number of manifests of the run, if there were several.
    pub manifests: Option<usize>,
    /// The lockfiles that were written before the failure.
    pub written: Vec<PathBuf>,
}

/// A manifest of a run that could not be read or checked. The other manifests are still checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedManifest {
    /// The path of the manifest.
    pub path: PathBuf,
    /// The reason.
    pub failure: Failure,
}
