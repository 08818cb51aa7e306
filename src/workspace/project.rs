//! The two files of a project: reading them, and whether they changed.

use crate::domain::diagnostics::{FailedManifest, Failure, Help, Problem, Source, and_more, count, shown};
use crate::workspace::context::Context;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::domain::Name;
use crate::domain::check::{Finding, Report, compare_with_manifest};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{Manifest, check_names};
use crate::domain::types::age::Age;
use crate::render::{ManifestReport, errors};
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::files::error::FileError;
use crate::workspace::usage_error::UsageError;

/// The most pins that all manifests of a run may declare together.
const MOST_PINS: usize = 1_000_000;

/// A way to understand the text of a lockfile.
pub(crate) type Parse = fn(&str) -> Result<Lock, Vec<Problem>>;

/// A manifest and its lock, read and understood.
pub(crate) struct Project {
    pub(crate) manifest: Manifest,
    pub(crate) manifest_source: Source,
    pub(crate) lock: Lock,
    /// The lockfile, if there is one.
    pub(crate) lock_source: Option<Source>,
}

impl Project {
    /// Reads the files of every manifest of the run, the lockfiles in the way of `parse`; and lists the manifests that
    /// cannot be read, or whose lockfile cannot.
    ///
    /// # Errors
    /// If the manifests declare too many pins together.
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
            if pins > MOST_PINS {
                let title = format!("the manifests of this run declare more than {MOST_PINS} pins together");
                return Err(Problem::new(title).help("run imagelock for fewer manifests at a time").into());
            }
        }
        Ok((projects, failed))
    }

    /// Makes this a failed manifest.
    pub(crate) fn failed(&self, error: Error) -> FailedManifest {
        FailedManifest { path: self.manifest_source.path.clone(), failure: error.into_failure() }
    }

    /// Reads the files of a command about one manifest.
    pub(crate) fn read(context: &Context) -> Result<Self, Error> {
        Self::read_from(context.manifest(), context.min_age, Lock::parse)
    }

    /// Reads both files; an absent lockfile is an empty lock.
    pub(crate) fn read_from(manifest: &Path, min_age: Option<Age>, parse: Parse) -> Result<Self, Error> {
        let lock_path = lock_path(manifest)?;
        let manifest_source = manifest_source(manifest)?;
        let manifest = Manifest::parse(&manifest_source.text).map(|manifest| match min_age {
            Some(min_age) => manifest.with_min_age(min_age),
            None => manifest,
        });
        match (manifest, read_lock(lock_path, parse)) {
            (Ok(manifest), Ok((lock, lock_source))) => Ok(Self { manifest, manifest_source, lock, lock_source }),
            (Err(problems), Ok(_)) => Err(Error::Problems(Failure::from(problems).in_manifest(manifest_source))),
            (manifest, Err(Error::Problems(Failure { problems, lock, .. }))) => {
                let problems = manifest.err().into_iter().flatten().chain(problems).collect();
                Err(Error::Problems(Failure { problems, manifest: Some(manifest_source), lock }))
            }
            (_, Err(error)) => Err(error),
        }
    }

    /// Whether nothing changed since the other was read.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.manifest_source == other.manifest_source && self.lock_source == other.lock_source
    }

    /// Whether the lockfile has this lock already, be it in an older format. A checkout with other line ends makes no
    /// difference.
    pub(crate) fn has_written(&self, lock: &Lock) -> bool {
        let Some(Source { text, .. }) = &self.lock_source else { return false };
        if text.contains('\r') { lock.is_written(&text.replace("\r\n", "\n")) } else { lock.is_written(text) }
    }

    /// Warnings about these files as text.
    pub(crate) fn warning(&self, warnings: &[Problem], context: &Context) -> String {
        errors::warnings(warnings, Some(&self.manifest_source), &context.invocation)
    }

    /// A report about these files.
    pub(crate) fn manifest_report<'a>(&'a self, report: &'a Report) -> ManifestReport<'a> {
        ManifestReport { report, manifest: &self.manifest_source, lock: self.lock_source.as_ref(), stale: None }
    }

    /// Makes an error of problems with these files.
    pub(crate) fn error(&self, problems: Vec<Problem>) -> Error {
        let (manifest, lock) = (Some(self.manifest_source.clone()), self.lock_source.clone());
        Error::Problems(Failure { problems, manifest, lock })
    }
}

/// Checks names from the command line against those that one of the projects has.
pub(crate) fn named(projects: &[Project], names: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Error> {
    check_names(names, known).map_err(|problems| match projects {
        [project] => project.error(problems),
        _ => problems.into(),
    })
}

/// Reads the text of a manifest.
fn manifest_source(path: &Path) -> Result<Source, Error> {
    let path = path.to_owned();
    match files::read(&path)? {
        Some(text) => Ok(Source { path, text }),
        None => Err(FileError::NoManifest { path }.into()),
    }
}

/// Reads a lockfile; an absent one is an empty lock.
///
/// # Errors
/// If it cannot be read, or not be understood.
pub(crate) fn read_lock(path: PathBuf, parse: Parse) -> Result<(Lock, Option<Source>), Error> {
    let Some(text) = files::read(&path)? else { return Ok((Lock::default(), None)) };
    parse_lock(Source { path, text }, parse).map(|(lock, source)| (lock, Some(source)))
}

/// Understands a lockfile that was read.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn parse_lock(source: Source, parse: Parse) -> Result<(Lock, Source), Error> {
    match parse(&source.text) {
        Ok(lock) => Ok((lock, source)),
        Err(problems) => Err(Error::Problems(Failure::from(problems).in_lock(Some(source)))),
    }
}

