//! Where a path leads: from the root, behind every symbolic link, also if the file does not exist.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// How many links are followed one after the other: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// A path without links, and the links that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RealPath {
    /// The file.
    pub path: PathBuf,
    /// Links in the place of the file itself.
    pub file_links: Vec<PathBuf>,
    /// Links in the place of directories above it.
    pub directory_links: Vec<PathBuf>,
}

impl RealPath {
    /// Follows a path. Links in a circle lead nowhere: the path then ends at one of them.
    pub(crate) fn of(path: &Path) -> Self {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut pending = parts(&absolute);
        let mut real = Self { path: PathBuf::new(), file_links: Vec::new(), directory_links: Vec::new() };
        let mut followed = 0;
        while let Some(part) = pending.pop() {
            if part == ".." {
                real.path.pop();
                continue;
            }
            real.path.push(part);
            if followed == MOST_LINKS {
                continue;
            }
            if let Ok(to) = fs::read_link(&real.path) {
                followed += 1;
                let links = if pending.is_empty() { &mut real.file_links } else { &mut real.directory_links };
                links.push(real.path.clone());
                real.path.pop();
                pending.extend(parts(&to));
            }
        }
        real
    }

    /// All links that led to the file.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Path> {
        self.file_links.iter().chain(&self.directory_links).map(PathBuf::as_path)
    }
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// What the file system calls a file.
#[cfg(unix)]
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Without such a number, the path without links is what is left.
#[cfg(not(unix))]
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    fs::canonicalize(path).ok()?.hash(&mut hasher);
    Some((0, hasher.finish()))
}
