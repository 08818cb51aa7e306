//! What every command knows of its run: the manifests, the Marketplace, the time, the format.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use crate::domain::diagnostics::{DEFAULT_MANIFEST, Invocation, shown};
use crate::domain::types::Age;
use crate::marketplace::Backend;
use crate::render::Format;
use crate::workspace::error::Error;
use crate::workspace::files::replace::{New, replace_all};

/// What every command may need to know of the world.
pub(crate) struct Context {
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

    /// Replaces files, all or none, and says once in a run if the owner of one could not be kept.
    pub(crate) fn replace_all(&self, files: &[New<'_>]) -> Result<(), Error> {
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
    pub(crate) fn replace(&self, path: &Path, text: &str) -> Result<(), Error> {
        self.replace_all(&[(path, [text, ""])])
    }
}
