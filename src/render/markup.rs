//! Text in XML and HTML.

use std::borrow::Cow;

/// Text made safe to stand in an element or a quoted attribute. Characters that XML cannot hold become `\u{fffd}`.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || (c.is_control() && !matches!(c, '\n' | '\t'));
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
            char if special(char) => safe.push('\u{fffd}'),
            char => safe.push(char),
        }
    }
    Cow::Owned(safe)
}
