//! The errors of files that cannot be read or written, with the fix.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::real_path::{RealPath, directory_of};
use crate::domain::diagnostics::{Command, DEFAULT_MANIFEST, Help, Problem, shell, shown};

/// The error of a missing manifest.
pub(crate) fn no_manifest(path: &Path) -> Problem {
    // Without an extension, it was meant as a directory.
    let path = &if path.extension().is_none() { path.join(DEFAULT_MANIFEST) } else { path.to_owned() };
    let init = Command::new("init").about(path);
    let directory = directory_of(path);
    let mkdir = if directory.is_dir() { String::new() } else { format!("`mkdir -p {}`, then ", shell(directory)) };
    let help = Help::from(format!("to create one: {mkdir}")).then_run(init);
    Problem::new(format!("cannot find the manifest `{}`", shown(path)))
        .help(help.then("; to use another manifest: `--manifest PATH`"))
}

/// The error of a missing lockfile.
pub(crate) fn no_lock(path: &Path) -> Problem {
    let restore = format!("if it was committed before, restore it: `git restore {}`; to create it: ", shell(path));
    let help = Help::from(restore).then_run("resolve").then(", which pins the newest versions");
    Problem::new(format!("cannot find the lockfile `{}`", shown(path))).help(help)
}

/// The error of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let name = shown(path);
    let problem = Problem::new(format!("cannot read `{name}`: {}", reason(error)));
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => problem.help("check the path"),
        ErrorKind::PermissionDenied => {
            problem.help("check the permissions of the file and of the directories above it")
        }
        ErrorKind::IsADirectory => problem.help(format!("move the directory `{name}` away, or choose another file")),
        // Only errors that imagelock itself detects have no code of the system.
        _ if error.raw_os_error().is_none() => problem.help("use a regular file of at most 64 MiB"),
        _ => problem.help(format!("check the file `{name}` and the disk")),
    }
}

/// The error of a lockfile with content that is not a lockfile at all. Another lockfile must replace it.
pub(super) fn invalid_lock(problem: Problem, path: &Path) -> Problem {
    let restore = format!("restore the file with `git restore {}`; or delete it and run ", shell(path));
    problem.help(Help::from(restore).then_run("resolve").then(", which pins the newest versions"))
}

/// Why the system cannot read or write a file, in plain words.
pub(crate) fn reason(error: &io::Error) -> String {
    let reason = match error.kind() {
        ErrorKind::NotFound => "it does not exist",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::IsADirectory => "it is a directory",
        ErrorKind::NotADirectory => "a part of its path is not a directory",
        ErrorKind::AlreadyExists => "it already exists",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the disk quota is exceeded",
        ErrorKind::FileTooLarge => "it is larger than the limit of this process",
        ErrorKind::InvalidFilename => "its name is too long or invalid",
        ErrorKind::ResourceBusy => "the system is using it",
        _ => return describe(error),
    };
    reason.to_owned()
}

/// The message of the system, without the code at its end.
fn describe(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let code = error.raw_os_error().map(|code| format!(" (os error {code})")).unwrap_or_default();
    text.strip_suffix(&*code).unwrap_or(&text).to_owned()
}

/// The error of a directory that has the path of a manifest.
pub(crate) fn manifest_is_directory(path: &Path) -> Problem {
    Problem::new(format!("`{}` is a directory, not a manifest", shown(path)))
        .help("rename the directory, or choose another manifest: `--manifest PATH`")
}

/// The error of a symbolic link whose target does not exist.
pub(super) fn dangling_link(path: &Path, to: &Path) -> Problem {
    let title = format!("`{}` is a symbolic link to `{}`, which does not exist", shown(path), shown(to));
    Problem::new(title).help(format!("fix the link, or remove it: `rm {}`", shell(path)))
}

/// The error of a file that is not UTF-8. `line` is the first invalid line, counted from 1.
pub(super) fn not_text(path: &Path, line: usize) -> Problem {
    let title = format!("`{}` is not a text file: line {line} is not valid UTF-8", shown(path));
    Problem::new(title).help("save the file as UTF-8")
}

/// The error of a file that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Problem {
    let help = match error.kind() {
        ErrorKind::NotFound => format!("create the directory first: `mkdir -p {}`", shell(directory_of(path))),
        ErrorKind::ReadOnlyFilesystem => "remount the file system as writable, or choose another path".to_owned(),
        ErrorKind::PermissionDenied => {
            // A symbolic link stays, and its target is replaced.
            let real = if path.is_symlink() { &RealPath::of(path).path } else { path };
            format!("check the permissions of the directory `{}`", shown(directory_of(real)))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some disk space".to_owned(),
        ErrorKind::AlreadyExists => "choose a directory instead of a file".to_owned(),
        ErrorKind::NotADirectory => "check the path, or choose another one".to_owned(),
        ErrorKind::InvalidFilename => {
            "choose a name that is at least five bytes shorter, which leaves room for a temporary file".to_owned()
        }
        ErrorKind::IsADirectory => format!("move the directory `{}` away", shown(path)),
        ErrorKind::ResourceBusy => {
            format!("if `{}` is a mount point, mount the directory that contains it instead", shown(path))
        }
        ErrorKind::FileTooLarge => "raise the file size limit of this process: `ulimit -f`".to_owned(),
        _ => format!("check the directory `{}` and the disk", shown(directory_of(path))),
    };
    let reason = match error.kind() {
        ErrorKind::NotFound => "its directory does not exist".to_owned(),
        _ => reason(error),
    };
    Problem::new(format!("cannot write `{}`: {reason}", shown(path))).help(help)
}

/// The error of a file that would be created and already exists.
pub(super) fn exists(path: &Path) -> Problem {
    let path = shown(path);
    Problem::new(format!("`{path}` already exists; refusing to overwrite it"))
        .help(format!("edit `{path}`, or move it away first"))
}

/// The error of a file that another imagelock process was still writing after `waited` seconds.
pub(super) fn busy(path: &Path, holder: &str, waited: f32) -> Problem {
    let title = format!("cannot write `{}`: {holder} was still writing there after {waited} s", shown(path));
    Problem::new(title).help("wait until that process ends, or stop it; then run imagelock again")
}

/// The error of a file that would be replaced, although imagelock did not write it.
pub(crate) fn not_ours(path: &Path) -> Problem {
    let title = format!("`{}` was not written by imagelock; refusing to overwrite it", shown(path));
    Problem::new(title).help("choose another name, or move the file away first")
}

/// The error of a path that names a pipe, a device or a socket.
pub(super) fn not_a_file(path: &Path) -> Problem {
    Problem::new(format!("cannot write `{}`: it is not a regular file", shown(path)))
        .help("choose a regular file; `check` and `export` print to standard output, which can be redirected")
}

/// The error of a read-only file that would be replaced.
pub(super) fn read_only(path: &Path) -> Problem {
    Problem::new(format!("cannot write `{}`: it is read-only", shown(path)))
        .help(format!("to allow imagelock to replace it: `chmod u+w {}`", shell(path)))
}
