//! Builds the command line and the environment of git. Git must not execute anything that a repository contains or configures,
//! and must not read another repository.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::{missing, too_old};
use super::process::{Output, Process};
use crate::deadline;
use crate::domain::diagnostics::Problem;
use crate::workspace::files::directory_of;

/// The oldest git that supports `safe.bareRepository`. Older ones use a bare repository that is part of a clone.
const MIN_VERSION: (u32, u32) = (2, 38);

/// Settings that override those of the repository, which could execute programs or change the output.
///
/// These settings are not included, because the commands of imagelock cannot reach them: aliases (built-in commands have
/// priority), pagers (`--no-pager`), external diffs, textconv and filters (no patch is created and no content converted),
/// editors, and everything about transports (`core.sshCommand`, `core.gitProxy`, `core.askPass`, credential helpers,
/// `uploadpack`), because no transport protocol is allowed.
const SETTINGS: [&str; 6] = [
    // A clone can contain a directory with the files of a bare repository, whose `config` names programs.
    "safe.bareRepository=explicit",
    // These two run programs when an index or a ref is updated. Nothing is updated here, but newer releases of git may differ.
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    // It would start `gpg.program` for each signed commit.
    "log.showSignature=false",
    // A second protection: old releases fetch the missing objects of a partial clone and ignore the environment variables.
    "protocol.allow=never",
    // This saves memory: git would cache 96 MiB of a long history, although the next revision needs only a few.
    "core.deltaBaseCacheLimit=16m",
];

/// Variables with which the user, or the git that started a hook, configures git. All other `GIT_` variables are removed,
/// because they name programs and paths, or change the output.
const KEPT: [&str; 7] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    // `git -c` sets the first; containers set the second for `safe.directory`. `SETTINGS` override both.
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// Prefixes of other variables that are kept. The last one makes git stricter, which a test uses.
const KEPT_PREFIXES: [&str; 3] = ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_TEST_ASSUME_"];

/// Variables with the path of the repository.
const REPOSITORY_PATHS: [&str; 3] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"];

/// The variables that every command gets.
const ENVIRONMENT: [(&str, &str); 7] = [
    // No network access: no transport, and missing objects are not fetched.
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    // Replacements and grafts would show a history that the commits do not have.
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_GRAFT_FILE", ""),
    // Some messages are recognized by their English text.
    ("LC_ALL", "C"),
];

/// The `git` program, run in the directory of a lockfile.
pub(super) struct Git {
    lock: PathBuf,
    program: PathBuf,
    /// PATH without entries that depend on the current directory.
    path: OsString,
}

impl Git {
    /// Finds git and checks its version.
    ///
    /// # Errors
    /// If it is missing or too old.
    pub(super) fn find(lock: &Path) -> Result<Self, Problem> {
        deadline::arm();
        let (program, path) = program().ok_or_else(|| missing(lock))?;
        let git = Self { lock: lock.to_owned(), program, path };
        let mut command = git.program();
        command.arg("version");
        let output = Process::start(command)?.output()?.success()?;
        let version = String::from_utf8_lossy(&output);
        let version = version.trim().trim_start_matches("git version ");
        if numbers(version) >= Some(MIN_VERSION) { Ok(git) } else { Err(too_old(lock, version)) }
    }

    /// A git command with safe settings.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("-C").arg(directory_of(&self.lock)).args(["--no-pager", "--literal-pathspecs"]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments);
        command
    }

    /// Runs a git command with a short output.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Output, Problem> {
        Process::start(self.command(arguments))?.output()
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&self.program);
        let keeps_paths = keeps_paths();
        for (name, _) in env::vars_os().filter(|(name, _)| is_removed(name, keeps_paths)) {
            command.env_remove(name);
        }
        command.envs(ENVIRONMENT).env("PATH", &self.path).stdin(Stdio::null());
        command
    }
}

/// The first git on PATH, and that PATH. Empty and relative entries are left out, because they lead into the current
/// directory, which may be a repository that contains its own `git`.
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

/// Whether a variable is removed: it belongs to git and is not in one of the lists above.
fn is_removed(name: &OsStr, keeps_paths: bool) -> bool {
    // Windows ignores the case of names.
    let Some(name) = name.to_str().map(str::to_ascii_uppercase) else {
        return name.as_encoded_bytes().to_ascii_uppercase().starts_with(b"GIT_");
    };
    let is_kept = KEPT.contains(&&*name)
        || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || keeps_paths && REPOSITORY_PATHS.contains(&&*name);
    name.starts_with("GIT_") && !is_kept
}

/// Whether the variables with the path of the repository are kept: both are absolute, as for a home directory whose repository
/// is elsewhere. The variables that git sets for a hook are only correct in the directory in which the hook starts: with only
/// `GIT_DIR`, git would consider any other directory the top of the working tree. Without them, git finds the repository.
fn keeps_paths() -> bool {
    ["GIT_DIR", "GIT_WORK_TREE"].iter().all(|name| env::var_os(name).is_some_and(|path| Path::new(&path).is_absolute()))
}

/// The first two numbers of a version such as `2.39.3 (Apple Git-146)`.
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
        assert!(numbers("2.9.5") < Some(MIN_VERSION));
    }

    #[test]
    fn only_known_variables_of_git_are_kept() {
        for (name, keeps_paths, expected) in [
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
            assert_eq!(is_removed(OsStr::new(name), keeps_paths), expected, "{name}");
        }
    }
}
