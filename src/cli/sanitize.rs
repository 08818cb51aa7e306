//! Makes output safe for the terminal: only text and colors are kept.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::panic::PanicHookInfo;

use crate::domain::diagnostics::{count, is_unprintable};

/// Escapes everything but text, line breaks and colors. This is the last line of defense: untrusted text is already escaped,
/// including its line breaks and colors, when a message is created from it.
pub(super) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let length = color(rest).unwrap_or(char.len_utf8());
        let (piece, after) = rest.split_at(length);
        rest = after;
        if length > 1 && char == '\x1b' || char == '\n' || !is_unprintable(char) {
            safe.push_str(piece);
        } else {
            let _ = write!(safe, "{}", char.escape_unicode());
        }
    }
    safe
}

/// The length of the color sequence at the start of a text, like `ESC [ 1 ; 31 m`.
fn color(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1b[")?;
    let end = parameters.find(|char: char| !char.is_ascii_digit() && char != ';')?;
    parameters[end..].starts_with('m').then_some("\x1b[".len() + end + 1)
}

/// The limit for messages in addition to the output of a command, in bytes.
const MOST: usize = 60_000;

/// The first lines of a text, up to the limit, and the number of the other lines.
pub(super) fn bounded(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST {
        return Cow::Borrowed(text);
    }
    let fits = text.floor_char_boundary(MOST);
    let end = text[..fits].rfind('\n').unwrap_or(fits);
    let rest = text[end..].trim_start_matches('\n').lines().count();
    Cow::Owned(format!("{}\nand {}", &text[..end], count(rest, "more line")))
}

/// The message of a panic, escaped because it can contain the text that caused it.
pub(super) fn panic(info: &PanicHookInfo<'_>) -> String {
    printable(&format!("{info}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_breaks_and_colors_are_kept() {
        assert_eq!(printable("a\u{1b}[1;31mb\u{1b}[0m\né"), "a\u{1b}[1;31mb\u{1b}[0m\né");
        assert_eq!(
            printable("\u{1b}]0;t\u{7}\u{1b}[2J\r\u{9b}2J\u{202e}"),
            "\\u{1b}]0;t\\u{7}\\u{1b}[2J\\u{d}\\u{9b}2J\\u{202e}"
        );
        assert_eq!(printable("\u{1b}[1;3"), "\\u{1b}[1;3");
        assert_eq!(printable("\u{1b}"), "\\u{1b}");
    }

    #[test]
    fn long_text_is_cut_at_a_line_break_with_a_count() {
        assert_eq!(bounded("a\nb"), "a\nb");
        let text = bounded(&"é\n".repeat(MOST)).into_owned();
        assert!(text.len() <= MOST + 30 && text.ends_with("é\nand 40000 more lines"), "{}", text.len());
        assert!(bounded(&"é".repeat(MOST)).ends_with("é\nand 1 more line"));
    }
}
