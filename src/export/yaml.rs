//! Nested maps of strings -> YAML, every string in quotes: `no` is a name, and not the opposite of `yes`.

use serde_json::Value;

use super::HEAD;

/// A whole file.
pub(super) fn write(value: &Value) -> String {
    format!("{HEAD}{}", document(value))
}

/// The document without a head.
pub(super) fn document(value: &Value) -> String {
    let mut text = "---\n".to_owned();
    nested(value, 0, &mut text);
    text
}

fn nested(value: &Value, depth: usize, text: &mut String) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        let indent = "  ".repeat(depth);
        // JSON's strings are YAML's.
        let key = Value::String(key.clone());
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push_str(&[indent.as_str(), &key.to_string(), ":\n"].concat());
                nested(value, depth + 1, text);
            }
            scalar => text.push_str(&[indent.as_str(), &key.to_string(), ": ", &scalar.to_string(), "\n"].concat()),
        }
    }
}
