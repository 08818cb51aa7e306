//! Nested maps (image, then zone, then architecture) in the syntax of JSON, YAML or HCL.
//!
//! No value is escaped: the types of a lockfile allow no characters that these formats would have to escape.

use std::fmt::Display;

use crate::domain::lock::Pin;
use crate::domain::manifest::outputs::Format;
use crate::domain::types::{ImageRef, ZonedId};

/// A document that contains one map, with the images.
pub(super) struct Nested {
    syntax: Syntax,
    /// The text between the header of the file and the map, including the key of the map.
    opening: &'static str,
    /// The text after the map.
    tail: &'static str,
    /// The indentation of the map's key, in levels.
    depth: usize,
    /// The entries for a pin.
    entries: &'static [Entry],
}

/// A key, and its value for a pin.
type Entry = (&'static str, fn(&Pin) -> Option<String>);

/// The document of a format; `env` has none.
pub(super) fn document(format: Format) -> Option<&'static Nested> {
    match format {
        Format::Tfvars => Some(&TFVARS),
        Format::Hcl => Some(&HCL),
        Format::Ansible => Some(&ANSIBLE),
        Format::Json => Some(&JSON),
        Format::Yaml => Some(&YAML),
        Format::Env => None,
    }
}

/// Variables of Terraform, OpenTofu and Packer: `map(map(map(object({ id = string, zoned_id = string }))))`. The file
/// has no other keys, because these tools warn about undeclared variables.
const TFVARS: Nested = Nested { syntax: JSON_SYNTAX, opening: "  \"images\"", tail: "\n}\n", depth: 1, entries: IDS };

/// A `locals` block: `local.images["web"]["fr-par-1"]["x86_64"].zoned_id`.
const HCL: Nested = Nested { syntax: HCL_SYNTAX, opening: "locals {\n  images", tail: "\n}\n", depth: 1, entries: IDS };

/// Variables of Ansible: `{{ imagelock["web"]["fr-par-1"]["x86_64"].id }}`. The key is `imagelock` because all
/// variables of a play share one namespace.
const ANSIBLE: Nested =
    Nested { syntax: YAML_SYNTAX, opening: "---\n\"imagelock\"", tail: "\n", depth: 0, entries: IDS };

/// All fields of each pin, in the schema `imagelock.export/1`.
const JSON: Nested = Nested { tail: ",\n  \"schema\": \"imagelock.export/1\"\n}\n", entries: EVERYTHING, ..TFVARS };

/// The same in YAML.
const YAML: Nested = Nested {
    opening: "---\n\"images\"",
    tail: "\n\"schema\": \"imagelock.export/1\"\n",
    entries: EVERYTHING,
    ..ANSIBLE
};

const IDS: &[Entry] =
    &[("id", |pin| text(Some(pin.id))), ("zoned_id", |pin| text(Some(ZonedId(&pin.cell.zone, pin.id))))];

const EVERYTHING: &[Entry] = &[
    ("id", |pin| text(Some(pin.id))),
    ("image_id", |pin| text(if let ImageRef::Id(id) = pin.image { Some(id) } else { None })),
    ("instance_type", |pin| text(pin.instance_type.as_ref())),
    ("label", |pin| text(pin.label())),
    ("published", |pin| text(pin.published)),
    ("release", |pin| text(pin.release.as_ref())),
    ("type", |pin| text(Some(pin.image_type))),
    ("version_id", |pin| text(pin.version)),
    ("volume_type", |pin| text(Some(pin.image_type.volume_type()))),
    ("zoned_id", |pin| text(Some(ZonedId(&pin.cell.zone, pin.id)))),
];

fn text(value: Option<impl Display>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// The syntax of maps.
#[derive(Clone, Copy)]
struct Syntax {
    /// The text after the key of a map.
    opens: &'static str,
    /// The text after the key of a map without entries.
    empty: &'static str,
    /// The text after the last entry.
    closes: &'static str,
    /// The text between two entries.
    between: &'static str,
    /// The quotation mark around the key of a string.
    quote: &'static str,
    /// The minimum width of such a key, in columns.
    width: usize,
    /// The text between such a key and its value.
    is: &'static str,
}

const JSON_SYNTAX: Syntax =
    Syntax { opens: ": {", empty: ": {}", closes: "}", between: ",", quote: "\"", width: 0, is: ": " };

/// All strings are quoted, because YAML would read an unquoted `no` as false.
const YAML_SYNTAX: Syntax = Syntax { opens: ":", closes: "", between: "", ..JSON_SYNTAX };

/// The layout of `terraform fmt`.
const HCL_SYNTAX: Syntax =
    Syntax { opens: " = {", empty: " = {}", closes: "}", between: "", quote: "", width: "zoned_id".len(), is: " = " };

impl Nested {
    /// The text of the document.
    pub(super) fn text(&self, pins: &[Pin]) -> String {
        let mut text = self.opening.to_owned();
        match pins {
            [] => text.push_str(self.syntax.empty),
            pins => self.map(0, pins, &mut text),
        }
        text + self.tail
    }

    /// Writes the map of a level: by name, by zone, or by architecture.
    fn map(&self, level: usize, pins: &[Pin], text: &mut String) {
        text.push_str(self.syntax.opens);
        // The pins are sorted, so the pins of one map are consecutive.
        for (number, pins) in pins.chunk_by(|one, next| key(one, level) == key(next, level)).enumerate() {
            self.begin(number, level, text);
            text.extend(["\"", key(&pins[0], level), "\""]);
            if level < 2 {
                self.map(level + 1, pins, text);
            } else {
                self.pin(&pins[0], text);
            }
        }
        self.close(level, text);
    }

    /// Writes the map of a pin.
    fn pin(&self, pin: &Pin, text: &mut String) {
        let Syntax { opens, quote, width, is, .. } = self.syntax;
        text.push_str(opens);
        for (number, (key, value)) in self.entries.iter().enumerate() {
            self.begin(number, 3, text);
            text.extend([quote, key, quote]);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(key.len())));
            match value(pin) {
                Some(value) => text.extend([is, "\"", &value, "\""]),
                None => text.extend([is, "null"]),
            }
        }
        self.close(3, text);
    }

    /// Begins the line of an entry of a map.
    fn begin(&self, number: usize, level: usize, text: &mut String) {
        text.push_str(if number > 0 { self.syntax.between } else { "" });
        line(self.depth + level + 1, text);
    }

    /// Ends the map of a level.
    fn close(&self, level: usize, text: &mut String) {
        if !self.syntax.closes.is_empty() {
            line(self.depth + level, text);
            text.push_str(self.syntax.closes);
        }
    }
}

/// The key of a pin in the map of a level.
fn key(Pin { cell, .. }: &Pin, level: usize) -> &str {
    [cell.name.as_str(), cell.zone.as_str(), cell.arch.as_str()][level]
}

/// Begins a line.
fn line(depth: usize, text: &mut String) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}
