//! Why a command failed, apart from drift: the user's files, or the outside world. Each layer has errors and help of its
//! own; here they come together.

use std::path::PathBuf;

use crate::domain::Label;
use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::diagnostics::{Command, FailedManifest, Failure, Failures, Help, Problem, count, shown};
use crate::domain::lock::merge::Conflict;
use crate::marketplace::SnapshotError;
use crate::workspace::files::error::FileError;
use crate::workspace::git::error::GitError;
use crate::workspace::usage_error::UsageError;

/// Why a command failed. Nothing was changed, unless the failure says so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The manifest or the lock is wrong, or the Marketplace cannot give what they ask for.
    #[error("{}", .0.title())]
    Problems(Failure),
    /// Some manifests of a run about several failed.
    #[error("{}", count(.0.failures.len(), "error"))]
    Manifests(Failures),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Git cannot be asked about the history of the lockfile.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The command line cannot be used.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The file given with `--catalog` is not a snapshot.
    #[error("`{}`: {source}", shown(path))]
    Snapshot {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SnapshotError,
    },
    /// A query that is not about a line of the manifest has no usable answer.
    #[error("could not {doing}: {}", failure.cause)]
    Marketplace {
        /// What was being done.
        doing: String,
        /// Why it failed.
        failure: QueryError,
    },
    /// Two branches of a lockfile contradict each other. The lockfile has both blocks, between conflict markers.
    #[error("the two sides of `{}` disagree about {}", shown(path), count(conflicts.len(), "pin"))]
    Conflicts {
        /// The lockfile.
        path: PathBuf,
        /// The pins.
        conflicts: Vec<Conflict>,
    },
    /// The time of the run is over.
    #[error("cannot finish within {seconds} s")]
    TimedOut {
        /// How long the run was allowed to take.
        seconds: u64,
    },
}

impl Error {
    /// The key to write or the command to run.
    pub(crate) fn help(&self) -> Option<Help> {
        match self {
            Self::Problems(_) | Self::Manifests(_) => None,
            Self::File(error) => Some(error.help()),
            Self::Git(error) => Some(error.help()),
            Self::Usage(error) => Some(error.help()),
            Self::Snapshot { source, .. } => Some(source.help()),
            Self::Marketplace { failure, .. } => Some(failure.help.clone().into()),
            Self::Conflicts { conflicts, .. } => Some(conflicts_help(conflicts)),
            Self::TimedOut { .. } => Some("allow more time with `--timeout SECONDS`".into()),
        }
    }

    /// Lines of further explanation.
    pub(crate) fn notes(&self) -> Vec<String> {
        match self {
            Self::Git(error) => error.notes(),
            Self::Snapshot { source, .. } => source.notes(),
            Self::Marketplace { failure, .. } => failure.details(),
            Self::Conflicts { conflicts, .. } => {
                conflicts.iter().map(|conflict| format!("{}: {}", conflict.cell, conflict.summary())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The failure of the one manifest that it is about.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Problems(failure) => failure,
            error => Problem { notes: error.notes(), help: error.help(), ..Problem::new(error.to_string()) }.into(),
        }
    }

    /// All failures, to report them.
    pub(crate) fn into_failures(self) -> Failures {
        match self {
            Self::Manifests(failures) => failures,
            error => Failures { failures: vec![error.into_failure()], manifests: None, written: Vec::new() },
        }
    }

    /// The error of failed manifests, of which there is at least one, beside `succeeded` others.
    pub(crate) fn of_manifests(mut failures: Vec<Failure>, succeeded: usize) -> Self {
        match failures.len() + succeeded {
            1 => Self::Problems(failures.remove(0)),
            all => Self::Manifests(Failures { failures, manifests: Some(all), written: Vec::new() }),
        }
    }

    /// The error of a run of which every manifest failed.
    pub(crate) fn of_failed(failed: Vec<FailedManifest>) -> Self {
        Self::of_manifests(failed.into_iter().map(|failed| failed.failure).collect(), 0)
    }

    /// The error of a label whose local images could not be listed.
    pub(crate) fn listing(label: &Label, failure: QueryError) -> Self {
        Self::Marketplace { doing: format!("list the local images of `{label}`"), failure }
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems.into())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problems(problem.into())
    }
}

fn conflicts_help(conflicts: &[Conflict]) -> Help {
    let mut edited = conflicts.iter().filter_map(Conflict::edited).peekable();
    let resolve = Command::new(if edited.peek().is_some() { "resolve --upgrade" } else { "resolve" });
    let text = " keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each \
                pair, without the markers; then `git add` the file";
    Help::run(resolve.names(edited)).then(text).with_conflicts()
}

/// The results for each of several manifests, or every failure.
pub(crate) fn all<T>(results: impl IntoIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let (mut succeeded, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(it) => succeeded.push(it),
            Err(error) => failures.extend(error.into_failures().failures),
        }
    }
    if failures.is_empty() { Ok(succeeded) } else { Err(Error::of_manifests(failures, succeeded.len())) }
}

/// Makes sure that the index of all images is known.
pub(crate) fn check_index(catalog: &Catalog) -> Result<(), Error> {
    let failure = match catalog.index() {
        Lookup::Found(_) => return Ok(()),
        Lookup::NotFound => QueryError::not_queried(),
        Lookup::Failed(failure) => failure,
    };
    Err(Error::Marketplace { doing: "list the images of the Marketplace".to_owned(), failure })
}
