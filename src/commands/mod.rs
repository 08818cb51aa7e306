//! One file a command, each a table of contents: read, think, write, render.

pub mod adopt;
pub mod check;
pub mod completions;
pub mod diff;
pub mod edit;
pub mod explain;
pub mod export;
mod gate;
pub mod get;
pub mod init;
pub mod list;
pub mod log;
pub mod man;
pub mod merge_driver;
mod outputs;
mod project;
pub mod report;
pub mod resolve;
pub mod schema;
pub mod search;
pub mod snapshot;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use self::project::Project;
use crate::domain::Name;
use crate::domain::catalog::{Catalog, Failure};
use crate::domain::manifest::check_names;
use crate::domain::policy::Age;
use crate::domain::problem::Problem;
use crate::domain::words::shown;
use crate::error::Error;
use crate::marketplace::Marketplace;
pub use crate::render::invocation::{DEFAULT_MANIFEST, Invocation, Manifests};
use crate::render::problems;
pub use crate::render::{Broken, Format};
use crate::replace::{New, replace_all};

/// What every command may need to know of the world.
pub struct Context {
    /// The manifest, or the manifests for the commands that read several; the lockfile of each lies beside it.
    pub manifests: Vec<PathBuf>,
    /// How imagelock was called: what a command must begin with to be about the same files.
    pub invocation: Invocation,
    /// The snapshot that questions are answered from, if one is.
    pub catalog: Option<PathBuf>,
    /// Who answers questions about the Marketplace.
    pub marketplace: Marketplace,
    /// When the run must be over.
    pub deadline: Instant,
    /// What time it is; with a snapshot, when that was taken.
    pub now: Timestamp,
    /// A minimum age for this run, whatever the manifest says.
    pub min_age: Option<Age>,
    /// The shape of what is printed.
    pub format: Format,
    /// Print only what needs attention.
    pub quiet: bool,
    /// Tells the user something at once, beside the output.
    pub notify: Box<dyn Fn(&str)>,
    /// Whether it was said that an owner could not be kept. Once is enough.
    pub noted_owner: Cell<bool>,
}

impl Context {
    /// The manifest of a command that reads one.
    pub fn manifest(&self) -> &Path {
        self.manifests.first().map_or(Path::new(DEFAULT_MANIFEST), PathBuf::as_path)
    }

    /// Replaces files, all or none, and says once in a run if the owner of one could not be kept.
    fn replace_all(&self, files: &[New<'_>]) -> Result<(), Error> {
        let lost = replace_all(files)?;
        if let [first, ..] = &*lost
            && !self.noted_owner.replace(true)
        {
            let others = if lost.len() == 1 { "" } else { " and other files" };
            (self.notify)(&format!("note: could not keep the owner and group of `{}`{others}", shown(first)));
        }
        Ok(())
    }

    /// Replaces one file.
    fn replace(&self, path: &Path, text: &str) -> Result<(), Error> {
        self.replace_all(&[(path, [text, ""])])
    }
}

/// A warning where publication dates are missing from what is printed because nobody told them.
fn undated(context: &Context, catalog: &Catalog) -> String {
    let warnings: Vec<Problem> = catalog.silence().map(Failure::undated).into_iter().collect();
    problems::warnings(&warnings, None, &context.invocation)
}

/// What a command came to.
pub struct Outcome {
    /// For standard output. What is long is made while it is written.
    pub output: Box<dyn fmt::Display>,
    /// For standard error: a remark to the user, not data. Left out where only what needs attention is wanted.
    pub remark: String,
    /// For standard error: what needs attention.
    pub warning: String,
    /// The manifests that the output leaves out because they could not be read or checked.
    pub broken: Vec<Broken>,
    /// What the exit status says, if no manifest is left out.
    pub verdict: Verdict,
}

/// The exit status of a command that came to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well: 0.
    Well,
    /// Something differs: 2.
    Differs,
}

impl Outcome {
    /// Data, and all is well.
    pub fn well(output: impl fmt::Display + 'static) -> Self {
        Self {
            output: Box::new(output),
            remark: String::new(),
            warning: String::new(),
            broken: Vec::new(),
            verdict: Verdict::Well,
        }
    }

    /// Data, and a verdict by whether something differs.
    fn judged(output: String, differs: bool) -> Self {
        let verdict = if differs { Verdict::Differs } else { Verdict::Well };
        Self { verdict, ..Self::well(output) }
    }

    fn remark(remark: String) -> Self {
        Self { remark, ..Self::well(String::new()) }
    }
}

/// The lockfile that belongs to a manifest.
///
/// # Errors
/// If the manifest is itself named like a lockfile, or a directory.
pub fn lock_path(manifest: &Path) -> Result<PathBuf, Error> {
    if manifest.is_dir() {
        return Err(Error::ManifestIsDirectory { path: manifest.to_owned() });
    }
    let lock = manifest.with_extension("lock");
    if lock == manifest { Err(Error::ManifestIsLock { path: lock }) } else { Ok(lock) }
}

/// What came of each of several things, or every error.
fn all<T>(results: impl IntoIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(it) => done.push(it),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(done) } else { Err(several(errors, done.len())) }
}

/// One error of several, about as many things and `fine` others. There is at least one.
fn several(mut errors: Vec<Error>, fine: usize) -> Error {
    match errors.len() + fine {
        1 => errors.remove(0),
        of => Error::Several { errors, of },
    }
}

/// The error of a run of which every manifest is broken.
fn all_broken(broken: Vec<Broken>) -> Error {
    several(broken.into_iter().map(|broken| broken.error).collect(), 0)
}

/// Checks names from the command line against those that one of the projects has.
fn named(projects: &[Project], names: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Error> {
    check_names(names, known).map_err(|problems| match projects {
        [project] => project.error(problems),
        _ => Error::Problems { problems, manifest: None, lock: None },
    })
}

/// Warnings of several sources, those that there are.
fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
