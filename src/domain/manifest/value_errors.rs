//! The problems of single keys and values: unknown keys, values of the wrong TOML type, and strings that are not well formed.

use toml::de::DeValue;

use crate::domain::diagnostics::{Command, Help, Problem, Span, and, did_you_mean, oddities, quoted, visible};
use crate::domain::types::{Age, Arch, CommercialType, Expected, Label, Name, Zone, corrected_range, uuid_within};

/// A typical value for each key, as it is written in a file.
const EXAMPLES: [(&str, &str); 19] = [
    ("label", "\"ubuntu_noble\""),
    ("release", "\">=41, <44\""),
    ("image-id", "\"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\""),
    ("zone", "\"fr-par-1\""),
    ("zones", "[\"fr-par-1\", \"nl-ams-1\"]"),
    ("arch", "\"x86_64\""),
    ("archs", "[\"x86_64\", \"arm64\"]"),
    ("type", "\"instance_sbs\""),
    ("instance-type", "\"PRO2-S\""),
    ("min-age", "\"3d\""),
    ("eol-warning", "\"90d\""),
    ("eol", "2026-12-31"),
    ("until", "2026-12-31"),
    ("reason", "\"ticket 4711\""),
    ("image", "\"web\""),
    ("status", "\"eol\""),
    ("format", "\"tfvars\""),
    ("path", "\"images.auto.tfvars.json\""),
    ("requires", concat!("\"^", env!("CARGO_PKG_VERSION"), "\"")),
];

/// What messages call the name of an image in a header, which is not a key.
pub(super) const IMAGE_NAME: &str = "image name";

/// The zones that are suggested for a misspelled one. Other zones are accepted too.
const ZONES: [&str; 10] = [
    "fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3",
    "it-mil-1",
];

/// A line with a typical value of a key, like `zone = "fr-par-1"`.
pub(super) fn example(key: &str) -> Option<String> {
    EXAMPLES.iter().find(|(known, _)| *known == key).map(|(_, value)| format!("{key} = {value}"))
}

/// The problem of a key that a table does not have. `title` is the name of the table in messages, with its backticks.
pub fn unknown_key(key: &str, span: Span, title: &str, known: &[&str]) -> Problem {
    let help = match key {
        "id" | "uuid" if known.contains(&"image-id") => {
            "local image IDs are in the lockfile; declare the image by its label: `label = \"ubuntu_noble\"`".to_owned()
        }
        "region" | "regions" if known.contains(&"zones") => {
            format!("list the zones of the region: `{}`", example("zones").unwrap_or_default())
        }
        _ => did_you_mean(key, known.iter().copied())
            .unwrap_or_else(|| format!("the keys of {title} are {}", and(known.iter().map(quoted)))),
    };
    let problem =
        Problem { notes: oddities(key), ..Problem::new(format!("unknown key `{}` in {title}", visible(key))) };
    problem.at(span, "unknown key").help(help)
}

/// The problem of a value of the wrong TOML type. `expected` continues "must be", as in "a list of strings".
pub fn wrong_type(key: &str, value: &toml::Spanned<DeValue<'_>>, expected: &str) -> Problem {
    let problem = Problem::new(format!("`{}` must be {expected}", visible(key)));
    let problem = problem.at(value.span(), format!("this is {}", type_name(value.get_ref())));
    let string = |value: &DeValue<'_>| match value {
        DeValue::Integer(number) if matches!(key, "release" | "requires") => Some(number.as_str().to_owned()),
        DeValue::Float(number) if matches!(key, "release" | "requires") => Some(number.as_str().to_owned()),
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    let corrected = match value.get_ref() {
        DeValue::Array(items) if items.len() == 1 && expected == "a string" => string(items[0].get_ref()),
        value => string(value),
    };
    let line = match corrected {
        Some(text) if expected == "a string" => Some(format!("{key} = {}", toml_edit::Value::from(text))),
        _ => example(key),
    };
    match line {
        Some(line) => problem.help(format!("write `{}`", visible(&line))),
        None => problem,
    }
}

/// The name of a TOML type in messages.
fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(time) if time.time.is_none() => "a date",
        DeValue::Datetime(time) if time.date.is_none() => "a time",
        DeValue::Datetime(_) => "a date with a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The problem of a string that is not well formed, with the correction of a common mistake or else with an example.
