//! What kept a command from its work, as values to report.

use std::path::PathBuf;

use crate::domain::diagnostics::problem::{Document, Problem};
use crate::domain::diagnostics::source::Source;

/// Why one manifest, or the whole run, failed. There is at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// All that is wrong.
    pub problems: Vec<Problem>,
    /// The manifest, if it was read.
    pub manifest: Option<Source>,
    /// The lockfile, if it was read.
    pub lock: Option<Source>,
}

impl Failure {
    /// The title of the first problem.
    pub fn title(&self) -> &str {
        self.problems.first().map_or("", |problem| &problem.title)
    }

    /// The same about this manifest.
    #[must_use]
    pub fn in_manifest(self, manifest: Source) -> Self {
        Self { manifest: Some(manifest), ..self }
    }

    /// The same about this lockfile.
    #[must_use]
    pub fn in_lock(self, lock: Option<Source>) -> Self {
        Self { lock, ..self }
    }

    /// The file that a problem is about, if it was read.
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

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// One for each manifest that failed.
    pub failures: Vec<Failure>,
    /// How many manifests the run was about, if it was about several.
    pub manifests: Option<usize>,
    /// The lockfiles that were written before.
    pub written: Vec<PathBuf>,
}

/// A manifest that could not be read or checked, and why. The others are checked all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedManifest {
    /// The manifest.
    pub path: PathBuf,
    /// Why.
    pub failure: Failure,
}
