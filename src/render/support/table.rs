//! Tables with aligned columns. In a table that is wider than the terminal, columns move out of the row: the values of a
//! section go to a line above its rows, all others to an indented line below.

use std::collections::BTreeSet;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::terminal::{FAINT, HEADING, PLAIN, SECTION, Text, paint};
use super::width::{Width, display_width};
use crate::domain::diagnostics::escaped;

/// A placeholder for a space at which a line is not broken.
const UNBROKEN: &str = "\u{a0}";
/// The spaces between two columns.
const GAP: usize = 2;
/// The indent of rows in sections.
const IN_SECTION: usize = 2;
/// The indent of the values below a row, from where the row starts.
const BELOW: usize = 4;

/// Where the values of a column go if the table is too wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// They stay in the row.
    Never,
    /// To the line below the row.
    Below,
    /// To the line above the rows of a section.
    Above,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    heading: &'static str,
    moves: Moves,
    /// Columns of a lower rank move first, and those of the same rank together.
    rank: u8,
    /// Whether a value is clear without its heading.
    is_clear: bool,
}

impl Column {
    /// A column that stays in the row.
    pub(crate) const fn fixed(heading: &'static str) -> Self {
        Self { heading, moves: Moves::Never, rank: u8::MAX, is_clear: true }
    }

    /// A column whose values move below the row.
    pub(crate) const fn below(rank: u8, heading: &'static str) -> Self {
        Self { heading, moves: Moves::Below, rank, is_clear: true }
    }

    /// A column whose values move above the rows that share them. An empty value is the same as that of the row before.
    pub(crate) const fn above(rank: u8, heading: &'static str) -> Self {
        Self { heading, moves: Moves::Above, rank, is_clear: true }
    }

    /// The same column for values that are unclear without their heading: outside the row they are written after it, as in
    /// `published 2026-10-20`.
    pub(crate) const fn labeled(self) -> Self {
        Self { is_clear: false, ..self }
    }

    /// A value outside the row. The line is not broken between the words of the heading and the value.
    fn with_label(&self, value: &str) -> String {
        if self.is_clear {
            return value.to_owned();
        }
        let label = self.heading.to_lowercase() + " ";
        label.replace(' ', UNBROKEN) + value
    }
}

/// Rows under headings, each column as wide as its widest value. Columns without values are left out.
pub(crate) struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<Text>>,
}

impl Table {
    pub(crate) fn new(columns: &'static [Column]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row with a value for each column. Line breaks and other control characters are escaped.
    pub(crate) fn row(&mut self, values: impl IntoIterator<Item = Text>) {
        let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let printable = |text: String| if is_plain(&text) { text } else { escaped(&text) };
        self.rows.push(values.into_iter().map(|(text, style)| (printable(text), style)).collect());
    }

    /// The text of the table, which is empty if there are no rows.
    pub(crate) fn write(&self, width: Width) -> String {
        if self.rows.is_empty() { String::new() } else { Layout::new(self, width).write(&self.rows) }
    }
}

/// A table with a summary below it.
pub(crate) fn with_summary(table: &str, summary: &str, width: Width) -> String {
    let summary = width.wrap(summary);
    if table.is_empty() { format!("{summary}\n") } else { format!("{table}\n{summary}\n") }
}

/// Where the columns of a table are written.
struct Layout {
    width: Width,
    /// The spaces before each row.
    indent: usize,
    columns: &'static [Column],
    /// The columns in the row, and how wide they are.
    in_row: Vec<(usize, usize)>,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// The ranks of the columns that move out of the row so that it fits, as far as columns can move. `used` are the columns
/// with values, and how wide they are.
fn moved(columns: &[Column], used: &[(usize, usize)], width: Width) -> BTreeSet<u8> {
    let fits = |moved: &BTreeSet<u8>| {
        let (out, in_row): (Vec<_>, Vec<_>) =
            used.iter().partition(|(column, _)| moved.contains(&columns[*column].rank));
        let has_sections = out.iter().any(|(column, _)| columns[*column].moves == Moves::Above);
        let values: usize = in_row.iter().map(|(_, width)| *width + GAP).sum();
        width.fits(values.saturating_sub(GAP) + if has_sections { IN_SECTION } else { 0 })
    };
    let movable = used.iter().map(|(column, _)| &columns[*column]).filter(|column| column.moves != Moves::Never);
    let ranks: BTreeSet<u8> = movable.map(|column| column.rank).collect();
    let mut moved = BTreeSet::new();
    for &rank in &ranks {
        if !fits(&moved) {
            moved.insert(rank);
        }
    }
    // A narrow column does not need to move if a wide one had to move after it anyway.
    for rank in ranks.iter().rev() {
        if moved.remove(rank) && !fits(&moved) {
            moved.insert(*rank);
        }
    }
    moved
}

/// Adds a line of values outside the row.
fn push_line(text: &mut String, indent: usize, style: Style, line: &str) {
    text.extend(std::iter::repeat_n(' ', indent));
    text.extend([&paint(style, line.replace(UNBROKEN, " ")), "\n"]);
}

/// The width of a value. It is zero only for an empty value, because columns without a width are left out.
fn value_width(value: &str) -> usize {
    display_width(value).max(usize::from(!value.is_empty()))
}

impl Layout {
    fn new(table: &Table, width: Width) -> Self {
        let columns = table.columns;
        let widest = |column: usize| table.rows.iter().map(|row| value_width(&row[column].0)).max();
        let widths = (0..columns.len()).map(|column| (column, widest(column).unwrap_or_default()));
        let used = widths.filter(|(_, width)| *width > 0);
        let used: Vec<_> = used.map(|(column, width)| (column, width.max(columns[column].heading.width()))).collect();
        let moved = moved(columns, &used, width);
        let (out, in_row): (Vec<_>, Vec<_>) = used.into_iter().partition(|(it, _)| moved.contains(&columns[*it].rank));
        let (above, below): (Vec<_>, Vec<_>) =
            out.into_iter().map(|(column, _)| column).partition(|column| columns[*column].moves == Moves::Above);
        let indent = if above.is_empty() { 0 } else { IN_SECTION };
        Self { width, indent, columns, in_row, above, below }
    }

