//! Nested maps, image, then zone, then architecture, in the syntax of JSON, YAML or HCL.
//!
//! Every word of a lock is checked when it is made, and has no character that one of the three would have to escape.

use std::fmt::Display;

use crate::domain::lock::Pin;
use crate::domain::manifest::outputs::Format;
use crate::domain::types::{ImageRef, ZonedId};

/// A document whose one map is that of the images.
pub(super) struct Nested {
    syntax: Syntax,
    /// The text between the head of the file and the map, up to its key.
    opening: &'static str,
    /// The text after the map.
    tail: &'static str,
    /// How far the key of the map is indented.
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

/// Variables of Terraform, OpenTofu and Packer: `map(map(map(object({ id = string, zoned_id = string }))))`. An unknown
/// variable would be a warning, so there is nothing else in it but the comment.
const TFVARS: Nested = Nested { syntax: JSON_SYNTAX, opening: "  \"images\"", tail: "\n}\n", depth: 1, entries: IDS };

/// A `locals` block: `local.images["web"]["fr-par-1"]["x86_64"].zoned_id`.
const HCL: Nested = Nested { syntax: HCL_SYNTAX, opening: "locals {\n  images", tail: "\n}\n", depth: 1, entries: IDS };

/// Variables of Ansible: `{{ imagelock["web"]["fr-par-1"]["x86_64"].id }}`. In a play, all variables share one namespace.
const ANSIBLE: Nested =
    Nested { syntax: YAML_SYNTAX, opening: "---\n\"imagelock\"", tail: "\n", depth: 0, entries: IDS };

/// All fields of a pin: `imagelock.export/1`.
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

/// How maps are written.
#[derive(Clone, Copy)]
struct Syntax {
    /// After the key of a map; and the same for a map without entries.
    opens: &'static str,
    empty: &'static str,
    /// After the last entry.
    closes: &'static str,
    /// Between two entries.
    between: &'static str,
    /// Around the key of a string, how many columns it takes at least, and what follows it.
    quote: &'static str,
    width: usize,
    is: &'static str,
}

const JSON_SYNTAX: Syntax =
    Syntax { opens: ": {", empty: ": {}", closes: "}", between: ",", quote: "\"", width: 0, is: ": " };

/// Every string is in quotes: `no` is a name, and not the opposite of `yes`.
const YAML_SYNTAX: Syntax = Syntax { opens: ":", closes: "", between: "", ..JSON_SYNTAX };

/// As `terraform fmt` writes it.
const HCL_SYNTAX: Syntax =
    Syntax { opens: " = {", empty: " = {}", closes: "}", between: "", quote: "", width: "zoned_id".len(), is: " = " };

impl Nested {
    /// The text of the document.
    pub(super) fn text(&self, pins: &[Pin]) -> String {
        let Self { syntax, opening, tail, .. } = self;
        let mut text = String::from(*opening) + if pins.is_empty() { syntax.empty } else { syntax.opens };
        let keys = self.keys();
        let mut open: Option<[&str; 3]> = None;
        for pin in pins {
            let levels = [pin.cell.name.as_str(), pin.cell.zone.as_str(), pin.cell.arch.as_str()];
            // Pins are sorted, so the pins of one map follow each other.
            let shared =
                open.map_or(0, |open| levels.iter().zip(open).take_while(|(level, open)| *level == open).count());
            if open.is_some() {
                self.close(shared + 1..=3, &mut text);
                text.push_str(syntax.between);
            }
            for (level, key) in levels.iter().enumerate().skip(shared) {
                line(self.depth + level + 1, &mut text);
                text.extend(["\"", key, "\"", syntax.opens]);
            }
            for (key, (_, value)) in keys.iter().zip(self.entries) {
                text.push_str(key);
                match value(pin) {
                    Some(value) => text.extend(["\"", &value, "\""]),
                    None => text.push_str("null"),
                }
            }
            open = Some(levels);
        }
        if open.is_some() {
            self.close(0..=3, &mut text);
        }
        text + tail
    }

    /// The text between two values of a pin: made once, for it is most of the whole.
    fn keys(&self) -> Vec<String> {
        let Syntax { between, quote, width, is, .. } = self.syntax;
        let key = |(number, (key, _)): (usize, &Entry)| {
            let mut text = String::from(if number > 0 { between } else { "" });
            line(self.depth + 4, &mut text);
            text.extend([quote, key, quote, &" ".repeat(width.saturating_sub(key.len())), is]);
            text
        };
        self.entries.iter().enumerate().map(key).collect()
    }

    /// Ends the maps of these levels, the deepest first.
    fn close(&self, levels: std::ops::RangeInclusive<usize>, text: &mut String) {
        for level in levels.rev().filter(|_| !self.syntax.closes.is_empty()) {
            line(self.depth + level, text);
            text.push_str(self.syntax.closes);
        }
    }
}

/// Begins a line.
fn line(depth: usize, text: &mut String) {
    const MARGIN: &str = "\n          ";
    text.push_str(&MARGIN[..=2 * depth]);
}
