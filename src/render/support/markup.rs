//! Text in XML and HTML.

use crate::domain::diagnostics::is_unprintable;

/// Escapes text for an element or a quoted attribute. Control characters, invisible characters and characters that are not
/// allowed in XML are replaced with their code points.
pub(crate) fn escaped(text: &str) -> String {
    let is_unsafe = |char| is_unprintable(char) && char != '\n' || matches!(char, '\u{fffe}' | '\u{ffff}');
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char if is_unsafe(char) => safe.extend(char.escape_unicode()),
            char => safe.push(char),
        }
    }
    safe
}
