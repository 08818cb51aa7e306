//! Finds the manifests below a folder.
//!
//! Hidden folders and folders that the repository's own `.gitignore` files ignore belong to other tools: a manifest in
//! `.terraform/modules` or `node_modules` is not ours, and a lockfile written there would never be committed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

use crate::domain::diagnostics::{DEFAULT_MANIFEST, Problem, and_more, quoted, shell, shown};
use crate::workspace::files::{directory_of, error};

/// What is below a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The manifests, sorted by path.
    pub manifests: Vec<PathBuf>,
    /// The skipped folders that hold a manifest, sorted by path.
    pub skipped: Vec<PathBuf>,
}

/// Finds the files with one of `names` below `folder`. Symbolic links to folders are not followed.
///
/// # Errors
/// If a folder cannot be read, or a `.gitignore` is not a regular file.
pub(crate) fn find(folder: &Path, names: &[PathBuf]) -> Result<Found, Problem> {
    let mut own = WalkBuilder::new(folder);
    own.standard_filters(false).hidden(true).git_ignore(true).parents(true);
    let manifests = walk(&mut own, folder, names)?;
    let mut all = WalkBuilder::new(folder);
    all.standard_filters(false);
    let mut skipped: Vec<PathBuf> = walk(&mut all, folder, names)?
        .into_iter()
        .filter(|path| manifests.binary_search(path).is_err())
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    skipped.dedup();
    Ok(Found { manifests, skipped })
}

/// How many folders deep the manifests are looked for that may be meant instead of a missing one.
const NEAR: usize = 3;

/// The problem of a missing manifest. The manifests in the folders below may be meant.
pub(crate) fn missing_manifest(path: &Path) -> Problem {
    let folder = directory_of(path);
    let mut near = WalkBuilder::new(folder);
    near.standard_filters(false).hidden(true).git_ignore(true).max_depth(Some(NEAR));
    let name = path.file_name().map(PathBuf::from);
    let found = walk(&mut near, folder, name.as_slice()).unwrap_or_default();
    let Some(first) = found.first() else { return error::no_manifest(path) };
    let note = format!("there are manifests below: {}", and_more(found.iter().map(|path| quoted(shown(path))), 6));
    let one = if path.ends_with(DEFAULT_MANIFEST) { directory_of(first) } else { first };
    let help = format!(
        "name one: `--manifest {}`; `check`, `resolve` and `upgrade` take all of them with `--recursive`",
        shell(one)
    );
    Problem { notes: vec![note], ..error::no_manifest(path) }.help(help)
}

fn walk(builder: &mut WalkBuilder, folder: &Path, names: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    // The walk reads the `.gitignore` of each folder it enters, and would wait forever for a named pipe.
    let special = Arc::new(Mutex::new(None));
    let found = Arc::clone(&special);
    builder.filter_entry(move |entry| {
        if !is_folder(entry) {
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
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        if !is_folder(&entry) && names.iter().any(|name| name.as_os_str() == entry.file_name()) {
            // As a person would write it: `a/images.toml`, not `./a/images.toml`.
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

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn unreadable(folder: &Path, error: &ignore::Error) -> Problem {
    let (mut path, mut inner) = (folder, error);
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
    // The walk words its errors in its own way; the system says it in fewer words.
    let error = fs::read_dir(path).err().unwrap_or_else(|| io::Error::other(error.to_string()));
    error::unreadable(path, &error)
}
