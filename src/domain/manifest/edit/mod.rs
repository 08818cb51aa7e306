//! Edits the text of a manifest: declares, changes and removes images. All other bytes stay the same.

mod gaps;
mod layout;

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;
use toml_edit::{Array, Datetime, DocumentMut, InlineTable, Item, Key, Table, TableLike, Value};

use super::Manifest;
use super::accept::ACCEPT;
use crate::domain::diagnostics::{Problem, Span};
use crate::domain::manifest::toml_reader::{self, document};
use crate::domain::types::Name;

/// A new image for [`declare`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The name, not validated.
    pub name: String,
    /// The keys with their values, not validated. One value is written as a string, and several as a list. `eol` is written as a
    /// date, and `freeze`, whose values are the last day and the reason, as a table. Keys without values are left out.
    pub keys: Vec<(&'static str, Vec<String>)>,
}

impl Declaration {
    fn values(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.keys.iter().filter(|(_, values)| !values.is_empty()).map(|(key, values)| (*key, value(key, values)))
    }

    fn inline(&self) -> Value {
        self.values().collect::<InlineTable>().into()
    }
}

/// The TOML value of a key.
fn value(key: &str, values: &[String]) -> Value {
    match (key, values) {
        ("freeze", [until, reason]) => {
            InlineTable::from_iter([("reason", reason.into()), ("until", date(until))]).into()
        }
        ("eol", [day]) => date(day),
        (_, [one]) => one.into(),
        (_, values) => Value::Array(values.iter().collect::<Array>()),
    }
}

/// A date, or a string if the text is not a date. Parsing the manifest then reports the string as an invalid date.
fn date(text: &str) -> Value {
    text.parse::<Datetime>().map_or_else(|_| text.into(), Value::from)
}

/// Declares images after the last one, in the same form. The result can be invalid, so the caller must parse it.
///
/// # Errors
/// Fails if the text is not TOML, or already declares one of the names.
pub fn declare(text: &str, declarations: &[Declaration]) -> Result<String, Vec<Problem>> {
    let declared = declared(text)?;
    let again = declarations.iter().filter_map(|declaration| {
        let span = declared.get(&declaration.name)?;
        let problem = Problem::new(format!("the image `{}` is already declared", declaration.name));
        Some(problem.at(span.clone(), "declared here").help("edit this declaration, or choose another name"))
    });
    let problems: Vec<Problem> = again.collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    edit(text, |document| {
        if let Some(images) = document.get_mut("images").and_then(Item::as_inline_table_mut) {
            space_last(images);
            images.extend(declarations.iter().map(|declaration| (declaration.name.as_str(), declaration.inline())));
            return;
        }
        let is_short = has_one_line_images(document);
        let (position, mut prefix) = gaps::after_images(document);
        if is_short && prefix == "\n" {
            prefix.clear();
        }
        let images = document.entry("images").or_insert_with(|| {
            let mut images = Table::new();
            images.set_implicit(true);
            images.into()
        });
        let Some(images) = images.as_table_mut() else { return };
        for declaration in declarations {
            let prefix = std::mem::replace(&mut prefix, if is_short { String::new() } else { "\n".to_owned() });
            if is_short {
                images.insert(&declaration.name, declaration.inline().into());
                if let Some(mut key) = images.key_mut(&declaration.name) {
                    key.leaf_decor_mut().set_prefix(prefix);
                }
                continue;
            }
            let mut table: Table = declaration.values().collect();
            table.set_position(Some(position));
            table.decor_mut().set_prefix(prefix);
            images.insert(&declaration.name, table.into());
        }
    })
}

/// Whether every image is one line under `[images]`: `web = { label = "ubuntu_noble" }`.
fn has_one_line_images(document: &DocumentMut) -> bool {
    let images = document.get("images").and_then(Item::as_table).filter(|images| !images.is_dotted());
    images.is_some_and(|images| !images.is_empty() && images.iter().all(|(_, image)| image.is_inline_table()))
}

/// Resets the spaces around the last value of an inline table, which are different if another value follows.
fn space_last(table: &mut InlineTable) {
    if let Some((_, last)) = table.iter_mut().last() {
        last.decor_mut().clear();
    }
}

/// Sets keys of a declared image. The plural form of a key replaces the singular form, and vice versa: `zones` replaces `zone`.
///
/// # Errors
/// Fails if the text is not TOML.
pub fn set(text: &str, name: &Name, keys: &[(&str, Vec<String>)]) -> Result<String, Vec<Problem>> {
    edit(text, |document| {
        let images = document.get_mut("images").and_then(Item::as_table_like_mut);
        let image = images.and_then(|images| images.get_mut(name.as_str())).and_then(Item::as_table_like_mut);
        if let Some(image) = image {
            set_keys(image, keys);
        }
    })
}

