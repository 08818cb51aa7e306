//! Nested maps of strings -> YAML, every string in quotes: `no` is a name, and not the opposite of `yes`.

use super::{Leaf, Nested};

/// A map under a key of the document.
pub(super) fn map(key: &str, value: Nested<'_>, text: &mut String) {
    let is_empty = value.pins.is_empty();
    begin(0, key, if is_empty { " {}\n" } else { "\n" }, text);
    nested(value, 1, text);
}

/// A string under a key.
pub(super) fn entry(depth: usize, key: &str, value: &str, text: &mut String) {
    begin(depth, key, " ", text);
    quoted(value, text);
    text.push('\n');
}

fn nested(value: Nested<'_>, depth: usize, text: &mut String) {
    if let Some(Leaf(entries)) = value.leaf() {
        for (key, value) in entries {
            match value {
                Some(value) => entry(depth, key, &value, text),
                None => begin(depth, key, " null\n", text),
            }
        }
        return;
    }
    for (key, inner) in value.entries() {
        begin(depth, key, "\n", text);
        nested(inner, depth + 1, text);
    }
}

fn begin(depth: usize, key: &str, end: &str, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
    quoted(key, text);
    text.push(':');
    text.push_str(end);
}

/// Writes a string in quotes. JSON's strings are YAML's.
fn quoted(string: &str, text: &mut String) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if string.bytes().all(is_plain) {
        text.extend(["\"", string, "\""]);
    } else {
        text.push_str(&serde_json::Value::from(string).to_string());
    }
}
