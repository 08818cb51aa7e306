//! The two files of a project: reading them, and whether they changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::domain::check::{Finding, Report, compare_with_manifest};
use crate::domain::diagnostics::{
    DEFAULT_MANIFEST, FailedManifest, Failure, Help, Problem, Source, and_more, count, shell, shown,
};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{Manifest, check_names};
use crate::domain::types::{Age, Name};
use crate::render::{ManifestReport, StaleOutput, errors};
use crate::workspace::files::{self, error, find::missing_manifest};
use crate::workspace::{context::Context, error::Error};

/// The most pins that all manifests of a run may declare together.
const MOST_PINS: usize = 1_000_000;

/// A way to understand the text of a lockfile.
pub(crate) type Parse = fn(&str) -> Result<Lock, Vec<Problem>>;

/// A manifest and its lock, read and understood. With `Option<Manifest>`, it may have no manifest yet: `adopt` makes one.
pub(crate) struct Project<M = Manifest> {
    pub(crate) manifest: M,
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
        let manifest_source = manifest_source(manifest)?.ok_or_else(|| missing_manifest(manifest))?;
        let lock_source = files::read(&lock_path)?.map(|text| Source { path: lock_path, text });
        let manifest = Manifest::parse(&manifest_source.text);
        let lock = lock_source.as_ref().map_or_else(|| Ok(Lock::default()), |source| parse(&source.text));
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

    /// Whether nothing changed since the other was read.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.manifest_source == other.manifest_source && self.lock_source == other.lock_source
    }

    /// Whether the lockfile has this lock already, be it in an older format. A checkout with other line ends makes no
    /// difference.
    pub(crate) fn has_written(&self, lock: &Lock) -> bool {
        self.lock_source.as_ref().is_some_and(|source| lock.is_written(&source.text.replace("\r\n", "\n")))
    }

    /// Warnings about these files as text.
    pub(crate) fn warning(&self, warnings: &[Problem], context: &Context) -> String {
        errors::warnings(warnings, Some(&self.manifest_source), &context.invocation)
    }

    /// A report about these files, and the outputs that are out of date, if they were compared.
    pub(crate) fn manifest_report<'a>(
        &'a self,
        report: &'a Report,
        stale: Option<&'a [StaleOutput]>,
    ) -> ManifestReport<'a> {
        ManifestReport { report, manifest: &self.manifest_source, lock: self.lock_source.as_ref(), stale }
    }
}

impl Project<Option<Manifest>> {
    /// Reads both files. The manifest may be absent or empty.
    ///
    /// # Errors
    /// If one cannot be read, or is wrong.
    pub(crate) fn draft(path: &Path) -> Result<Self, Error> {
        let (lock, lock_source) = read_lock(lock_path(path)?)?;
        let manifest_source = Source { path: path.to_owned(), text: files::read(path)?.unwrap_or_default() };
        let draft = Self { manifest: None, manifest_source, lock, lock_source };
        let text = &draft.manifest_source.text;
        match (!text.trim().is_empty()).then(|| Manifest::parse(text)).transpose() {
            Ok(manifest) => Ok(Self { manifest, ..draft }),
            Err(problems) => Err(draft.error(problems)),
        }
    }
}

impl<M> Project<M> {
    /// The project with another text of the manifest.
    pub(crate) fn with_manifest<N>(self, text: String, manifest: N) -> Project<N> {
        let manifest_source = Source { text, ..self.manifest_source };
        Project { manifest, manifest_source, lock: self.lock, lock_source: self.lock_source }
    }

    /// Makes an error of problems with these files.
    pub(crate) fn error(&self, problems: Vec<Problem>) -> Error {
        let (manifest, lock) = (Some(self.manifest_source.clone()), self.lock_source.clone());
        Failure { problems, manifest, lock }.into()
    }
}

