//! The files of a run: no two of them may be one file, by whatever name.
//!
//! Every file that a run reads or writes is claimed here before anything is written. Two files are one if their real paths
//! are the same, if they are the same file on the disk (a hard link, a bind mount), if their names differ only in case or
//! Unicode form (a checkout on macOS or Windows would make them one), or if one has the name of the temporary file of the
//! other. Each claim is looked up in a map, so that many files cost no more than their number.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::diagnostics::{Help, Problem, shown};
use crate::workspace::files::real_path::{RealPath, directory_of, file_id};
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
    /// The file that `snapshot` writes.
    Snapshot,
}

impl Role {
    /// What it is called, and the key or the option to change.
    fn noun_and_help(self) -> (&'static str, Help) {
        match self {
            Self::Manifest => ("manifest", "name another manifest: `--manifest PATH`".into()),
            Self::Lock => {
                ("lockfile", "rename one of the two manifests: the lockfile has the same name, with `.lock`".into())
            }
            Self::Schema => ("schema", "name another manifest: `--manifest PATH`".into()),
            Self::Catalog => ("catalog", "name another file: `--catalog FILE`".into()),
            Self::Output => ("output", "give the output another `path`".into()),
            Self::Report => ("report", "name another file: `-o FILE`".into()),
            Self::Snapshot => ("snapshot", Help::from("name another file: ").then_run("snapshot FILE")),
        }
    }
}

/// A file of a run.
#[derive(Debug)]
struct Claim {
    role: Role,
    /// The path by which it was named.
    path: PathBuf,
    /// Where that leads.
    real: RealPath,
    /// The manifest that it belongs to.
    manifest: Option<PathBuf>,
}

impl Claim {
    /// The file, in words, next to another: the manifest is named if the other belongs to another.
    fn next_to(&self, other: &Self) -> String {
        let name = format!("the {} `{}`", self.role.noun_and_help().0, shown(&self.path));
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
    /// The roles that the run writes. Two files that are only read may be one on another system.
    written: &'static [Role],
    all: Vec<Claim>,
    /// Where the files are.
    files: HashMap<Key, Vec<usize>>,
    /// Where their temporary files will be.
    temporaries: HashMap<Key, usize>,
    /// Which links lead to them.
    links: HashMap<Key, usize>,
}

impl Claims {
    /// No file yet, of a run that writes the files of these roles.
    pub(crate) fn new(written: &'static [Role]) -> Self {
        Self { written, ..Self::default() }
    }

    /// Whether the run writes the files of a role.
    pub(crate) fn writes(&self, role: Role) -> bool {
        self.written.contains(&role)
    }

    /// Claims a file, which may belong to a manifest.
    ///
    /// # Errors
    /// If it is one that was claimed before.
    pub(crate) fn add(&mut self, role: Role, path: &Path, manifest: Option<&Path>) -> Result<(), Problem> {
        let (real, manifest) = (RealPath::of(path), manifest.map(Path::to_owned));
        let claim = Claim { role, path: path.to_owned(), real, manifest };
        let real = &claim.real;
        let mut names = keys(&real.path);
        names.extend(real.file_links.iter().flat_map(|link| keys(link)));
        names.extend(file_id(&real.path).map(|(device, number)| Key::File(device, number)));
        let temporary = keys(&temporary(&real.path));
        let links: Vec<Key> = real.links().flat_map(keys).collect();

        let problem = |title| Err(Problem::new(title).help(role.noun_and_help().1));
        if let Some(other) = self.same(&claim, &names) {
            let is_shared = role == Role::Schema && other.role == Role::Schema;
            return if is_shared { Ok(()) } else { problem(one_file(&claim, other)) };
        }
        if temporary.iter().any(|key| links.contains(key)) {
            // To make room for the temporary file, the link would be removed.
            return problem(temporary_file(&claim, &claim));
        }
        let of_other = names.iter().chain(&links).find_map(|key| self.temporaries.get(key));
        if let Some(other) = of_other {
            return problem(temporary_file(&claim, &self.all[*other]));
        }
        let of_this = |key: &Key| self.files.get(key).and_then(|files| files.first()).or_else(|| self.links.get(key));
        if let Some(other) = temporary.iter().find_map(of_this) {
            return problem(temporary_file(&self.all[*other], &claim));
        }

        let number = self.all.len();
        for key in names {
            self.files.entry(key).or_default().push(number);
        }
        self.temporaries.extend(temporary.into_iter().map(|key| (key, number)));
        self.links.extend(links.into_iter().map(|key| (key, number)));
        self.all.push(claim);
        Ok(())
    }

    /// The claim of the same file.
    fn same(&self, claim: &Claim, names: &[Key]) -> Option<&Claim> {
        let mut others = names.iter().filter_map(|key| self.files.get(key)).flatten().map(|other| &self.all[*other]);
        others.find(|other| self.writes(claim.role) || self.writes(other.role) || claim.real.path == other.real.path)
    }
}

fn one_file(claim: &Claim, other: &Claim) -> String {
    let (this, that) = (claim.next_to(other), other.next_to(claim));
    let (real, other) = (&claim.real, &other.real);
    let id = file_id(&real.path);
    let is_one = real.path == other.path
        || (id.is_some() && id == file_id(&other.path))
        || (real.path.file_name() == other.path.file_name()
            && file_id(directory_of(&real.path)) == file_id(directory_of(&other.path)));
    if is_one {
        format!("{this} is the same file as {that}")
    } else {
        format!("{this} and {that} would be one file on macOS and Windows")
    }
}

fn temporary_file(claim: &Claim, owner: &Claim) -> String {
    let (this, that) = (claim.next_to(owner), owner.next_to(claim));
    format!("{this} has the name of the temporary file of {that}")
}

/// What names the entry of a directory.
fn keys(path: &Path) -> Vec<Key> {
    let entry = path.parent().and_then(file_id).zip(path.file_name());
    let entry = entry.map(|((device, number), name)| Key::Entry(device, number, folded(Path::new(name))));
    [Key::Path(folded(path))].into_iter().chain(entry).collect()
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
