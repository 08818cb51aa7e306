//! Markdown for GitHub and GitLab: tables, and free text that neither platform turns into a link, a mention or markup.

use std::fmt::Write as _;

use crate::domain::diagnostics::escaped;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::LocalImageId;

/// After this many bytes, rows are only counted: the body of a pull request holds 65,536 characters.
const MAX_BYTES: usize = 48_000;

/// Appends a table to a text. A column without a heading is omitted.
pub(crate) fn push_table<const N: usize>(
    text: &mut String,
    headings: [&str; N],
    rows: impl ExactSizeIterator<Item = [String; N]>,
) {
    let is_shown = headings.map(|heading| !heading.is_empty());
    let line = |cells: [String; N]| {
        let shown = cells.iter().zip(is_shown).filter(|(_, is_shown)| *is_shown);
        let cells: Vec<&str> = shown.map(|(cell, _)| cell.as_str()).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    *text += &line(headings.map(str::to_owned));
    let _ = writeln!(text, "|{}", "---|".repeat(is_shown.into_iter().filter(|is_shown| *is_shown).count()));
    push_while(text, MAX_BYTES, rows.map(line));
}

/// Appends pieces to a text until it has more than `max_bytes` bytes. The remaining pieces are only counted.
pub(crate) fn push_while(text: &mut String, max_bytes: usize, pieces: impl ExactSizeIterator<Item = String>) {
    let mut left = pieces.len();
    for piece in pieces {
        if text.len() > max_bytes {
            let _ = write!(text, "\nand {left} more\n");
            return;
        }
        *text += &piece;
        left -= 1;
    }
}

/// A short ID as code.
pub(crate) fn id(id: Option<LocalImageId>, ids: &ShortIds) -> String {
    id.map(|id| code(ids.show(id))).unwrap_or_default()
}

/// A value as code.
pub(crate) fn code(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

/// Text without any active markup. Text between two backticks stays code, unless the text has several backticks in a row,
/// which could end the code early.
pub(crate) fn inert(text: &str) -> String {
    let text = escaped(text);
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1 && !text.contains("``");
    let mut safe = String::with_capacity(text.len() + 16);
    for (number, part) in parts.into_iter().enumerate() {
        if number > 0 && !paired {
            safe.push_str("&#96;");
        }
        if paired && number % 2 == 1 {
            push_code(&mut safe, part);
        } else {
            push_text(&mut safe, part);
        }
    }
    safe
}

fn push_text(safe: &mut String, text: &str) {
    for word in text.split_inclusive(char::is_whitespace) {
        let end = word.trim_end_matches(char::is_whitespace).len();
        let (word, space) = word.split_at(end);
        // Platforms look for links, mentions and formulas after they resolve escapes, but never in code.
        if is_active(word) {
            push_code(safe, word);
        } else {
            push_word(safe, word);
        }
        safe.push_str(space);
    }
}

/// Appends code that is safe in a table. In code, a backslash escapes nothing except a pipe.
fn push_code(safe: &mut String, text: &str) {
    if safe.ends_with('`') {
        safe.push(' ');
    }
    let text = text.replace("\\|", "\\\\u{7c}").replace('|', "\\|");
    safe.extend(["`", &text, "`"]);
}

fn push_word(safe: &mut String, word: &str) {
    for char in word.chars() {
        match char {
            '<' | '>' | '&' => {
                let _ = write!(safe, "&#{};", u32::from(char));
            }
            '|' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' | '#' | '^' => safe.extend(['\\', char]),
            char => safe.push(char),
        }
    }
}

/// Whether GitHub or GitLab may turn a word into a link, a mention, a reference, a formula or an emoji.
fn is_active(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower.contains(['@', '$'])
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|mark| lower.contains(mark))
        || is_reference(word)
        || is_ticket(word)
        || has_emoji(&lower)
        || lower.split(|char: char| !char.is_ascii_alphanumeric()).any(is_hash)
}

/// `#12`, `owner/repo#12`; on GitLab also `!12`, `~label`, `%milestone`, `&epic` and `^alert`.
fn is_reference(word: &str) -> bool {
    word.match_indices(['#', '!', '~', '%', '&', '^']).any(|(at, mark)| {
        word[at + mark.len()..].starts_with(|next: char| next.is_alphanumeric() || matches!(next, '"' | '_'))
    })
}

/// `GH-12`, or a key of another issue tracker.
fn is_ticket(word: &str) -> bool {
    word.match_indices('-').any(|(at, _)| {
        let before = word[..at].rsplit(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or_default();
        let is_key = before.eq_ignore_ascii_case("gh")
            || before.len() > 1 && before.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit());
        is_key
            && !before.starts_with(|char: char| char.is_ascii_digit())
            && word[at + 1..].starts_with(|next: char| next.is_ascii_digit())
    })
}

/// `:tada:`
fn has_emoji(word: &str) -> bool {
    let name = |part: &str| {
        !part.is_empty() && part.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '+' | '-'))
    };
    let parts: Vec<&str> = word.split(':').collect();
    parts.len() > 2 && parts[1..parts.len() - 1].iter().any(|part| name(part))
}

/// A commit hash, or its beginning.
fn is_hash(word: &str) -> bool {
    word.len() >= 7 && word.chars().all(|char| char.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_a_platform_would_interpret_becomes_code() {
        for word in [
            "@team",
            "a@b.example",
            "https://a.example/x",
            "www.a.example",
            "#12",
            "o/r#12",
            "GH-12",
            "gh-1",
            "JIRA-7",
            "$x$",
            ":tada:",
            "0123abc",
            "deadbeefcafe",
            "!12",
            "~bug",
            "%1",
            "&3",
            "mailto:x",
        ] {
            assert_eq!(inert(word), format!("`{word}`"));
            assert_eq!(inert(&format!("see {word} now")), format!("see `{word}` now"));
        }
    }

    #[test]
    fn other_text_is_only_escaped() {
        assert_eq!(
            inert("48 days behind (2026-10-20); fr-par-1 x86_64: 100%, # a"),
            "48 days behind (2026-10-20); fr-par-1 x86\\_64: 100%, \\# a"
        );
        assert_eq!(inert("a|b <c> *d* ~ `e|f` [x]"), "a\\|b &#60;c&#62; \\*d\\* \\~ `e\\|f` \\[x\\]");
        assert_eq!(inert("a\n\u{1b}b"), "a\\\\u{a}\\\\u{1b}b");
        assert_eq!(inert("` @a ``"), "&#96; `@a` &#96;&#96;");
        assert_eq!(inert("`a`@b"), "`a` `@b`");
        assert_eq!(inert("@a\\|b"), "`@a\\\\u{7c}b`");
    }
}
