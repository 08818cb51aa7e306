//! The JSON Schemas of the reports. Every JSON report that a sandbox prints is held to them, in whatever test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use imagelock::render::schemas::REPORTS;
use jsonschema::Validator;
use serde_json::Value;

/// Larger reports are those of tests that measure, of which one row is like the other.
const LARGEST: usize = 4 << 20;

static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let validator = |text| jsonschema::draft7::new(&serde_json::from_str(text).unwrap()).unwrap();
    REPORTS.into_iter().map(|(name, text)| (name, validator(text))).collect()
});

/// The report that an output is, if it is one, with its name.
pub fn report(output: &str) -> Option<(String, Value)> {
    let value: Value = serde_json::from_str(output).ok().filter(|_| output.starts_with('{'))?;
    let name = value["schema"].as_str()?.strip_prefix("imagelock.")?.strip_suffix("/1")?.to_owned();
    Some((name, value))
}

/// Why a report does not have the form that its schema promises.
pub fn mistakes(name: &str, report: &Value) -> Vec<String> {
    let validator = VALIDATORS.get(name).unwrap_or_else(|| panic!("no schema describes `imagelock.{name}/1`"));
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Checks an output, if it is a report: it has the form of its schema, and its rows are in order.
#[track_caller]
pub fn hold(output: &str) {
    if output.len() > LARGEST {
        return;
    }
    if let Some((name, report)) = report(output) {
        assert_eq!(mistakes(&name, &report), [""; 0], "{output}");
        in_order(&report, output);
    }
}

/// Rows are ordered by manifest, name, zone and architecture.
#[track_caller]
fn in_order(value: &Value, output: &str) {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    match value {
        Value::Array(rows) => {
            // The images of a search are in no cell, and their names are for people.
            let keys = |row: &Value| if row.get("zone").is_some() { ["name", "zone", "arch"] } else { ["label"; 3] };
            let key = |row: &Value| (PathBuf::from(text(row, "manifest")), keys(row).map(|key| text(row, key)));
            assert!(rows.is_sorted_by_key(key), "{output}");
            for row in rows {
                in_order(row, output);
            }
        }
        Value::Object(fields) => fields.values().for_each(|value| in_order(value, output)),
        _ => {}
    }
}
