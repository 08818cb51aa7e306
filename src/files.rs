//! Reading, atomic writing, and the guard that keeps two runs from writing at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::Error;

/// Reads a text file; `None` if there is none.
///
/// # Errors
/// If it cannot be read, or is no text.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        // A link that leads nowhere is no absent file: writing would put a file in the link's place.
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => return Ok(None),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Error::NotText { path: path.to_owned(), line: good.split(|byte| *byte == b'\n').count() }
    })
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// If it exists, or cannot be written.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
            _ => Error::Write { path: path.to_owned(), source },
        })?;
    file.write_all(text.as_bytes()).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Replaces a file, or creates it: whole or not at all, whatever happens meanwhile.
///
/// The text goes to a temporary file in the same directory, to the disk, and then over the old file, whose mode it
/// keeps. A symbolic link stays, and what it leads to is replaced. The temporary file has one name, so that those of
/// killed runs do not pile up; whoever writes a file that others may write holds its [`Guard`].
///
/// # Errors
/// If that is not possible; the old file is then as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let target = if path.is_symlink() { fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
    let temporary = beside(&target, "tmp");
    let result = write_over(&target, &temporary, text);
    if result.is_err() {
        // The error that led here is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    result.map_err(failed)
}

fn write_over(target: &Path, temporary: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(temporary)?;
    match fs::metadata(target) {
        Ok(old) => file.set_permissions(old.permissions())?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, target)?;
    // The rename itself must survive a power cut. Not every system can flush a directory.
    if let Some(directory) = parent(target)
        && let Ok(directory) = File::open(directory)
    {
        let _ = directory.sync_all();
    }
    Ok(())
}

/// A hidden file beside `path`: `.images.lock.tmp`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{extension}"))
}

fn parent(path: &Path) -> Option<&Path> {
    path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}

/// The right to write a file, held by one process at a time.
///
/// A file `.images.lock.guard` beside it carries the operating system's advisory lock, which ends with the process
/// however it ends, and names the holder. It exists only while somebody holds it.
pub struct Guard {
    path: PathBuf,
    // Closing it lets go of the lock.
    _file: File,
}

impl Guard {
    /// Waits for the right to write `path`. `on_wait` is called once if that takes more than a moment.
    ///
    /// # Errors
    /// If another process holds it for longer than `patience`, or the directory cannot be written.
    pub fn acquire(path: &Path, patience: Duration, on_wait: &dyn Fn(&str)) -> Result<Self, Error> {
        let guard = beside(path, "guard");
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let started = Instant::now();
        let mut told = false;
        loop {
            let file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&guard).map_err(failed)?;
            match file.try_lock() {
                // The holder before may have removed the file between our opening and our locking it.
                Ok(()) if is_same(&file, &guard) => {
                    file.set_len(0).and_then(|()| writeln!(&file, "process {}", std::process::id())).map_err(failed)?;
                    return Ok(Self { path: guard, _file: file });
                }
                Ok(()) => continue,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) => {}
            }
            let waited = started.elapsed();
            if waited >= patience {
                return Err(Error::Busy { path: path.to_owned(), holder: holder(&guard), seconds: waited.as_secs() });
            }
            if waited > Duration::from_millis(500) && !told {
                told = true;
                on_wait(&format!("waiting for {}, which is writing `{}`", holder(&guard), path.display()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Where an open file cannot be removed it stays, without harm.
        let _ = fs::remove_file(&self.path);
    }
}

fn holder(guard: &Path) -> String {
    let mut text = String::new();
    let read = File::open(guard).and_then(|file| file.take(100).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), holder) if !holder.is_empty() => {
            format!("another imagelock ({})", crate::domain::words::visible(holder))
        }
        _ => "another imagelock".to_owned(),
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> bool {
    path.exists()
}
