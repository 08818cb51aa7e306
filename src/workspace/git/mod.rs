//! The history of the lockfile, read with the `git` program.
//!
//! Git is started without a shell or a pager, and not once per commit: one `git log` lists all revisions, and one
//! `git cat-file` reads them.

mod command;
pub(crate) mod error;
mod history;
mod process;

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use self::command::Git;
use self::error::{no_repository, outside_work_tree, unexpected_output};
use self::history::{Blob, FORMAT, MAX_PATH, Reader, Revisions};
use self::process::Process;
use crate::domain::diagnostics::Problem;
use crate::domain::lock::history::Commit;
use crate::workspace::files::{self, directory_of, error::no_lock};

/// The repository that a lockfile is in.
pub(crate) struct Repository {
    git: Git,
    file: OsString,
    /// The path of the lockfile, relative to the top of the repository.
    path: Vec<u8>,
    /// The commits whose parents are missing in a shallow clone.
    boundary: Vec<String>,
}

/// The commits that changed the lockfile.
pub(crate) struct History {
    /// The commits from the newest to the oldest, each with the lockfile in it; `None` if it was deleted.
    pub revisions: Vec<(Commit, Option<Blob>)>,
    /// Whether it reaches back to the first commit of the file, which a shallow clone may not contain.
    pub is_complete: bool,
}

impl Repository {
    /// Finds the repository that contains a lockfile. The file does not need to exist.
    ///
    /// # Errors
    /// If no repository contains the path, or git refuses to read it.
    pub(crate) fn containing(lock: &Path) -> Result<Self, Problem> {
        if !directory_of(lock).is_dir() {
            return Err(no_lock(lock));
        }
        let git = Git::find(lock)?;
        let output = git.run(&["rev-parse", "--is-shallow-repository", "--is-inside-work-tree", "--show-prefix"])?;
        if !output.status.success() && output.stderr.contains("not a git repository") {
            return Err(no_repository(lock));
        }
        let output = output.success()?;
        let mut lines = output.splitn(3, |byte| *byte == b'\n');
        let [is_shallow, is_inside] = [lines.next(), lines.next()].map(|line| line == Some(&b"true"[..]));
        // `core.worktree` can name another directory, which has another file with the same path.
        if !is_inside {
            return Err(outside_work_tree(lock));
        }
        let prefix = lines.next().unwrap_or_default();
        let prefix = prefix.strip_suffix(b"\n").unwrap_or(prefix);
        let file = lock.file_name().unwrap_or_default().to_owned();
        let path = [prefix, file.as_encoded_bytes()].concat();
        let mut repository = Self { git, file, path, boundary: Vec::new() };
        if is_shallow {
            let path = repository.git.run(&["rev-parse", "--git-path", "shallow"])?.success()?;
            let path = directory_of(lock).join(String::from_utf8_lossy(&path).trim_end_matches('\n'));
            repository.boundary = files::read(&path)?.unwrap_or_default().lines().map(str::to_owned).collect();
        }
        Ok(repository)
    }

