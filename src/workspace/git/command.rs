//! The one place that builds git's command line and environment, so that git executes nothing that a repository contains
//! or configures, and is not led to another repository.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::{missing, too_old};
use super::process::{Answer, Process};
use crate::deadline;
use crate::domain::diagnostics::Problem;
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

/// The `git` program, for queries about the directory of a lockfile.
pub(super) struct Git {
    lock: PathBuf,
    program: PathBuf,
    /// PATH without the entries that depend on the current directory.
    path: OsString,
}

impl Git {
    /// Finds git, and makes sure that it is new enough.
    ///
    /// # Errors
    /// If it is missing or too old.
    pub(super) fn find(lock: &Path) -> Result<Self, Problem> {
        deadline::arm();
        let (program, path) = program().ok_or_else(|| missing(lock))?;
        let git = Self { lock: lock.to_owned(), program, path };
        let mut command = git.program();
        command.arg("version");
        let answer = Process::start(command)?.answer()?.success()?;
        let version = String::from_utf8_lossy(&answer);
        let version = version.trim().trim_start_matches("git version ");
        if numbers(version) >= Some(OLDEST) { Ok(git) } else { Err(too_old(lock, version)) }
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
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, Problem> {
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
    fn git_versions_are_parsed_in_every_form() {
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
