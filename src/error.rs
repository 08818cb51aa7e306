//! What can go wrong, apart from drift: [`Error`] is either the user's files or the world.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::{oddities, shell, shown, visible};
use crate::domain::diagnostics::sentence::{arguments, count, or, quoted};
use crate::domain::lock::merge::Conflict;
use crate::marketplace::SnapshotError;
use crate::workspace::claims::Clash;
use crate::workspace::files::directory_of;
use crate::workspace::git::GitError;
use crate::workspace::real_path::RealPath;

/// A file as it was read, to show its lines beside what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it was read from.
    pub path: PathBuf,
    /// What was read.
    pub text: String,
}

/// Why a command could not do what it was asked to. Nothing was changed, unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest or the lock is wrong, or the Marketplace cannot give what they ask for.
    #[error("{}", .problems.first().map_or("", |problem| &problem.title))]
    Problems {
        /// All that is wrong.
        problems: Vec<Problem>,
        /// The manifest, if it was read.
        manifest: Option<Source>,
        /// The lockfile, if it was read.
        lock: Option<Source>,
    },
    /// Of many manifests, some are wrong.
    #[error("{} errors", errors.len())]
    Several {
        /// What is wrong, an error a manifest.
        errors: Vec<Error>,
        /// How many manifests there are.
        of: usize,
    },
    /// After some of many manifests were resolved and written, something is in the way of the others.
    #[error("{error}")]
    Partly {
        /// What is in the way.
        error: Box<Error>,
        /// The lockfiles that are new, or whose outputs are.
        written: Vec<PathBuf>,
    },
    /// There is no manifest below a directory.
    #[error("there is no {} below `{}`", or(names.iter().map(|name| quoted(shown(name)))), shown(directory))]
    NoManifests {
        /// Where it was looked for.
        directory: PathBuf,
        /// The names that a manifest may have.
        names: Vec<PathBuf>,
    },
    /// Two files of the run are one.
    #[error("{}", .0.title)]
    Clash(Clash),
    /// A command works on one manifest, and several were named.
    #[error("this command works on one manifest, not on {count}")]
    OneManifest {
        /// How many were named.
        count: usize,
    },
    /// Two branches of a lockfile contradict each other. The lockfile has both blocks, between conflict markers.
    #[error("the two sides of `{}` disagree about {}", shown(path), count(conflicts.len(), "pin"))]
    Conflicts {
        /// The lockfile.
        path: PathBuf,
        /// The pins.
        conflicts: Vec<Conflict>,
    },
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
    /// The path given for the manifest is that of a directory.
    #[error("`{}` is a directory, not a manifest", shown(path))]
    ManifestIsDirectory {
        /// The path given.
        path: PathBuf,
    },
    /// The path given for the manifest is that of a lockfile.
    #[error("`{}` is a lockfile, not a manifest", shown(path))]
    ManifestIsLock {
        /// The path given.
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
    /// A symbolic link stands where a file should be, and leads nowhere.
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
        /// Why.
        source: std::io::Error,
    },
    /// A file that would be created is there already.
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
    /// The file given with `--catalog` is no snapshot.
    #[error("`{}`: {source}", shown(path))]
    Snapshot {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SnapshotError,
    },
    /// The file that would be replaced is something else.
    #[error("`{}` holds something that imagelock did not write, and is left as it is", shown(path))]
    NotOurs {
        /// Which file.
        path: PathBuf,
    },
    /// Git cannot be asked about the history of the lockfile.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The time of the run is over.
    #[error("cannot finish within {seconds} s")]
    TimedOut {
        /// How long the run was allowed to take.
        seconds: u64,
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
    /// The lockfile was never committed.
    #[error("`{}` was never committed, and has no history", shown(path))]
    NeverCommitted {
        /// The lockfile.
        path: PathBuf,
    },
    /// There is no such revision.
    #[error("git knows no revision `{}`", visible(revision))]
    NoRevision {
        /// What was asked for.
        revision: String,
        /// A revision that may have been meant.
        instead: Option<String>,
    },
    /// Two revisions never parted.
    #[error("`{}` and `{}` have no commit in common, as far as this clone knows", visible(from), visible(to))]
    NoMergeBase {
        /// One of them.
        from: String,
        /// The other.
        to: String,
    },
    /// The format of a report is not clear.
    #[error("which format should `{path}` have? {}", chosen.map_or("neither its name nor `--format` tells".to_owned(),
        |chosen| format!("`--format` says {chosen}, and its name another")))]
    ReportFormat {
        /// The file it should go to.
        path: String,
        /// The format that `--format` names.
        chosen: Option<&'static str>,
        /// How to say it.
        options: String,
    },
    /// A command has no such format.
    #[error("this command does not print in the format `{format}`")]
    Format {
        /// The format that was asked for.
        format: &'static str,
        /// Those that it has, in words.
        formats: String,
    },
    /// The Marketplace did not answer a question that is not about a line of the manifest.
    #[error("could not {doing}: {}", failure.cause)]
    Marketplace {
        /// What was being done.
        doing: String,
        /// Why it came to nothing.
        failure: QueryError,
    },
}

