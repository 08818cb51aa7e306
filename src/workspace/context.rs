//! What every command knows of its run: the manifests, the Marketplace, the time, the format.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Query};
use crate::domain::diagnostics::{DEFAULT_MANIFEST, Invocation, Problem, shown};
use crate::domain::types::Age;
use crate::marketplace::Backend;
use crate::render::{Format, Width};
use crate::workspace::files::replace::{New, replace_all};
use crate::workspace::files::write_lock::WriteLock;

/// What every command may need to know of the world.
pub(crate) struct Context {
    /// The command line as a whole, for the commands that describe it.
    pub program: fn() -> clap::Command,
    /// The manifest, or the manifests for the commands that read several; the lockfile of each lies beside it.
    pub manifests: Vec<PathBuf>,
    /// How imagelock was called: what a command must begin with to be about the same files.
    pub invocation: Invocation,
    /// The snapshot that queries are answered from, if one is.
    pub catalog: Option<PathBuf>,
    /// Who answers queries about the Marketplace.
    pub backend: Backend,
    /// When the run must be over.
    pub deadline: Instant,
    /// What time it is; with a snapshot, when that was taken.
    pub now: Timestamp,
    /// A minimum age for this run, whatever the manifest says.
    pub min_age: Option<Age>,
    /// The shape of what is printed.
    pub format: Format,
    /// The width of the human format.
    pub width: Width,
    /// Print only what needs attention.
    pub quiet: bool,
    /// Shows a message to the user at once, apart from the output.
    pub notify: Box<dyn Fn(&str)>,
    /// Whether it was said that an owner could not be kept. Once is enough.
    pub noted_owner: Cell<bool>,
}

impl Context {
    /// The manifest of a command that reads one.
    pub(crate) fn manifest(&self) -> &Path {
        self.manifests.first().map_or(Path::new(DEFAULT_MANIFEST), PathBuf::as_path)
    }

    /// Asks what `next` returns for what is known so far, until it returns nothing new.
    pub(crate) fn fetch(&self, next: impl Fn(&Catalog) -> BTreeSet<Query>) -> Catalog {
        let mut catalog = Catalog::default();
        self.backend.fetch(&mut catalog, next);
        catalog
    }

    /// Waits for the right to write files.
    pub(crate) fn write_lock(&self, paths: &[&Path]) -> Result<WriteLock, Problem> {
        WriteLock::acquire(paths, self.deadline, &*self.notify)
    }

    /// Replaces files, all or none, and says once in a run if the owner of one could not be kept.
    pub(crate) fn replace_all(&self, files: &[New<'_>]) -> Result<(), Problem> {
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
    pub(crate) fn replace(&self, path: &Path, text: &str) -> Result<(), Problem> {
        self.replace_all(&[(path, text)])
    }
}
