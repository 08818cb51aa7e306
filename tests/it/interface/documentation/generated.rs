//! The outputs and tables of the documentation are generated: `UPDATE_DOCS=1 cargo test documentation` writes them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use imagelock::domain::types::{Fix, Status};
use serde_json::Value;

use crate::support::documentation::{Page, pages, quickstart};
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

/// The width that the outputs in the documentation are made for.
const COLUMNS: &str = "100";

#[test]
fn outputs_and_tables_are_current() {
    let mut outputs = 0;
    for page in pages() {
        outputs += page.blocks("console").len();
        let current = with_outputs(&page, &with_tables(&page.text));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(&page.path), current).unwrap();
        } else if let Some((is, should)) = page.text.lines().zip(current.lines()).find(|(is, should)| is != should) {
            panic!(
                "{} is out of date; run: UPDATE_DOCS=1 cargo test documentation\n is: {is}\nnow: {should}",
                page.path
            );
        } else {
            assert_eq!(page.text, current, "{}", page.path);
        }
    }
    assert!(outputs > 4, "the documentation shows hardly any output");
}

/// A page with what its `console` blocks print today. The commands of a page run one after the other in one copy of the quickstart.
fn with_outputs(page: &Page, text: &str) -> String {
    let sandbox = if page.path == "docs/commands.md" { history() } else { quickstart() };
    let mut parts = text.split("```console\n");
    let mut current = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        current += "```console\n";
        for (index, line) in block.lines().filter(|line| line.starts_with("$ ")).enumerate() {
            write!(current, "{}{line}\n{}", if index > 0 { "\n" } else { "" }, shell(&sandbox, &line[2..])).unwrap();
        }
        write!(current, "```{rest}").unwrap();
    }
    current
}

/// Runs a line of the documentation as a shell would, with the program that was built for this test.
fn shell(sandbox: &Sandbox, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_imagelock"));
    let line = line
        .replace("cd examples/quickstart && ", "")
        .replace("cargo run --release --quiet --", "imagelock")
        .replace("cargo run -rq --", "imagelock");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{line} 2>&1")).current_dir(sandbox.path("")).env_clear();
    command.envs([("PATH", path.as_str()), ("COLUMNS", COLUMNS), ("GIT_CONFIG_GLOBAL", "/dev/null")]);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// The quickstart with a commit after each step.
fn history() -> Sandbox {
    let sandbox = repository(quickstart());
    sandbox.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&sandbox, "2026-10-05", "Pin the images");
    sandbox.ok("upgrade web --catalog catalog-2026-11-02.json");
    commit(&sandbox, "2026-11-02", "Upgrade web");
    sandbox
}

/// A page with its generated tables.
fn with_tables(text: &str) -> String {
    let mut parts = text.split("<!-- table: ");
    let mut current = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n\n").unwrap();
        let rest = if rest.starts_with('|') { rest.split_once("\n\n").unwrap().1 } else { rest };
        let table = if name == "statuses" { statuses() } else { keys(name) };
        write!(current, "<!-- table: {name} -->\n\n{table}\n{rest}").unwrap();
    }
    current
}

/// The statuses, from the table in the code.
fn statuses() -> String {
    let command = |fix: Fix| {
        let Some((command, purpose)) = fix.command() else { return String::new() };
        let (image, name) =
            (if command == "search" { " it" } else { "" }, if command == "upgrade" { " NAME" } else { "" });
        format!("{purpose}{image}: `imagelock {command}{name}`")
    };
    let row = |status: Status| {
        let fix = match status.fix() {
            // A pin that can be moved is moved.
            Fix::Replace => format!("{}, or {}", command(Fix::Upgrade), command(Fix::Replace)),
            fix => command(fix),
        };
        format!("| `{}` | {} | {} | {fix} |\n", status.as_str(), status.class().as_str(), status.meaning())
    };
    "| status | class | meaning | fix |\n|---|---|---|---|\n".to_owned() + &Status::ALL.map(row).concat()
}

/// The keys of a table of the manifest, from the JSON Schema.
fn keys(definition: &str) -> String {
    let schema: Value = serde_json::from_str(imagelock::domain::manifest::schema::SCHEMA).unwrap();
    let resolve = |key: &Value| {
        if let Some(description) = key["description"].as_str() {
            return description.to_owned();
        }
        let reference = key["$ref"].as_str().unwrap().trim_start_matches('#');
        schema.pointer(reference).unwrap()["description"].as_str().unwrap().to_owned()
    };
    let mut rows: Vec<(String, String)> = Vec::new();
    for (key, value) in schema["definitions"][definition]["properties"].as_object().unwrap() {
        let meaning = resolve(value);
        match rows.last_mut() {
            // Two spellings of one key.
            Some((name, last)) if *last == meaning => write!(name, ", `{key}`").unwrap(),
            _ => rows.push((format!("`{key}`"), meaning)),
        }
    }
    let rows = rows.iter().map(|(key, meaning)| format!("| {key} | {meaning} |\n"));
    "| key | meaning |\n|---|---|\n".to_owned() + &rows.collect::<String>()
}
