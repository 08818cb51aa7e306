//! A `locals` block: `local.images["web"]["fr-par-1"]["x86_64"].zoned_id`.

use super::{HEAD, Leaf, Nested, ids};
use crate::domain::lock::Lock;

/// Formatted as `terraform fmt` has it.
pub(super) fn write(lock: &Lock) -> String {
    let mut text = format!("{HEAD}locals {{\n  images = {{\n");
    nested(Nested::new(lock, ids), "    ", &mut text);
    text.push_str("  }\n}\n");
    text
}

fn nested(value: Nested<'_>, indent: &str, text: &mut String) {
    if let Some(Leaf(entries)) = value.leaf() {
        let widest = entries.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
        for (key, value) in entries {
            // Every word is checked when it is made and holds nothing that HCL would have to escape.
            let space = &"            "[..widest - key.len()];
            text.extend([indent, key, space, " = \"", &value.unwrap_or_default(), "\"\n"]);
        }
        return;
    }
    let inside = format!("{indent}  ");
    for (key, inner) in value.entries() {
        text.extend([indent, "\"", key, "\" = {\n"]);
        nested(inner, &inside, text);
        text.extend([indent, "}\n"]);
    }
}
