//! images.toml(5), generated from the descriptions in the JSON Schema of the manifest.

use clap_mangen::roff::{Roff, roman};
use serde_json::{Map, Value};

use super::text::{finished, inline, list, literal, references};
use crate::domain::manifest::schema::SCHEMA;

/// The manifest that `init` writes. The page shows it without its comments.
const EXAMPLE: &str = include_str!("../../../images.toml.example");

/// The tables of the manifest: the title of the section, and the path to the schema of the table.
const TABLES: [(&str, &str); 5] = [
    ("TOP-LEVEL KEYS", ""),
    ("[defaults]", "/properties/defaults"),
    ("[images.NAME]", "/definitions/image"),
    ("[[accept]]", "/definitions/acceptance"),
    ("[[outputs]]", "/definitions/output"),
];

/// The page.
pub(super) fn page(date: &str, source: &str) -> String {
    // The schema is a part of the program, and a test reads it.
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let summary = description(&schema, &schema);
    let mut page = Roff::new();
    page.control("TH", ["images.toml", "5", date, source, "File Formats"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("images.toml - {}", summary.trim_end_matches('.')))]);
    page.control("SH", ["DESCRIPTION"]);
    page.text(inline(
        "The file is in the TOML format. `imagelock resolve` pins each image that it declares, once for each of its zones \
         and architectures, in the lockfile `images.lock` next to it.",
    ));
    for (title, path) in TABLES {
        let table = schema.pointer(path).unwrap_or(&Value::Null);
        let keys = keys(table, &schema);
        list(&mut page, title, keys.iter().map(|(key, text)| (&**key, &**text)));
    }
    page.control("SH", ["EXAMPLE"]);
    let lines = EXAMPLE.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.map(|line| line.split("  #").next().unwrap_or_default().trim_end());
    let mut lines: Vec<&str> = lines.collect();
    lines.dedup();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    literal(&mut page, lines[..end].iter().copied().skip_while(|line| line.is_empty()));
    references(
        &mut page,
        &[("imagelock".to_owned(), '1'), ("imagelock-init".to_owned(), '1'), ("imagelock-schema".to_owned(), '1')],
    );
    finished(&page.to_roff())
}

/// The keys of a table, each with its description, its values, and whether it is required.
fn keys(table: &Value, schema: &Value) -> Vec<(String, String)> {
    let none = Map::new();
    let properties = table.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required = table.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let key = |(key, value): (&String, &Value)| {
        let mut text = description(value, schema);
        let values = target(value, schema).get("enum").and_then(Value::as_array);
        let values = values.map(|values| values.iter().filter_map(Value::as_str).map(|value| format!("`{value}`")));
        if let Some(values) = values.filter(|values| values.clone().any(|value| !text.contains(&value))) {
            text = format!("{text} One of {}.", values.collect::<Vec<_>>().join(", "));
        }
        if required.iter().any(|it| it == key) {
            text += " Required.";
        }
        (key.clone(), text.trim_start().to_owned())
    };
    let mut keys: Vec<(String, String)> = Vec::new();
    for (key, text) in properties.iter().map(key) {
        match keys.last_mut() {
            // `zone` and `zones` are two spellings of one key.
            Some((others, last)) if *last == text => *others = format!("{others}, {key}"),
            _ => keys.push((key, text)),
        }
    }
    keys
}

/// The description of a schema, or of the schema that it refers to.
fn description(value: &Value, schema: &Value) -> String {
    let text = |value: &Value| value.get("description").and_then(Value::as_str).map(str::to_owned);
    text(value).or_else(|| text(target(value, schema))).unwrap_or_default()
}

/// The definition that a schema refers to, or else the schema.
fn target<'s>(value: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = value.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    reference.and_then(|path| schema.pointer(path)).unwrap_or(value)
}
