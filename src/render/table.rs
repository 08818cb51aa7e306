//! Aligned columns.

use anstyle::Style;

use super::style::{HEADING, paint_onto};

/// Rows of styled text under headings. A column that is empty in every row is left out.
pub(super) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<(String, Style)>>,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are headings.
    pub(super) fn row(&mut self, cells: Vec<(String, Style)>) {
        self.rows.push(cells);
    }

    /// The text; empty where there are no rows.
    pub(super) fn write(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widest = |column: usize| self.rows.iter().map(|row| width(&row[column].0)).max().unwrap_or_default();
        let columns: Vec<(usize, usize)> = (0..self.headings.len())
            .map(|column| (column, widest(column)))
            .filter(|(_, widest)| *widest > 0)
            .map(|(column, widest)| (column, widest.max(self.headings[column].len())))
            .collect();
        let headings = self.headings.iter().map(|heading| ((*heading).to_owned(), HEADING)).collect();
        let line = columns.iter().map(|(_, width)| width + 2).sum::<usize>();
        let mut text = String::with_capacity(line * (self.rows.len() + 1));
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut gap = 0;
            for (column, widest) in &columns {
                let (cell, style) = &row[*column];
                if !cell.is_empty() {
                    text.extend(std::iter::repeat_n(' ', gap));
                    paint_onto(&mut text, *style, cell);
                    gap = 0;
                }
                gap += widest - width(cell) + 2;
            }
            text.push('\n');
        }
        text
    }
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
