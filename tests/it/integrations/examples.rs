//! The examples as they are committed.

use std::collections::BTreeSet;

use crate::support::example::{Example, OCTOBER, repository};

/// Returns all examples with a lockfile, except the quickstart, whose lockfile is not committed.
fn names() -> BTreeSet<String> {
    let entries = std::fs::read_dir(repository("examples")).unwrap().map(|entry| entry.unwrap());
    let names = entries.filter(|entry| entry.path().join("images.lock").exists());
    names.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != "quickstart").collect()
}

#[test]
fn every_lockfile_and_output_matches_the_catalog_of_october() {
    assert!(names().len() >= 5, "{:?}", names());
    for name in names() {
        let example = Example::of(&name);
        example.ok("imagelock resolve --locked");
        let manifest = example.read("images.toml");
        let output = manifest.lines().find_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"')).unwrap();
        let files = ["images.lock", output];
        let committed = files.map(|file| example.read(file));
        for file in files {
            std::fs::remove_file(example.path(file)).unwrap();
        }
        example.ok(&format!("imagelock resolve {OCTOBER}"));
        assert_eq!(files.map(|file| example.read(file)), committed, "{name}");
    }
}
