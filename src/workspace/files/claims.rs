//! The files of a run: no two of them may be one file, by whatever name.
//!
//! Every file that a run reads or writes is claimed here before anything is written. Two files are one if their real paths
//! are the same, if they are the same file on the disk (a hard link, a bind mount), if their names differ only in case or
//! Unicode form (a checkout on macOS or Windows would make them one), or if one has the name of the temporary file of the
//! other. Each claim is looked up in a map, so that many files cost no more than their number.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::diagnostics::{Help, shown};
use crate::workspace::files::error::Clash;
use crate::workspace::files::real_path::RealPath;
use crate::workspace::files::temporary;

/// What a file is to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A manifest.
    Manifest,
    /// The lockfile of a manifest.
    Lock,
    /// The schema next to a manifest.
    Schema,
    /// The snapshot that `--catalog` names.
    Catalog,
    /// A file that a manifest declares in `[[outputs]]`.
    Output,
    /// A file that `check -o` names.
    Report,
    /// A file that `export -o` names.
    Export,
    /// The file that `snapshot` writes.
    Snapshot,
}

impl Role {
    fn noun(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Lock => "lockfile",
            Self::Schema => "schema",
            Self::Catalog => "catalog",
            Self::Output => "output",
            Self::Report => "report",
            Self::Export => "export",
            Self::Snapshot => "snapshot",
        }
    }

    /// The key or the option to change.
    fn help(self) -> Help {
        match self {
            Self::Manifest | Self::Schema => "name another manifest: `--manifest PATH`".into(),
            Self::Lock => "rename one of the two manifests: the lockfile has the same name, with `.lock`".into(),
            Self::Catalog => "name another file: `--catalog FILE`".into(),
            Self::Output => "give the output another `path`".into(),
            Self::Report | Self::Export => "name another file: `-o FILE`".into(),
            Self::Snapshot => Help::from("name another file: ").then_run("snapshot FILE"),
        }
    }
}

/// A file of a run.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// What it is.
    pub role: Role,
    /// The path by which it was named.
    pub path: PathBuf,
    /// The manifest that it belongs to.
    pub manifest: Option<PathBuf>,
    /// Whether the run writes it. Two files that are only read may be one on another system.
    pub is_written: bool,
}

impl Claim {
    /// The file, in words, next to another: the manifest is named if the other belongs to another.
    fn next_to(&self, other: &Self) -> String {
        let name = format!("the {} `{}`", self.role.noun(), shown(&self.path));
        match &self.manifest {
            Some(manifest) if other.manifest.as_ref().is_some_and(|other| other != manifest) => {
                format!("{name} of `{}`", shown(manifest))
            }
            _ => name,
        }
    }
}

/// What names a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// The real path, folded.
    Path(OsString),
    /// The device and the number of its directory, and its own name, folded.
    Entry(u64, u64, OsString),
    /// The device and the number of the file.
    File(u64, u64),
}

/// The files of a run.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    all: Vec<(Claim, RealPath)>,
    /// Where the files are.
    files: HashMap<Key, Vec<usize>>,
    /// Where their temporary files will be.
    temporaries: HashMap<Key, usize>,
    /// Which links lead to them.
    links: HashMap<Key, usize>,
}

impl Claims {
    /// Claims a file.
    ///
    /// # Errors
    /// If it is one that was claimed before.
    pub(crate) fn add(&mut self, claim: Claim) -> Result<(), Clash> {
        let real = RealPath::of(&claim.path);
        let mut names: Vec<Key> = keys(&real.path).into_iter().flatten().collect();
        names.extend(real.file_links.iter().flat_map(|link| keys(link)).flatten());
        names.extend(file_id(&real.path).map(|(device, number)| Key::File(device, number)));
        let temporary: Vec<Key> = keys(&temporary(&real.path)).into_iter().flatten().collect();
        let links: Vec<Key> = real.links().flat_map(keys).flatten().collect();

        if let Some(other) = self.same(&claim, &real, &names) {
            if claim.role == Role::Schema && other.0.role == Role::Schema {
                return Ok(());
            }
            return Err(one_file(&claim, &real, other));
        }
        if temporary.iter().any(|key| links.contains(key)) {
            // To make room for the temporary file, the link would be removed.
            return Err(temporary_file(&claim, &claim, claim.role));
        }
        let of_other = names.iter().chain(&links).find_map(|key| self.temporaries.get(key));
        if let Some(other) = of_other {
            return Err(temporary_file(&claim, &self.all[*other].0, claim.role));
        }
        let of_this = |key: &Key| self.files.get(key).and_then(|files| files.first()).or_else(|| self.links.get(key));
        if let Some(other) = temporary.iter().find_map(of_this) {
            return Err(temporary_file(&self.all[*other].0, &claim, claim.role));
        }

        let number = self.all.len();
        for key in names {
            self.files.entry(key).or_default().push(number);
        }
        self.temporaries.extend(temporary.into_iter().map(|key| (key, number)));
        self.links.extend(links.into_iter().map(|key| (key, number)));
        self.all.push((claim, real));
        Ok(())
    }

    /// The claim of the same file.
    fn same(&self, claim: &Claim, real: &RealPath, names: &[Key]) -> Option<&(Claim, RealPath)> {
        let others = names.iter().filter_map(|key| self.files.get(key)).flatten().map(|other| &self.all[*other]);
        others
            .into_iter()
            .find(|(other, other_real)| claim.is_written || other.is_written || real.path == other_real.path)
    }
}

fn one_file(claim: &Claim, real: &RealPath, (other, other_real): &(Claim, RealPath)) -> Clash {
    let (this, that) = (claim.next_to(other), other.next_to(claim));
    let id = file_id(&real.path);
    let is_one = real.path == other_real.path
        || (id.is_some() && id == file_id(&other_real.path))
        || (real.path.file_name() == other_real.path.file_name()
            && file_id(real.directory()) == file_id(other_real.directory()));
    let title = if is_one {
        format!("{this} is the same file as {that}")
    } else {
        format!("{this} and {that} would be one file on macOS and Windows")
    };
    Clash { title, help: claim.role.help() }
}

fn temporary_file(claim: &Claim, owner: &Claim, role: Role) -> Clash {
    let (this, that) = (claim.next_to(owner), owner.next_to(claim));
    let title = format!("{this} has the name of the temporary file of {that}");
    Clash { title, help: role.help() }
}

/// What names the entry of a directory.
fn keys(path: &Path) -> [Option<Key>; 2] {
    let entry = path.parent().and_then(file_id).zip(path.file_name());
    let entry = entry.map(|((device, number), name)| Key::Entry(device, number, folded(Path::new(name))));
    [Some(Key::Path(folded(path))), entry]
}

/// A path as a file system reads it that knows no case and one form of Unicode, and drops dots and spaces at the end.
fn folded(path: &Path) -> OsString {
    let Some(text) = path.to_str() else { return path.as_os_str().to_owned() };
    let text = text.trim_end_matches(['.', ' ']);
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfd();
    // In both directions, as some letters have two small forms, and some two capital ones.
    let text = decomposed.normalize(text).to_uppercase().to_lowercase();
    decomposed.normalize(&text).into_owned().into()
}

/// What the file system calls a file.
#[cfg(unix)]
fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Without such a number, the path without links is what is left.
#[cfg(not(unix))]
fn file_id(path: &Path) -> Option<(u64, u64)> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    fs::canonicalize(path).ok()?.hash(&mut hasher);
    Some((0, hasher.finish()))
}