impl Error {
    /// The key to write or the command to run.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Problems { .. } | Self::Several { .. } | Self::Partly { .. } => return None,
            Self::NoManifests { .. } => {
                "hidden and git-ignored folders are skipped; `--manifest NAME` searches for another name".to_owned()
            }
            Self::OneManifest { .. } => "name one: `--manifest PATH`; `check` and `resolve` take several".to_owned(),
            Self::Conflicts { conflicts, .. } => {
                let edited = arguments(conflicts.iter().filter_map(Conflict::edited));
                let upgrade = if edited.is_empty() { String::new() } else { format!(" --upgrade {edited}") };
                format!(
                    "`imagelock resolve --mend{upgrade}` keeps all other pins and settles these by the manifest and the \
                     Marketplace; or leave one block of each pair, without the markers; then `git add` the file"
                )
            }
            Self::NoManifest { .. } => "`imagelock init` writes one; `--manifest PATH` names another".to_owned(),
            Self::NoLock { .. } => {
                "if it was committed, restore it from version control; else `imagelock resolve` writes it".to_owned()
            }
            Self::ManifestIsLock { path } => format!(
                "name the manifest, `--manifest {}`; the lockfile lies beside it",
                shell(&path.with_extension("toml"))
            ),
            Self::ManifestIsDirectory { path } => {
                format!("name the file: `--manifest {}`", shell(&path.join("images.toml")))
            }
            Self::Read { path, source } => match source.kind() {
                ErrorKind::NotFound => "check the path".to_owned(),
                ErrorKind::PermissionDenied => {
                    "check the permissions of the file and of the directories above it".to_owned()
                }
                _ => format!("put a file that you may read in the place of `{}`", shown(path)),
            },
            Self::DanglingLink { path, .. } => format!("mend the link, or remove it: `rm {}`", shell(path)),
            Self::NotText { .. } => "save the file as UTF-8".to_owned(),
            Self::Write { path, source } => match source.kind() {
                ErrorKind::NotFound => format!("make the directory first: `mkdir -p {}`", shell(directory_of(path))),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    // Behind a symbolic link it is another directory than the one in the path.
                    let real = path.is_symlink().then(|| RealPath::of(path).path);
                    let directory = directory_of(real.as_ref().unwrap_or(path));
                    format!("check that you may write in the directory `{}`", shown(directory))
                }
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make space on the disk".to_owned(),
                ErrorKind::AlreadyExists => "it is a file; name a directory".to_owned(),
                ErrorKind::NotADirectory => "a part of the path is not a directory; name another path".to_owned(),
                ErrorKind::InvalidFilename => "choose a name that is at least five bytes shorter".to_owned(),
                ErrorKind::IsADirectory => format!("move the directory `{}` away", shown(path)),
                ErrorKind::ResourceBusy => {
                    format!("`{}` is a mount point: mount the directory that it is in instead", shown(path))
                }
                ErrorKind::FileTooLarge => {
                    "raise the limit of this process for the size of files: `ulimit -f`".to_owned()
                }
                _ => format!("check the directory `{}` and the disk", shown(directory_of(path))),
            },
            Self::Exists { path } => format!("edit `{}`, or move it away first", shown(path)),
            Self::Busy { .. } => "wait for it or stop it, then run imagelock again".to_owned(),
            Self::Snapshot { .. } => "`imagelock snapshot FILE` writes one".to_owned(),
            Self::NotOurs { .. } => "choose another name, or move the file away first".to_owned(),
            Self::Git(error) => error.help(),
            Self::TimedOut { .. } => "allow more time with `--timeout SECONDS`".to_owned(),
            Self::NeverCommitted { path } => format!("commit it: `git add {0}`, `git commit`", shell(path)),
            Self::NoRevision { instead: Some(instead), .. } => format!("did you mean `{instead}`?"),
            Self::NoRevision { .. } => "`git branch --all` lists the branches, `git log --oneline` the commits; `git \
                                        fetch` brings what this clone has not got"
                .to_owned(),
            Self::NoMergeBase { from, to } => {
                format!("`git fetch --unshallow` completes a shallow clone; `{from}..{to}` compares them as they are")
            }
            Self::Clash(clash) => clash.help.to_owned(),
            Self::NotAFile { .. } => {
                "name a regular file; standard output, where `check` and `export` print, can be redirected".to_owned()
            }
            Self::ReadOnly { path } => format!("if it may be replaced: `chmod u+w {}`", shown(path)),
            Self::ReportFormat { options, .. } => format!("write {options}"),
            Self::Format { formats, .. } => format!("its formats are {formats}"),
            Self::Marketplace { failure, .. } => failure.help.clone(),
        })
    }

    /// Lines of further explanation.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Marketplace { failure, .. } => failure.particulars(),
            Self::Git(error) => error.notes(),
            Self::Conflicts { conflicts, .. } => {
                conflicts.iter().map(|conflict| format!("{}: {}", conflict.cell, conflict.summary())).collect()
            }
            Self::Snapshot { source: SnapshotError::Word { value, .. }, .. } => oddities(value),
            _ => Vec::new(),
        }
    }
}