/// How many differences a warning lists. `check` and `resolve --locked` list them all.
const MOST_NOTES: usize = 6;

/// The pins that a command hands out, and whether they are what the manifest declares. Offline.
pub(crate) struct Pins {
    pub(crate) lock: Lock,
    pub(crate) lock_source: Source,
    /// The names that the manifest declares, if there is a manifest and it can be read.
    pub(crate) declared: Option<BTreeSet<Name>>,
    /// How lock and manifest disagree.
    pub(crate) disagreements: Vec<Finding>,
    /// Why the two cannot be compared.
    not_compared: Option<String>,
}

impl Pins {
    /// Reads the lockfile, and the manifest if there is one.
    ///
    /// # Errors
    /// If there is no lockfile, or it cannot be read. With `locked`, also if the manifest cannot be read.
    pub(crate) fn read(context: &Context, locked: bool) -> Result<Self, Error> {
        let path = lock_path(context.manifest())?;
        let (lock, Some(lock_source)) = read_lock(path.clone(), Lock::parse)? else {
            return Err(FileError::NoLock { path }.into());
        };
        let mut pins = Self { lock, lock_source, declared: None, disagreements: Vec::new(), not_compared: None };
        let manifest = manifest_source(context.manifest()).and_then(|source| {
            Manifest::parse(&source.text)
                .map_err(|problems| Error::Problems(Failure::from(problems).in_manifest(source)))
        });
        match manifest {
            Ok(manifest) => {
                pins.declared = Some(manifest.names().into_iter().cloned().collect());
                pins.disagreements = compare_with_manifest(&pins.lock, manifest.targets()).findings;
            }
            Err(error) if locked => return Err(error),
            Err(Error::File(FileError::NoManifest { .. })) => {}
            Err(error) => pins.not_compared = Some(error.to_string()),
        }
        Ok(pins)
    }

    /// Warns if pins that `concerns` are not what the manifest declares, or if that is unknown.
    pub(crate) fn warning(&self, context: &Context, concerns: impl Fn(&Finding) -> bool) -> String {
        let manifest = shown(context.manifest());
        let problem = if let Some(why) = &self.not_compared {
            Problem::new(format!("the lockfile was not compared with `{manifest}`: {why}"))
                .help(Help::run("resolve --locked").then(" shows what is wrong"))
        } else {
            let stale: Vec<&Finding> = self.disagreements.iter().filter(|it| concerns(it)).collect();
            if stale.is_empty() {
                return String::new();
            }
            let title = format!("the lockfile does not match `{manifest}`: {}", count(stale.len(), "difference"));
            let mut notes: Vec<String> = stale.iter().take(MOST_NOTES).map(|finding| stale_pin(finding)).collect();
            let rest = stale.len() - notes.len();
            notes.extend((rest > 0).then(|| format!("and {rest} more")));
            Problem { notes, ..Problem::new(title) }.help(Help::run("resolve").then(" updates the lockfile"))
        };
        errors::warnings(&[problem], None, &context.invocation)
    }

    /// The warning for which `--locked` refuses to hand out pins, if lock and manifest disagree.
    pub(crate) fn refusal(&self, context: &Context, locked: bool) -> Option<String> {
        (locked && !self.disagreements.is_empty()).then(|| self.warning(context, |_| true))
    }
}

/// A difference in a line: the pin, and what is wrong with it.
fn stale_pin(finding: &Finding) -> String {
    format!("{}: {}", finding.cell, finding.notes.join("; "))
}

/// Warns of those of the pins whose blocks do not match their digest.
pub(crate) fn edited<'p>(
    pins: impl IntoIterator<Item = &'p Pin>,
    lock: &Lock,
    context: &Context,
) -> Result<String, Error> {
    let edited: Vec<_> = pins.into_iter().map(|pin| &pin.cell).filter(|cell| lock.is_edited(cell)).collect();
    if edited.is_empty() {
        return Ok(String::new());
    }
    let title = format!(
        "{} of `{}` {} not match the digest: {}",
        count(edited.len(), "block"),
        shown(&lock_path(context.manifest())?),
        if edited.len() == 1 { "does" } else { "do" },
        and_more(edited, 4)
    );
    let problem = Problem::new(title).help(Help::run("check").then(" says more"));
    Ok(errors::warnings(&[problem], None, &context.invocation))
}

/// The lockfile that belongs to a manifest.
///
/// # Errors
/// If the manifest is itself named like a lockfile, or a directory.
pub(crate) fn lock_path(manifest: &Path) -> Result<PathBuf, Error> {
    if manifest.is_dir() {
        return Err(UsageError::ManifestIsDirectory { path: manifest.to_owned() }.into());
    }
    let lock = manifest.with_extension("lock");
    if lock == manifest { Err(UsageError::ManifestIsLock { path: lock }.into()) } else { Ok(lock) }
}
