//! Resolves a path to an absolute path without symbolic links. The file does not need to exist.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The maximum number of links that are followed, which is the limit of Linux.
const MAX_LINKS: usize = 40;

/// A path without symbolic links, and the links that were resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RealPath {
    /// The path of the file.
    pub path: PathBuf,
    /// The links at the path of the file itself.
    pub file_links: Vec<PathBuf>,
    /// The links at the paths of directories above it.
    pub directory_links: Vec<PathBuf>,
}

impl RealPath {
    /// Resolves a path. If links form a cycle, the result is the path of one of them.
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
            if followed == MAX_LINKS {
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

    /// All links that were resolved.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Path> {
        self.file_links.iter().chain(&self.directory_links).map(PathBuf::as_path)
    }
}

/// The components of a path in reverse order.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}

/// The directory that contains a file.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// The numbers by which the file system identifies a file: the device and the inode.
#[cfg(unix)]
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Without such numbers, a hash of the canonical path identifies the file.
#[cfg(not(unix))]
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    fs::canonicalize(path).ok()?.hash(&mut hasher);
    Some((0, hasher.finish()))
}
