//! The history of the lockfile, asked of the `git` program.
//!
//! No shell and no pager; and no process per commit: one `git log` lists the revisions, one `git cat-file` reads them all.

mod command;
pub(crate) mod error;
mod history;
mod process;

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use self::command::Git;
use self::error::{misunderstood, no_repository, outside_work_tree};
use self::history::{Blob, FORMAT, MOST_PATH, Reader, Revisions};
use self::process::Process;
use crate::domain::diagnostics::Problem;
use crate::domain::lock::history::Commit;
use crate::workspace::files::{self, directory_of, error::no_lock};

/// The repository that a lockfile is in.
pub(crate) struct Repository {
    git: Git,
    file: OsString,
    /// The lockfile, from the top of the repository.
    path: Vec<u8>,
    /// The commits behind which a shallow clone has nothing.
    ends: Vec<String>,
}

/// The commits that changed the lockfile.
pub(crate) struct History {
    /// The newest first, each with the file that it left; `None` where it left none.
    pub revisions: Vec<(Commit, Option<Blob>)>,
    /// Whether it reaches back to the file's first commit; in a shallow clone it may not.
    pub is_whole: bool,
}

impl Repository {
    /// Finds the repository that a lockfile is in, whether or not the file exists.
    ///
    /// # Errors
    /// If there is none, or git will not read it.
    pub(crate) fn around(lock: &Path) -> Result<Self, Problem> {
        if !directory_of(lock).is_dir() {
            return Err(no_lock(lock));
        }
        let git = Git::find(lock)?;
        let answer = git.ask(&["rev-parse", "--is-shallow-repository", "--is-inside-work-tree", "--show-prefix"])?;
        if !answer.status.success() && answer.stderr.contains("not a git repository") {
            return Err(no_repository(lock));
        }
        let answer = answer.success()?;
        let mut lines = answer.splitn(3, |byte| *byte == b'\n');
        let [is_shallow, is_inside] = [lines.next(), lines.next()].map(|line| line == Some(&b"true"[..]));
        // `core.worktree` can lead elsewhere, to the history of another file.
        if !is_inside {
            return Err(outside_work_tree(lock));
        }
        let prefix = lines.next().unwrap_or_default();
        let prefix = prefix.strip_suffix(b"\n").unwrap_or(prefix);
        let file = lock.file_name().unwrap_or_default().to_owned();
        let path = [prefix, file.as_encoded_bytes()].concat();
        let mut repository = Self { git, file, path, ends: Vec::new() };
        if is_shallow {
            let path = repository.git.ask(&["rev-parse", "--git-path", "shallow"])?.success()?;
            let path = directory_of(lock).join(String::from_utf8_lossy(&path).trim_end_matches('\n'));
            repository.ends = files::read(&path)?.unwrap_or_default().lines().map(str::to_owned).collect();
        }
        Ok(repository)
    }

