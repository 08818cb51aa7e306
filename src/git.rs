//! The history of the lockfile, asked of the `git` program.
//!
//! No shell and no pager; and no process a commit: one `git log` lists the revisions, one `git cat-file` reads them all.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;

use crate::domain::history::Commit;
use crate::error::Error;
use crate::files::{self, directory_of};

/// The repository that a lockfile is in.
pub struct Repository {
    lock: PathBuf,
    file: OsString,
    /// The commits behind which a shallow clone has nothing.
    ends: Vec<String>,
}

/// What git keeps the content of a file under.
pub type Blob = String;

/// The commits that changed the lockfile.
pub struct History {
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
    pub fn around(lock: &Path) -> Result<Self, Error> {
        if !directory_of(lock).is_dir() {
            return Err(Error::NoLock { path: lock.to_owned() });
        }
        let file = lock.file_name().unwrap_or_default().to_owned();
        let mut repository = Self { lock: lock.to_owned(), file, ends: Vec::new() };
        let mut command = repository.git();
        command.args(["rev-parse", "--is-shallow-repository", "--git-path", "shallow"]);
        let output = repository.run(command, None)?;
        if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("not a git repository") {
            return Err(Error::NoRepository { path: repository.lock });
        }
        let answer = answer(output)?;
        if let Some(path) = String::from_utf8_lossy(&answer).strip_prefix("true\n") {
            let path = directory_of(lock).join(path.trim_end_matches('\n'));
            repository.ends = files::read(&path)?.unwrap_or_default().lines().map(str::to_owned).collect();
        }
        Ok(repository)
    }

    /// The whole hash of the commit that a revision names; `None` if it names none.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, Error> {
        let object = |name: &str| {
            let mut command = self.git();
            command.args(["rev-parse", "--verify", "--quiet", "--end-of-options", name]);
            self.found(command)
        };
        // In two steps: what is put behind `:/text` would be part of the text.
        object(revision)?.map_or(Ok(None), |hash| object(&format!("{hash}^{{commit}}")))
    }

    /// The commit at which two commits parted.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>, Error> {
        let mut command = self.git();
        command.args(["merge-base", a, b]);
        self.found(command)
    }

    /// Whether this clone lacks the older commits.
    pub fn is_shallow(&self) -> bool {
        !self.ends.is_empty()
    }

    /// The same repository, about the lockfile under the name that it had in the `old` commit, if it was renamed between
    /// that and the `new` one.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn before_rename(self, old: &str, new: &str) -> Result<Self, Error> {
        if self.lockfile(old)?.is_some() {
            return Ok(self);
        }
        let mut command = self.git();
        command.args(["rev-parse", "--show-cdup", "--show-prefix"]);
        let answer_of = |command| answer(self.run(command, None)?);
        let place = answer_of(command)?;
        let place = String::from_utf8_lossy(&place).into_owned();
        let (up, prefix) = place.split_once('\n').ok_or_else(|| misunderstood("rev-parse"))?;
        let mut command = self.git();
        command.args(["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-relative", "--no-ext-diff"]);
        command.args(["--find-renames=70%", "--diff-filter=R", old, new]);
        let moved = answer_of(command)?;
        let moved = String::from_utf8_lossy(&moved).into_owned();
        // `:MODE MODE HASH HASH STATUS`, the old path, the new one.
        let fields: Vec<&str> = moved.split_terminator('\0').collect();
        let here = format!("{}{}", prefix.trim_end_matches('\n'), self.file.to_string_lossy());
        let rename = fields.chunks_exact(3).find(|rename| rename[2] == here);
        let file = rename.map_or_else(|| self.file.clone(), |rename| format!("{up}{}", rename[1]).into());
        Ok(Self { file, ..self })
    }

    /// The lockfile as a commit has it; `None` if it has none.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn lockfile(&self, commit: &str) -> Result<Option<Blob>, Error> {
        let mut command = self.git();
        command.args(["ls-tree", "-z", commit, "--"]).arg(&self.file);
        let answer = answer(self.run(command, None)?)?;
        // `100644 blob HASH<tab>PATH`, or nothing.
        Ok(String::from_utf8_lossy(&answer).split(['\t', ' ']).nth(2).map(str::to_owned))
    }

    /// The commits that changed the lockfile up to a revision, on the line of first parents.
    ///
    /// So each revision starts where the one before it ended, and a pin counts from when it came to this branch. On
    /// the branches that were merged, pins may have moved to where a merge did not follow; and what a merge brought in
    /// is told of at the merge, whose subject names the branch or the pull request.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn history(&self, from: &str) -> Result<History, Error> {
        let mut command = self.git();
        command.args(["log", "--first-parent", "--diff-merges=first-parent", "--root"]);
        // What is less alike than this is no rename. Git opens every file that might be alike: fewer, so, by far.
        command.args(["--follow", "--find-renames=70%"]);
        // What the user's configuration might make otherwise.
        command.args(["--no-color", "--no-show-signature", "--no-relative", "--encoding=UTF-8"]);
        command.args(["-z", "--raw", "--no-abbrev", "--format=%H%x00%ct%x00%aN%x00%s", from, "--"]).arg(&self.file);
        let output = self.run(command, None)?;
        if !output.status.success() && self.commit(from)?.is_none() {
            return Ok(History { revisions: Vec::new(), is_whole: true });
        }
        let revisions = revisions(&answer(output)?).ok_or_else(|| misunderstood("log"))?;
        let is_whole = revisions.last().is_none_or(|(commit, _)| !self.ends.contains(&commit.id));
        Ok(History { revisions, is_whole })
    }

    /// The contents of files, in the order in which they are asked for; `None` for those that git has lost.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn read(&self, blobs: &[&Blob]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let mut command = self.git();
        command.args(["cat-file", "--batch"]);
        let questions = blobs.iter().fold(String::new(), |text, blob| text + blob + "\n");
        let output = self.run(command, Some(&questions))?;
        contents(&answer(output)?).filter(|found| found.len() == blobs.len()).ok_or_else(|| misunderstood("cat-file"))
    }

    fn git(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(directory_of(&self.lock)).args(["--no-pager", "--literal-pathspecs"]);
        if !is_placed() {
            for variable in PLACE {
                command.env_remove(variable);
            }
        }
        // One of its messages is recognised.
        command.env("LC_ALL", "C");
        command
    }

    fn run(&self, mut command: Command, input: Option<&str>) -> Result<Output, Error> {
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::NotFound => Error::NoGit { path: self.lock.clone() },
            _ => Error::Git { message: source.to_string() },
        };
        let mut child = child.map_err(failed)?;
        let stdin = child.stdin.take();
        // Git answers while it is still being asked; whoever only asked would wait for ever.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Where git ends early, it says why.
                let _ = stdin.zip(input).map(|(mut stdin, input)| stdin.write_all(input.as_bytes()));
            });
            child.wait_with_output()
        })
        .map_err(failed)
    }

    /// A hash that git may or may not find: then it exits with 1.
    fn found(&self, command: Command) -> Result<Option<String>, Error> {
        let output = self.run(command, None)?;
        if output.status.code() == Some(1) {
            return Ok(None);
        }
        answer(output).map(|hash| String::from_utf8_lossy(&hash).lines().next().map(str::to_owned))
    }
}

