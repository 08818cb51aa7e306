//! Why git cannot be asked about the history of the lockfile.

use std::path::PathBuf;

use crate::domain::diagnostics::{Help, shell, shown, visible};

/// What is in the way of the `git` program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no `git` program.
    #[error("the history of `{}` cannot be read without the program `git`, which was not found", shown(path))]
    Missing {
        /// The lockfile.
        path: PathBuf,
    },
    /// It is too old to be used safely.
    #[error("cannot read the history of `{}` with git {version}", shown(path))]
    TooOld {
        /// The lockfile.
        path: PathBuf,
        /// What it calls its version.
        version: String,
    },
    /// The lockfile is in a bare repository that git found by itself, as part of a clone.
    #[error("cannot use the bare git repository `{}`: its configuration can run commands", shown(path))]
    BareRepository {
        /// The directory that looks like one.
        path: PathBuf,
    },
    /// The repository has its working tree elsewhere.
    #[error("cannot read the history of `{}`: it is outside the working tree of its git repository", shown(path))]
    OutsideWorkTree {
        /// The lockfile.
        path: PathBuf,
    },
    /// The lockfile is in no repository.
    #[error("`{}` is in no git repository, and has no history", shown(path))]
    NoRepository {
        /// The lockfile.
        path: PathBuf,
    },
    /// The clone lacks what git needs, and nothing is fetched.
    #[error("cannot read the history of the lockfile in a partial clone")]
    PartialClone,
    /// A revision has no content that can be read.
    #[error("cannot read `{name}`: {why}")]
    NoContent {
        /// The lockfile in the revision, as git names it.
        name: String,
        /// Why.
        why: String,
    },
    /// The lockfile was never committed.
    #[error("`{}` was never committed, and has no history", shown(path))]
    NeverCommitted {
        /// The lockfile.
        path: PathBuf,
    },
    /// There is no such revision.
    #[error("git knows no revision `{}`", visible(revision))]
    NoRevision {
        /// What was asked for.
        revision: String,
        /// A revision that may have been meant.
        instead: Option<String>,
    },
    /// Two revisions never parted.
    #[error("`{}` and `{}` have no commit in common, as far as this clone knows", visible(from), visible(to))]
    NoMergeBase {
        /// One of them.
        from: String,
        /// The other.
        to: String,
    },
    /// Git did not do what it was asked to.
    #[error("git could not read the history of the lockfile")]
    Failed {
        /// What it said.
        message: String,
    },
}

impl GitError {
    /// An answer that is not of the documented form.
    pub(super) fn misunderstood(command: &str) -> Self {
        Self::Failed { message: format!("the answer of `git {command}` was not understood") }
    }

    /// The command to run.
    pub(crate) fn help(&self) -> Help {
        match self {
            Self::Missing { .. } => "install git, or add its directory to PATH".into(),
            Self::TooOld { .. } => {
                "install git 2.38 or newer; older releases can run commands that a repository contains".into()
            }
            Self::BareRepository { .. } => "if you did not create it, delete its `HEAD`, `config`, `objects` and \
                                            `refs`; otherwise move the manifest and the lockfile out of it"
                .into(),
            Self::OutsideWorkTree { .. } => {
                "check the setting that moves the working tree: `git config --show-origin core.worktree`".into()
            }
            Self::NoRepository { .. } => {
                "run imagelock where the lockfile is committed; `--manifest PATH` names another manifest".into()
            }
            Self::PartialClone => "`git fetch --refetch --no-filter` completes it".into(),
            Self::NoContent { .. } => {
                "name another revision; `git fetch --refetch --no-filter` completes a partial clone".into()
            }
            Self::NeverCommitted { path } => format!("commit it: `git add {0}`, `git commit`", shell(path)).into(),
            Self::NoRevision { instead: Some(instead), .. } => format!("did you mean `{instead}`?").into(),
            Self::NoRevision { .. } => "`git branch --all` lists the branches, `git log --oneline` the commits; `git \
                                        fetch` brings what this clone has not got"
                .into(),
            Self::NoMergeBase { from, to } => {
                let compare = format!("`{from}..{to}` compares them as they are");
                format!("`git fetch --unshallow` completes a shallow clone; {compare}").into()
            }
            Self::Failed { .. } => "do what git asks for, then run imagelock again".into(),
        }
    }

    /// Lines of further explanation.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Self::Failed { message } = self else { return Vec::new() };
        message.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}
