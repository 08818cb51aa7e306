//! Aligned columns.

use std::borrow::Cow;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::style::{HEADING, PLAIN, Text, paint, paint_onto};
use crate::domain::diagnostics::{escaped, is_unprintable};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::{Cell, LocalImageId};

/// Columns under headings, each as wide as its widest cell. One that is empty in every row is left out.
pub(crate) struct Columns {
    headings: Vec<&'static str>,
    widest: Vec<usize>,
}

impl Columns {
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), widest: vec![0; headings.len()] }
    }

    /// Makes room for a row of cells of these widths.
    pub(crate) fn widen(&mut self, widths: impl IntoIterator<Item = usize>) {
        widths.into_iter().zip(&mut self.widest).for_each(|(width, widest)| *widest = width.max(*widest));
    }

    /// Adds the headings to a text.
    pub(crate) fn heading(&self, text: &mut String) {
        let painted: Vec<String> = self.headings.iter().map(|heading| paint(HEADING, heading)).collect();
        self.row(text, painted.iter().zip(&self.headings).map(|(painted, plain)| (&**painted, plain.len())));
    }

    /// Adds a row to a text: painted cells, each with its width.
    pub(crate) fn row<'c>(&self, text: &mut String, cells: impl IntoIterator<Item = (&'c str, usize)>) {
        let mut gap = 0;
        for (((cell, width), widest), heading) in cells.into_iter().zip(&self.widest).zip(&self.headings) {
            if *widest == 0 {
                continue;
            }
            if width > 0 {
                text.extend(std::iter::repeat_n(' ', gap));
                text.push_str(cell);
                gap = 0;
            }
            gap += heading.len().max(*widest) - width + 2;
        }
        text.push('\n');
    }
}

/// Rows of styled text, in columns.
pub(crate) struct Table {
    columns: Columns,
    /// The cells, painted, one after another.
    text: String,
    /// For each cell, its end in the text and its width.
    cells: Vec<(usize, usize)>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { columns: Columns::new(headings), text: String::new(), cells: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are headings.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = (T, Style)>) {
        let before = self.cells.len();
        for (cell, style) in cells {
            let cell = &*printable(cell.as_ref());
            let width = cell.width();
            if width > 0 {
                paint_onto(&mut self.text, style, cell);
            }
            self.cells.push((self.text.len(), width));
        }
        self.columns.widen(self.cells[before..].iter().map(|(_, width)| *width));
    }

    /// The text; empty where there are no rows.
    pub(crate) fn write(&self) -> String {
        let mut text = String::new();
        if self.cells.is_empty() {
            return text;
        }
        self.columns.heading(&mut text);
        let mut start = 0;
        for row in self.cells.chunks_exact(self.columns.headings.len()) {
            let cell = |&(end, width): &(usize, usize)| (&self.text[std::mem::replace(&mut start, end)..end], width);
            self.columns.row(&mut text, row.iter().map(cell));
        }
        text
    }
}

/// A cell without line breaks or anything else that a terminal obeys.
fn printable(cell: &str) -> Cow<'_, str> {
    if cell.contains(is_unprintable) { Cow::Owned(escaped(cell)) } else { Cow::Borrowed(cell) }
}

/// The name, zone and architecture of a cell, for a row.
pub(crate) fn cell(cell: &Cell) -> [Text; 3] {
    [(cell.name.to_string(), PLAIN), (cell.zone.to_string(), PLAIN), (cell.arch.to_string(), PLAIN)]
}

/// A short ID, for a row.
pub(crate) fn id(id: Option<LocalImageId>, ids: &ShortIds) -> Text {
    (id.map(|id| ids.show(id)).unwrap_or_default(), PLAIN)
}
