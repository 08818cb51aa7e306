//! Why a command failed, as opposed to drift: problems with files or with requests, each with its help.

use std::path::Path;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::diagnostics::{FailedManifest, Failure, Failures, Problem, shown};
use crate::marketplace::SnapshotError;

/// Why a command failed. No file was changed, unless the error lists written files.
pub(crate) type Error = Failures;

impl<F: Into<Failure>> From<F> for Error {
    fn from(failure: F) -> Self {
        Self { failures: vec![failure.into()], manifests: None, written: Vec::new() }
    }
}

impl Error {
    /// The error of at least one failed manifest, next to `succeeded` others.
    fn of_manifests(failures: Vec<Failure>, succeeded: usize) -> Self {
        let all = failures.len() + succeeded;
        Self { failures, manifests: (all > 1).then_some(all), written: Vec::new() }
    }

    /// The error of a run in which every manifest failed.
    pub(crate) fn of_failed(failed: Vec<FailedManifest>) -> Self {
        Self::of_manifests(failed.into_iter().map(|failed| failed.failure).collect(), 0)
    }

    /// The first failure. The error must be about one manifest.
    pub(crate) fn into_failure(mut self) -> Failure {
        self.failures.swap_remove(0)
    }
}

/// The results of all manifests, or all failures.
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

/// The error of a failed query. `doing` is what needed the response, in the infinitive.
pub(crate) fn unanswered(doing: &str, error: QueryError) -> Problem {
    let title = format!("cannot {doing}: {}", error.cause);
    Problem { notes: error.details(), ..Problem::new(title).help(error.help) }
}

/// The error of a file that is named by `--catalog` or `snapshot` and is not a valid snapshot.
pub(crate) fn unusable_snapshot(path: &Path, error: &SnapshotError) -> Problem {
    Problem {
        notes: error.notes(),
        ..Problem::new(format!("cannot use `{}`: {error}", shown(path))).help(error.help())
    }
}

/// Checks that the index of all images was fetched.
pub(crate) fn check_index(catalog: &Catalog) -> Result<(), Problem> {
    let error = match catalog.index() {
        Lookup::Found(_) => return Ok(()),
        Lookup::NotFound => QueryError::not_queried(),
        Lookup::Failed(error) => error,
    };
    Err(unanswered("list the images of the Marketplace", error))
}
