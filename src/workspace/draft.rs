//! A project that may have no manifest yet: `adopt` makes one.

use std::path::Path;

use crate::domain::diagnostics::{Failure, Problem, Source};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::project::{Project, lock_path, read_lock};

/// The files of a project that may have no manifest yet.
pub(crate) struct Draft {
    source: Source,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) lock: Lock,
    lock_source: Option<Source>,
}

impl Draft {
    /// Reads both files.
    ///
    /// # Errors
    /// If one cannot be read, or is wrong.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let (lock, lock_source) = read_lock(lock_path(path)?, Lock::parse)?;
        let source = Source { path: path.to_owned(), text: files::read(path)?.unwrap_or_default() };
        let draft = Self { source, manifest: None, lock, lock_source };
        if draft.text().trim().is_empty() {
            return Ok(draft);
        }
        match Manifest::parse(draft.text()) {
            Ok(manifest) => Ok(Self { manifest: Some(manifest), ..draft }),
            Err(problems) => Err(draft.error(problems)),
        }
    }

    /// The text of the manifest.
    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    /// The draft with another text of the manifest.
    pub(crate) fn with_text(self, text: String) -> Self {
        Self { source: Source { text, ..self.source }, ..self }
    }

    /// Makes an error of problems with these files.
    pub(crate) fn error(self, problems: Vec<Problem>) -> Error {
        Failure::from(problems).in_manifest(self.source).in_lock(self.lock_source).into()
    }

    /// The project with this manifest.
    pub(crate) fn project(self, manifest: Manifest) -> Project {
        Project { manifest, manifest_source: self.source, lock: self.lock, lock_source: self.lock_source }
    }
}
