//! The JSON Schemas of the reports: printed, complete and exact. In addition, every report that a test prints is
//! checked against its schema; see `support::sandbox::report_schemas`.

use std::collections::{BTreeMap, BTreeSet};

use imagelock::domain::lock::diff::Action;
use imagelock::domain::types::{Cause, ImageType, Status};
use imagelock::render::schemas::REPORTS;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::documentation::Page;
use crate::support::fake_marketplace::{FakeMarketplace, Reply, id, image_id, local};
use crate::support::fixtures::every_status::every_status;
use crate::support::fixtures::pull_request::GATE;
use crate::support::fixtures::stacks::two_broken_stacks;
use crate::support::fixtures::two_images::{WEB, bookworm, noble};
use crate::support::fixtures::two_zones::{BOTH, image, newer_offers, pinned};
use crate::support::git_repository::{commit_all, git, repository};
use crate::support::sandbox::Sandbox;
use crate::support::sandbox::report_schemas::{report, violations};

fn schemas() -> BTreeMap<&'static str, Value> {
    REPORTS.into_iter().map(|(name, text)| (name, serde_json::from_str(text).unwrap())).collect()
}

#[test]
fn schema_prints_the_schema_of_each_report() {
    let sandbox = Sandbox::new();
    let json = Page::read("docs/json.md");
    for (name, text) in REPORTS {
        assert_eq!(sandbox.ok(&format!("schema {name}")), text);
        assert!(json.text.contains(&format!("(../schemas/{name}.schema.json)")), "{name}");
        let schema: Value = serde_json::from_str(text).unwrap();
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["title"], format!("imagelock.{name}/1"));
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).unwrap();
    assert_eq!(files.count(), REPORTS.len(), "each file in schemas/ is printed");
    assert_snapshot!(sandbox.run("schema sarif"), @"
    --- stderr
    error: invalid value `sarif` for `REPORT`
     |
     = help: use `check`, `resolve`, `list`, `get`, `log`, `diff`, `explain`, `search` or `export`
    --- exit 1
    ");
}

/// Calls a function for every schema within a schema, with its path.
fn walk(at: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(&format!("{at}/{key}"), value, visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, value)| walk(&format!("{at}/{n}"), value, visit)),
        _ => {}
    }
}

#[test]
fn every_object_is_closed_and_every_field_is_described_and_required() {
    for (name, schema) in schemas() {
        walk(name, &schema, &mut |at, value| {
            let Some(fields) = value["properties"].as_object().filter(|_| value["type"] == "object") else { return };
            assert_eq!(value["additionalProperties"], false, "{at}");
            let required: Vec<String> = serde_json::from_value(value["required"].clone()).unwrap();
            // In YAML, the value of this key is a comment.
            let fields_in_json = fields.iter().filter(|(key, _)| *key != "//");
            let names: BTreeSet<&String> = fields_in_json.map(|(key, _)| key).collect();
            assert_eq!(BTreeSet::from_iter(&required), names, "{at}");
            for (key, field) in fields {
                let target = field["$ref"].as_str().map_or(field, |to| schema.pointer(&to[1..]).unwrap());
                assert!(target["description"].is_string(), "{at}/{key}");
            }
        });
    }
}

#[test]
fn definitions_with_the_same_name_are_identical_in_all_schemas() {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    for (report, schema) in schemas() {
        for (name, definition) in schema["definitions"].as_object().unwrap() {
            let (first, other) = known.entry(name.clone()).or_insert((report, definition.clone()));
            assert_eq!(definition, other, "`{name}` in {first} and {report}");
        }
    }
}

#[test]
fn the_schemas_list_the_same_values_as_the_program() {
    let schemas = schemas();
    let words = |name: &str, path: &str| schemas[name].pointer(path).unwrap()["enum"].clone();
    assert_eq!(words("check", "/definitions/status"), json!(Status::ALL.map(Status::as_str)));
    let causes: Vec<_> = Cause::ALL.iter().map(|cause| Some(cause.as_str())).chain([None]).collect();
    assert_eq!(words("check", "/properties/pins/items/properties/cause"), json!(causes));
    assert_eq!(words("resolve", "/definitions/action"), json!(Action::ALL.map(Action::as_str)));
    assert_eq!(words("list", "/definitions/type"), json!(ImageType::ALL.map(ImageType::as_str)));
}

/// Returns a manifest with every key of an image that reports show.
fn every_key() -> String {
    format!(
        "{WEB}instance-type = \"PRO2-S\"\nfreeze = {{ reason = \"ticket 4711\", until = 2026-12-31 }}\n\n\
         [images.range]\nlabel = \"fedora_*\"\nrelease = \"*\"\n\n[images.id]\nimage-id = \"{}\"\n\n\
         [[outputs]]\nformat = \"env\"\npath = \"images.env\"\n",
        image_id("debian_bookworm")
    )
}