/// Checks names from the command line against those that one of the projects has.
pub(crate) fn named(projects: &[Project], names: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Error> {
    check_names(names, known).map_err(|problems| match projects {
        [project] => project.error(problems),
        _ => problems.into(),
    })
}

/// Reads the text of a manifest, if there is one.
fn manifest_source(path: &Path) -> Result<Option<Source>, Problem> {
    Ok(files::read(path)?.map(|text| Source { path: path.to_owned(), text }))
}

/// Reads and understands a manifest, if there is one.
pub(crate) fn read_manifest(path: &Path) -> Result<Option<Manifest>, Error> {
    let Some(source) = manifest_source(path)? else { return Ok(None) };
    let manifest = Manifest::parse(&source.text).map(Some);
    manifest.map_err(|problems| Failure::from(problems).in_manifest(source).into())
}

/// Reads a lockfile; an absent one is an empty lock.
///
/// # Errors
/// If it cannot be read, or not be understood.
pub(crate) fn read_lock(path: PathBuf) -> Result<(Lock, Option<Source>), Error> {
    let source = files::read(&path)?.map(|text| Source { path, text });
    Ok((source.as_ref().map(parse_lock).transpose()?.unwrap_or_default(), source))
}

/// Understands a lockfile that was read.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn parse_lock(source: &Source) -> Result<Lock, Error> {
    Lock::parse(&source.text).map_err(|problems| Failure::from(problems).in_lock(Some(source.clone())).into())
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
        let (lock, Some(lock_source)) = read_lock(path.clone())? else {
            return Err(error::no_lock(&path).into());
        };
        let mut pins = Self { lock, lock_source, declared: None, disagreements: Vec::new(), not_compared: None };
        match read_manifest(context.manifest()) {
            Ok(Some(manifest)) => {
                pins.declared = Some(manifest.names().into_iter().cloned().collect());
                pins.disagreements = compare_with_manifest(&pins.lock, manifest.targets()).findings;
            }
            Ok(None) if locked => return Err(missing_manifest(context.manifest()).into()),
            Ok(None) => {}
            Err(error) if locked => return Err(error),
            Err(error) => pins.not_compared = Some(error.into_failure().title().to_owned()),
        }
        Ok(pins)
    }

    /// The error of pins that cannot be handed out.
    pub(crate) fn error(&self, problems: Vec<Problem>) -> Error {
        Failure::from(problems).in_lock(Some(self.lock_source.clone())).into()
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
            let line = |finding: &&Finding| format!("{}: {}", finding.cell, finding.notes.join("; "));
            let rest = stale.len().saturating_sub(MOST_NOTES);
            let rest = (rest > 0).then(|| format!("and {rest} more"));
            let notes = stale.iter().take(MOST_NOTES).map(line).chain(rest).collect();
            Problem { notes, ..Problem::new(title) }.help(Help::run("resolve").then(" updates the lockfile"))
        };
        errors::warnings(&[problem], None, &context.invocation)
    }

    /// The warning for which `--locked` refuses to hand out pins, if lock and manifest disagree.
    pub(crate) fn refusal(&self, context: &Context, locked: bool) -> Option<String> {
        (locked && !self.disagreements.is_empty()).then(|| self.warning(context, |_| true))
    }
}

/// Warns of those of the pins whose blocks do not match their digest.
pub(crate) fn edited<'p>(
    pins: impl IntoIterator<Item = &'p Pin>,
    lock: &Lock,
    context: &Context,
) -> Result<String, Problem> {
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
pub(crate) fn lock_path(manifest: &Path) -> Result<PathBuf, Problem> {
    if manifest.is_dir() {
        let help = format!("name the file: `--manifest {}`", shell(&manifest.join(DEFAULT_MANIFEST)));
        return Err(Problem::new(format!("`{}` is a directory, not a manifest", shown(manifest))).help(help));
    }
    let lock = manifest.with_extension("lock");
    if lock == manifest {
        let name = shell(&manifest.with_extension("toml"));
        return Err(Problem::new(format!("`{}` is a lockfile, not a manifest", shown(manifest)))
            .help(format!("name the manifest, `--manifest {name}`; the lockfile lies beside it")));
    }
    Ok(lock)
}
