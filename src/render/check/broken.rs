//! What every format says of a manifest that could not be checked.

use std::path::PathBuf;

use crate::domain::diagnostics::problem::{Document, Problem};
use crate::domain::diagnostics::sanitize::shown;
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::error::{Error, Source};
use crate::render::errors::{cut, help};
use crate::render::support::invocation::Invocation;
use crate::render::support::place::{Lines, Place};

/// A manifest that could not be checked, and why. It hides none of the others.
pub struct Broken {
    /// The manifest.
    pub manifest: PathBuf,
    /// Why.
    pub error: Error,
}

impl Broken {
    /// Where and why, in prose.
    pub(crate) fn sentence(&self) -> String {
        format!("{}: {}", quoted(self.location()), self.title())
    }

    /// Where and why, for a machine.
    pub(crate) fn message(&self) -> String {
        format!("{}: {}", self.location(), self.title())
    }

    /// Why.
    pub(crate) fn title(&self) -> String {
        let Some((problem, others, _)) = self.first() else { return self.error.to_string() };
        let title = cut(&problem.title);
        if others == 0 { title } else { format!("{title}, and {}", count(others, "more error")) }
    }

    /// `images.lock:39:1`, or the manifest.
    fn location(&self) -> String {
        match self.place() {
            Some(Place { path, line, columns }) => format!("{}:{line}:{}", shown(path), columns.0),
            None => shown(&self.manifest),
        }
    }

    /// The place in the manifest or in the lockfile.
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        let (problem, _, source) = self.first()?;
        Lines::new(source?).place(problem.span.as_ref()?)
    }

    /// The key to write or the command to run.
    pub(crate) fn help(&self, invocation: &Invocation) -> Option<String> {
        match self.first() {
            Some((problem, ..)) => help(problem, &invocation.of(&self.manifest)),
            None => self.error.help(),
        }
    }

    /// The first problem, how many more there are, and the file that it is in.
    fn first(&self) -> Option<(&Problem, usize, Option<&Source>)> {
        let Error::Problems { problems, manifest, lock } = &self.error else { return None };
        let (problem, others) = problems.split_first()?;
        let source = match problem.document {
            Document::Manifest => manifest,
            Document::Lock => lock,
        };
        Some((problem, others.len(), source.as_ref()))
    }
}

/// How many manifests could not be checked, and which, if any could not.
pub(crate) fn summary(broken: &[Broken], all: usize) -> Option<String> {
    let names = and_more(broken.iter().map(|it| quoted(shown(&it.manifest))), 6);
    let checked = format!("{} of {} could not be checked: {names}", broken.len(), count(all, "manifest"));
    (!broken.is_empty()).then_some(checked)
}
