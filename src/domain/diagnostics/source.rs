//! The text of a file, and the lines and columns of byte offsets in it.

use std::path::{Path, PathBuf};

use crate::domain::diagnostics::problem::Span;

/// A file that was read. Messages show the lines of a problem from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path of the file.
    pub path: PathBuf,
    /// The text of the file when it was read.
    pub text: String,
}

/// A location in a file. Lines and columns start at 1, and columns count characters.
pub(crate) struct Location<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
    /// The first column of the span, and the column after its end.
    pub(crate) columns: (usize, usize),
}

/// The offsets of the lines of a file, computed once for many spans.
pub(crate) struct LineIndex<'a> {
    path: &'a Path,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(crate) fn new(Source { path, text }: &'a Source) -> Self {
        let newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { path, text, starts: std::iter::once(0).chain(newlines).collect() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The location of a span, or of its first line. `None` if the span is outside the file.
    pub(crate) fn location(&self, span: &Span) -> Option<Location<'a>> {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let text = self.text();
        let before = text.get(self.starts[line - 1]..span.start)?.chars().count();
        let within = text.get(span.clone())?.lines().next().unwrap_or_default().chars().count();
        Some(Location { path: self.path, line, columns: (before + 1, before + 1 + within) })
    }
}