/// Returns JSON reports by name. Together, they contain a value for every field.
fn reports() -> BTreeMap<String, Vec<Value>> {
    let mut reports: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut run = |sandbox: &Sandbox, line: &str| {
        let run = sandbox.run(line);
        let (name, report) = report(&run.stdout).unwrap_or_else(|| panic!("imagelock {line}\n{run}"));
        reports.entry(name).or_default().push(report);
    };
    let (sandbox, _marketplace) = every_status();
    for line in ["check", "resolve --locked", "list", "explain web", "explain runner", "search --eol"] {
        run(&sandbox, &format!("{line} --format json"));
    }
    // Resolving a new zone finds the newer version in the other zone.
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.offers(newer_offers().into_iter().take(3));
    sandbox.write("images.toml", image("web", BOTH, ""));
    run(&sandbox, "resolve --format json");
    let (sandbox, _marketplace) = two_broken_stacks();
    run(&sandbox, "check --recursive stacks --format json");

    let early = "2026-09-02T00:00:00Z";
    let fedora = |release, number| local(release, "fr-par-1", "x86_64", number);
    let marketplace = FakeMarketplace::offering([
        noble(1).published(early),
        bookworm(5).published(early),
        fedora("fedora_42", 42).published(early),
    ]);
    let marketplace = marketplace.valid_until("ubuntu_noble", "2027-06-01T00:00:00Z");
    let sandbox = repository(Sandbox::with(&every_key()).asking(&marketplace));
    sandbox.ok("resolve");
    commit_all(&sandbox, "Pin the images");
    git(&sandbox, &["switch", "--quiet", "--create", "branch"]);
    marketplace.offers([
        noble(2),
        bookworm(6).published("2026-11-01T00:00:00Z"),
        fedora("fedora_43", 43).published(early),
        local("docker", "fr-par-1", "x86_64", 8),
    ]);
    for line in ["adopt docker=fr-par-1/00000008-0000-4000-8000-000000000000 --dry-run", "upgrade", "log", "diff"] {
        run(&sandbox, &format!("{line} --format json"));
    }
    git(&sandbox, &["restore", "images.env"]);
    run(&sandbox, &format!("{GATE} --format json"));
    commit_all(&sandbox, "Upgrade");
    for line in ["get web", "get id", "get range", "list", "export json", "search", "explain range"] {
        run(&sandbox, &format!("{line} --format json").replace("json --format ", ""));
    }
    for number in [1, 6, 43] {
        run(&sandbox, &format!("explain {} --format json", id(number)));
    }
    // Every image has a newer version with an unknown date.
    marketplace.offers([noble(3), bookworm(7), fedora("fedora_44", 44)]);
    marketplace.respond(|path, _, _| match path {
        path if path.contains("/versions") => Reply::Raw(500, "text/plain", Vec::new()),
        _ => Reply::Normal,
    });
    for line in ["check", "upgrade", "resolve"] {
        run(&sandbox, &format!("{line} --format json --timeout 2"));
    }
    sandbox.write("images.lock", "nonsense");
    commit_all(&sandbox, "Break the lockfile");
    git(&sandbox, &["restore", "--source", "HEAD~1", "images.lock"]);
    sandbox.write("images.lock", sandbox.lock().replace(&id(43), &id(9)));
    commit_all(&sandbox, "Edit the lockfile");
    for line in ["log", "diff HEAD~2 HEAD"] {
        run(&sandbox, &format!("{line} --format json"));
    }
    reports
}

/// Collects the parts of a schema that no report contains: a field that is always null, or a list that is always empty.
fn collect_missing(at: &str, schema: &Value, root: &Value, values: &[&Value], missing: &mut Vec<String>) {
    if let Some(to) = schema["$ref"].as_str() {
        return collect_missing(at, root.pointer(&to[1..]).unwrap(), root, values, missing);
    }
    let values: Vec<&Value> = values.iter().copied().filter(|value| !value.is_null()).collect();
    if values.is_empty() {
        missing.push(at.to_owned());
        return;
    }
    for alternative in schema["anyOf"].as_array().into_iter().flatten().filter(|it| it["type"] != "null") {
        collect_missing(at, alternative, root, &values, missing);
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        let alternative = root.pointer(&alternative["$ref"].as_str().unwrap()[1..]).unwrap();
        let has = |value: &&&Value| {
            alternative["required"].as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some())
        };
        collect_missing(at, alternative, root, &values.iter().filter(has).copied().collect::<Vec<_>>(), missing);
    }
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        let fields: Vec<&Value> = values.iter().filter_map(|value| value.get(key)).collect();
        collect_missing(&format!("{at}/{key}"), field, root, &fields, missing);
    }
    if let Some(items) = schema.get("items") {
        let items_of: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
        collect_missing(&format!("{at}[]"), items, root, &items_of, missing);
    }
    if let Some(inner) = schema.get("additionalProperties").filter(|inner| inner.is_object()) {
        let inner_of: Vec<&Value> =
            values.iter().filter_map(|value| value.as_object()).flat_map(|it| it.values()).collect();
        collect_missing(&format!("{at}{{}}"), inner, root, &inner_of, missing);
    }
}

