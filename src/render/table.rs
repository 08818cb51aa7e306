//! Aligned columns.

use anstyle::Style;

use super::style::{HEADING, paint};

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
        let widest =
            |column: usize| self.rows.iter().map(|row| row[column].0.chars().count()).max().unwrap_or_default();
        let columns: Vec<(usize, usize)> = (0..self.headings.len())
            .map(|column| (column, widest(column)))
            .filter(|(_, widest)| *widest > 0)
            .map(|(column, widest)| (column, widest.max(self.headings[column].len())))
            .collect();
        let headings = self.headings.iter().map(|heading| ((*heading).to_owned(), HEADING)).collect();
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut line = String::new();
            let mut gap = 0;
            for (column, width) in &columns {
                let (cell, style) = &row[*column];
                if !cell.is_empty() {
                    line.push_str(&" ".repeat(gap));
                    line.push_str(&paint(*style, cell));
                    gap = 0;
                }
                gap += width - cell.chars().count() + 2;
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}
