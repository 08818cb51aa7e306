//! How imagelock is called about the same files: what every command that is suggested begins with.

use std::path::{Path, PathBuf};

use crate::domain::words::shown;

/// The manifest that is read where none is named.
pub const DEFAULT_MANIFEST: &str = "images.toml";

/// Where the manifests of a run come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifests {
    /// They are named.
    Named(Vec<PathBuf>),
    /// They are those of these file names below a directory.
    Below(PathBuf, Vec<PathBuf>),
}

/// What a command must begin with to be about these manifests.
pub fn invocation(manifests: &Manifests) -> String {
    let flags_of = |paths: &[PathBuf]| -> Vec<String> {
        match paths {
            [path] if path == Path::new(DEFAULT_MANIFEST) => Vec::new(),
            paths => paths.iter().flat_map(|path| flag("--manifest", path)).collect(),
        }
    };
    let flags = match manifests {
        Manifests::Named(paths) => flags_of(paths),
        Manifests::Below(directory, names) => [flag("--recursive", directory), flags_of(names)].concat(),
    };
    std::iter::once("imagelock".to_owned()).chain(flags).collect::<Vec<_>>().join(" ")
}

/// What a command must begin with to be about one manifest.
pub fn invocation_of(manifest: &Path) -> String {
    invocation(&Manifests::Named(vec![manifest.to_owned()]))
}

fn flag(flag: &str, path: &Path) -> Vec<String> {
    let path = shown(path);
    let plain = path.chars().all(|char| char.is_alphanumeric() || "/._-+=@:,\\".contains(char));
    let path = if plain { path } else { format!("'{}'", path.replace('\'', "'\\''")) };
    vec![flag.to_owned(), path]
}