/// Adds the new keys first. Then it removes each old key and inserts it again at the end, so that all old keys keep their order, even
/// if a key gets another name.
fn set_keys(image: &mut dyn TableLike, keys: &[(&str, Vec<String>)]) {
    let new_of = |old: &str| keys.iter().find(|(new, _)| new.trim_end_matches('s') == old.trim_end_matches('s'));
    let before: Vec<(Key, Item)> = image
        .iter()
        .filter_map(|(key, _)| image.get_key_value(key))
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect();
    for (key, values) in keys {
        if !before.iter().any(|(old, _)| new_of(old).is_some_and(|(new, _)| new == key)) {
            image.insert(key, value(key, values).into());
        }
    }
    for (old, item) in before {
        image.remove(&old);
        let (key, item) = match new_of(&old) {
            Some((new, values)) => {
                let mut value = value(new, values);
                if let Some(old) = item.as_value() {
                    *value.decor_mut() = old.decor().clone();
                }
                let key = Key::new(*new).with_leaf_decor(old.leaf_decor().clone());
                (key, value.into())
            }
            None => (old, item),
        };
        image.entry_format(&key).or_insert(item);
    }
}

/// Removes images, the acceptances that match no other image, and the comments directly above and below them. Names that are not
/// declared are ignored.
///
/// # Errors
/// Fails if the text is not a valid manifest.
pub fn remove<'a>(text: &str, names: impl IntoIterator<Item = &'a Name>) -> Result<String, Vec<Problem>> {
    let manifest = Manifest::parse(text)?;
    let images: BTreeSet<&str> = names.into_iter().map(Name::as_str).collect();
    let acceptances = |is_removed: bool| {
        let targets = manifest.targets().iter();
        let targets = targets.filter(|target| images.contains(target.cell.name.as_str()) == is_removed);
        targets.flat_map(|target| &target.policy.accept).map(|it| it.image.as_str()).collect::<BTreeSet<&str>>()
    };
    let acceptances = &acceptances(true) - &acceptances(false);
    let removal = gaps::Removal { images, acceptances };
    edit(text, |document| {
        gaps::remove_comments(document, &removal);
        if let Some(images) = document.get_mut("images").and_then(Item::as_table_like_mut) {
            removal.images.iter().for_each(|name| drop(images.remove(name)));
        }
        document.get_mut("images").and_then(Item::as_inline_table_mut).map(space_last);
        match document.get_mut(ACCEPT) {
            Some(Item::ArrayOfTables(tables)) => tables.retain(|table| !removal.has_acceptance(table)),
            Some(Item::Value(Value::Array(items))) => {
                items.retain(|item| !item.as_inline_table().is_some_and(|table| removal.has_acceptance(table)));
            }
            _ => {}
        }
    })
}

/// The declared images, with the spans of their names.
fn declared(text: &str) -> Result<BTreeMap<String, Span>, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(document) = document(text, &mut problems) else { return Err(problems) };
    let Some(value) = document.get_ref().get("images") else { return Ok(BTreeMap::new()) };
    match value.get_ref() {
        DeValue::Table(images) => Ok(images.keys().map(|name| (name.get_ref().to_string(), name.span())).collect()),
        // `images` is not a table, and parsing reports why.
        _ => Manifest::parse(text).map(|_| BTreeMap::new()),
    }
}

/// Edits a text as a TOML document, and restores the lines that did not change.
fn edit(text: &str, change: impl FnOnce(&mut DocumentMut)) -> Result<String, Vec<Problem>> {
    let (mark, lines) = text.strip_prefix('\u{feff}').map_or(("", text), |lines| ("\u{feff}", lines));
    let ended = if lines.is_empty() || lines.ends_with('\n') { lines.to_owned() } else { format!("{lines}\n") };
    let mut document: DocumentMut = ended.parse().map_err(|_| {
        let mut problems = Vec::new();
        toml_reader::parse(text, &mut problems);
        if problems.is_empty() {
            problems.push(Problem::new("the TOML of the manifest cannot be edited"));
        }
        problems
    })?;
    // New headers copy the spaces and quotes of the first header, so they are reset.
    if document.get("images").is_some_and(Item::is_table)
        && let Some(mut images) = document.key_mut("images")
    {
        images.fmt();
    }
    let before = document.to_string();
    change(&mut document);
    Ok(mark.to_owned() + &layout::restored(lines, &before, &document.to_string()))
}

#[cfg(test)]
mod tests;
