//! Lock -> what another tool reads, a file a format.
//!
//! All but `env` have one shape: image, then zone, then architecture. Adding a zone or an architecture adds a branch and
//! moves no other; values are sorted, and the same lock gives the same bytes.

mod ansible;
mod env;
mod hcl;
mod json;
mod tfvars;
mod yaml;

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::domain::lock::{Lock, Pin};
use crate::domain::mend::both_sides;
use crate::domain::output::Format;
use crate::domain::problem::Problem;

/// The first line of a file whose format has comments.
const HEAD: &str = "# This file is written by imagelock from its lockfile. Change images.toml instead of editing it.\n";

/// Writes the pins in a format.
///
/// # Errors
/// If a block of the lock was edited, so that nobody vouches for its ID; or if two pins cannot be told apart in the
/// format.
pub fn export(lock: &Lock, format: Format) -> Result<String, Vec<Problem>> {
    let edited: Vec<Problem> = lock.pins().iter().filter_map(|pin| lock.edited(&pin.cell)).collect();
    if !edited.is_empty() {
        return Err(edited);
    }
    match format {
        Format::Tfvars => Ok(tfvars::write(lock)),
        Format::Hcl => Ok(hcl::write(lock)),
        Format::Ansible => Ok(ansible::write(lock)),
        Format::Env => env::write(lock),
        Format::Json => Ok(json::write(lock)),
        Format::Yaml => Ok(json::yaml(lock)),
    }
}

/// Whether a file is one that imagelock wrote in this format, so that it may be replaced; an empty one may be, too.
pub fn is_ours(format: Format, text: &str) -> bool {
    // git may have left conflicts in it. What is made of the lock has no other side to keep.
    both_sides(text).is_some_and(|sides| sides.iter().all(|side| is_whole_and_ours(format, side)))
}

fn is_whole_and_ours(format: Format, text: &str) -> bool {
    let json = || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap_or_default();
    let head = || text.lines().find(|line| !line.trim().is_empty());
    text.trim().is_empty()
        || match format {
            Format::Hcl | Format::Ansible | Format::Env | Format::Yaml => head() == HEAD.lines().next(),
            Format::Json => {
                let schema = json();
                schema.get("schema").and_then(|it| it.as_str()).is_some_and(|it| it.starts_with("imagelock.export/"))
            }
            Format::Tfvars => json().keys().map(String::as_str).eq(["images"]),
        }
}

/// What stands for a pin: keys and values, `None` where there is no value.
struct Leaf<'l>(Vec<(&'static str, Option<Cow<'l, str>>)>);

/// Pins as maps in maps: image, zone, architecture. They are sorted, so whatever belongs together stands together.
#[derive(Clone, Copy)]
struct Nested<'l> {
    pins: &'l [Pin],
    depth: usize,
    leaf: fn(&'l Pin) -> Leaf<'l>,
}

impl<'l> Nested<'l> {
    fn new(lock: &'l Lock, leaf: fn(&'l Pin) -> Leaf<'l>) -> Self {
        Self { pins: lock.pins(), depth: 0, leaf }
    }

    /// The leaf, where this is one.
    fn leaf(&self) -> Option<Leaf<'l>> {
        if self.depth == 3 { self.pins.first().map(self.leaf) } else { None }
    }

    /// The entries of this map, where it is none.
    fn entries(self) -> impl Iterator<Item = (&'l str, Self)> {
        let groups = self.pins.chunk_by(move |a, b| self.key(a) == self.key(b));
        groups.map(move |pins| (self.key(&pins[0]), Self { pins, depth: self.depth + 1, ..self }))
    }

    /// The key of a pin in this map.
    fn key<'p>(&self, pin: &'p Pin) -> &'p str {
        match self.depth {
            0 => pin.cell.name.as_str(),
            1 => pin.cell.zone.as_str(),
            _ => pin.cell.arch.as_str(),
        }
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.leaf() {
            Some(Leaf(entries)) => entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?,
            None => (*self).entries().try_for_each(|(key, inner)| map.serialize_entry(key, &inner))?,
        }
        map.end()
    }
}

/// `ZONE/ID`, as Terraform's resources want it.
fn zoned_id(pin: &Pin) -> String {
    [pin.cell.zone.as_str(), "/", &pin.id.to_string()].concat()
}

/// Both forms of the ID.
fn ids(pin: &Pin) -> Leaf<'_> {
    Leaf(vec![("id", Some(pin.id.to_string().into())), ("zoned_id", Some(zoned_id(pin).into()))])
}

/// JSON for people to read as well.
fn pretty(value: &impl Serialize) -> String {
    // Strings and maps: nothing in it can fail to serialise.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
