//! The files of a run. No two of them may be the same file under different names.
//!
//! Every file that a run reads or writes is claimed here before the first write. Two paths conflict if they have the same
//! real path, if they are the same file on the disk (a hard link, a bind mount), if they differ only in case or Unicode form
//! (a checkout on macOS or Windows would merge them), or if one is the temporary file of the other. Claims are stored in
//! maps, so that the cost is linear in the number of files.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::diagnostics::{Help, Problem, shown};
use crate::workspace::files::real_path::{RealPath, directory_of, file_id};
use crate::workspace::files::temporary;

/// The role of a file in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A manifest.
    Manifest,
    /// The lockfile of a manifest.
    Lock,
    /// The JSON Schema next to a manifest.
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
    /// The noun for messages, and the option or key that names another file.
    fn noun_and_help(self) -> (&'static str, Help) {
        match self {
            Self::Manifest => ("manifest", "choose another manifest: `--manifest PATH`".into()),
            Self::Lock => (
                "lockfile",
                "rename one of the two manifests: the lockfile has the name of the manifest with `.lock`".into(),
            ),
            Self::Schema => ("schema", "choose another manifest: `--manifest PATH`".into()),
            Self::Catalog => ("catalog", "choose another file: `--catalog FILE`".into()),
            Self::Output => ("output", "give the output another `path`".into()),
            Self::Report => ("report", "choose another file: `-o FILE`".into()),
            Self::Snapshot => ("snapshot", Help::from("choose another file: ").then_run("snapshot FILE")),
        }
    }
}

/// A file of a run.
#[derive(Debug)]
struct Claim {
    role: Role,
    /// The path as the user or the manifest wrote it.
    path: PathBuf,
    /// The path without symbolic links.
    real: RealPath,
    /// The manifest that the file belongs to.
    manifest: Option<PathBuf>,
}

impl Claim {
    /// The file as text for a message that also names `other`. The manifest is included if it distinguishes the two.
    fn describe_with(&self, other: &Self) -> String {
        let name = format!("the {} `{}`", self.role.noun_and_help().0, shown(&self.path));
        match &self.manifest {
            Some(manifest) if other.manifest.as_ref().is_some_and(|other| other != manifest) => {
                format!("{name} of `{}`", shown(manifest))
            }
            _ => name,
        }
    }
}

/// A key that identifies a file. Two files with a common key conflict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// The real path, case-folded.
    Path(OsString),
    /// The device and the inode of its directory, and its own name, case-folded.
    Entry(u64, u64, OsString),
    /// The device and the inode of the file.
    File(u64, u64),
}

/// The files of a run.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// The roles that the run writes. Files that are only read may be the same file on another system.
    written: &'static [Role],
    all: Vec<Claim>,
    /// The claims by the keys of the files.
    files: HashMap<Key, Vec<usize>>,
    /// The claims by the keys of their temporary files.
    temporaries: HashMap<Key, usize>,
    /// The claims by the keys of the links to their files.
    links: HashMap<Key, usize>,
}

impl Claims {
    /// The claims of a run that writes the files of these roles, without any file yet.
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
    /// If it conflicts with a file that is already claimed.
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
            // Writing the temporary file would remove the link.
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

    /// An earlier claim of the same file.
    fn same(&self, claim: &Claim, names: &[Key]) -> Option<&Claim> {
        let mut others = names.iter().filter_map(|key| self.files.get(key)).flatten().map(|other| &self.all[*other]);
        others.find(|other| self.writes(claim.role) || self.writes(other.role) || claim.real.path == other.real.path)
    }
}

fn one_file(claim: &Claim, other: &Claim) -> String {
    let (this, that) = (claim.describe_with(other), other.describe_with(claim));
    let (real, other) = (&claim.real, &other.real);
    let id = file_id(&real.path);
    let is_one = real.path == other.path
        || (id.is_some() && id == file_id(&other.path))
        || (real.path.file_name() == other.path.file_name()
            && file_id(directory_of(&real.path)) == file_id(directory_of(&other.path)));
    if is_one {
        format!("{this} is the same file as {that}")
    } else {
        format!("{this} and {that} would be the same file on macOS and Windows")
    }
}

fn temporary_file(claim: &Claim, owner: &Claim) -> String {
    let (this, that) = (claim.describe_with(owner), owner.describe_with(claim));
    format!("{this} has the name of the temporary file of {that}")
}

/// The keys of a path.
fn keys(path: &Path) -> Vec<Key> {
    let entry = path.parent().and_then(file_id).zip(path.file_name());
    let entry = entry.map(|((device, number), name)| Key::Entry(device, number, folded(Path::new(name))));
    [Key::Path(folded(path))].into_iter().chain(entry).collect()
}

/// A path as a file system compares it that ignores case, Unicode forms, and dots and spaces at the end.
fn folded(path: &Path) -> OsString {
    let Some(text) = path.to_str() else { return path.as_os_str().to_owned() };
    let text = text.trim_end_matches(['.', ' ']);
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfd();
    // Both conversions are needed: some letters have two lowercase forms, and some have two uppercase forms.
    let text = decomposed.normalize(text).to_uppercase().to_lowercase();
    decomposed.normalize(&text).into_owned().into()
}
