//! The two files of a project: reading them, and whether they changed.

use std::path::{Path, PathBuf};

use super::{Context, all, lock_path};
use crate::domain::drift::Report;
use crate::domain::lock::{Lock, Reader};
use crate::domain::manifest::Manifest;
use crate::domain::policy::Age;
use crate::domain::problem::Problem;
use crate::error::{Error, Source};
use crate::files;
use crate::render::{LockText, Part, problems};

/// A way to understand the text of a lockfile.
pub(super) type Parse = fn(&str) -> Result<Lock, Vec<Problem>>;

/// A manifest and its lock, read and understood.
pub(super) struct Project {
    pub(super) manifest: Manifest,
    pub(super) manifest_source: Source,
    pub(super) lock: Lock,
    pub(super) lock_file: LockFile,
}

impl Project {
    /// Reads the files of every manifest of the run, the lockfiles in the way of `parse`.
    pub(super) fn read_all(context: &Context, parse: Parse) -> Result<Vec<Self>, Error> {
        all(context.manifests.iter().map(|manifest| Self::read_from(manifest, context.min_age, parse)))
    }

    /// Reads the files of a command about one manifest.
    pub(super) fn read(context: &Context) -> Result<Self, Error> {
        Self::read_from(context.manifest(), context.min_age, Lock::parse)
    }

    /// Reads both files; an absent lockfile is an empty lock.
    pub(super) fn read_from(manifest: &Path, min_age: Option<Age>, parse: Parse) -> Result<Self, Error> {
        let path = manifest.to_owned();
        let lock_path = lock_path(&path)?;
        let Some(text) = files::read(&path)? else { return Err(Error::NoManifest { path }) };
        let manifest_source = Source { path, text };
        let manifest = Manifest::parse(&manifest_source.text).map(|manifest| match min_age {
            Some(min_age) => manifest.with_min_age(min_age),
            None => manifest,
        });
        match (manifest, LockFile::read(lock_path, parse)) {
            (Ok(manifest), Ok((lock, lock_file))) => Ok(Self { manifest, manifest_source, lock, lock_file }),
            (Err(problems), Ok(_)) => Err(Error::Problems { problems, manifest: Some(manifest_source), lock: None }),
            (manifest, Err(Error::Problems { problems, lock, .. })) => {
                let problems = manifest.err().into_iter().flatten().chain(problems).collect();
                Err(Error::Problems { problems, manifest: Some(manifest_source), lock })
            }
            (_, Err(error)) => Err(error),
        }
    }

    /// Whether nothing changed since the other was read.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.manifest_source == other.manifest_source && self.lock_file == other.lock_file && self.lock == other.lock
    }

    /// Whether the lockfile holds this lock already. A checkout with other line ends is no difference.
    pub(super) fn has_written(&self, lock: &Lock) -> bool {
        match &self.lock_file {
            LockFile::Absent => false,
            LockFile::Canonical(_) => self.lock == *lock,
            LockFile::Other(source) => source.text.replace("\r\n", "\n") == lock.write(),
        }
    }

    /// Warnings about these files as text.
    pub(super) fn warning(&self, warnings: &[Problem], context: &Context) -> String {
        problems::warnings(warnings, Some(&self.manifest_source), &context.invocation)
    }

    /// A report about these files.
    pub(super) fn part<'a>(&'a self, report: &'a Report) -> Part<'a> {
        let lock = match &self.lock_file {
            LockFile::Absent => None,
            LockFile::Canonical(path) => Some(LockText::Of(path, &self.lock)),
            LockFile::Other(source) => Some(LockText::Read(source)),
        };
        Part { report, manifest: &self.manifest_source, lock, stale: None }
    }

    /// Makes an error of problems with these files.
    pub(super) fn error(&self, problems: Vec<Problem>) -> Error {
        let lock = self.lock_file.source().cloned();
        Error::Problems { problems, manifest: Some(self.manifest_source.clone()), lock }
    }
}

/// What stands in the place of a lockfile.
#[derive(PartialEq, Eq)]
pub(super) enum LockFile {
    /// Nothing.
    Absent,
    /// What imagelock writes for the lock, to the byte, so that the text need not be kept.
    Canonical(PathBuf),
    /// What can be understood, and may be anything else.
    Other(Source),
}

impl LockFile {
    /// Reads a lockfile, with `parse` where it is not as imagelock writes it; an absent one is an empty lock.
    ///
    /// # Errors
    /// If it cannot be read, or not be understood.
    pub(super) fn read(path: PathBuf, parse: Parse) -> Result<(Lock, Self), Error> {
        let mut reader = Reader::default();
        let end = files::read_parts(&path, |part| reader.read(part));
        if let Some(lock) = end.and_then(|end| reader.finish(&end)) {
            return Ok((lock, Self::Canonical(path)));
        }
        let Some(text) = files::read(&path)? else { return Ok((Lock::default(), Self::Absent)) };
        parse_lock(Source { path, text }, parse).map(|(lock, source)| (lock, Self::Other(source)))
    }

    /// Makes an error of problems with this file alone.
    pub(super) fn error(self, problems: Vec<Problem>) -> Error {
        let lock = if let Self::Other(source) = self { Some(source) } else { None };
        Error::Problems { problems, manifest: None, lock }
    }

    /// What was read, where it was kept. Where it was not, no problem has a place in it.
    pub(super) fn source(&self) -> Option<&Source> {
        match self {
            Self::Other(source) => Some(source),
            Self::Absent | Self::Canonical(_) => None,
        }
    }
}

/// Understands a lockfile that was read.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn parse_lock(source: Source, parse: Parse) -> Result<(Lock, Source), Error> {
    match parse(&source.text) {
        Ok(lock) => Ok((lock, source)),
        Err(problems) => Err(Error::Problems { problems, manifest: None, lock: Some(source) }),
    }
}

/// Reads the lockfile alone, for commands that need no manifest.
///
/// # Errors
/// If there is none, or it cannot be understood.
pub(super) fn read_lock(context: &Context) -> Result<(Lock, LockFile), Error> {
    let path = lock_path(context.manifest())?;
    match LockFile::read(path.clone(), Lock::parse)? {
        (_, LockFile::Absent) => Err(Error::NoLock { path }),
        read => Ok(read),
    }
}
