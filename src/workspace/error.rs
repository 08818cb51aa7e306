//! Why a command failed, apart from drift: problems with the user's files or with the outside world, each with its help.

use std::path::Path;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::diagnostics::{FailedManifest, Failure, Failures, Problem, shown};
use crate::marketplace::SnapshotError;

/// Why a command failed. Nothing was changed, unless it says so.
pub(crate) type Error = Failures;

impl<F: Into<Failure>> From<F> for Error {
    fn from(failure: F) -> Self {
        Self { failures: vec![failure.into()], manifests: None, written: Vec::new() }
    }
}

impl Error {
    /// The error of failed manifests, of which there is at least one, beside `succeeded` others.
    fn of_manifests(failures: Vec<Failure>, succeeded: usize) -> Self {
        let all = failures.len() + succeeded;
        Self { failures, manifests: (all > 1).then_some(all), written: Vec::new() }
    }

    /// The error of a run of which every manifest failed.
    pub(crate) fn of_failed(failed: Vec<FailedManifest>) -> Self {
        Self::of_manifests(failed.into_iter().map(|failed| failed.failure).collect(), 0)
    }

    /// The failure of the one manifest that it is about.
    pub(crate) fn into_failure(mut self) -> Failure {
        self.failures.swap_remove(0)
    }
}

/// The results for each of several manifests, or every failure.
pub(crate) fn all<T>(results: impl IntoIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let (mut succeeded, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(it) => succeeded.push(it),
            Err(error) => failures.extend(error.failures),
        }
    }
    if failures.is_empty() { Ok(succeeded) } else { Err(Error::of_manifests(failures, succeeded.len())) }
}

/// The problem of a query that is not about a line of the manifest, and has no usable answer.
pub(crate) fn unanswered(doing: &str, error: QueryError) -> Problem {
    let title = format!("could not {doing}: {}", error.cause);
    Problem { notes: error.details(), ..Problem::new(title).help(error.help) }
}

/// The problem of a file that `--catalog` or `snapshot` names and that is not a usable snapshot.
pub(crate) fn unusable_snapshot(path: &Path, error: &SnapshotError) -> Problem {
    Problem { notes: error.notes(), ..Problem::new(format!("`{}`: {error}", shown(path))).help(error.help()) }
}

/// Makes sure that the index of all images is known.
pub(crate) fn check_index(catalog: &Catalog) -> Result<(), Problem> {
    let error = match catalog.index() {
        Lookup::Found(_) => return Ok(()),
        Lookup::NotFound => QueryError::not_queried(),
        Lookup::Failed(error) => error,
    };
    Err(unanswered("list the images of the Marketplace", error))
}
