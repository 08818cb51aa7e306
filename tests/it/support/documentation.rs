//! The documentation and the commands that it must name.

use std::path::Path;

use crate::support::sandbox::Sandbox;

pub const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));

/// Every command, in the order of `--help`.
pub const COMMANDS: [&str; 19] = [
    "init",
    "add",
    "remove",
    "adopt",
    "resolve",
    "upgrade",
    "check",
    "list",
    "log",
    "diff",
    "explain",
    "search",
    "get",
    "export",
    "schema",
    "completions",
    "man",
    "snapshot",
    "merge-driver",
];

/// The blocks of the README in one language.
pub fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(fence.as_str()).skip(1).map(|rest| rest.split_once("\n```").unwrap().0).collect()
}

/// A copy of the quickstart, as a clone has it.
pub fn quickstart() -> Sandbox {
    let sandbox = Sandbox::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension != "lock") {
            std::fs::copy(&path, sandbox.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
    }
    sandbox
}