    fn write(&self, rows: &[Vec<Text>]) -> String {
        let mut text = String::new();
        let headings: Vec<Text> = self.columns.iter().map(|it| (it.heading.to_owned(), HEADING)).collect();
        self.write_row(&headings, &mut text);
        let mut section = None;
        // The line below the last row, and the number of rows that it is about: it is written once for all of them.
        let (mut below, mut shared) = (String::new(), 0);
        for row in rows {
            let is_new_section = self.starts_section(section, row);
            let values = self.values(&self.below, row, "; ");
            if is_new_section || values != below {
                self.write_below(&below, shared, &mut text);
                (below, shared) = (values, 0);
            }
            if is_new_section {
                self.write_section(row, &mut text);
                section = Some(row);
            }
            self.write_row(row, &mut text);
            shared += 1;
        }
        self.write_below(&below, shared, &mut text);
        text
    }

    fn write_row(&self, row: &[Text], text: &mut String) {
        if self.in_row.iter().all(|(column, _)| row[*column].0.is_empty()) {
            return;
        }
        let mut gap = self.indent;
        for &(column, width) in &self.in_row {
            let (value, style) = &row[column];
            let value_width = value_width(value);
            if value_width > 0 {
                text.extend(std::iter::repeat_n(' ', gap));
                if *style == PLAIN {
                    text.push_str(value);
                } else {
                    *text += &paint(*style, value);
                }
                gap = 0;
            }
            gap += width - value_width + GAP;
        }
        text.push('\n');
    }

    /// Whether a row belongs to another section than the one that starts with the row `section`.
    fn starts_section(&self, section: Option<&Vec<Text>>, row: &[Text]) -> bool {
        let differs = |column: &usize| {
            let value = &row[*column].0;
            !value.is_empty() && section.is_none_or(|section| section[*column].0 != *value)
        };
        self.above.iter().any(differs)
    }

    fn write_section(&self, row: &[Text], text: &mut String) {
        let values = self.values(&self.above, row, ", ");
        for (n, line) in self.width.lines(&values, BELOW).into_iter().enumerate() {
            let indent = if n == 0 { 0 } else { BELOW };
            push_line(text, indent, SECTION, line);
        }
    }

    /// The values of columns outside the row.
    fn values(&self, columns: &[usize], row: &[Text], separator: &str) -> String {
        let mut values = String::new();
        for &column in columns {
            let value = &row[column].0;
            if !value.is_empty() {
                values
                    .extend([if values.is_empty() { "" } else { separator }, &self.columns[column].with_label(value)]);
            }
        }
        values
    }

