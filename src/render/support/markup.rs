//! Text in XML and HTML.

use std::borrow::Cow;

use crate::domain::diagnostics::is_unprintable;

/// Text made safe to stand in an element or a quoted attribute. Characters that XML cannot hold, that a terminal obeys or
/// that are not seen are spelled out.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| {
        matches!(c, '&' | '<' | '>' | '"' | '\'')
            || (is_unprintable(c) && c != '\n')
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char if special(char) => safe.extend(char.escape_unicode()),
            char => safe.push(char),
        }
    }
    Cow::Owned(safe)
}
