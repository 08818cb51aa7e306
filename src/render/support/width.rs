//! The width of the output, and text that is wrapped to it.

use std::borrow::Cow;
use std::fmt::Display;

use unicode_width::UnicodeWidthStr;

use super::terminal::{COMMAND, paint};

/// Narrower terminals get lines of this width. Below it, nearly every word would be on a line of its own.
const NARROWEST: usize = 40;

/// The indent of the lines after the first one.
const INDENT: &str = "  ";

/// The number of characters that fit on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Width(usize);

impl Width {
    /// Lines of any length, for files and for other programs.
    pub const UNLIMITED: Self = Self(usize::MAX);

    /// Lines of at most this many columns.
    pub fn of_columns(columns: usize) -> Self {
        Self(columns.max(NARROWEST))
    }

    /// Whether a text of this many columns fits on a line.
    pub(super) fn fits(self, columns: usize) -> bool {
        columns <= self.0
    }

    /// Breaks a text between words. Every line after the first begins with the indent.
    pub(crate) fn wrap<'t>(self, text: &'t str) -> Cow<'t, str> {
        if self == Self::UNLIMITED || !text.contains('\n') && self.fits(display_width(text)) {
            return text.into();
        }
        let wrapped = |line: &'t str| self.lines(line, INDENT.len()).join(&format!("\n{INDENT}"));
        text.split('\n').map(wrapped).collect::<Vec<_>>().join("\n").into()
    }

    /// A command after its purpose, without a line break after it. The command is not broken, so that it can be copied.
    pub(crate) fn command(self, purpose: impl Display, command: impl Display) -> String {
        let (purpose, command) = (format!("{purpose}:"), command.to_string());
        let fits = self.fits(display_width(&purpose).saturating_add(1 + display_width(&command)));
        let gap = if fits { " ".to_owned() } else { format!("\n{INDENT}") };
        format!("{}{gap}{}", self.wrap(&purpose), paint(COMMAND, command))
    }

    /// The lines of a text without line breaks. All lines leave room for an indent, including the first.
    pub(super) fn lines(self, text: &str, indent: usize) -> Vec<&str> {
        let mut lines = Vec::new();
        // The line that is being filled: where it starts and ends in the text, and its width.
        let (mut start, mut end, mut width) = (0, 0, 0);
        for (at, word) in words(text) {
            let word_width = display_width(word);
            if at > 0 && !self.fits(width + 1 + word_width + indent) {
                lines.push(&text[start..end]);
                (start, width) = (at, word_width);
            } else {
                width += word_width + usize::from(at > 0);
            }
            end = at + word.len();
        }
        lines.push(&text[start..end]);
        lines
    }
}

/// The width of a text on a terminal, in columns.
pub(super) fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The words of a text and where they start. Some words contain spaces: a number with the next word, as in `48 days`, and
/// text between two backticks, which is often a command or a path.
fn words(text: &str) -> Vec<(usize, &str)> {
    // A backtick without a partner would join all words after it.
    let paired = text.bytes().filter(|byte| *byte == b'`').count() & !1;
    let (mut words, mut backticks, mut start) = (Vec::new(), 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        backticks += usize::from(byte == b'`');
        let is_quoted = backticks < paired && backticks % 2 == 1;
        if byte == b' ' && !is_quoted && !is_number(&text[start..at]) {
            words.push((start, &text[start..at]));
            start = at + 1;
        }
    }
    words.push((start, &text[start..]));
    words
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words() {
        let width = Width::of_columns(40);
        assert_eq!(width.wrap("short"), "short");
        assert_eq!(width.wrap(""), "");
        assert_eq!(
            width.wrap("one two three four five six seven eight nine ten eleven"),
            "one two three four five six seven\n  eight nine ten eleven"
        );
        let path = "a/path/that/is/much/longer/than/the/line/is/wide";
        assert_eq!(width.wrap(&format!("see {path} now")), format!("see\n  {path}\n  now"));
        assert_eq!(Width::of_columns(1), width);
    }

    #[test]
    fn quoted_text_is_not_broken() {
        let width = Width::of_columns(40);
        let command = "`imagelock resolve --manifest 'a b.toml'`";
        assert_eq!(width.wrap(&format!("run {command} to fix it")), format!("run\n  {command}\n  to fix it"));
        let single = "a ` backtick without a partner joins no words at all";
        assert_eq!(width.wrap(single), "a ` backtick without a partner joins\n  no words at all");
    }

    #[test]
    fn a_number_stays_with_the_next_word() {
        let text = "this pin has an image that is exactly 48 days behind";
        assert_eq!(Width::of_columns(42).wrap(text), "this pin has an image that is exactly\n  48 days behind");
        assert_eq!(Width::of_columns(40).wrap(&"1 ".repeat(22)), format!("{}\n  1 1 1 1 ", "1 ".repeat(18).trim_end()));
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let text = "画像 画像 画像 画像 画像 画像 画像 画像 画像";
        assert_eq!(Width::of_columns(40).wrap(text), "画像 画像 画像 画像 画像 画像 画像\n  画像 画像");
    }

    #[test]
    fn a_command_is_never_broken() {
        let command = "imagelock resolve --manifest a/long/path/images.toml";
        let line = |width: Width| anstream::adapter::strip_str(&width.command("to update it", command)).to_string();
        assert_eq!(line(Width::UNLIMITED), format!("to update it: {command}"));
        assert_eq!(line(Width::of_columns(40)), format!("to update it:\n  {command}"));
    }
}
