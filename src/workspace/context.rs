//! The context of a run: the manifests, the Marketplace, the time and the format.

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

/// Everything outside of its own options that a command may need.
pub(crate) struct Context {
    /// The definition of the command line, for commands that describe it, such as `man`.
    pub program: fn() -> clap::Command,
    /// The manifests of the run. The lockfile of each is next to it.
    pub manifests: Vec<PathBuf>,
    /// How imagelock was called: the options that a suggested command needs to use the same files.
    pub invocation: Invocation,
    /// The snapshot that is used instead of the Marketplace: `--catalog`.
    pub catalog: Option<PathBuf>,
    /// The backend that responds to queries about the Marketplace.
    pub backend: Backend,
    /// When the run must end.
    pub deadline: Instant,
    /// The current time. With a snapshot, it is the time when the snapshot was taken.
    pub now: Timestamp,
    /// The minimum age that overrides those of the manifest: `--min-age`.
    pub min_age: Option<Age>,
    /// The format of the output.
    pub format: Format,
    /// The width of the human format.
    pub width: Width,
    /// Print only what needs attention.
    pub quiet: bool,
    /// Prints a message on standard error immediately.
    pub notify: Box<dyn Fn(&str)>,
    /// Whether the note about an owner that could not be kept was printed. It is printed once per run.
    pub noted_owner: Cell<bool>,
}

impl Context {
    /// The manifest of a command that reads only one.
    pub(crate) fn manifest(&self) -> &Path {
        self.manifests.first().map_or(Path::new(DEFAULT_MANIFEST), PathBuf::as_path)
    }

    /// Sends the queries that `next` returns for the catalog so far, until it returns no new ones.
    pub(crate) fn fetch(&self, next: impl Fn(&Catalog) -> BTreeSet<Query>) -> Catalog {
        let mut catalog = Catalog::default();
        self.backend.fetch(&mut catalog, next);
        catalog
    }

    /// Locks files for writing, and waits if another process holds the lock.
    pub(crate) fn write_lock(&self, paths: &[&Path]) -> Result<WriteLock, Problem> {
        WriteLock::acquire(paths, self.deadline, &*self.notify)
    }

    /// Replaces all files or none, and prints a note once per run if the owner of a file could not be kept.
    pub(crate) fn replace_all(&self, files: &[New<'_>]) -> Result<(), Problem> {
        let lost = replace_all(files)?;
        if let [first, ..] = &*lost
            && !self.noted_owner.replace(true)
        {
            let others = if lost.len() == 1 { "" } else { " and other files" };
            (self.notify)(&format!("note: cannot keep the owner and group of `{}`{others}", shown(first)));
        }
        Ok(())
    }

    /// Replaces one file.
    pub(crate) fn replace(&self, path: &Path, text: &str) -> Result<(), Problem> {
        self.replace_all(&[(path, text)])
    }
}
