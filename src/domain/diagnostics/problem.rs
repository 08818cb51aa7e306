//! A mistake in the user's own files, as a value: what is wrong, where, and what fixes it.

use std::ops::Range;
use std::path::Path;

use crate::domain::diagnostics::help::Help;

/// A range of byte offsets into the file that the problem is about.
pub type Span = Range<usize>;

/// The file that a problem's span points into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// `images.toml`.
    #[default]
    Manifest,
    /// `images.lock`.
    Lock,
}

/// One thing that is wrong in a manifest or a lockfile, or between a manifest and the Marketplace.
///
/// Problems are collected and reported together, so that a file is fixed in one sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one line without a full stop.
    pub title: String,
    /// The file it is about.
    pub document: Document,
    /// Where, if it is about a place in the file.
    pub span: Option<Span>,
    /// A few words to stand beside the underlined place.
    pub label: String,
    /// What else helps to understand it, a line each.
    pub notes: Vec<String>,
    /// The key to write or the command to run.
    pub help: Option<Help>,
}

impl Problem {
    /// A problem with a title alone.
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

    /// Says where it is, and what to write beside the place.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.span = Some(span);
        self.label = label.into();
        self
    }

    /// Says that it is about the lockfile.
    #[must_use]
    pub fn in_lock(mut self) -> Self {
        self.document = Document::Lock;
        self
    }

    /// Adds a line of explanation.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same for a file with this path: the commands that fix it name the file.
    #[must_use]
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self { help: self.help.map(|help| help.in_file(path)), ..self }
    }

    /// The same for a lockfile with conflict markers: the commands that fix it resolve the conflicts as well.
    #[must_use]
    pub(crate) fn with_conflicts(self) -> Self {
        Self { help: self.help.map(Help::with_conflicts), ..self }
    }

    /// Says what fixes it.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help = Some(help.into());
        self
    }
}