    /// The whole hash of the commit that a revision names; `None` if it names none.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>, Problem> {
        let object = |name: &str| self.found(&["rev-parse", "--verify", "--quiet", "--end-of-options", name]);
        // In two steps: what is put behind `:/text` would be part of the text.
        object(revision)?.map_or(Ok(None), |hash| object(&format!("{hash}^{{commit}}")))
    }

    /// The commit at which two commits parted.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>, Problem> {
        self.found(&["merge-base", "--end-of-options", a, b])
    }

    /// Whether this clone lacks the older commits.
    pub(crate) fn is_shallow(&self) -> bool {
        !self.ends.is_empty()
    }

    /// The same repository, about the lockfile under the name that it had in the `old` commit, if it was renamed between
    /// that and the `new` one.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn before_rename(self, old: &str, new: &str) -> Result<Self, Problem> {
        if self.lockfile(old)?.is_some() {
            return Ok(self);
        }
        let up = self.git.ask(&["rev-parse", "--show-cdup"])?.success()?;
        let up = up.strip_suffix(b"\n").unwrap_or(&up);
        let renames =
            ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-relative", "--no-ext-diff", "--no-textconv"];
        let mut command = self.git.command(&renames);
        command.args(["--find-renames=70%", "--diff-filter=R", "-O/dev/null", "--end-of-options", old, new]);
        let mut process = Process::start(command)?;
        // `:MODE MODE HASH HASH STATUS`, the old path, the new one.
        while process.field(0, MOST_PATH)?.is_some() {
            let (Some(from), Some(to)) = (process.field(0, MOST_PATH)?, process.field(0, MOST_PATH)?) else { break };
            if to == self.path {
                let file = [up, &*from].concat();
                let file = String::from_utf8(file).map_err(|_| misunderstood("diff-tree"))?;
                return Ok(Self { file: file.into(), path: from, ..self });
            }
        }
        process.finish()?.success()?;
        Ok(self)
    }

    /// The lockfile as a commit has it; `None` if it has none.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn lockfile(&self, commit: &str) -> Result<Option<Blob>, Problem> {
        let mut command = self.git.command(&["ls-tree", "-z", "--end-of-options", commit]);
        command.arg(&self.file);
        let answer = Process::start(command)?.answer()?.success()?;
        // `100644 blob HASH<tab>PATH`, or nothing.
        let answer = String::from_utf8_lossy(&answer);
        let mut words = answer.split(['\t', ' ']);
        Ok(words.next().zip(words.nth(1)).map(|(mode, hash)| Blob::new(mode, hash)))
    }

    /// The commits that changed the lockfile, from a commit back on the line of first parents.
    ///
    /// So each revision starts where the one before it ended, and a pin counts from when it came to this branch. On
    /// the branches that were merged, pins may have moved to where a merge did not follow; and what a merge brought in
    /// is told of at the merge, whose subject names the branch or the pull request.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn history(&self, from: &str) -> Result<History, Problem> {
        let mut command = self.git.command(&["log", "--first-parent", "--diff-merges=first-parent", "--root"]);
        // What is less alike than this is no rename. Git opens every file that might be alike: fewer, so, by far.
        command.args(["--follow", "--find-renames=70%"]);
        // What the configuration might make otherwise, or might have executed.
        command.args(["--no-color", "--no-show-signature", "--no-relative", "--encoding=UTF-8", "-O/dev/null"]);
        command.args(["--no-ext-diff", "--no-textconv", "--ignore-submodules=none"]);
        command.args(["-z", "--raw", "--no-abbrev", FORMAT, "--end-of-options", from, "--"]).arg(&self.file);
        let mut log = Revisions::new(Process::start(command)?, self.path.clone());
        let revisions: Vec<_> = std::iter::from_fn(|| log.next().transpose()).collect::<Result<_, _>>()?;
        if !log.is_over {
            let answer = log.log.finish()?;
            if !answer.status.success() && self.commit(from)?.is_none() {
                return Ok(History { revisions: Vec::new(), is_whole: true });
            }
            answer.success()?;
        }
        let is_whole = revisions.last().is_none_or(|(commit, _)| !self.ends.contains(&commit.id));
        Ok(History { revisions, is_whole })
    }

    /// Opens what reads files one after the other, without keeping any.
    ///
    /// # Errors
    /// If git cannot be started.
    pub(crate) fn reader(&self) -> Result<Reader, Problem> {
        let mut command = self.git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped());
        Ok(Reader { process: Process::start(command)? })
    }

    /// A hash that git may or may not find: then it exits with 1.
    fn found(&self, arguments: &[&str]) -> Result<Option<String>, Problem> {
        let answer = self.git.ask(arguments)?;
        if answer.status.code() == Some(1) {
            return Ok(None);
        }
        answer.success().map(|hash| String::from_utf8_lossy(&hash).lines().next().map(str::to_owned))
    }
}
