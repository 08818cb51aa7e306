//! Text in XML and HTML.

use crate::domain::diagnostics::is_unprintable;

/// Text that is safe in an element or a quoted attribute. Invisible characters, control characters and characters that XML
/// does not allow are spelled out.
pub(crate) fn escaped(text: &str) -> String {
    let is_invisible = |char| is_unprintable(char) && char != '\n' || matches!(char, '\u{fffe}' | '\u{ffff}');
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char if is_invisible(char) => safe.extend(char.escape_unicode()),
            char => safe.push(char),
        }
    }
    safe
}
