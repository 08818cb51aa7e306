//! Finds the manifests below a directory.
//!
//! Hidden directories and directories that the `.gitignore` files of the repository ignore belong to other tools. A manifest
//! in `.terraform/modules` or `node_modules` is not part of the project, and a lockfile there would never be committed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

use crate::domain::diagnostics::{DEFAULT_MANIFEST, Problem, and_more, quoted, shell, shown};
use crate::workspace::files::{directory_of, error};

/// The result of a search.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The manifests, sorted by path.
    pub manifests: Vec<PathBuf>,
    /// The skipped directories that contain a manifest, sorted by path.
    pub skipped: Vec<PathBuf>,
}

/// The manifest that a path names: the file itself, or the default manifest in a directory.
///
/// # Errors
/// If a directory is named like the default manifest. It is not searched, because it is probably a mistake.
pub(crate) fn in_directory(path: &Path) -> Result<PathBuf, Problem> {
    let is_in_directory = path.is_dir() && !path.ends_with(DEFAULT_MANIFEST);
    let manifest = if is_in_directory { path.join(DEFAULT_MANIFEST) } else { path.to_owned() };
    if manifest.is_dir() { Err(error::manifest_is_directory(&manifest)) } else { Ok(manifest) }
}

/// Finds the files with one of `names` below `directory`. Symbolic links to directories are not followed.
///
/// # Errors
/// If a directory cannot be read or has one of the names, or if a `.gitignore` is not a regular file.
pub(crate) fn find(directory: &Path, names: &[PathBuf]) -> Result<Found, Problem> {
    let mut own = WalkBuilder::new(directory);
    own.standard_filters(false).hidden(true).git_ignore(true).parents(true);
    let manifests = walk(&mut own, directory, names)?;
    if let Some(path) = manifests.iter().find(|path| path.is_dir()) {
        return Err(error::manifest_is_directory(path));
    }
    let mut all = WalkBuilder::new(directory);
    all.standard_filters(false);
    let mut skipped: Vec<PathBuf> = walk(&mut all, directory, names)?
        .into_iter()
        .filter(|path| manifests.binary_search(path).is_err() && !path.is_dir())
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    skipped.dedup();
    Ok(Found { manifests, skipped })
}

/// The depth to which directories are searched for manifests that may be meant instead of a missing one.
const MAX_DEPTH: usize = 3;

/// The error of a missing manifest. It lists manifests in the directories below, because one of them may be meant.
pub(crate) fn missing_manifest(path: &Path) -> Problem {
    let directory = directory_of(path);
    let mut near = WalkBuilder::new(directory);
    near.standard_filters(false).hidden(true).git_ignore(true).max_depth(Some(MAX_DEPTH));
    let name = path.file_name().map(PathBuf::from);
    let found = walk(&mut near, directory, name.as_slice()).unwrap_or_default();
    let found: Vec<PathBuf> = found.into_iter().filter(|path| !path.is_dir()).collect();
    let Some(first) = found.first() else { return error::no_manifest(path) };
    let note = format!("manifests in subdirectories: {}", and_more(found.iter().map(|path| quoted(shown(path))), 6));
    let one = if path.ends_with(DEFAULT_MANIFEST) { directory_of(first) } else { first };
    let help = format!(
        "to use one: `--manifest {}`; `check`, `resolve` and `upgrade` use all of them with `--recursive`",
        shell(one)
    );
    Problem { notes: vec![note], ..error::no_manifest(path) }.help(help)
}

fn walk(builder: &mut WalkBuilder, directory: &Path, names: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    // The walk reads the `.gitignore` of each directory that it enters, and would wait forever for a named pipe.
    let special = Arc::new(Mutex::new(None));
    let found = Arc::clone(&special);
    builder.filter_entry(move |entry| {
        if !is_directory(entry) {
            return true;
        }
        let rules = entry.path().join(".gitignore");
        let is_special = fs::metadata(&rules).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        if is_special && let Ok(mut found) = found.lock() {
            *found = Some(rules);
        }
        !is_special && entry.file_name() != ".git"
    });
    let mut paths = Vec::new();
    for entry in builder.build() {
        let entry = entry.map_err(|error| unreadable(directory, &error))?;
        if names.iter().any(|name| name.as_os_str() == entry.file_name()) {
            // People write `a/images.toml`, not `./a/images.toml`.
            let path = entry.path();
            paths.push(path.strip_prefix(".").unwrap_or(path).to_owned());
        }
    }
    if let Some(path) = special.lock().ok().and_then(|mut special| special.take()) {
        return Err(error::unreadable(&path, &io::Error::other("it is not a regular file")));
    }
    paths.sort();
    Ok(paths)
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn unreadable(directory: &Path, error: &ignore::Error) -> Problem {
    let (mut path, mut inner) = (directory, error);
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    // The error of the system is clearer than that of the directory walk.
    let error = fs::read_dir(path).err().unwrap_or_else(|| io::Error::other(error.to_string()));
    error::unreadable(path, &error)
}
