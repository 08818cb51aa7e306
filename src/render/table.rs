//! Aligned columns.

use std::fmt;

use anstyle::Style;

use super::style::{HEADING, paint, paint_onto};

/// Rows of styled text under headings. A column that is empty in every row is left out.
pub(super) struct Table {
    headings: Vec<&'static str>,
    /// The widest cell of each column.
    widest: Vec<usize>,
    /// The cells, painted, one after another; a hundred thousand rows are one text.
    text: String,
    /// Of each cell, where it ends in the text, and how many columns it takes.
    cells: Vec<(usize, usize)>,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), widest: vec![0; headings.len()], text: String::new(), cells: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are headings.
    pub(super) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = (T, Style)>) {
        for ((cell, style), widest) in cells.into_iter().zip(&mut self.widest) {
            let cell = cell.as_ref();
            let width = width(cell);
            if width > 0 {
                paint_onto(&mut self.text, style, cell);
            }
            self.cells.push((self.text.len(), width));
            *widest = width.max(*widest);
        }
    }

    /// Whether there are no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// Nothing where there are no rows.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        // As wide as its heading, or not there at all.
        let widths: Vec<usize> = (self.headings.iter().zip(&self.widest))
            .map(|(heading, widest)| if *widest > 0 { (*widest).max(heading.len()) } else { 0 })
            .collect();
        let mut text = String::new();
        let headings: Vec<String> = self.headings.iter().map(|heading| paint(HEADING, heading)).collect();
        line(&mut text, &widths, headings.iter().zip(&self.headings).map(|(painted, plain)| (&**painted, plain.len())));
        let mut start = 0;
        for row in self.cells.chunks_exact(self.headings.len()) {
            let cell = |&(end, width): &(usize, usize)| (&self.text[std::mem::replace(&mut start, end)..end], width);
            line(&mut text, &widths, row.iter().map(cell));
            f.write_str(&text)?;
            text.clear();
        }
        f.write_str(&text)
    }
}

/// Adds a line of painted cells, each with the columns it takes, to a text with columns of these widths.
fn line<'c>(text: &mut String, widths: &[usize], cells: impl Iterator<Item = (&'c str, usize)>) {
    let mut gap = 0;
    for ((cell, width), widest) in cells.zip(widths).filter(|(_, widest)| **widest > 0) {
        if width > 0 {
            spaces(text, gap);
            text.push_str(cell);
            gap = 0;
        }
        gap += widest - width + 2;
    }
    text.push('\n');
}

fn spaces(text: &mut String, mut count: usize) {
    const SPACES: &str = "                                ";
    while count > 0 {
        let now = count.min(SPACES.len());
        text.push_str(&SPACES[..now]);
        count -= now;
    }
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
