//! Text in XML and HTML.

use crate::domain::diagnostics::is_unprintable;

/// Text made safe to stand in an element or a quoted attribute. Characters that XML cannot hold, that a terminal obeys or
/// that are not seen are spelled out.
pub(crate) fn escaped(text: &str) -> String {
    let is_unseen = |char| is_unprintable(char) && char != '\n' || matches!(char, '\u{fffe}' | '\u{ffff}');
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char if is_unseen(char) => safe.extend(char.escape_unicode()),
            char => safe.push(char),
        }
    }
    safe
}