    fn write_below(&self, values: &str, rows: usize, text: &mut String) {
        if values.is_empty() {
            return;
        }
        let values = match rows {
            1 => values.to_owned(),
            2 => format!("both: {values}"),
            rows => format!("all {rows}: {values}"),
        };
        let indent = self.indent + BELOW;
        for line in self.width.lines(&values, indent) {
            push_line(text, indent, FAINT, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use proptest::prelude::*;

    use super::*;

    const COLUMNS: [Column; 6] = [
        Column::above(2, "DAY").labeled(),
        Column::fixed("NAME"),
        Column::below(4, "ZONE"),
        Column::below(3, "ID").labeled(),
        Column::below(1, "DETAIL"),
        Column::above(2, "AUTHOR"),
    ];

    fn table(rows: &[[&str; 6]], columns: usize) -> String {
        let mut table = Table::new(&COLUMNS);
        for row in rows {
            table.row(row.map(|value| (value.to_owned(), PLAIN)));
        }
        strip_str(&table.write(Width::of_columns(columns))).to_string()
    }

    const ROWS: [[&str; 6]; 4] = [
        ["Monday", "web", "fr-par-1", "1", "ten days behind", "Ana"],
        ["Monday", "web", "fr-par-2", "2", "ten days behind", ""],
        ["Monday", "web", "nl-ams-1", "3", "", ""],
        ["Tuesday", "db", "fr-par-1", "3", "", "Ana"],
    ];

    #[test]
    fn a_table_that_fits_has_all_columns_in_the_row() {
        assert_eq!(
            table(&ROWS, 54),
            "DAY      NAME  ZONE      ID  DETAIL           AUTHOR\n\
             Monday   web   fr-par-1  1   ten days behind  Ana\n\
             Monday   web   fr-par-2  2   ten days behind\n\
             Monday   web   nl-ams-1  3\n\
             Tuesday  db    fr-par-1  3                    Ana\n"
        );
    }

    #[test]
    fn a_value_below_several_rows_says_how_many() {
        assert_eq!(
            table(&ROWS, 50),
            "DAY      NAME  ZONE      ID  AUTHOR\n\
             Monday   web   fr-par-1  1   Ana\n\
             Monday   web   fr-par-2  2\n    both: ten days behind\n\
             Monday   web   nl-ams-1  3\n\
             Tuesday  db    fr-par-1  3   Ana\n"
        );
    }

    #[test]
    fn sections_are_above_their_rows() {
        let rows = ROWS.map(|[day, name, zone, id, detail, author]| [day, name, zone, id, detail, author]);
        let long = rows.map(|mut row| {
            row[1] = "a-name-of-moderate-length";
            row
        });
        assert_eq!(
            table(&long, 45),
            "  NAME                       ZONE      ID\nday Monday, Ana\n  a-name-of-moderate-length  fr-par-1  1\n  \
             a-name-of-moderate-length  fr-par-2  2\n      both: ten days behind\n  a-name-of-moderate-length  \
             nl-ams-1  3\nday Tuesday, Ana\n  a-name-of-moderate-length  fr-par-1  3\n"
        );
        assert_eq!(
            table(&long[..2], 40),
            "  NAME                       ZONE\nday Monday, Ana\n  a-name-of-moderate-length  fr-par-1\n      \
             id 1; ten days behind\n  a-name-of-moderate-length  fr-par-2\n      id 2; ten days behind\n"
        );
    }

    #[test]
    fn a_narrow_column_stays_if_only_a_wide_one_has_to_move() {
        const COLUMNS: [Column; 3] = [Column::fixed("NAME"), Column::below(1, "A"), Column::below(2, "LONG").labeled()];
        let mut table = Table::new(&COLUMNS);
        let long = "36-characters-and-more-do-not-fit-here";
        table.row(["web", "a", long].map(|value| (value.to_owned(), PLAIN)));
        let text = strip_str(&table.write(Width::of_columns(40))).to_string();
        assert_eq!(text, format!("NAME  A\nweb   a\n    long\n    {long}\n").replace("long\n    ", "long "));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_line_is_wider_than_the_terminal_only_for_a_single_word(
            rows in prop::collection::vec(prop::array::uniform6("(\\PC{0,9}|[a-z-]{1,30}|画{0,9}|\u{1b})( [a-z]{1,9}){0,9}"), 1..9),
            columns in 40_usize..150,
        ) {
            let rows: Vec<_> = rows.iter().map(|row| {
                let mut row = row.each_ref().map(String::as_str);
                // The fixed column has values of one word, like names and statuses.
                row[1] = row[1].split(' ').next().unwrap_or_default();
                row
            }).collect();
            let text = table(&rows, columns);
            for line in text.lines() {
                let is_quoted = line.contains('`');
                let is_word = !line.trim_start().trim_start_matches("id ").contains(' ');
                prop_assert!(is_quoted || is_word || display_width(line) <= columns, "{line:?} in {columns}\n{text}");
                prop_assert_eq!(escaped(line), line);
            }
            for word in rows.iter().flatten().flat_map(|value| value.split([' ', '\u{a0}'])) {
                prop_assert!(text.contains(&escaped(word)), "{word:?} is missing\n{text}");
            }
        }
    }
}