#[test]
fn every_field_that_a_schema_describes_has_a_value_in_some_report() {
    let reports = reports();
    let mut missing = Vec::new();
    for (name, schema) in schemas() {
        let reports: Vec<&Value> = reports.get(name).into_iter().flatten().collect();
        collect_missing(name, &schema, &schema, &reports, &mut missing);
    }
    assert_eq!(missing, [""; 0]);
}

/// Returns copies of a report with one additional field each, in different places.
fn with_one_more_field(value: &Value) -> Vec<Value> {
    let mut copies = Vec::new();
    match value {
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("undocumented".to_owned(), json!(1));
            copies.push(Value::Object(more));
            for (key, value) in fields {
                let changed = |inner| Value::Object(fields.clone().into_iter().chain([(key.clone(), inner)]).collect());
                copies.extend(with_one_more_field(value).into_iter().map(changed));
            }
        }
        Value::Array(items) => {
            // All rows have the same form, so one is enough.
            let first = items.first().map(with_one_more_field).unwrap_or_default();
            copies.extend(first.into_iter().map(|row| json!([row])));
        }
        _ => {}
    }
    copies
}

#[test]
fn a_report_with_an_undocumented_field_does_not_match_its_schema() {
    for (name, reports) in reports() {
        for report in reports {
            assert_eq!(violations(&name, &report), [""; 0]);
            for copy in with_one_more_field(&report) {
                assert_ne!(violations(&name, &copy), [""; 0], "{copy:#}");
            }
        }
    }
}

/// The IDs have the opposite order of names, zones and architectures, in two manifests.
#[test]
fn rows_are_ordered_by_manifest_name_zone_and_architecture() {
    let (mut offers, mut number) = (Vec::new(), 90);
    for label in ["debian_bookworm", "ubuntu_noble"] {
        for (zone, arch) in ["fr-par-1", "nl-ams-1"].iter().flat_map(|zone| [(zone, "arm64"), (zone, "x86_64")]) {
            offers.push(local(label, zone, arch, number));
            number -= 1;
        }
    }
    let marketplace = FakeMarketplace::offering(offers);
    let sandbox = Sandbox::new().asking(&marketplace);
    let cells = "zones = [\"nl-ams-1\", \"fr-par-1\"]\narchs = [\"x86_64\", \"arm64\"]";
    let images = "[images.web]\nlabel = \"ubuntu_noble\"\n[images.db]\nlabel = \"debian_bookworm\"\n";
    for file in ["a.toml", "b.toml"] {
        sandbox.write(file, format!("[defaults]\n{cells}\n{images}"));
    }
    for command in ["resolve --dry-run", "resolve", "check", "resolve --locked"] {
        let [there, back] = ["a.toml -m b.toml", "b.toml -m a.toml"]
            .map(|files| sandbox.run(&format!("{command} --format json -m {files}")).stdout);
        // The second `resolve` has nothing left to pin, so its report differs.
        assert!(there == back || command == "resolve", "{command}\n{there}\n{back}");
    }
    let rows = |line: &str, list: &str| {
        let report: Value = serde_json::from_str(&sandbox.ok(&format!("{line} --format json"))).unwrap();
        let rows = report.pointer(list).unwrap().as_array().unwrap().iter();
        rows.map(|row| format!("{} {}", row["zone"].as_str().unwrap(), row["arch"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let expected = ["fr-par-1 arm64", "fr-par-1 x86_64", "nl-ams-1 arm64", "nl-ams-1 x86_64"];
    assert_eq!(rows("search noble", "/images/0/local_images"), expected);
    assert_eq!(rows("list -m a.toml", "/pins")[..4], expected);
    let mut explained = rows("explain web -m a.toml", "/candidates");
    explained.dedup();
    assert_eq!(explained, expected);
}
