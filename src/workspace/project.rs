//! A project: a manifest and its lockfile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::domain::check::Report;
use crate::domain::diagnostics::{Document, FailedManifest, Failure, Problem, Source, shell, shown};
use crate::domain::lock::Lock;
use crate::domain::manifest::{Manifest, check_names};
use crate::domain::types::{Age, Name};
use crate::render::{ManifestReport, StaleOutput, errors};
use crate::workspace::files::{self, error, find::missing_manifest};
use crate::workspace::{context::Context, error::Error};

/// The maximum number of pins that all manifests of a run may declare together.
const MAX_PINS: usize = 1_000_000;

/// A parser for lockfiles, with or without support for conflict markers.
pub(crate) type Parse = fn(&str) -> Result<Lock, Vec<Problem>>;

/// A parsed manifest and its lockfile. With `Option<Manifest>`, the manifest may not exist yet, because `adopt` creates one.
pub(crate) struct Project<M = Manifest> {
    pub(crate) manifest: M,
    pub(crate) manifest_source: Source,
    pub(crate) lock: Lock,
    /// The lockfile, if it exists.
    pub(crate) lock_source: Option<Source>,
}

impl Project {
    /// Reads every manifest of the run and its lockfile. Returns the projects, and the manifests that failed because one of the
    /// two files is missing or invalid.
    ///
    /// # Errors
    /// If the manifests together declare too many pins.
    pub(crate) fn read_each(context: &Context, parse: Parse) -> Result<(Vec<Self>, Vec<FailedManifest>), Error> {
        let (mut projects, mut failed, mut pins) = (Vec::new(), Vec::new(), 0);
        for manifest in &context.manifests {
            match Self::read_from(manifest, context.min_age, parse) {
                Ok(project) => {
                    pins += project.manifest.targets().len();
                    projects.push(project);
                }
                Err(error) => failed.push(FailedManifest { path: manifest.clone(), failure: error.into_failure() }),
            }
            if pins > MAX_PINS {
                let title = format!("the manifests of this run declare more than {MAX_PINS} pins together");
                return Err(Problem::new(title).help("run imagelock with fewer manifests at a time").into());
            }
        }
        Ok((projects, failed))
    }

    /// The failure of this manifest.
    pub(crate) fn failed(&self, error: Error) -> FailedManifest {
        FailedManifest { path: self.manifest_source.path.clone(), failure: error.into_failure() }
    }

    /// Reads the files of a command that uses only one manifest.
    pub(crate) fn read(context: &Context) -> Result<Self, Error> {
        Self::read_from(context.manifest(), context.min_age, Lock::parse)
    }

    /// Reads both files. A missing lockfile counts as empty.
    pub(crate) fn read_from(manifest: &Path, min_age: Option<Age>, parse: Parse) -> Result<Self, Error> {
        let lock_path = lock_path(manifest)?;
        let manifest_source = manifest_source(manifest)?.ok_or_else(|| missing_manifest(manifest))?;
        let lock_source = files::read_lock(&lock_path)?.map(|text| Source { path: lock_path, text });
        let manifest = parse_manifest(&manifest_source);
        let lock = lock_source.as_ref().map_or_else(|| Ok(Lock::default()), |source| parse_with(parse, source));
        match (manifest, lock) {
            (Ok(manifest), Ok(lock)) => {
                let manifest = min_age.into_iter().fold(manifest, Manifest::with_min_age);
                Ok(Self { manifest, manifest_source, lock, lock_source })
            }
            (manifest, lock) => {
                let problems = [manifest.err(), lock.err()].into_iter().flatten().flatten().collect();
                Err(Failure { problems, manifest: Some(manifest_source), lock: lock_source }.into())
            }
        }
    }

    /// Whether both files are the same as those of `other`.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.manifest_source == other.manifest_source && self.lock_source == other.lock_source
    }

    /// Whether the lockfile already contains these pins, in the current or an older format. Other line endings are not a
    /// difference.
    pub(crate) fn has_written(&self, lock: &Lock) -> bool {
        self.lock_source.as_ref().is_some_and(|source| lock.is_written(&source.text.replace("\r\n", "\n")))
    }

    /// Renders warnings about these files.
    pub(crate) fn warning(&self, warnings: &[Problem], context: &Context) -> String {
        errors::warnings(warnings, Some(&self.manifest_source), &context.invocation)
    }

    /// A report about these files. `stale` is the outputs that are out of date, if they were compared.
    pub(crate) fn manifest_report<'a>(
        &'a self,
        report: &'a Report,
        stale: Option<&'a [StaleOutput]>,
    ) -> ManifestReport<'a> {
        ManifestReport { report, manifest: &self.manifest_source, lock: self.lock_source.as_ref(), stale }
    }
}

