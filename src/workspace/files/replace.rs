//! Writing whole files or nothing: they keep their owner, group and mode.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::deadline;
use crate::domain::diagnostics::Problem;
use crate::workspace::files::error::{not_a_file, read_only, unwritable};
use crate::workspace::files::{directory_of, target, temporary};

/// A file to write: where, and its text.
pub(crate) type New<'a> = (&'a Path, &'a str);

/// Replaces files, or creates them: each whole or not at all, whatever happens meanwhile. Gives those whose owner or group
/// could not be kept.
///
/// Every text goes to a temporary file next to the file that it replaces, and to the disk, before the first of them goes
/// over the old file, in the order given. So a full disk or a directory that cannot be written leaves all as they were.
/// A file keeps its owner, group and mode; a symbolic link stays, and the file that it leads to is replaced. A temporary
/// file has one name, so that those of killed runs do not pile up; the caller holds a [`WriteLock`](crate::workspace::files::write_lock::WriteLock) for
/// all the files, so that no other run uses it.
///
/// # Errors
/// If that is not possible, or a file is read-only. All files are then as they were, unless one cannot be replaced although
/// its directory can be written, as a mount point: those before it are new then.
pub(crate) fn replace_all(files: &[New<'_>]) -> Result<Vec<PathBuf>, Problem> {
    files.iter().try_for_each(|(path, _)| check_writable(path))?;
    // From the first temporary file to the last rename, nothing interrupts the run.
    deadline::disarm();
    let staged: Vec<Staged<'_>> = files.iter().map(|(path, text)| Staged::new(path, text)).collect::<Result<_, _>>()?;
    staged.iter().try_for_each(Staged::commit)?;
    let lost = staged.iter().filter(|staged| !staged.keeps_owner);
    Ok(lost.map(|staged| staged.path.to_owned()).collect())
}

/// Finds out, without writing, what would keep a file from being replaced.
///
/// # Errors
/// If the file is read-only or not a file, if its directory does not exist, or if its name leaves no room for that of the
/// temporary file.
pub(crate) fn check_writable(path: &Path) -> Result<(), Problem> {
    let failed = |error| unwritable(path, &error);
    let target = target(path)?;
    match fs::metadata(&target) {
        Ok(old) if old.is_dir() => return Err(failed(ErrorKind::IsADirectory.into())),
        Ok(old) if !old.is_file() => return Err(not_a_file(path)),
        Ok(old) if is_read_only(&old) => return Err(read_only(path)),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let directory = fs::metadata(directory_of(&target)).map_err(failed)?;
    if !directory.is_dir() {
        return Err(failed(ErrorKind::NotADirectory.into()));
    }
    match fs::symlink_metadata(temporary(&target)) {
        Err(error) if error.kind() == ErrorKind::InvalidFilename => Err(failed(error)),
        _ => Ok(()),
    }
}

/// Whether the owner of a file has taken away the right to write it. The system would let an owner and root replace it.
#[cfg(unix)]
fn is_read_only(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o200 == 0
}

#[cfg(not(unix))]
fn is_read_only(file: &fs::Metadata) -> bool {
    file.permissions().readonly()
}

/// A text on the disk, next to the file that it will replace. What is not committed is removed.
struct Staged<'a> {
    /// The file as the caller names it.
    path: &'a Path,
    /// Where it is, behind symbolic links.
    target: PathBuf,
    temporary: PathBuf,
    /// Whether it has the owner and the group of the file that it replaces.
    keeps_owner: bool,
}

impl<'a> Staged<'a> {
    fn new(path: &'a Path, text: &str) -> Result<Self, Problem> {
        let failed = |error| unwritable(path, &error);
        let target = target(path)?;
        let temporary = temporary(&target);
        // What a killed run left, or somebody planted to be followed or waited for, is never opened.
        match fs::remove_file(&temporary) {
            Err(_) if temporary.is_dir() => return Err(unwritable(&temporary, &ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut staged = Self { path, target, temporary, keeps_owner: true };
        staged.keeps_owner = staged.write(text).map_err(failed)?;
        Ok(staged)
    }

    /// Writes the temporary file. Whether it has the owner and the group of the old file.
    fn write(&self, text: &str) -> io::Result<bool> {
        let old = match fs::metadata(&self.target) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Until it has the owner of the one that it replaces, only its writer may read it.
        #[cfg(unix)]
        if old.is_some() {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file = options.open(&self.temporary)?;
        file.write_all(text.as_bytes())?;
        let keeps_owner = old.is_none_or(|old| keep_owner(&file, &old));
        file.sync_all()?;
        Ok(keeps_owner)
    }

    fn commit(&self) -> Result<(), Problem> {
        fs::rename(&self.temporary, &self.target).map_err(|error| unwritable(self.path, &error))?;
        // The rename itself must survive a power cut. Not every system can flush a directory.
        if let Ok(directory) = fs::File::open(directory_of(&self.target)) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // After a commit there is none. Else the error that led here is the one to report.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Gives a new file the owner, the group and the mode of the old one. Whether owner and group could be kept: if not, the
/// mode lets the new group do no more than everyone.
#[cfg(unix)]
fn keep_owner(file: &fs::File, old: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let owner_is_kept =
        |file: &fs::File| file.metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !owner_is_kept(file) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Without the right to give a file away, a member of the group can still give it to the group.
        let _ = fchown(file, None, Some(old.gid()));
    }
    let group_is_kept = file.metadata().is_ok_and(|new| new.gid() == old.gid());
    // Never setuid, setgid or sticky: a text is not run.
    let mode = old.mode() & 0o777;
    let mode = if group_is_kept { mode } else { mode & (0o707 | (mode & 0o007) << 3) };
    file.set_permissions(fs::Permissions::from_mode(mode)).is_ok() && owner_is_kept(file)
}

#[cfg(not(unix))]
fn keep_owner(file: &fs::File, old: &fs::Metadata) -> bool {
    file.set_permissions(old.permissions()).is_ok()
}
