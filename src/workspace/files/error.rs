//! Why a file cannot be read or written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::real_path::{RealPath, directory_of};
use crate::domain::diagnostics::{Command, Help, shell, shown};

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// There is no manifest.
    #[error("there is no manifest `{}`", shown(path))]
    NoManifest {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is no lockfile.
    #[error("there is no lockfile `{}`", shown(path))]
    NoLock {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("could not read `{}`: {source}", shown(path))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A symbolic link in the place of a file leads nowhere.
    #[error("`{}` is a symbolic link to `{}`, which does not exist", shown(path), shown(to))]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// A file holds bytes that are not UTF-8.
    #[error("`{}` is not a text file: line {line} is not UTF-8", shown(path))]
    NotText {
        /// Which file.
        path: PathBuf,
        /// The line of the first such byte, from 1.
        line: usize,
    },
    /// A file could not be written.
    #[error("could not write `{}`: {source}", shown(path))]
    Write {
        /// Which file.
        path: PathBuf,
        /// The directory that would be written to: for a symbolic link, the one that it leads to.
        directory: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that would be created exists.
    #[error("`{}` exists already, and is left as it is", shown(path))]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// Another imagelock is writing the same lockfile, and did not finish in time.
    #[error("{holder} holds the lock on `{}`, and did not let go within {waited} s", shown(path))]
    Busy {
        /// The lockfile.
        path: PathBuf,
        /// Who holds it.
        holder: String,
        /// How long it was waited for, in seconds.
        waited: f32,
    },
    /// The file that would be replaced is something else.
    #[error("`{}` holds something that imagelock did not write, and is left as it is", shown(path))]
    NotOurs {
        /// Which file.
        path: PathBuf,
    },
    /// A path names a pipe, a device or a socket.
    #[error("cannot write to `{}`: it is not a regular file", shown(path))]
    NotAFile {
        /// Which path.
        path: PathBuf,
    },
    /// A file that would be replaced may not be written.
    #[error("cannot write `{}`: it is read-only", shown(path))]
    ReadOnly {
        /// Which file.
        path: PathBuf,
    },
    /// Two files of the run are one.
    #[error("{}", .0.title)]
    Clash(Clash),
}

/// Two files of a run that are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    /// What is wrong.
    pub title: String,
    /// What to change.
    pub help: Help,
}

impl FileError {
    /// A file that could not be written.
    pub(crate) fn write(path: &Path, source: std::io::Error) -> Self {
        let real = path.is_symlink().then(|| RealPath::of(path).path);
        let directory = directory_of(real.as_ref().map_or(path, PathBuf::as_path)).to_owned();
        Self::Write { path: path.to_owned(), directory, source }
    }

    /// The key to write or the command to run.
    pub(crate) fn help(&self) -> Help {
        match self {
            Self::NoManifest { path } => {
                let init = Command::new("init").with_manifest_only(path);
                Help::run(init).then(" writes one; `--manifest PATH` names another")
            }
            Self::NoLock { .. } => Help::from("if it was committed, restore it from version control; else ")
                .then_run("resolve")
                .then(" writes it"),
            Self::Read { path, source } => match source.kind() {
                ErrorKind::NotFound => "check the path".into(),
                ErrorKind::PermissionDenied => {
                    "check the permissions of the file and of the directories above it".into()
                }
                _ => format!("put a file that you may read in the place of `{}`", shown(path)).into(),
            },
            Self::DanglingLink { path, .. } => format!("mend the link, or remove it: `rm {}`", shell(path)).into(),
            Self::NotText { .. } => "save the file as UTF-8".into(),
            Self::Write { path, directory, source } => write_help(path, directory, source.kind()),
            Self::Exists { path } => format!("edit `{}`, or move it away first", shown(path)).into(),
            Self::Busy { .. } => "wait for it or stop it, then run imagelock again".into(),
            Self::NotOurs { .. } => "choose another name, or move the file away first".into(),
            Self::NotAFile { .. } => {
                "name a regular file; standard output, where `check` and `export` print, can be redirected".into()
            }
            Self::ReadOnly { path } => format!("if it may be replaced: `chmod u+w {}`", shown(path)).into(),
            Self::Clash(clash) => clash.help.clone(),
        }
    }
}

fn write_help(path: &Path, directory: &Path, kind: ErrorKind) -> Help {
    match kind {
        ErrorKind::NotFound => format!("make the directory first: `mkdir -p {}`", shell(directory_of(path))).into(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("check that you may write in the directory `{}`", shown(directory)).into()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make space on the disk".into(),
        ErrorKind::AlreadyExists => "it is a file; name a directory".into(),
        ErrorKind::NotADirectory => "a part of the path is not a directory; name another path".into(),
        ErrorKind::InvalidFilename => "choose a name that is at least five bytes shorter".into(),
        ErrorKind::IsADirectory => format!("move the directory `{}` away", shown(path)).into(),
        ErrorKind::ResourceBusy => {
            format!("`{}` is a mount point: mount the directory that it is in instead", shown(path)).into()
        }
        ErrorKind::FileTooLarge => "raise the limit of this process for the size of files: `ulimit -f`".into(),
        _ => format!("check the directory `{}` and the disk", shown(directory_of(path))).into(),
    }
}
