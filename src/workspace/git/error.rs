//! Why git cannot be asked about the history of the lockfile, and what to do about it.

use std::fmt::Display;
use std::path::Path;

use crate::domain::diagnostics::{Problem, shell, shown, visible};

/// There is no `git` program.
pub(super) fn missing(lock: &Path) -> Problem {
    let lock = shown(lock);
    Problem::new(format!("the history of `{lock}` cannot be read without the program `git`, which was not found"))
        .help("install git, or add its directory to PATH")
}

/// It is too old to be used safely.
pub(super) fn too_old(lock: &Path, version: &str) -> Problem {
    Problem::new(format!("cannot read the history of `{}` with git {version}", shown(lock)))
        .help("install git 2.38 or newer; older releases can run commands that a repository contains")
}

/// The lockfile is in a bare repository that git found by itself, as part of a clone.
pub(super) fn bare_repository(path: &Path) -> Problem {
    Problem::new(format!("cannot use the bare git repository `{}`: its configuration can run commands", shown(path)))
        .help(
            "if you did not create it, delete its `HEAD`, `config`, `objects` and `refs`; otherwise move the manifest \
             and the lockfile out of it",
        )
}

/// The repository has its working tree elsewhere.
pub(super) fn outside_work_tree(lock: &Path) -> Problem {
    let lock = shown(lock);
    Problem::new(format!("cannot read the history of `{lock}`: it is outside the working tree of its git repository"))
        .help("check the setting that moves the working tree: `git config --show-origin core.worktree`")
}

/// The lockfile is in no repository.
pub(super) fn no_repository(lock: &Path) -> Problem {
    Problem::new(format!("`{}` is in no git repository, and has no history", shown(lock)))
        .help("run imagelock where the lockfile is committed; `--manifest PATH` names another manifest")
}

/// The clone lacks what git needs, and nothing is fetched.
pub(super) fn partial_clone() -> Problem {
    Problem::new("cannot read the history of the lockfile in a partial clone")
        .help("`git fetch --refetch --no-filter` completes it")
}

/// A revision has no content that can be read; `name` is the lockfile in it, as git names it.
pub(crate) fn no_content(name: &Path, why: &str) -> Problem {
    Problem::new(format!("cannot read `{}`: {why}", shown(name)))
        .help("name another revision; `git fetch --refetch --no-filter` completes a partial clone")
}

/// The lockfile was never committed.
pub(crate) fn never_committed(lock: &Path) -> Problem {
    Problem::new(format!("`{}` was never committed, and has no history", shown(lock)))
        .help(format!("commit it: `git add {}`, `git commit`", shell(lock)))
}

/// There is no such revision. Another may have been meant.
pub(crate) fn no_revision(revision: &str, instead: Option<&str>) -> Problem {
    let problem = Problem::new(format!("git knows no revision `{}`", visible(revision)));
    match instead {
        Some(instead) => problem.help(format!("did you mean `{instead}`?")),
        None => problem.help(
            "`git branch --all` lists the branches, `git log --oneline` the commits; `git fetch` brings what this \
             clone has not got",
        ),
    }
}

/// Two revisions never parted.
pub(crate) fn no_merge_base(from: &str, to: &str) -> Problem {
    let (a, b) = (visible(from), visible(to));
    Problem::new(format!("`{a}` and `{b}` have no commit in common, as far as this clone knows"))
        .help(format!("`git fetch --unshallow` completes a shallow clone; `{from}..{to}` compares them as they are"))
}

/// Git did not do what it was asked to; `message` is what it said.
pub(super) fn failed(message: impl Display) -> Problem {
    let message = message.to_string();
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .fold(Problem::new("git could not read the history of the lockfile"), Problem::note)
        .help("do what git asks for, then run imagelock again")
}

/// An answer that is not of the documented form.
pub(super) fn misunderstood(command: &str) -> Problem {
    failed(format_args!("the answer of `git {command}` was not understood"))
}
