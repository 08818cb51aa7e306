//! Maps in maps, image, then zone, then architecture, in the syntax of JSON, YAML or HCL.
//!
//! Every word of a lock is checked when it is made, and holds nothing that one of the three would have to escape.

use std::fmt::{self, Write};

use super::{HEAD, zoned_id};
use crate::domain::ImageRef;
use crate::domain::lock::Pin;

/// A document whose one map is that of the images.
pub(super) struct Nested {
    syntax: Syntax,
    /// All before the map, up to its key.
    head: [&'static str; 2],
    /// All behind the map.
    tail: &'static str,
    /// How far the key of the map is indented.
    depth: usize,
    /// Writes the entries of a pin.
    entries: fn(&Pin, &mut Leaf<'_>),
}

/// Variables of Terraform, OpenTofu and Packer: `map(map(map(object({ id = string, zoned_id = string }))))`. JSON has no
/// comments, and an unknown variable would be a warning, so there is nothing else in it.
pub(super) const TFVARS: Nested =
    Nested { syntax: JSON_SYNTAX, head: ["{\n", "  \"images\""], tail: "\n}\n", depth: 1, entries: ids };

/// A `locals` block: `local.images["web"]["fr-par-1"]["x86_64"].zoned_id`.
pub(super) const HCL: Nested =
    Nested { syntax: HCL_SYNTAX, head: [HEAD, "locals {\n  images"], tail: "\n}\n", depth: 1, entries: ids };

/// Variables of Ansible: `{{ imagelock["web"]["fr-par-1"]["x86_64"].id }}`. In a play, all variables share one room.
pub(super) const ANSIBLE: Nested =
    Nested { syntax: YAML_SYNTAX, head: [HEAD, "---\n\"imagelock\""], tail: "\n", depth: 0, entries: ids };

/// All that a pin has: `imagelock.export/1`.
pub(super) const JSON: Nested =
    Nested { tail: ",\n  \"schema\": \"imagelock.export/1\"\n}\n", entries: everything, ..TFVARS };

/// The same in YAML.
pub(super) const YAML: Nested = Nested {
    head: [HEAD, "---\n\"images\""],
    tail: "\n\"schema\": \"imagelock.export/1\"\n",
    entries: everything,
    ..ANSIBLE
};

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
const YAML_SYNTAX: Syntax =
    Syntax { opens: ":", empty: ": {}", closes: "", between: "", quote: "\"", width: 0, is: ": " };

/// As `terraform fmt` has it.
const HCL_SYNTAX: Syntax =
    Syntax { opens: " = {", empty: " = {}", closes: "}", between: "", quote: "", width: "zoned_id".len(), is: " = " };

impl Nested {
    /// Writes the document, a pin at a time.
    pub(super) fn write(&self, pins: &[Pin], to: &mut impl Write) -> fmt::Result {
        let Self { syntax, .. } = self;
        self.head.iter().try_for_each(|part| to.write_str(part))?;
        to.write_str(if pins.is_empty() { syntax.empty } else { syntax.opens })?;
        let mut text = String::new();
        let mut open: Option<[&str; 3]> = None;
        for pin in pins {
            let keys = [pin.cell.name.as_str(), pin.cell.zone.as_str(), pin.cell.arch.as_str()];
            // Pins are sorted, so whatever belongs into one map stands together.
            let shared = open.map_or(0, |open| keys.iter().zip(open).take_while(|(key, open)| *key == open).count());
            if open.is_some() {
                self.close(shared + 1..=3, &mut text);
                text.push_str(syntax.between);
            }
            for (level, key) in keys.iter().enumerate().skip(shared) {
                line(self.depth + level + 1, &mut text);
                text.extend(["\"", key, "\"", syntax.opens]);
            }
            (self.entries)(pin, &mut Leaf { syntax: *syntax, depth: self.depth + 4, text: &mut text, is_begun: false });
            open = Some(keys);
            to.write_str(&text)?;
            text.clear();
        }
        if open.is_some() {
            self.close(0..=3, &mut text);
        }
        to.write_str(&text)?;
        to.write_str(self.tail)
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

/// The map that stands for a pin.
struct Leaf<'t> {
    syntax: Syntax,
    depth: usize,
    text: &'t mut String,
    is_begun: bool,
}

impl Leaf<'_> {
    /// A string, or nothing, under a key.
    fn entry(&mut self, key: &str, value: Option<impl fmt::Display>) {
        let Syntax { between, quote, width, is, .. } = self.syntax;
        if std::mem::replace(&mut self.is_begun, true) {
            self.text.push_str(between);
        }
        line(self.depth, self.text);
        self.text.extend([quote, key, quote]);
        self.text.extend(std::iter::repeat_n(' ', width.saturating_sub(key.len())));
        self.text.push_str(is);
        // Writing to a string cannot fail.
        let _ = match value {
            Some(value) => write!(self.text, "\"{value}\""),
            None => self.text.write_str("null"),
        };
    }
}

fn ids(pin: &Pin, leaf: &mut Leaf<'_>) {
    leaf.entry("id", Some(pin.id));
    leaf.entry("zoned_id", Some(zoned_id(pin)));
}

fn everything(pin: &Pin, leaf: &mut Leaf<'_>) {
    let (image, version) = match &pin.image {
        ImageRef::Label(_) => (None, None),
        ImageRef::Id(id) => (Some(id), None),
        ImageRef::Version(id) => (None, Some(id)),
    };
    leaf.entry("id", Some(pin.id));
    leaf.entry("image_id", image);
    leaf.entry("instance_type", pin.instance_type.as_ref());
    leaf.entry("label", pin.label());
    leaf.entry("published", pin.published);
    leaf.entry("release", pin.release.as_ref());
    leaf.entry("type", Some(pin.image_type));
    leaf.entry("version_id", version);
    leaf.entry("volume_type", Some(pin.image_type.volume_type()));
    leaf.entry("zoned_id", Some(zoned_id(pin)));
}
