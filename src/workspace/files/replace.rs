//! Replaces files atomically. They keep their owner, group and mode.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::deadline;
use crate::domain::diagnostics::Problem;
use crate::workspace::files::error::{not_a_file, read_only, unwritable};
use crate::workspace::files::{directory_of, target, temporary};

/// A file to write: its path and its new text.
pub(crate) type New<'a> = (&'a Path, &'a str);

/// Replaces or creates files. Each file is written completely or not at all, even if the process is killed. The result is the
/// paths of the files whose owner or group could not be kept.
///
/// Every text is written to a temporary file next to its target and flushed to the disk before the first target is replaced,
/// in the given order. So a full disk or an unwritable directory leaves all files unchanged. A file keeps its owner, group
/// and mode. A symbolic link stays, and its target is replaced. Temporary files have fixed names, so that killed runs do not
/// leave more and more of them. The caller holds a [`WriteLock`](crate::workspace::files::write_lock::WriteLock) for
/// all files, so that no other run uses the same temporary files.
///
/// # Errors
/// If a file cannot be written or is read-only. All files are then unchanged, with one exception: if a file cannot be
/// replaced although its directory is writable, such as a mount point, the files before it are already replaced.
pub(crate) fn replace_all(files: &[New<'_>]) -> Result<Vec<PathBuf>, Problem> {
    files.iter().try_for_each(|(path, _)| check_writable(path))?;
    // The deadline must not end the run between the first temporary file and the last rename.
    deadline::disarm();
    let staged: Vec<Staged<'_>> = files.iter().map(|(path, text)| Staged::new(path, text)).collect::<Result<_, _>>()?;
    staged.iter().try_for_each(Staged::commit)?;
    let lost = staged.iter().filter(|staged| !staged.keeps_owner);
    Ok(lost.map(|staged| staged.path.to_owned()).collect())
}

/// Checks without writing whether a file can be replaced.
///
/// # Errors
/// If the file is read-only or not a regular file, if its directory does not exist, or if its name is too long for a
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

/// Whether the owner has no write permission. The system would still allow the owner and root to replace the file.
#[cfg(unix)]
fn is_read_only(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o200 == 0
}

#[cfg(not(unix))]
fn is_read_only(file: &fs::Metadata) -> bool {
    file.permissions().readonly()
}

/// A temporary file on the disk that will replace its target. It is removed unless it is committed.
struct Staged<'a> {
    /// The path as the caller wrote it.
    path: &'a Path,
    /// The path after resolving symbolic links.
    target: PathBuf,
    temporary: PathBuf,
    /// Whether it has the owner and the group of its target.
    keeps_owner: bool,
}

impl<'a> Staged<'a> {
    fn new(path: &'a Path, text: &str) -> Result<Self, Problem> {
        let failed = |error| unwritable(path, &error);
        let target = target(path)?;
        let temporary = temporary(&target);
        // An existing file or link is never opened: a killed run left it, or an attacker placed it there.
        match fs::remove_file(&temporary) {
            Err(_) if temporary.is_dir() => return Err(unwritable(&temporary, &ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut staged = Self { path, target, temporary, keeps_owner: true };
        staged.keeps_owner = staged.write(text).map_err(failed)?;
        Ok(staged)
    }

    /// Writes the temporary file. Returns whether it has the owner and the group of its target.
    fn write(&self, text: &str) -> io::Result<bool> {
        let old = match fs::metadata(&self.target) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Only the current user may read it until it has the owner of its target.
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
        // The rename must survive a power failure. Not every system can flush a directory.
        if let Ok(directory) = fs::File::open(directory_of(&self.target)) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // A commit leaves no temporary file. Otherwise another error is already being reported.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Gives a new file the owner, the group and the mode of the old one. Returns whether the owner and the group could be kept.
/// If not, the mode gives the new group no more permissions than everyone has.
#[cfg(unix)]
fn keep_owner(file: &fs::File, old: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let owner_is_kept =
        |file: &fs::File| file.metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !owner_is_kept(file) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // A user who cannot change the owner may still be able to change the group.
        let _ = fchown(file, None, Some(old.gid()));
    }
    let group_is_kept = file.metadata().is_ok_and(|new| new.gid() == old.gid());
    // The setuid, setgid and sticky bits are never kept, because the file is not a program.
    let mode = old.mode() & 0o777;
    let mode = if group_is_kept { mode } else { mode & (0o707 | (mode & 0o007) << 3) };
    file.set_permissions(fs::Permissions::from_mode(mode)).is_ok() && owner_is_kept(file)
}

#[cfg(not(unix))]
fn keep_owner(file: &fs::File, old: &fs::Metadata) -> bool {
    file.set_permissions(old.permissions()).is_ok()
}
