//! The source files of this repository, for tests of the code layout.

use std::collections::BTreeMap;
use std::path::Path;

/// Returns the text of every file in a directory by its relative path, without snapshots.
pub fn source_files(directory: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut sources = BTreeMap::new();
    let mut directories = vec![root.clone()];
    while let Some(current) = directories.pop() {
        for entry in std::fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_none_or(|extension| extension != "snap") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(sources.len() > 100);
    sources
}
