//! Byte offsets -> lines and columns.

use std::path::Path;

use crate::domain::diagnostics::problem::Span;
use crate::error::Source;

/// A place in a file. Lines and columns count from 1, columns in characters.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) line: usize,
    /// The first column, and the first behind it.
    pub(super) columns: (usize, usize),
}

/// A file with the places where its lines start: counted once, for many findings.
pub(super) struct Lines<'a> {
    path: &'a Path,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let Source { path, text } = source;
        let newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { path, text, starts }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Where a span is; as much of it as is on its first line.
    pub(super) fn place(&self, span: &Span) -> Option<Place<'a>> {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let text = self.text();
        let before = text.get(self.starts[line - 1]..span.start)?.chars().count();
        let within = text.get(span.clone())?.lines().next().unwrap_or_default().chars().count();
        Some(Place { path: self.path, line, columns: (before + 1, before + 1 + within) })
    }
}
