//! The arrows of the house: who may know whom.

use std::path::Path;

/// For each part of `src`, the parts that its files may name after `crate::`. `lib.rs` shows the same as a picture.
const ARROWS: [(&str, &[&str]); 19] = [
    ("main.rs", &[]),
    ("lib.rs", &[]),
    (
        "cli",
        &["commands", "deadline", "domain", "error", "files", "find", "marketplace", "progress", "real_path", "render"],
    ),
    (
        "commands",
        &[
            "claims",
            "deadline",
            "domain",
            "error",
            "export",
            "files",
            "git",
            "guard",
            "marketplace",
            "real_path",
            "render",
            "replace",
        ],
    ),
    ("marketplace", &["VERSION", "deadline", "domain"]),
    ("progress.rs", &["marketplace"]),
    ("claims.rs", &["domain", "files", "real_path"]),
    ("files.rs", &["deadline", "error", "real_path"]),
    ("find.rs", &["error"]),
    ("real_path.rs", &[]),
    ("replace.rs", &["deadline", "error", "files", "guard"]),
    ("git.rs", &["domain", "error", "files"]),
    ("git", &["deadline", "domain", "error", "files"]),
    ("deadline.rs", &[]),
    ("guard.rs", &["domain", "error", "files"]),
    ("render", &["VERSION", "domain", "error"]),
    ("export", &["domain"]),
    ("error.rs", &["claims", "domain", "files", "git", "marketplace", "real_path"]),
    ("domain", &["VERSION"]),
];

fn sources(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        return entries.iter().flat_map(|entry| sources(entry)).collect();
    }
    let name = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    vec![(name.to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())]
}

#[test]
fn files_know_only_what_they_may() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(sources.len() > 20);
    for (file, text) in &sources {
        let part = file.split('/').next().unwrap();
        let (_, allowed) = ARROWS.iter().find(|(name, _)| *name == part).expect("a part of src has no arrows");
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for named in line.split("crate::").skip(1) {
                let named = named.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                assert!(
                    named == part || allowed.contains(&named),
                    "src/{file}:{} names crate::{named}; {part} may name {allowed:?}",
                    number + 1
                );
            }
        }
    }
}

/// Whoever names files may name them anything: `words::shown` is the only way in which a path becomes text.
#[test]
fn paths_become_text_in_one_place() {
    let raw = [".display()", "Path::display", "OsStr::display", "to_string_lossy", "into_string().unwrap_or"];
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut found = Vec::new();
    for (file, text) in &sources {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| raw.iter().any(|raw| line.contains(raw))) {
            found.push((format!("src/{file}:{}", number + 1), line.trim()));
        }
    }
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].0.starts_with("src/domain/words.rs:"), "{found:#?}");
}

#[test]
fn every_file_opens_with_its_job_and_none_outgrows_its_name() {
    for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        // What is neither Rust nor a style sheet is a data file in TOML.
        let comment = match Path::new(&file).extension().and_then(|end| end.to_str()) {
            Some("rs") => "//! ",
            Some("css") => "/* ",
            _ => "# ",
        };
        assert!(text.starts_with(comment), "src/{file} does not say what it is for");
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(lines <= 350, "src/{file} has {lines} lines");
    }
}

/// `resolve` and `drift` each stand alone; both build on the rest of the domain.
#[test]
fn resolve_and_drift_do_not_know_each_other() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    for (file, other) in [("resolve.rs", "drift"), ("drift.rs", "resolve")] {
        let text = std::fs::read_to_string(domain.join(file)).unwrap();
        assert!(!text.contains(&format!("super::{other}")), "{file} imports {other}");
    }
}