pub fn malformed(key: &str, text: &str, span: Span, expected: &Expected) -> Problem {
    let title = match text {
        "" if key == IMAGE_NAME => "the name of an image is empty".to_owned(),
        "" => format!("`{}` is empty", visible(key)),
        text => match noun(key) {
            Some(noun) => format!("`{}` is not a valid {noun}", visible(text)),
            None => format!("`{}` is not a valid value of `{}`", visible(text), visible(key)),
        },
    };
    let problem = Problem { notes: oddities(text), ..Problem::new(title) }.at(span, expected.to_string());
    let problem = if text.contains("${") { problem.note("imagelock does not expand variables") } else { problem };
    let correction = if text.is_empty() { None } else { correction(key, text) };
    let example = if key == IMAGE_NAME { Some("[images.web]".to_owned()) } else { example(key) };
    match correction.or_else(|| Some(format!("write, for example, `{}`", example?).into())) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The name of a value in messages, if it is clearer than the key.
fn noun(key: &str) -> Option<&str> {
    let noun = match key {
        "label" | "zone" | "format" | IMAGE_NAME => key,
        "zones" => "zone",
        "arch" | "archs" => "architecture",
        "type" => "image type",
        "instance-type" => "Instance type",
        "min-age" | "eol-warning" => "age",
        "image-id" => "image ID",
        "version-id" => "version ID",
        "id" => "local image ID",
        "image" | "name" => IMAGE_NAME,
        _ => return None,
    };
    Some(noun)
}

/// The correction of a common mistake.
fn correction(key: &str, text: &str) -> Option<Help> {
    let meant = |text: &str| format!("did you mean `{}`?", visible(text));
    if let Some(line) = list(key, text) {
        return Some(format!("write `{line}`").into());
    }
    if key == "image-id" && text.contains('/') {
        let help =
            Help::from("an ID with a zone is a local image ID; declare the image by its label; to print the label: ");
        return uuid_within(text).map(|id| help.then_run(Command::new("explain").args([id])));
    }
    if key == "label" && !text.contains('*') {
        return Some(
            Help::from("write, for example, `label = \"ubuntu_noble\"`; to list the labels: ").then_run("search"),
        );
    }
    let corrected = match key {
        "zone" | "zones" => did_you_mean(text, ZONES),
        "arch" | "archs" => match text.to_lowercase().as_str() {
            "amd64" | "x64" | "x86-64" | "x86" => Some(meant("x86_64")),
            "aarch64" | "armv8" | "arm-64" => Some(meant("arm64")),
            _ => did_you_mean(text, ["x86_64", "arm64"]),
        },
        "type" => match text.to_lowercase().as_str() {
            "sbs" | "sbs_volume" | "block" => Some(meant("instance_sbs")),
            "local" | "l_ssd" | "lssd" => Some(meant("instance_local")),
            _ => did_you_mean(text, ["instance_sbs", "instance_local"]),
        },
        "instance-type" => {
            let joined = text.split_whitespace().collect::<Vec<_>>().join("-");
            joined.parse::<CommercialType>().ok().map(|_| meant(&joined))
        }
        "min-age" | "eol-warning" => Age::near(text),
        "image-id" | "version-id" | "id" => match uuid_within(text) {
            Some(id) => Some(meant(&id)),
            // Part of a UUID could be a label, too.
            None if key == "image-id" && !text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') => {
                let label: Label = text.parse().ok()?;
                Some(format!("if this is a label, write `label = \"{label}\"` instead of `image-id`"))
            }
            None => None,
        },
        "release" => corrected_range(text).map(|range| meant(&range)),
        // `*` would make the key useless.
        "requires" => corrected_range(text).filter(|range| range != "*").map(|range| meant(&range)),
        "format" => match text {
            "terraform" | "opentofu" | "packer" => Some("did you mean `tfvars` or `hcl`?".to_owned()),
            "yml" => Some(meant("yaml")),
            "dotenv" | "shell" | "sh" => Some(meant("env")),
            _ => did_you_mean(text, ["tfvars", "hcl", "ansible", "env", "json", "yaml"]),
        },
        IMAGE_NAME | "image" | "name" => {
            let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            let name = name.trim_matches('-');
            let name =
                if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name.to_owned() };
            name.parse::<Name>().ok().map(|_| meant(&name))
        }
        _ => None,
    };
    corrected.map(Help::from)
}

/// The list that a string of values separated by commas probably means.
fn list(key: &str, text: &str) -> Option<String> {
    let items: Vec<&str> = text.split([',', ' ']).filter(|item| !item.is_empty()).collect();
    let (many, is_valid) = match key {
        "zone" | "zones" => ("zones", items.iter().all(|item| item.parse::<Zone>().is_ok())),
        "arch" | "archs" => ("archs", items.iter().all(|item| item.parse::<Arch>().is_ok())),
        _ => return None,
    };
    (is_valid && items.len() > 1).then(|| format!("{many} = [\"{}\"]", items.join("\", \"")))
}