/// The variables by which git tells the programs that it starts where the repository is.
const PLACE: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// Whether the environment says from everywhere alike where the repository and its working tree are, as for a home
/// directory whose repository is elsewhere. What git says to a hook holds in the directory in which the hook starts: with
/// a `GIT_DIR` alone, any other directory is taken for the top. There, git finds the repository by itself.
fn is_placed() -> bool {
    ["GIT_DIR", "GIT_WORK_TREE"]
        .iter()
        .all(|name| std::env::var_os(name).is_some_and(|path| Path::new(&path).is_absolute()))
}

/// What git printed, if all went well.
fn answer(output: Output) -> Result<Vec<u8>, Error> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::Git { message: if message.is_empty() { output.status.to_string() } else { message } })
}

fn misunderstood(command: &str) -> Error {
    Error::Git { message: format!("the answer of `git {command}` was not understood") }
}

/// Reads what `git log` printed: fields that end with NUL, then what the commit did to the file.
fn revisions(answer: &[u8]) -> Option<Vec<(Commit, Option<Blob>)>> {
    let mut fields = answer.split(|byte| *byte == 0).map(|field| String::from_utf8_lossy(field));
    let mut revisions = Vec::new();
    while let Some(id) = fields.next().filter(|id| !id.is_empty()) {
        let time = Timestamp::from_second(fields.next()?.parse().ok()?).ok()?;
        let commit = Commit {
            id: id.into_owned(),
            time,
            author: fields.next()?.into_owned(),
            subject: fields.next()?.into_owned(),
        };
        // `:MODE MODE HASH HASH STATUS`, then a path, or for a rename or a copy two.
        let raw = fields.next()?.into_owned();
        let mut words = raw.trim_start_matches('\n').strip_prefix(':')?.split(' ').skip(3);
        let (blob, status) = (words.next()?, words.next()?);
        let is_copy = status.starts_with('C');
        let paths = if is_copy || status.starts_with('R') { 2 } else { 1 };
        fields.nth(paths - 1)?;
        revisions.push((commit, (!status.starts_with('D')).then(|| blob.to_owned())));
        if is_copy {
            // Git would go on with the history of the other file: lockfiles resemble one another.
            break;
        }
    }
    Some(revisions)
}

/// Reads what `git cat-file --batch` printed.
fn contents(mut answer: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let mut contents = Vec::new();
    while !answer.is_empty() {
        let end = answer.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&answer[..end]).ok()?;
        answer = &answer[end + 1..];
        if head.ends_with(" missing") {
            contents.push(None);
            continue;
        }
        let (content, rest) = answer.split_at_checked(head.rsplit(' ').next()?.parse().ok()?)?;
        contents.push(Some(content.to_vec()));
        answer = rest.strip_prefix(b"\n")?;
    }
    Some(contents)
}
