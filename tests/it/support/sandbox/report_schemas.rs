//! Checks every JSON report that a sandbox prints against its JSON Schema, in every test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use imagelock::render::schemas::REPORTS;
use jsonschema::Validator;
use serde_json::Value;

/// Larger reports come from performance tests and are skipped: all their rows have the same form.
const LARGEST: usize = 4 << 20;

static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let validator = |text| jsonschema::draft7::new(&serde_json::from_str(text).unwrap()).unwrap();
    REPORTS.into_iter().map(|(name, text)| (name, validator(text))).collect()
});

/// Returns the name and the value of a report, or `None` if the output is not a report.
pub fn report(output: &str) -> Option<(String, Value)> {
    let value: Value = serde_json::from_str(output).ok().filter(|_| output.starts_with('{'))?;
    let name = value["schema"].as_str()?.strip_prefix("imagelock.")?.strip_suffix("/1")?.to_owned();
    Some((name, value))
}

/// Returns the reasons why a report does not match its schema.
pub fn violations(name: &str, report: &Value) -> Vec<String> {
    let validator = VALIDATORS.get(name).unwrap_or_else(|| panic!("no schema describes `imagelock.{name}/1`"));
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Checks the form of an output that is a report, and the order of its rows.
#[track_caller]
pub fn check(output: &str) {
    if output.len() > LARGEST {
        return;
    }
    if let Some((name, report)) = report(output) {
        assert_eq!(violations(&name, &report), [""; 0], "{output}");
        check_order(&report, output);
    }
}

/// Checks that the rows are ordered by manifest, name, zone and architecture.
#[track_caller]
fn check_order(value: &Value, output: &str) {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    match value {
        Value::Array(rows) => {
            // The images of a search have no zone or architecture. They are ordered by label, because their names are
            // display names.
            let keys = |row: &Value| if row.get("zone").is_some() { ["name", "zone", "arch"] } else { ["label"; 3] };
            let key = |row: &Value| (PathBuf::from(text(row, "manifest")), keys(row).map(|key| text(row, key)));
            assert!(rows.is_sorted_by_key(key), "{output}");
            for row in rows {
                check_order(row, output);
            }
        }
        Value::Object(fields) => fields.values().for_each(|value| check_order(value, output)),
        _ => {}
    }
}
