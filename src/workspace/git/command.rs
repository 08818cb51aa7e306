//! The one place that builds git's command line and environment, so that git executes nothing that a repository contains
//! or configures, and is not led to another repository.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use super::error::GitError;
use crate::deadline::{self, Running};
use crate::workspace::files::directory_of;

/// The oldest git that heeds `safe.bareRepository`. Others use a bare repository that came with a clone.
const OLDEST: (u32, u32) = (2, 38);

/// Settings that win over those of the repository. What they name would be executed, or would change what is parsed.
///
/// Not here, because no question of ours can reach it: aliases (git's own commands win), pagers (`--no-pager`), external
/// diffs, textconv and filters (no patch is made and no content converted), editors, and all that a transport uses
/// (`core.sshCommand`, `core.gitProxy`, `core.askPass`, credential helpers, `uploadpack`): without a protocol that is
/// allowed there is no transport.
const SETTINGS: [&str; 6] = [
    // A directory with the files of a bare repository can be part of a clone, and its `config` then names programs.
    "safe.bareRepository=explicit",
    // These two run where an index or a ref is updated. Nothing is updated here; it shall stay so in newer releases.
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    // It would start `gpg.program` for each signed commit.
    "log.showSignature=false",
    // A second lock for old releases, which fetch the missing objects of a partial clone whatever the environment says.
    "protocol.allow=never",
    // Not for safety: git would keep 96 MiB of a long history, of which the next revision needs a few.
    "core.deltaBaseCacheLimit=16m",
];

/// Variables by which the user, or the git that started a hook, configures git. All other `GIT_` variables are removed: they
/// name programs and places, or change what is printed.
const KEPT: [&str; 7] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    // `git -c`, and what containers use for `safe.directory`; `SETTINGS` win over both.
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// Kept as well, by their beginnings. The last makes git stricter, and lets tests see that.
const KEPT_PREFIXES: [&str; 3] = ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_TEST_ASSUME_"];

/// Variables that say where the repository is.
const PLACE: [&str; 3] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"];

/// The variables that every question gets.
const ENVIRONMENT: [(&str, &str); 7] = [
    // No transport, and no object that is fetched when it is missed.
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    // Both would show a history that the commits do not have.
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_GRAFT_FILE", ""),
    // Some of its messages are recognized.
    ("LC_ALL", "C"),
];

/// The most that is kept of an answer in one piece, and of what git says on standard error.
const MOST: u64 = 1 << 20;

/// The `git` program, for queries about the directory of a lockfile.
pub(super) struct Git {
    lock: PathBuf,
    program: PathBuf,
    /// PATH without the entries that depend on the current directory.
    path: OsString,
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Git {
    /// Finds git, and makes sure that it is new enough.
    ///
    /// # Errors
    /// If it is missing or too old.
    pub(super) fn find(lock: &Path) -> Result<Self, GitError> {
        deadline::arm();
        let lock = lock.to_owned();
        let Some((program, path)) = program() else { return Err(GitError::Missing { path: lock }) };
        let git = Self { lock, program, path };
        let mut command = git.program();
        command.arg("version");
        let answer = Process::start(command)?.answer()?.success()?;
        let version = String::from_utf8_lossy(&answer);
        let version = version.trim().trim_start_matches("git version ").to_owned();
        match numbers(&version) {
            Some(numbers) if numbers >= OLDEST => Ok(git),
            _ => Err(GitError::TooOld { path: git.lock, version }),
        }
    }

    /// Git, ready for a query.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("-C").arg(directory_of(&self.lock)).args(["--no-pager", "--literal-pathspecs"]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments);
        command
    }

    /// Puts a question whose answer is short.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        Process::start(self.command(arguments))?.answer()
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&self.program);
        let is_placed = is_placed();
        for (name, _) in env::vars_os().filter(|(name, _)| is_foreign(name, is_placed)) {
            command.env_remove(name);
        }
        command.envs(ENVIRONMENT).env("PATH", &self.path).stdin(Stdio::null());
        command
    }
}

/// A git that is running.
pub(super) struct Process {
    pub(super) stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<String>,
    running: Running,
}

