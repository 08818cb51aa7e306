//! A file as it was read, and the lines and columns of byte offsets in it.

use std::path::{Path, PathBuf};

use crate::domain::diagnostics::problem::Span;

/// A file as it was read, to show the lines that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it was read from.
    pub path: PathBuf,
    /// What was read.
    pub text: String,
}

/// A location in a file. Lines and columns count from 1, columns in characters.
pub(crate) struct Location<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
    /// The first column, and the first after the span.
    pub(crate) columns: (usize, usize),
}

/// The offsets at which the lines of a file start: counted once, for many spans.
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

    /// The location of a span, as far as it is on its first line.
    pub(crate) fn location(&self, span: &Span) -> Option<Location<'a>> {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let text = self.text();
        let before = text.get(self.starts[line - 1]..span.start)?.chars().count();
        let within = text.get(span.clone())?.lines().next().unwrap_or_default().chars().count();
        Some(Location { path: self.path, line, columns: (before + 1, before + 1 + within) })
    }
}
