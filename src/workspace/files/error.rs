//! Why a file cannot be read or written, and what to do about it.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::real_path::{RealPath, directory_of};
use crate::domain::diagnostics::{Command, Help, Problem, shell, shown};

/// There is no manifest.
pub(crate) fn no_manifest(path: &Path) -> Problem {
    let init = Command::new("init").about(path);
    Problem::new(format!("there is no manifest `{}`", shown(path)))
        .help(Help::run(init).then(" writes one; `--manifest PATH` names another"))
}

/// There is no lockfile.
pub(crate) fn no_lock(path: &Path) -> Problem {
    let help = Help::from("if it was committed, restore it from version control; else ").then_run("resolve");
    Problem::new(format!("there is no lockfile `{}`", shown(path))).help(help.then(" writes it"))
}

/// A file could not be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(format!("could not read `{}`: {error}", shown(path)));
    match error.kind() {
        ErrorKind::NotFound => problem.help("check the path"),
        ErrorKind::PermissionDenied => {
            problem.help("check the permissions of the file and of the directories above it")
        }
        _ => problem.help(format!("put a file that you may read in the place of `{}`", shown(path))),
    }
}

/// A symbolic link in the place of a file leads nowhere.
pub(super) fn dangling_link(path: &Path, to: &Path) -> Problem {
    let title = format!("`{}` is a symbolic link to `{}`, which does not exist", shown(path), shown(to));
    Problem::new(title).help(format!("fix the link, or remove it: `rm {}`", shell(path)))
}

/// A file has bytes that are not UTF-8, the first of them in this line, counted from 1.
pub(super) fn not_text(path: &Path, line: usize) -> Problem {
    let title = format!("`{}` is not a text file: line {line} is not UTF-8", shown(path));
    Problem::new(title).help("save the file as UTF-8")
}

/// A file could not be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Problem {
    let help = match error.kind() {
        ErrorKind::NotFound => format!("make the directory first: `mkdir -p {}`", shell(directory_of(path))),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            // A symbolic link is written where it leads.
            let real = if path.is_symlink() { &RealPath::of(path).path } else { path };
            format!("check that you may write in the directory `{}`", shown(directory_of(real)))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make space on the disk".to_owned(),
        ErrorKind::AlreadyExists => "it is a file; name a directory".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is not a directory; name another path".to_owned(),
        ErrorKind::InvalidFilename => "choose a name that is at least five bytes shorter".to_owned(),
        ErrorKind::IsADirectory => format!("move the directory `{}` away", shown(path)),
        ErrorKind::ResourceBusy => {
            format!("`{}` is a mount point: mount the directory that it is in instead", shown(path))
        }
        ErrorKind::FileTooLarge => "raise the limit of this process for the size of files: `ulimit -f`".to_owned(),
        _ => format!("check the directory `{}` and the disk", shown(directory_of(path))),
    };
    Problem::new(format!("could not write `{}`: {error}", shown(path))).help(help)
}

/// A file that would be created exists.
pub(super) fn exists(path: &Path) -> Problem {
    let path = shown(path);
    Problem::new(format!("`{path}` exists already, and is left as it is"))
        .help(format!("edit `{path}`, or move it away first"))
}

/// Another imagelock is writing the same file, and did not finish in time, in seconds.
pub(super) fn busy(path: &Path, holder: &str, waited: f32) -> Problem {
    let title = format!("{holder} holds the lock on `{}`, and did not let go within {waited} s", shown(path));
    Problem::new(title).help("wait for it or stop it, then run imagelock again")
}

/// The file that would be replaced is something else.
pub(crate) fn not_ours(path: &Path) -> Problem {
    let title = format!("`{}` holds something that imagelock did not write, and is left as it is", shown(path));
    Problem::new(title).help("choose another name, or move the file away first")
}

/// A path names a pipe, a device or a socket.
pub(super) fn not_a_file(path: &Path) -> Problem {
    Problem::new(format!("cannot write to `{}`: it is not a regular file", shown(path)))
        .help("name a regular file; standard output, where `check` and `export` print, can be redirected")
}

/// A file that would be replaced may not be written.
pub(super) fn read_only(path: &Path) -> Problem {
    let path = shown(path);
    Problem::new(format!("cannot write `{path}`: it is read-only"))
        .help(format!("if it may be replaced: `chmod u+w {path}`"))
}
