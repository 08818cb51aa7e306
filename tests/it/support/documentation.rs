//! The pages of the documentation, and the commands that they must name.

use std::path::Path;

use crate::support::sandbox::Sandbox;

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

/// A page of the documentation.
pub struct Page {
    /// Its path in the repository, such as `docs/ci.md`.
    pub path: String,
    pub text: String,
}

impl Page {
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        Self { path: path.to_owned(), text }
    }

    /// The blocks of code in one language.
    pub fn blocks(&self, language: &str) -> Vec<&str> {
        let fence = format!("```{language}\n");
        self.text.split(fence.as_str()).skip(1).map(|rest| rest.split_once("\n```").unwrap().0).collect()
    }
}

/// Every page that is written for users and contributors: those in the root, then `docs/`.
pub fn pages() -> Vec<Page> {
    let mut paths: Vec<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"))
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    paths.sort();
    ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
        .into_iter()
        .chain(paths.iter().map(String::as_str))
        .map(Page::read)
        .collect()
}

/// The blocks of code in one language, of all pages.
pub fn blocks(language: &str) -> Vec<String> {
    let pages = pages();
    pages.iter().flat_map(|page| page.blocks(language)).map(str::to_owned).collect()
}

/// Returns a copy of the quickstart example, without the lockfile, as in a fresh clone.
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