    /// The full hash of the commit that a revision names; `None` if it does not name a commit.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>, Problem> {
        let object = |name: &str| self.found(&["rev-parse", "--verify", "--quiet", "--end-of-options", name]);
        // Two steps are necessary, because a suffix after `:/TEXT` would become part of the text.
        object(revision)?.map_or(Ok(None), |hash| object(&format!("{hash}^{{commit}}")))
    }

    /// The merge base of two commits; `None` if they have no common commit.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>, Problem> {
        self.found(&["merge-base", "--end-of-options", a, b])
    }

    /// Whether this clone is shallow, so that older commits are missing.
    pub(crate) fn is_shallow(&self) -> bool {
        !self.boundary.is_empty()
    }

    /// The same repository with the path that the lockfile had in the `old` commit, if it was renamed between `old` and `new`.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn before_rename(self, old: &str, new: &str) -> Result<Self, Problem> {
        if self.lockfile(old)?.is_some() {
            return Ok(self);
        }
        let up = self.git.run(&["rev-parse", "--show-cdup"])?.success()?;
        let up = up.strip_suffix(b"\n").unwrap_or(&up);
        let renames =
            ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-relative", "--no-ext-diff", "--no-textconv"];
        let mut command = self.git.command(&renames);
        command.args(["--find-renames=70%", "--diff-filter=R", "-O/dev/null", "--end-of-options", old, new]);
        let mut process = Process::start(command)?;
        // The fields are `:MODE MODE HASH HASH STATUS`, the old path and the new path.
        while process.field(0, MAX_PATH)?.is_some() {
            let (Some(from), Some(to)) = (process.field(0, MAX_PATH)?, process.field(0, MAX_PATH)?) else { break };
            if to == self.path {
                let file = [up, &*from].concat();
                let file = String::from_utf8(file).map_err(|_| unexpected_output("diff-tree"))?;
                return Ok(Self { file: file.into(), path: from, ..self });
            }
        }
        process.finish()?.success()?;
        Ok(self)
    }

    /// The lockfile in a commit; `None` if the commit does not contain it.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn lockfile(&self, commit: &str) -> Result<Option<Blob>, Problem> {
        let mut command = self.git.command(&["ls-tree", "-z", "--end-of-options", commit]);
        command.arg(&self.file);
        let output = Process::start(command)?.output()?.success()?;
        // The output is `100644 blob HASH<tab>PATH`, or empty.
        let output = String::from_utf8_lossy(&output);
        let mut words = output.split(['\t', ' ']);
        Ok(words.next().zip(words.nth(1)).map(|(mode, hash)| Blob::new(mode, hash)))
    }

    /// The commits that changed the lockfile, from the commit `from` back along the first parents.
    ///
    /// Each revision therefore starts with the lockfile of the revision before it, and a pin counts from the time at which it
    /// reached this branch. Commits of merged branches are left out, because a merge may have dropped their changes. Changes
    /// that a merge brought in appear at the merge, whose subject names the branch or the pull request.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn history(&self, from: &str) -> Result<History, Problem> {
        let mut command = self.git.command(&["log", "--first-parent", "--diff-merges=first-parent", "--root"]);
        // A file that is less similar is not a rename. This also makes git open far fewer files.
        command.args(["--follow", "--find-renames=70%"]);
        // The configuration might change the output or execute programs.
        command.args(["--no-color", "--no-show-signature", "--no-relative", "--encoding=UTF-8", "-O/dev/null"]);
        command.args(["--no-ext-diff", "--no-textconv", "--ignore-submodules=none"]);
        command.args(["-z", "--raw", "--no-abbrev", FORMAT, "--end-of-options", from, "--"]).arg(&self.file);
        let mut log = Revisions::new(Process::start(command)?, self.path.clone());
        let revisions: Vec<_> = std::iter::from_fn(|| log.next().transpose()).collect::<Result<_, _>>()?;
        if !log.ended {
            let output = log.log.finish()?;
            if !output.status.success() && self.commit(from)?.is_none() {
                return Ok(History { revisions: Vec::new(), is_complete: true });
            }
            output.success()?;
        }
        let is_complete = revisions.last().is_none_or(|(commit, _)| !self.boundary.contains(&commit.id));
        Ok(History { revisions, is_complete })
    }

    /// A reader for the contents of many revisions.
    ///
    /// # Errors
    /// If git cannot be started.
    pub(crate) fn reader(&self) -> Result<Reader, Problem> {
        let mut command = self.git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped());
        Ok(Reader { process: Process::start(command)? })
    }

    /// The hash that a git command prints; `None` if git exits with 1, which means that it found nothing.
    fn found(&self, arguments: &[&str]) -> Result<Option<String>, Problem> {
        let output = self.git.run(arguments)?;
        if output.status.code() == Some(1) {
            return Ok(None);
        }
        output.success().map(|hash| String::from_utf8_lossy(&hash).lines().next().map(str::to_owned))
    }
}
