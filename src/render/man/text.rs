//! Text in roff: paragraphs with code in bold, lists, literal lines and references.

use std::fmt::Write as _;

use clap_mangen::roff::{Inline, Roff, bold, roman};

/// A text, with the code between backticks in bold.
pub(super) fn inline(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(at, part)| if at % 2 == 0 { roman(part) } else { bold(part) }).collect()
}

/// A section that lists names and their meanings; no section if there are none.
pub(super) fn list<'a>(page: &mut Roff, title: &str, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return;
    }
    page.control("SH", [title]);
    for (name, meaning) in items {
        page.control("TP", []);
        page.text([bold(name)]);
        page.text(inline(meaning));
    }
}

/// Indented lines that are not filled.
pub(super) fn literal<'a>(page: &mut Roff, lines: impl IntoIterator<Item = &'a str>) {
    page.control("RS", ["4"]);
    page.control("nf", []);
    for line in lines {
        if line.is_empty() {
            page.control("sp", []);
        } else {
            page.text([roman(line)]);
        }
    }
    page.control("fi", []);
    page.control("RE", []);
}

/// The text of a page. Words are not hyphenated, so that commands and keys can be copied, and the page is ASCII, because
/// formatters differ in the encoding that they expect.
pub(super) fn finished(page: &str) -> String {
    let mut text = String::new();
    for line in page.split_inclusive('\n') {
        text += line;
        if line.starts_with(".TH ") {
            text += ".nh\n";
        }
    }
    text.chars().fold(String::new(), |mut ascii, char| {
        if char.is_ascii() {
            ascii.push(char);
        } else {
            let _ = write!(ascii, "\\[u{:04X}]", u32::from(char));
        }
        ascii
    })
}

/// The section that names other pages with their sections.
pub(super) fn references(page: &mut Roff, others: &[(String, char)]) {
    page.control("SH", ["SEE ALSO"]);
    for (at, (name, section)) in others.iter().enumerate() {
        let comma = if at + 1 < others.len() { "," } else { "" };
        page.text([bold(name.as_str()), roman(format!("({section}){comma}"))]);
    }
}
