//! The files in a directory, to show that a run changed none of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::support::sandbox::{Run, Sandbox};

/// Returns everything in a directory by its relative path: the content and mode of files, and the targets of links.
pub fn tree(directory: &Path) -> BTreeMap<PathBuf, String> {
    let mut tree = BTreeMap::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(current) = directories.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let content = if metadata.is_dir() {
                directories.push(path.clone());
                "directory".to_owned()
            } else if metadata.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if metadata.is_file() {
                format!("{:?}", fs::read(&path).ok())
            } else {
                "special".to_owned()
            };
            let name = path.strip_prefix(directory).unwrap().to_owned();
            tree.insert(name, format!("{:o} {content}", metadata.mode()));
        }
    }
    tree
}

/// Runs a line that must fail and change nothing in the sandbox, and returns the error message.
#[track_caller]
pub fn refused(sandbox: &Sandbox, line: &str) -> String {
    refused_run(sandbox, || sandbox.run(line))
}

/// Like `refused`, for any kind of run.
#[track_caller]
pub fn refused_run(sandbox: &Sandbox, run: impl Fn() -> Run) -> String {
    let before = tree(&sandbox.path(""));
    let run = run();
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    assert_eq!(tree(&sandbox.path("")), before, "{run}");
    run.stderr
}
