//! Manifest text -> manifest text: declares, changes and removes images. Every other byte stays as it is.

mod gaps;
mod layout;

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;
use toml_edit::{Array, DocumentMut, Item, Key, Table, TableLike, Value};

use super::Manifest;
use crate::domain::Name;
use crate::domain::diagnostics::{Problem, Span};
use crate::domain::manifest::toml_reader::document;

/// An image to declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The name, unchecked.
    pub name: String,
    /// Each key and its values: one is written as a string, several as a list.
    pub keys: Vec<(&'static str, Vec<String>)>,
}

impl Declaration {
    fn table(&self) -> Table {
        let keys = self.keys.iter().filter(|(_, values)| !values.is_empty());
        keys.map(|(key, values)| (*key, value(values))).collect()
    }
}

fn value(values: &[String]) -> Value {
    match values {
        [one] => one.into(),
        values => Value::Array(values.iter().collect::<Array>()),
    }
}

/// Declares images after those that are declared already. The result must be parsed like any manifest.
///
/// # Errors
/// If the text is not TOML, declares one of the names already, or has its images in braces.
pub fn declare(text: &str, declarations: &[Declaration]) -> Result<String, Vec<Problem>> {
    let declared = declared(text)?;
    let again = declarations.iter().filter_map(|declaration| {
        let span = declared.get(&declaration.name)?;
        let problem = Problem::new(format!("`{}` is declared already", declaration.name));
        Some(problem.at(span.clone(), "here").help("change it there, or choose another name"))
    });
    let problems: Vec<Problem> = again.collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    edit(text, |document| {
        let (position, mut prefix) = gaps::after_images(document);
        let images = document.entry("images").or_insert_with(|| {
            let mut images = Table::new();
            images.set_implicit(true);
            images.into()
        });
        let Some(images) = images.as_table_mut() else { return };
        for declaration in declarations {
            let mut table = declaration.table();
            table.set_position(Some(position));
            table.decor_mut().set_prefix(std::mem::replace(&mut prefix, "\n".to_owned()));
            images.insert(&declaration.name, table.into());
        }
    })
}

/// Changes keys of a declared image, and adds those that it lacks. `zones` replaces `zone`, and the other way round.
///
/// # Errors
/// If the text is not TOML.
pub fn set(text: &str, name: &Name, keys: &[(&str, Vec<String>)]) -> Result<String, Vec<Problem>> {
    edit(text, |document| {
        let images = document.get_mut("images").and_then(Item::as_table_like_mut);
        let image = images.and_then(|images| images.get_mut(name.as_str())).and_then(Item::as_table_like_mut);
        if let Some(image) = image {
            set_keys(image, keys);
        }
    })
}

/// The keys that are added come first. Each of the others is taken out and put in again at the end, so that a key that gets
/// another name keeps its place.
fn set_keys(image: &mut dyn TableLike, keys: &[(&str, Vec<String>)]) {
    let new_of = |old: &str| keys.iter().find(|(new, _)| new.trim_end_matches('s') == old.trim_end_matches('s'));
    let before: Vec<(Key, Item)> = image
        .iter()
        .filter_map(|(key, _)| image.get_key_value(key))
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect();
    for (key, values) in keys {
        if !before.iter().any(|(old, _)| new_of(old).is_some_and(|(new, _)| new == key)) {
            image.insert(key, value(values).into());
        }
    }
    for (old, item) in before {
        image.remove(&old);
        let (key, item) = match new_of(&old) {
            Some((new, values)) => {
                let mut value = value(values);
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

/// Removes the declarations of images, with the comments directly above and below them.
///
/// # Errors
/// If the text is not a manifest, or has its images in braces. The caller checks that the names are declared.
pub fn remove<'a>(text: &str, names: impl IntoIterator<Item = &'a Name>) -> Result<String, Vec<Problem>> {
    Manifest::parse(text)?;
    declared(text)?;
    let names: BTreeSet<&str> = names.into_iter().map(Name::as_str).collect();
    edit(text, |document| {
        gaps::remove_comments(document, &|name| names.contains(name));
        if let Some(images) = document.get_mut("images").and_then(Item::as_table_mut) {
            images.retain(|name, _| !names.contains(name));
        }
    })
}

/// The images that are declared, each with the span of its name.
fn declared(text: &str) -> Result<BTreeMap<String, Span>, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(document) = document(text, &mut problems) else { return Err(problems) };
    let Some((key, value)) = document.get_ref().get_key_value("images") else { return Ok(BTreeMap::new()) };
    match value.get_ref() {
        DeValue::Table(_) if text[value.span()].starts_with('{') => {
            let problem = Problem::new("the images stand in braces, and cannot be edited line by line");
            let help = "write each as a table of its own, `[images.NAME]`, or edit it by hand";
            Err(vec![problem.at(key.span(), "").help(help)])
        }
        DeValue::Table(images) => Ok(images.keys().map(|name| (name.get_ref().to_string(), name.span())).collect()),
        // The manifest is wrong, and says why.
        _ => Manifest::parse(text).map(|_| BTreeMap::new()),
    }
}

/// Edits a text as a document. The lines that do not change stay as they are.
fn edit(text: &str, change: impl FnOnce(&mut DocumentMut)) -> Result<String, Vec<Problem>> {
    let (mark, lines) = text.strip_prefix('\u{feff}').map_or(("", text), |lines| ("\u{feff}", lines));
    let ended = if lines.is_empty() || lines.ends_with('\n') { lines.to_owned() } else { format!("{lines}\n") };
    let not_toml = |error: toml_edit::TomlError| Problem::new(format!("this is not TOML: {}", error.message()));
    let mut document: DocumentMut = ended.parse().map_err(|error| vec![not_toml(error)])?;
    // Headers have the spaces and quotes of the first one. New headers are to have none.
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
