//! IDs in the files of other tools, and what they are called there.
//!
//! A file may hold UUIDs that are secrets. Which mention says that it is an image decides what may be asked about; all
//! others are only compared with what the Marketplace lists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::hcl;
use crate::domain::{LocalImageId, Name, Zone};

/// An ID in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The ID.
    pub id: LocalImageId,
    /// The zone in front of it, as Terraform writes it.
    pub zone: Option<Zone>,
    /// What the file calls it: the name of the resource, the variable or the key.
    pub name: Option<Name>,
    /// Whether the file says that it is the ID of an image.
    pub is_image: bool,
    /// The line, from 1; for JSON the first with this ID.
    pub line: usize,
}

/// The IDs in the text of a Terraform configuration, of its variables, of a state, or of any JSON; in their order.
pub fn mentions(text: &str) -> Vec<Mention> {
    let strings = match serde_json::from_str(text) {
        Ok(value) => {
            let mut strings = Vec::new();
            walk(&value, &mut Vec::new(), &mut strings);
            let lines = lines(text);
            let line = |value: &str| lines.get(id(value)).copied().unwrap_or(1);
            strings.into_iter().map(|(path, value)| (path, line(&value), value)).collect()
        }
        Err(_) => hcl::strings(text),
    };
    let mut mentions: Vec<Mention> =
        strings.into_iter().filter_map(|(path, at, value)| mention(&path, at, &value)).collect();
    let mut known = BTreeSet::new();
    mentions.retain(|mention| known.insert((mention.id, mention.name.clone())));
    mentions
}

/// The first line, from 1, of every word that is as long as a UUID.
fn lines(text: &str) -> BTreeMap<&str, usize> {
    let mut lines = BTreeMap::new();
    for (n, line) in text.lines().enumerate() {
        for word in
            line.split(|char: char| !char.is_ascii_alphanumeric() && char != '-').filter(|word| word.len() == 36)
        {
            lines.entry(word).or_insert(n + 1);
        }
    }
    lines
}

/// The part of `ZONE/ID` that is the ID.
fn id(value: &str) -> &str {
    value.rsplit_once('/').map_or(value, |(_, id)| id)
}

/// Every string of a JSON value with the keys that lead to it. A resource of a Terraform state, or of a plan in JSON, says
/// its type and name in fields beside its attributes: they are put into the path as a configuration has them.
fn walk(value: &Value, path: &mut Vec<String>, strings: &mut Vec<(Vec<String>, String)>) {
    match value {
        Value::String(text) => strings.push((path.clone(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, strings)),
        Value::Object(fields) => {
            let field = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
            let resource = ["instances", "values"].iter().any(|key| fields.contains_key(*key));
            let outer = path.clone();
            if let (true, Some(kind), Some(name)) = (resource, field("type"), field("name")) {
                *path = vec!["resource".to_owned(), kind, name];
            }
            for (key, value) in fields {
                path.push(key.clone());
                walk(value, path, strings);
                path.pop();
            }
            *path = outer;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn mention(path: &[String], line: usize, value: &str) -> Option<Mention> {
    let zone = value.rsplit_once('/').and_then(|(zone, _)| zone.parse().ok());
    let id = id(value).parse().ok()?;
    Some(Mention { id, zone, name: name(path), is_image: is_image(path), line })
}

/// Keys that say nothing of what stands under them.
fn is_silent(key: &str) -> bool {
    let silent = ["id", "zoned_id", "uuid", "default", "value", "attributes", "instances", "values", "x86_64", "arm64"];
    silent.contains(&key) || key.parse::<Zone>().is_ok()
}

/// Whether the keys say that the value is the ID of an image, and not what a secret might be.
fn is_image(path: &[String]) -> bool {
    let path: Vec<String> = path.iter().map(|key| key.to_lowercase()).collect();
    let telling: Vec<&String> = path.iter().rev().filter(|key| !is_silent(key)).take(2).collect();
    let others = ["secret", "token", "password", "key", "credential", "volume", "snapshot", "project", "organization"];
    telling.iter().any(|key| key.contains("image"))
        && !path.iter().any(|key| others.iter().any(|other| key.contains(other)))
}

/// What the file calls an ID: the block that it stands in, else the innermost key that tells.
fn name(path: &[String]) -> Option<Name> {
    let block = match path {
        [kind, _, name, ..] if matches!(kind.as_str(), "resource" | "data") => Some(name),
        [kind, name, ..] if matches!(kind.as_str(), "variable" | "module" | "output") => Some(name),
        _ => None,
    };
    let words = ["image", "images", "image_id", "imageid", "locals", "variable"];
    let tells = |key: &&String| !is_silent(key) && !words.contains(&key.to_lowercase().as_str());
    let key = block.or_else(|| path.iter().rev().find(tells))?;
    let stem =
        ["_image_id", "_image", "-image"].iter().find_map(|end| key.strip_suffix(end)).filter(|it| !it.is_empty());
    let plain = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let name: String = stem.unwrap_or(key).chars().map(plain).collect();
    let name =
        if name.starts_with(|char: char| char.is_ascii_digit() || char == '-') { format!("_{name}") } else { name };
    name.parse().ok()
}
