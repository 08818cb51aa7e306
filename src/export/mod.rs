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

use std::collections::BTreeMap;

use crate::domain::lock::{Lock, Pin};
use crate::domain::mend::both_sides;
use crate::domain::output::Format;
use crate::domain::problem::Problem;

/// The first line of a file whose format has comments.
const HEAD: &str = "# This file is written by imagelock from its lockfile. Change images.toml instead of editing it.\n";

/// Image, zone, architecture -> pin, as text.
type Tree<'l> = BTreeMap<&'l str, BTreeMap<&'l str, BTreeMap<&'l str, &'l Pin>>>;

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
        Format::Tfvars => Ok(tfvars::write(&tree(lock))),
        Format::Hcl => Ok(hcl::write(&tree(lock))),
        Format::Ansible => Ok(ansible::write(&tree(lock))),
        Format::Env => env::write(lock),
        Format::Json => Ok(json::write(&tree(lock))),
        Format::Yaml => Ok(yaml::write(&json::value(&tree(lock)))),
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

fn tree(lock: &Lock) -> Tree<'_> {
    let mut tree = Tree::new();
    for pin in lock.pins() {
        let zones = tree.entry(pin.cell.name.as_str()).or_default();
        zones.entry(pin.cell.zone.as_str()).or_default().insert(pin.cell.arch.as_str(), pin);
    }
    tree
}

/// `ZONE/ID`, as Terraform's resources want it.
fn zoned_id(pin: &Pin) -> String {
    format!("{}/{}", pin.cell.zone, pin.id)
}

/// Both forms of the ID, image by image, zone by zone, architecture by architecture.
fn ids(tree: &Tree<'_>) -> serde_json::Value {
    let pin = |pin: &Pin| serde_json::json!({"id": pin.id.to_string(), "zoned_id": zoned_id(pin)});
    serde_json::json!({"images": map(tree, pin)})
}

/// The tree with each pin turned into a value.
fn map(tree: &Tree<'_>, value: impl Fn(&Pin) -> serde_json::Value) -> serde_json::Value {
    let object = |entries: Vec<(&str, serde_json::Value)>| {
        serde_json::Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    object(
        tree.iter()
            .map(|(name, zones)| {
                let zones = zones.iter().map(|(zone, archs)| {
                    (*zone, object(archs.iter().map(|(arch, pin)| (*arch, value(pin))).collect()))
                });
                (*name, object(zones.collect()))
            })
            .collect(),
    )
}
