//! A `locals` block: `local.images["web"]["fr-par-1"]["x86_64"].zoned_id`.

use std::fmt::Write as _;

use super::{HEAD, Tree, zoned_id};

/// Formatted as `terraform fmt` has it.
pub(super) fn write(tree: &Tree<'_>) -> String {
    let mut text = format!("{HEAD}locals {{\n  images = {{\n");
    for (name, zones) in tree {
        // Every word is checked when it is made and holds nothing that HCL would have to escape.
        let _ = writeln!(text, "    \"{name}\" = {{");
        for (zone, archs) in zones {
            let _ = writeln!(text, "      \"{zone}\" = {{");
            for (arch, pin) in archs {
                let _ = write!(
                    text,
                    "        \"{arch}\" = {{\n          id       = \"{}\"\n          zoned_id = \"{}\"\n        }}\n",
                    pin.id,
                    zoned_id(pin)
                );
            }
            text.push_str("      }\n");
        }
        text.push_str("    }\n");
    }
    text.push_str("  }\n}\n");
    text
}
