//! The strings of a file with the keys that they stand under, whether the file is JSON or HCL.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::hcl;
use super::mention::id;
use crate::domain::problem::Problem;

/// A string in a file.
pub(super) struct Placed {
    /// The words that lead to it. Those of a resource begin with `resource`, its type and its name.
    pub path: Vec<String>,
    /// The line, from 1; for JSON the first with this ID.
    pub line: usize,
    /// The string.
    pub value: String,
    /// Whether the file says that it is sensitive.
    pub is_hidden: bool,
}

/// The strings in the text of the file `name`.
///
/// # Errors
/// If it must be JSON and is none.
pub(super) fn strings(name: &str, text: &str) -> Result<Vec<Placed>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        // No HCL begins with a bracket.
        Err(error) if is_called_json(name) || text.trim_start().starts_with(['{', '[']) => {
            return Err(Problem::new(format!("`{name}` is no whole JSON value: {error}")).help(format!(
                "have the tool that wrote `{name}` write it again, or name the IDs: `imagelock adopt web=UUID`"
            )));
        }
        Err(_) => return Ok(hcl::strings(text)),
    };
    let lines = lines(text);
    let mut walk = Walk { path: Vec::new(), found: Vec::new(), lines: &lines };
    walk.value(&value);
    Ok(walk.found)
}

fn is_called_json(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".json", ".tfstate"].iter().any(|end| name.ends_with(end))
}

/// The first line, from 1, of every word that is as long as a UUID.
fn lines(text: &str) -> BTreeMap<&str, usize> {
    let mut lines = BTreeMap::new();
    for (n, line) in text.lines().enumerate() {
        for word in words(line) {
            lines.entry(word).or_insert(n + 1);
        }
    }
    lines
}

/// The words of a text that are as long as a UUID.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_ascii_alphanumeric() && char != '-').filter(|word| word.len() == 36)
}

struct Walk<'t> {
    path: Vec<String>,
    found: Vec<Placed>,
    lines: &'t BTreeMap<&'t str, usize>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                let line = self.lines.get(id(text)).copied().unwrap_or(1);
                self.found.push(Placed { path: self.path.clone(), line, value: text.clone(), is_hidden: false });
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(fields) => self.object(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A resource of a Terraform state, or of a plan in JSON, says its type and name in fields beside its attributes: they
    /// are put into the path as a configuration has them.
    fn object(&mut self, fields: &Map<String, Value>) {
        let field = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
        let resource = ["instances", "values", "change", "expressions"].iter().any(|key| fields.contains_key(*key));
        let (outer, first) = (self.path.clone(), self.found.len());
        if let (true, Some(kind), Some(name)) = (resource, field("type"), field("name")) {
            self.path = vec!["resource".to_owned(), kind, name];
        }
        let depth = self.path.len();
        for (key, value) in fields {
            self.path.push(key.clone());
            self.value(value);
            self.path.pop();
        }
        let is_hidden = fields.get("sensitive").is_some_and(says_something);
        if is_hidden {
            // The value may be in another place.
            self.value(&Value::String(String::new()));
        }
        self.path = outer;
        let mut hidden = BTreeSet::new();
        for key in ["sensitive_attributes", "sensitive_values", "before_sensitive", "after_sensitive"] {
            fields.get(key).into_iter().for_each(|value| names(value, &mut hidden));
        }
        for placed in &mut self.found[first..] {
            let is_named = || placed.path.iter().skip(depth).any(|key| hidden.contains(key.as_str()));
            placed.is_hidden |= is_hidden || is_named();
        }
    }
}

/// Whether a value is neither false nor empty.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty() && text != "false",
        Value::Array(items) => items.iter().any(says_something),
        Value::Object(fields) => fields.values().any(says_something),
    }
}

/// What is named as sensitive, by a path or by a key: rather too much than too little.
fn names<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => drop(found.insert(text)),
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(_, value)| says_something(value)) {
                found.insert(key);
                names(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
