//! The schema of `images.toml` and the program agree: the same keys, the same values, the same results.

use imagelock::domain::diagnostics::Invocation;
use imagelock::domain::manifest::Manifest;
use imagelock::domain::manifest::outputs::Format;
use imagelock::domain::manifest::schema::SCHEMA;
use imagelock::domain::types::{ImageType, Status};
use insta::assert_snapshot;
use jsonschema::Validator;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Converts TOML as validators do: taplo and check-jsonschema both convert dates to strings.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Integer(number) => number.as_str().parse::<i64>().unwrap().into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap().into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => object(table),
    }
}

fn object(table: &DeTable<'_>) -> Value {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
        .collect::<Map<String, Value>>()
        .into()
}

/// Returns whether the schema accepts a manifest.
fn accepts(schema: &Validator, manifest: &str) -> bool {
    schema.is_valid(&object(DeTable::parse(manifest).unwrap().get_ref()))
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

/// Returns a valid image with additional lines.
fn web(rest: &str) -> String {
    format!("[images.web]\nlabel = \"a\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}\n")
}

#[test]
fn schema_prints_the_file_of_the_repository() {
    assert_eq!(Sandbox::new().ok("schema"), include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/images.schema.json")));
    assert!(jsonschema::draft7::meta::is_valid(&schema()));
}

/// The parser lists its keys in the error for an unknown key.
#[test]
fn the_schema_lists_the_same_keys_as_the_parser() {
    let unknown = "qqqqqqqqqq = 1\n";
    for (table, manifest) in [
        ("", format!("{unknown}{}", web(""))),
        ("/properties/defaults", format!("[defaults]\n{unknown}{}", web(""))),
        ("/definitions/image", web(unknown)),
        ("/definitions/freeze", web(&format!("[images.web.freeze]\n{unknown}"))),
        ("/definitions/acceptance", web(&format!("[[accept]]\n{unknown}"))),
        ("/definitions/output", format!("{}[[outputs]]\n{unknown}", web(""))),
    ] {
        let problems = Manifest::parse(&manifest).unwrap_err();
        let unknown = problems.iter().find(|problem| problem.title.starts_with("unknown key")).unwrap();
        let help = unknown.help.as_ref().unwrap().show(&Invocation::default());
        let (_, known) = help.split_once(" are ").unwrap();
        let mut known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        known.sort_unstable();

        let schema = schema();
        let table = schema.pointer(table).unwrap();
        let mut keys: Vec<&str> = table["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, known);
        assert_eq!(table["additionalProperties"], false, "{known:?}");
    }
}

#[test]
fn the_schema_lists_the_same_values_as_the_program() {
    let schema = schema();
    let words = |path: &str| -> Vec<String> { serde_json::from_value(schema.pointer(path).unwrap().clone()).unwrap() };
    let acceptable = Status::ALL.into_iter().filter(|status| status.is_acceptable()).map(Status::as_str);
    assert_eq!(words("/definitions/acceptance/properties/status/enum"), acceptable.collect::<Vec<_>>());
    assert_eq!(words("/definitions/output/properties/format/enum"), Format::ALL.map(Format::as_str));
    assert_eq!(words("/definitions/type/enum"), ImageType::ALL.map(ImageType::as_str));
}

/// In addition, no keyword may be next to a `$ref`, because draft-07 would ignore it.
#[test]
fn every_key_is_described() {
    fn visit(at: &str, value: &Value, schema: &Value) {
        let Some(object) = value.as_object() else { return };
        assert!(!object.contains_key("$ref") || object.len() == 1, "{at}");
        for (name, key) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let target = key["$ref"].as_str().map_or(key, |to| schema.pointer(&to[1..]).unwrap());
            let condition = ["/if", "/else"].iter().any(|end| at.ends_with(end));
            assert!(condition || target["description"].is_string(), "{at}/{name}");
        }
        for (key, value) in object {
            visit(&format!("{at}/{key}"), value, schema);
        }
    }
    visit("", &schema(), &schema());
}

/// Lines that are valid or invalid on their own or in combination.
const LINES: [&str; 39] = [
    "label = \"ubuntu_noble\"",
    "label = \"fedora_*\"",
    "label = \"Ubuntu Noble\"",
    "label = 1",
    "release = \">=42, <44\"",
    "release = \"soon\"",
    "image-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"",
    "image-id = \"6d1b1b5e\"",
    "image-id = \"6D1B1B5E-4a0f-4c62-9c52-0a3c1f1b2d7e\"",
    "image-id = \"{6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2}\"",
    "version-id = \"6D1B1B5E-4a0f-4c62-9c52-0a3c1f1b2d7e\"",
    "zone = \"fr-par-1\"",
    "zone = [\"fr-par-1\", \"nl-ams-1\"]",
    "zone = []",
    "zones = \"par1\"",
    "zones = [\"par1\", \"fr-par-1\"]",
    "zones = [\"fr-par-1\", 2]",
    "arch = \"x86_64\"",
    "arch = \"amd64\"",
    "archs = [\"arm64\", \"arm64\"]",
    "archs = [\"arm64\", \"x86_64\"]",
    "type = \"instance_local\"",
    "type = \"local\"",
    "instance-type = \"PRO2-S\"",
    "instance-type = \"\"",
    "min-age = \"36h\"",
    "min-age = \"1w\"",
    "eol-warning = \"90d\"",
    "eol-warning = 90",
    "freeze = { reason = \"why\", until = 2026-12-31 }",
    "freeze = { reason = \" \", until = 2026-12-31 }",
    "freeze = { reason = \"why\" }",
    "freeze = []",
    "freeze = false",
    "freeze = true",
    "accept = [{ status = \"eol\", reason = \"why\", until = 2026-12-31 }]",
    "eol = 2026-12-31",
    "eol = 2026-12-31T10:00:00Z",
    "region = \"fr-par\"",
];

/// Checks that the schema and the program agree on a manifest, and returns whether it is valid.
#[track_caller]
fn agree(schema: &Validator, manifest: &str) -> bool {
    let mut problems = Manifest::parse(manifest).err().unwrap_or_default();
    // A schema cannot know which release is running.
    problems.retain(|problem| !problem.title.starts_with("this manifest requires"));
    let titles: Vec<&String> = problems.iter().map(|problem| &problem.title).collect();
    assert_eq!(accepts(schema, manifest), problems.is_empty(), "imagelock reports {titles:?} for\n{manifest}");
    problems.is_empty()
}

#[test]
fn the_schema_and_the_program_agree_on_any_three_lines() {
    let schema = validator();
    let mut verdicts = [0, 0];
    for (i, first) in LINES.iter().enumerate() {
        for (j, second) in LINES.iter().enumerate().skip(i + 1) {
            for third in LINES.iter().skip(j + 1) {
                let all = format!("{first}\n{second}\n{third}\n");
                for manifest in [
                    format!("[images.web]\n{all}"),
                    format!("[defaults]\n{first}\n{second}\n[images.web]\nlabel = \"a\"\n{third}\n"),
                    format!(
                        "[defaults]\nzone = \"nl-ams-1\"\narchs = [\"arm64\"]\n[images.web]\n{all}[images.b]\nlabel = \"b\"\n"
                    ),
                ] {
                    // A duplicate key is not TOML.
                    if DeTable::parse(&manifest).is_ok() {
                        verdicts[usize::from(agree(&schema, &manifest))] += 1;
                    }
                }
            }
        }
    }
    assert!(verdicts.iter().all(|times| *times > 200), "{verdicts:?}");
}

/// Replaces the `{}` of a manifest with valid and with invalid values.
#[track_caller]
fn compare<'a>(
    manifest: &str,
    right: impl IntoIterator<Item = impl AsRef<str>>,
    wrong: impl IntoIterator<Item = &'a str>,
) {
    let schema = validator();
    for word in right {
        assert!(agree(&schema, &manifest.replace("{}", word.as_ref())), "{}", word.as_ref());
    }
    for word in wrong {
        assert!(!agree(&schema, &manifest.replace("{}", word)), "{word}");
    }
}

#[test]
fn the_schema_and_the_program_agree_on_names_zones_archs_labels_and_instance_types() {
    let image = web("instance-type = \"PRO2-S\"");
    compare(&image.replace("web", "\"{}\""), ["web", "_x", "W-1_"], ["", "1a", "-a", "a b", "a.b", "é"]);
    let wrong = ["", "fr-par", "fr-par-1-2", "FR-par-1", "fr-par-x", "par2", "fr--1", "fr-par-1 "];
    compare(&image.replace("fr-par-1", "{}"), ["fr-par-1", "a-b-12", "ams1"], wrong);
    let wrong = ["", "aarch64", "x64", "x86", "amd64", "armv8", "X86_64", "6a", "a-b"];
    compare(&image.replace("x86_64", "{}"), ["arm64", "riscv64"], wrong);
    compare(&image.replace("\"a\"", "\"{}\""), ["a", "1", "node.js-20_x"], ["", "_a", ".a", "a b", "a*"]);
    let pattern = web("release = \"*\"").replace("\"a\"", "\"{}\"");
    compare(&pattern, ["*", "*_x", "a*b*"], ["_*", "a", "* *", ""]);
    compare(&image.replace("PRO2-S", "{}"), ["PRO2-S", "a.b_c"], ["", "-a", "PRO2 S"]);
    for (value, before, longest) in
        [("\"a\"", "", 128), ("fr-par-1", "a-b-1", 32), ("x86_64", "a", 32), ("PRO2-S", "a", 64)]
    {
        let words = [0, 1].map(|more| format!("{before}{}", "1".repeat(longest + more - before.len())));
        let quoted = if value.starts_with('"') { "\"{}\"" } else { "{}" };
        compare(&image.replace(value, quoted), [&words[0]], [words[1].as_str()]);
    }
}

#[test]
fn the_schema_and_the_program_agree_on_ages_and_dates() {
    let right = ["3d", "36h", "0d", "0003d", "36600d", "878400h", "00878400h"];
    let too_long = ["36601d", "36610d", "37000d", "40000d", "100000d", "878401h", "878410h", "879000h", "900000h"];
    compare(&web("min-age = \"{}\""), right, too_long);
    let wrong = ["", "3", "d", "3 d", "-1d", "1w", "1.5d", "3D", "+3d", "3dh", "99999999999d"];
    compare(&web("eol-warning = \"{}\""), right, wrong);
    let wrong = ["2026-12-31T00:00:00", "2026-12-31T00:00:00Z", "12:00:00", "1", "true"];
    compare(&web("eol = {}"), ["2026-12-31", "2028-02-29", "0001-01-01"], wrong);
}

#[test]
fn the_schema_and_the_program_agree_on_requirements_and_ranges() {
    let many = |count: usize| vec![">=1"; count].join(", ");
    let right = [
        "*|x |X|>=0.1, <0.2|>=0,<1|=0.1.0|~0.1|^0.1.0|1|1.*|1.1.x|1.*.X|<= 0.1 , >0.0.9 | >=0.1.0-rc.1|0.1.0+a.1",
        &many(32),
    ]
    .join("|");
    let wrong =
        "| |*, 1|>=*|>= |1,|1, |,1|1,,2|1 2|==1|1.2.3.4|1.|.1|v1|1.2-rc|1.*.3|1.2.3-|1.2.3+|1.2.3-a..b|=>1|one|-1";
    let wrong = [wrong, &many(33)].join("|");
    let requires = format!("requires = \"{{}}\"\n{}", web(""));
    let release = web("release = \"{}\"").replace("\"a\"", "\"a_*\"");
    compare(&requires, right.split('|'), wrong.split('|'));
    compare(&release, right.split('|'), wrong.split('|'));
    let zeros = [">=22.04", "07", ">=041, <044"];
    compare(&release, zeros, []);
    compare(&requires, [""; 0], zeros);
}

#[test]
fn the_schema_and_the_program_agree_on_paths_of_outputs() {
    let output = format!("{}[[outputs]]\nformat = \"env\"\npath = \"{{}}\"\n", web(""));
    let inside = ["a", "a/b.json", "./a", ".hidden", "...", "a..b", "a/./b", "a/.", "a//b/", ".../x"];
    let outside = ["../a", "a/../b", "../.a", "/a"];
    let nowhere = ["", ".", "./", "..", "/", "a/..", "a/../", "a/.././", "//"];
    compare(&output, inside, [&outside[..], &nowhere].concat());
    compare(&format!("{output}outside = true\noverwrite = false\n"), [&inside[..], &outside].concat(), nowhere);
    compare(&(output.replace("{}", "/a") + "outside = {}\n"), ["true"], ["false", "\"true\"", "1"]);
}

#[test]
fn the_schema_and_the_program_agree_on_acceptances() {
    let accept = |image: &str, status: &str, rest: &str| {
        format!("{}[[accept]]\nimage = \"{image}\"\nstatus = \"{status}\"\n{rest}\n", web(""))
    };
    let rest = "reason = \"why\"\nuntil = 2026-12-31";
    compare(&accept("{}", "eol", rest), ["web", "*", "w*", "*e*", "web*"], ["", "-*", "web -", "w.b"]);
    compare(&accept("web", "{}", rest), ["eol", "outdated"], ["mismatch", "current", "EOL", ""]);
    let wrong = ["reason = \"why\"", "until = 2026-12-31", "reason = \" \"\nuntil = 2026-12-31", "accept = 1"];
    compare(&accept("web", "eol", "{}"), [rest], wrong);
}

#[test]
fn the_schema_and_the_program_agree_on_whole_files() {
    let schema = validator();
    let quickstart = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart/images.toml"));
    for right in [
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/images.toml.example")),
        quickstart,
        &format!("outputs = []\naccept = []\ndefaults = {{}}\n{}", web("")),
    ] {
        assert!(agree(&schema, right), "{right}");
    }
    for wrong in [
        "",
        "images = {}",
        "images = 1",
        "[images]\nweb = \"ubuntu_noble\"",
        "[defaults]\nzone = \"fr-par-1\"",
        &format!("defaults = 1\n{}", web("")),
        &format!("outputs = {{}}\n{}", web("")),
        &format!("outputs = [1]\n{}", web("")),
        &format!("accept = {{}}\n{}", web("")),
        &format!("accept = [1]\n{}", web("")),
        &format!("requires = 1\n{}", web("")),
    ] {
        assert!(!agree(&schema, wrong), "{wrong}");
    }
}

/// These rules are described in the `$comment` of the schema.
#[test]
fn rules_that_the_schema_cannot_express_are_documented_in_it() {
    let schema = validator();
    let outputs = "[[outputs]]\nformat = \"env\"\npath = \"a\"\n[[outputs]]\nformat = \"json\"\npath = \"a\"\n";
    let of_none = web("") + &accept("db", "eol", "why", "2026-12-31");
    let requires = format!("requires = \">=99\"\n{}", web(""));
    for manifest in [web("eol = \"2026-12-31\""), requires, web("") + outputs, of_none] {
        assert!(accepts(&schema, &manifest) && Manifest::parse(&manifest).is_err(), "{manifest}");
    }
}

#[test]
fn init_keeps_an_existing_schema_and_says_how_to_refresh_it() {
    let sandbox = Sandbox::new();
    sandbox.write("images.schema.json", "{}");
    assert_snapshot!(sandbox.run("init"), @"
    --- stderr
    wrote `images.toml`
    kept `images.schema.json`, which is not the schema of this release; to update it: `imagelock schema > images.schema.json`
    declare your images there, then pin them: `imagelock resolve`
    --- exit 0
    ");
    assert_eq!(sandbox.read("images.schema.json"), "{}");
    sandbox.write("images.schema.json", sandbox.ok("schema"));
    std::fs::remove_file(sandbox.path("images.toml")).unwrap();
    assert_snapshot!(sandbox.run("init"), @"
    --- stderr
    wrote `images.toml`
    declare your images there, then pin them: `imagelock resolve`
    --- exit 0
    ");
}

#[test]
fn no_schema_is_written_without_a_manifest() {
    let sandbox = Sandbox::with("mine");
    sandbox.fails("init");
    sandbox.fails("init --manifest infra/images.toml");
    assert_eq!(sandbox.files(), ["images.toml"]);
}