impl Process {
    /// Starts git; its answer is read while it comes.
    pub(super) fn start(mut command: Command) -> Result<Self, GitError> {
        let running = deadline::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let running = running.map_err(|source| failed(&source))?;
        let (stdin, stdout, stderr) = {
            let mut child = running.child();
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        };
        let (Some(stdout), Some(mut stderr)) = (stdout, stderr) else {
            return Err(failed(&io::Error::other("it has no output")));
        };
        // Both are read at once: git would wait if one of them was full.
        let stderr = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.by_ref().take(MOST).read_to_end(&mut text);
            let _ = io::copy(&mut stderr, &mut io::sink());
            String::from_utf8_lossy(&text).trim().to_owned()
        });
        Ok(Self { stdin, stdout: BufReader::with_capacity(1 << 16, stdout), stderr, running })
    }

    /// What git prints next, up to a byte and without it; of what is longer than `most` only the beginning. `None` at the
    /// end.
    pub(super) fn field(&mut self, end: u8, most: usize) -> Result<Option<Vec<u8>>, GitError> {
        let mut field = Vec::new();
        let mut is_over = true;
        loop {
            let part = self.stdout.fill_buf().map_err(|source| failed(&source))?;
            if part.is_empty() {
                return Ok((!is_over).then_some(field));
            }
            is_over = false;
            let at = part.iter().position(|byte| *byte == end);
            let text = &part[..at.unwrap_or(part.len())];
            field.extend_from_slice(&text[..text.len().min(most - field.len())]);
            let used = text.len() + usize::from(at.is_some());
            self.stdout.consume(used);
            if at.is_some() {
                return Ok(Some(field));
            }
        }
    }

    /// So many bytes of what git prints next; `None` if it ends before.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Option<Vec<u8>>, GitError> {
        let mut bytes = Vec::new();
        let read = self.stdout.by_ref().take(count).read_to_end(&mut bytes).map_err(|source| failed(&source))?;
        Ok((u64::try_from(read) == Ok(count)).then_some(bytes))
    }

    /// Skips so many bytes of what git prints next.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), GitError> {
        io::copy(&mut self.stdout.by_ref().take(count), &mut io::sink()).map_err(|source| failed(&source))?;
        Ok(())
    }

    /// Reads to the end of a short answer.
    pub(super) fn answer(mut self) -> Result<Answer, GitError> {
        let mut stdout = Vec::new();
        self.stdout.by_ref().take(MOST).read_to_end(&mut stdout).map_err(|source| failed(&source))?;
        self.finish(stdout)
    }

    /// Waits for git to end, after its answer was read.
    pub(super) fn finish(self, answer: Vec<u8>) -> Result<Answer, GitError> {
        let Self { stdin, stdout, stderr, running } = self;
        // What says more than is read, or waits for more, ends by that.
        drop((stdin, stdout));
        let status = running.wait().map_err(|source| failed(&source))?;
        let (stdout, stderr) = (answer, stderr.join().unwrap_or_default());
        Ok(Answer { status, stdout, stderr })
    }
}

impl Answer {
    /// What git printed, if all went well.
    pub(super) fn success(self) -> Result<Vec<u8>, GitError> {
        if self.status.success() {
            return Ok(self.stdout);
        }
        // `fatal: cannot use bare repository 'PATH' (safe.bareRepository is 'explicit')`
        let bare = self.stderr.split_once("cannot use bare repository '");
        if let Some((path, _)) = bare.and_then(|(_, rest)| rest.split_once("' (safe.bareRepository")) {
            return Err(GitError::BareRepository { path: path.into() });
        }
        // `fatal: could not fetch HASH from promisor remote`
        if self.stderr.contains("from promisor remote") {
            return Err(GitError::PartialClone);
        }
        let message = if self.stderr.is_empty() { self.status.to_string() } else { self.stderr };
        Err(GitError::Failed { message })
    }
}

fn failed(source: &io::Error) -> GitError {
    GitError::Failed { message: source.to_string() }
}

/// The first git on PATH, and that PATH. Entries that are empty or relative are left out: they lead into the current
/// directory, which may be a repository with a `git` of its own.
fn program() -> Option<(PathBuf, OsString)> {
    let path = env::var_os("PATH")?;
    let directories: Vec<PathBuf> = env::split_paths(&path).filter(|directory| directory.is_absolute()).collect();
    let name = format!("git{}", env::consts::EXE_SUFFIX);
    let program = directories.iter().map(|directory| directory.join(&name)).find(|path| is_program(path))?;
    Some((program, env::join_paths(&directories).ok()?))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether a variable is git's and none of those that are kept.
fn is_foreign(name: &OsStr, is_placed: bool) -> bool {
    // Windows does not distinguish the case.
    let Some(name) = name.to_str().map(str::to_ascii_uppercase) else {
        return name.as_encoded_bytes().to_ascii_uppercase().starts_with(b"GIT_");
    };
    let is_kept = KEPT.contains(&&*name)
        || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || is_placed && PLACE.contains(&&*name);
    name.starts_with("GIT_") && !is_kept
}

/// Whether the environment says from everywhere alike where the repository and its working tree are, as for a home
/// directory whose repository is elsewhere. What git says to a hook holds in the directory in which the hook starts: with
/// a `GIT_DIR` alone, any other directory is taken for the top. There, git finds the repository by itself.
fn is_placed() -> bool {
    ["GIT_DIR", "GIT_WORK_TREE"].iter().all(|name| env::var_os(name).is_some_and(|path| Path::new(&path).is_absolute()))
}

/// The first two numbers of a version: `2.39.3 (Apple Git-146)`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|char: char| !char.is_ascii_digit()).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_every_form() {
        for (version, expected) in [
            ("2.47.3", Some((2, 47))),
            ("2.39.3 (Apple Git-146)", Some((2, 39))),
            ("2.38.0.windows.1", Some((2, 38))),
            ("3.0-rc1", Some((3, 0))),
            ("2.9.5", Some((2, 9))),
            ("unknown", None),
            ("2", None),
        ] {
            assert_eq!(numbers(version), expected, "{version}");
        }
        assert!(numbers("2.9.5") < Some(OLDEST));
    }

    #[test]
    fn only_known_variables_of_git_are_kept() {
        for (name, is_placed, expected) in [
            ("GIT_CONFIG_GLOBAL", false, false),
            ("GIT_CONFIG_KEY_0", false, false),
            ("PATH", false, false),
            ("GIT_DIR", false, true),
            ("GIT_DIR", true, false),
            ("GIT_EXEC_PATH", true, true),
            ("GIT_SSH_COMMAND", false, true),
            ("GIT_EXTERNAL_DIFF", false, true),
            ("Git_Object_Directory", false, true),
        ] {
            assert_eq!(is_foreign(OsStr::new(name), is_placed), expected, "{name}");
        }
    }
}
