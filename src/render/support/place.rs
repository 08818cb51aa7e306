//! Byte offsets -> lines and columns.

use std::borrow::Cow;
use std::path::Path;

use crate::domain::diagnostics::problem::Span;
use crate::error::Source;

/// A place in a file. Lines and columns count from 1, columns in characters.
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
    /// The first column, and the first behind it.
    pub(crate) columns: (usize, usize),
}

/// A file with the places where its lines start: counted once, for many findings.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    text: Cow<'a, str>,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self::of(&source.path, Cow::Borrowed(&source.text))
    }

    pub(crate) fn of(path: &'a Path, text: Cow<'a, str>) -> Self {
        let newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { path, text, starts }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where a span is; as much of it as is on its first line.
    pub(crate) fn place(&self, span: &Span) -> Option<Place<'a>> {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let text = self.text();
        let before = text.get(self.starts[line - 1]..span.start)?.chars().count();
        let within = text.get(span.clone())?.lines().next().unwrap_or_default().chars().count();
        Some(Place { path: self.path, line, columns: (before + 1, before + 1 + within) })
    }
}
