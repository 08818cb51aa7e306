//! The errors of reading the history of the lockfile with git, with the fix.

use std::fmt::Display;
use std::path::Path;

use crate::domain::diagnostics::{Problem, shell, shell_word, shown, visible};

/// The error of a missing `git` program.
pub(super) fn missing(lock: &Path) -> Problem {
    let lock = shown(lock);
    Problem::new(format!("cannot read the history of `{lock}`: the program `git` was not found"))
        .help("install git, or add its directory to PATH")
}

/// The error of a git that is too old to be used safely.
pub(super) fn too_old(lock: &Path, version: &str) -> Problem {
    Problem::new(format!("cannot read the history of `{}`: git {version} is too old", shown(lock))).help(
        "install git 2.38 or newer; older releases can run commands from the configuration of a cloned repository",
    )
}

/// The error of a lockfile in a bare repository that is part of a clone.
pub(super) fn bare_repository(path: &Path) -> Problem {
    Problem::new(format!("cannot read the bare git repository `{}`: its configuration can run commands", shown(path)))
        .help(
            "if you did not create it, delete its `HEAD`, `config`, `objects` and `refs`; otherwise, move the manifest \
             and the lockfile out of it",
        )
}

/// The error of a repository whose working tree does not contain the lockfile.
pub(super) fn outside_work_tree(lock: &Path) -> Problem {
    let lock = shown(lock);
    Problem::new(format!("cannot read the history of `{lock}`: it is outside the working tree of its git repository"))
        .help("check the setting that moves the working tree: `git config --show-origin core.worktree`")
}

/// The error of a lockfile that is not in a repository.
pub(super) fn no_repository(lock: &Path) -> Problem {
    Problem::new(format!("cannot read the history of `{}`: it is not in a git repository", shown(lock)))
        .help("run imagelock in the repository, or choose the manifest in it: `--manifest PATH`")
}

/// The error of a partial clone, whose missing objects are not fetched.
pub(super) fn partial_clone() -> Problem {
    Problem::new("cannot read the history of the lockfile: this clone is partial")
        .help("to complete the clone: `git fetch --refetch --no-filter`")
}

/// The error of a revision of the lockfile that cannot be read. `name` is `REVISION:PATH`.
pub(crate) fn no_content(name: &Path, why: &str) -> Problem {
    Problem::new(format!("cannot read `{}`: {why}", shown(name)))
        .help("choose another revision; to complete a partial clone: `git fetch --refetch --no-filter`")
}

/// The error of a lockfile that was never committed.
pub(crate) fn never_committed(lock: &Path) -> Problem {
    let (path, message) = (shell(lock), shell_word(&format!("Add {}", shown(lock))));
    Problem::new(format!("cannot read the history of `{}`: it was never committed", shown(lock)))
        .help(format!("to commit it: `git add {path} && git commit -m {message}`"))
}

/// The error of a revision that does not exist. `suggestion` is one that does.
pub(crate) fn no_revision(revision: &str, suggestion: Option<&str>) -> Problem {
    let problem = Problem::new(format!("cannot find the git revision `{}`", visible(revision)));
    match suggestion {
        Some(suggestion) => problem.help(format!("did you mean `{suggestion}`?")),
        None => problem.help(
            "to list the branches: `git branch --all`; to list the commits: `git log --oneline`; to update this clone: \
             `git fetch`",
        ),
    }
}

/// The error of two revisions without a common commit.
pub(crate) fn no_merge_base(from: &str, to: &str) -> Problem {
    let (a, b) = (visible(from), visible(to));
    Problem::new(format!("`{a}` and `{b}` have no common commit in this clone"))
        .help(format!("to complete a shallow clone: `git fetch --unshallow`; to compare them directly: `{a}..{b}`"))
}

/// The error of a git command that failed. `message` is its standard error, or the reason.
pub(super) fn failed(message: impl Display) -> Problem {
    let message = message.to_string();
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .fold(Problem::new("cannot read the history of the lockfile: git failed"), Problem::note)
        .help("fix the error that git reports, then run imagelock again")
}

/// The error of an output that is not in the documented form.
pub(super) fn unexpected_output(command: &str) -> Problem {
    failed(format_args!("the output of `git {command}` has an unexpected form"))
}
