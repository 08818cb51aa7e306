//! Text for a terminal: styles by what they mean, and tables with aligned columns.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::domain::diagnostics::escaped;
use crate::domain::lock::diff::Action;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::{Cell, LocalImageId, Severity};

/// A text and its style.
pub(crate) type Text = (String, Style);

/// No style.
pub(crate) const PLAIN: Style = Style::new();
/// No text.
pub(crate) const EMPTY: Text = (String::new(), PLAIN);
/// What matters less than the rest of the line.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Commands to run.
pub(crate) const COMMAND: Style = AnsiColor::Cyan.on_default();
/// What is chosen.
pub(crate) const WINS: Style = GOOD;
/// What policy or an acceptance holds back.
pub(crate) const HELD: Style = AnsiColor::Blue.on_default();
const HEADING: Style = Style::new().bold().underline();
const GOOD: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The style of a status.
pub(crate) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Bad => BAD,
        Severity::Due => CHANGED,
        Severity::Held => HELD,
        Severity::Good => GOOD,
    }
}

/// The style of the name of a change.
pub(crate) fn action(action: Action) -> Style {
    match action {
        Action::Added => GOOD,
        Action::Moved | Action::Amended => CHANGED,
        Action::Removed | Action::Edited => BAD,
        Action::Kept => FAINT,
    }
}

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A table, and below it a line that says what it amounts to.
pub(crate) fn with_summary(table: &str, summary: &str) -> String {
    if table.is_empty() { format!("{summary}\n") } else { format!("{table}\n{summary}\n") }
}

/// The name, zone and architecture of a cell, for a row.
pub(crate) fn cell(cell: &Cell) -> [Text; 3] {
    [(cell.name.to_string(), PLAIN), (cell.zone.to_string(), PLAIN), (cell.arch.to_string(), PLAIN)]
}

/// A short ID, for a row.
pub(crate) fn id(id: Option<LocalImageId>, ids: &ShortIds) -> Text {
    (id.map(|id| ids.show(id)).unwrap_or_default(), PLAIN)
}

/// Rows under headings, each column as wide as its widest cell. A column that is empty in every row is left out.
pub(crate) struct Table {
    headings: &'static [&'static str],
    rows: Vec<Vec<Text>>,
}

impl Table {
    pub(crate) fn new(headings: &'static [&'static str]) -> Self {
        Self { headings, rows: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are headings. Line breaks and all else that a terminal obeys are spelled
    /// out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Text>) {
        let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let printable = |text: String| if is_plain(&text) { text } else { escaped(&text) };
        self.rows.push(cells.into_iter().map(|(text, style)| (printable(text), style)).collect());
    }

    /// The text; empty where there are no rows.
    pub(crate) fn write(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let headings: Vec<Text> = self.headings.iter().map(|heading| ((*heading).to_owned(), HEADING)).collect();
        let width = |row: &Vec<Text>, column: usize| {
            let text = &row[column].0;
            if text.is_ascii() { text.len() } else { text.width() }
        };
        let widest = |column| self.rows.iter().map(|row| width(row, column)).max().unwrap_or_default();
        let columns: Vec<(usize, usize)> = (0..headings.len()).map(|column| (column, widest(column))).collect();
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut gap = 0;
            for &(column, widest) in columns.iter().filter(|(_, widest)| *widest > 0) {
                let (cell, style) = &row[column];
                if width(row, column) > 0 {
                    text.extend(std::iter::repeat_n(' ', gap));
                    if *style == PLAIN {
                        text.push_str(cell);
                    } else {
                        text += &paint(*style, cell);
                    }
                    gap = 0;
                }
                gap += widest.max(width(&headings, column)) - width(row, column) + 2;
            }
            text.push('\n');
        }
        text
    }
}
