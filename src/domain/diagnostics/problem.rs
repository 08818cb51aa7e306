//! A problem in the user's files, as a value: a title, a place and a help.

use std::ops::Range;
use std::path::Path;

use crate::domain::diagnostics::help::Help;

/// A range of byte offsets in the file of a problem.
pub type Span = Range<usize>;

/// The file that the span of a problem points into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// The manifest, `images.toml`.
    #[default]
    Manifest,
    /// The lockfile, `images.lock`.
    Lock,
}

/// One problem of a manifest or a lockfile, by itself or compared with the Marketplace.
///
/// Problems are collected and reported together, so that all of them can be fixed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one line, in lower case and without a full stop.
    pub title: String,
    /// The file that the problem is in.
    pub document: Document,
    /// The place in the file, if the problem has one.
    pub span: Option<Span>,
    /// A few words that are shown next to the underlined place.
    pub label: String,
    /// Further explanations, one line each.
    pub notes: Vec<String>,
    /// How to fix the problem: the key to write or the command to run.
    pub help: Option<Help>,
}

impl Problem {
    /// Creates a problem of the manifest with a title and nothing else.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            document: Document::Manifest,
            span: None,
            label: String::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Sets the place, and the words that are shown next to it.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.span = Some(span);
        self.label = label.into();
        self
    }

    /// Marks the problem as one of the lockfile.
    #[must_use]
    pub fn in_lock(mut self) -> Self {
        self.document = Document::Lock;
        self
    }

    /// Adds an explanation.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same for a file with this path, which the commands that fix the problem contain.
    #[must_use]
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self { help: self.help.map(|help| help.in_file(path)), ..self }
    }

    /// The same for a lockfile with conflict markers: the commands that fix it resolve the conflicts as well.
    #[must_use]
    pub(crate) fn with_conflicts(self) -> Self {
        Self { help: self.help.map(Help::with_conflicts), ..self }
    }

    /// Sets the help.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help = Some(help.into());
        self
    }
}