impl Project<Option<Manifest>> {
    /// Reads both files. The manifest may be missing or empty.
    ///
    /// # Errors
    /// If one of them cannot be read or is invalid.
    pub(crate) fn draft(path: &Path) -> Result<Self, Error> {
        let (lock, lock_source) = read_lock(lock_path(path)?)?;
        let manifest_source = Source { path: path.to_owned(), text: files::read(path)?.unwrap_or_default() };
        let draft = Self { manifest: None, manifest_source, lock, lock_source };
        let source = &draft.manifest_source;
        match (!source.text.trim().is_empty()).then(|| parse_manifest(source)).transpose() {
            Ok(manifest) => Ok(Self { manifest, ..draft }),
            Err(problems) => Err(draft.error(problems)),
        }
    }
}

impl<M> Project<M> {
    /// The same project with a changed manifest.
    pub(crate) fn with_manifest<N>(self, text: String, manifest: N) -> Project<N> {
        let manifest_source = Source { text, ..self.manifest_source };
        Project { manifest, manifest_source, lock: self.lock, lock_source: self.lock_source }
    }

    /// The warning that the lockfile is missing. A new one would pin the newest versions.
    pub(crate) fn missing_lock(&self) -> Option<Problem> {
        let path = self.manifest_source.path.with_extension("lock");
        self.lock_source.is_none().then(|| error::no_lock(&path))
    }

    /// The error of problems with these files.
    pub(crate) fn error(&self, problems: Vec<Problem>) -> Error {
        let failure = match &self.lock_source {
            Some(lock) => lock_failure(problems, lock),
            None => problems.into(),
        };
        failure.in_manifest(self.manifest_source.clone()).into()
    }
}

/// Checks that each name from the command line is one of the `known` names of the projects.
pub(crate) fn select_names(
    projects: &[Project],
    names: &[String],
    known: &BTreeSet<&Name>,
) -> Result<BTreeSet<Name>, Error> {
    check_names(names, known).map_err(|problems| match projects {
        [project] => project.error(problems),
        _ => problems.into(),
    })
}

fn parse_manifest(source: &Source) -> Result<Manifest, Vec<Problem>> {
    Manifest::parse(&source.text).map_err(|problems| in_file(problems, Document::Manifest, source))
}

fn parse_with(parse: Parse, source: &Source) -> Result<Lock, Vec<Problem>> {
    parse(&source.text).map_err(|problems| in_file(problems, Document::Lock, source))
}

/// Names the file in the commands that fix its problems.
fn in_file(problems: Vec<Problem>, document: Document, source: &Source) -> Vec<Problem> {
    let named = |problem: Problem| if problem.document == document { problem.in_file(&source.path) } else { problem };
    problems.into_iter().map(named).collect()
}

/// The failure of problems in a lockfile that exists.
pub(crate) fn lock_failure(problems: Vec<Problem>, lock: &Source) -> Failure {
    Failure::from(in_file(problems, Document::Lock, lock)).in_lock(Some(lock.clone()))
}

/// Reads a manifest, if it exists.
fn manifest_source(path: &Path) -> Result<Option<Source>, Problem> {
    Ok(files::read(path)?.map(|text| Source { path: path.to_owned(), text }))
}

/// Reads and parses a manifest, if it exists.
pub(crate) fn read_manifest(path: &Path) -> Result<Option<Manifest>, Error> {
    let Some(source) = manifest_source(path)? else { return Ok(None) };
    let manifest = parse_manifest(&source).map(Some);
    manifest.map_err(|problems| Failure::from(problems).in_manifest(source).into())
}

/// Reads and parses a lockfile. A missing lockfile counts as empty.
///
/// # Errors
/// If it cannot be read or is invalid.
pub(crate) fn read_lock(path: PathBuf) -> Result<(Lock, Option<Source>), Error> {
    let source = files::read_lock(&path)?.map(|text| Source { path, text });
    Ok((source.as_ref().map(parse_lock).transpose()?.unwrap_or_default(), source))
}

/// Parses a lockfile.
///
/// # Errors
/// All problems in the file.
pub(crate) fn parse_lock(source: &Source) -> Result<Lock, Error> {
    Lock::parse(&source.text).map_err(|problems| lock_failure(problems, source).into())
}

/// The path of the lockfile that belongs to a manifest.
///
/// # Errors
/// If the manifest is a directory, or has the name of a lockfile.
pub(crate) fn lock_path(manifest: &Path) -> Result<PathBuf, Problem> {
    if manifest.is_dir() {
        return Err(error::manifest_is_directory(manifest));
    }
    let lock = manifest.with_extension("lock");
    if lock == manifest {
        let name = shell(&manifest.with_extension("toml"));
        return Err(Problem::new(format!("`{}` is a lockfile, not a manifest", shown(manifest)))
            .help(format!("use the manifest next to it: `--manifest {name}`")));
    }
    Ok(lock)
}
