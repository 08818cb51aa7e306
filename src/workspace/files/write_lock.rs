//! The right to write in directories, held by one run at a time.
//!
//! It is the operating system's advisory lock on the directory itself: it ends with the process however that ends, and
//! leaves no file behind.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::diagnostics::{Problem, shown};
use crate::workspace::files::error::{busy, unwritable};
use crate::workspace::files::real_path::{directory_of, file_id};
use crate::workspace::files::target;

/// The right to write the files of some directories, until it is dropped.
pub(crate) struct WriteLock {
    // Closing them lets go of the locks.
    _directories: Vec<File>,
}

impl WriteLock {
    /// Waits for the right to write `paths`, where they are behind symbolic links. `notify` is called once if that takes
    /// more than a moment, and where the file system knows no locks.
    ///
    /// # Errors
    /// If another process holds it until the deadline, or a directory cannot be opened.
    pub(crate) fn acquire(paths: &[&Path], deadline: Instant, notify: &dyn Fn(&str)) -> Result<Self, Problem> {
        // All runs take several directories in one order, so that no two wait for each other; and none twice.
        let mut lockables = BTreeMap::new();
        for path in paths {
            let failed = |error| unwritable(path, &error);
            let target = target(path).unwrap_or_else(|_| (*path).to_owned());
            let directory = directory_of(&target);
            // Opening a pipe in the place of a directory may never end.
            if !std::fs::metadata(directory).map_err(failed)?.is_dir() {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            lockables.entry(file_id(directory)).or_insert((*path, lockable(directory).map_err(failed)?));
        }
        let mut directories = Vec::new();
        for (path, lockable) in lockables.into_values() {
            if lock(&lockable, path, deadline, notify)? {
                directories.push(lockable);
            }
        }
        Ok(Self { _directories: directories })
    }
}

/// Waits for a directory, for `path` in it; whether there is such a thing as a lock on its file system.
fn lock(lockable: &File, path: &Path, deadline: Instant, notify: &dyn Fn(&str)) -> Result<bool, Problem> {
    let started = Instant::now();
    let mut is_notified = false;
    loop {
        match lockable.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => {}
            // Some network file systems have no locks. The write is atomic even so.
            Err(TryLockError::Error(_)) => {
                notify(&format!(
                    "warning: no locks on the file system of `{}`: run one imagelock at a time there",
                    shown(path)
                ));
                return Ok(false);
            }
        }
        let waited = started.elapsed();
        if waited > Duration::from_millis(500) && !is_notified {
            is_notified = true;
            notify(&format!("waiting for {}, which is writing beside `{}`", holder(lockable), shown(path)));
        }
        if Instant::now() >= deadline {
            return Err(busy(path, &holder(lockable), waited.as_secs_f32().round().max(1.0)));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What can be locked for a directory.
#[cfg(unix)]
fn lockable(directory: &Path) -> io::Result<File> {
    File::open(directory)
}

/// Where a directory cannot be opened and locked, a file of its own stands for it among the temporary files.
#[cfg(not(unix))]
fn lockable(directory: &Path) -> io::Result<File> {
    let (_, number) = file_id(directory).ok_or(io::ErrorKind::NotFound)?;
    let path = std::env::temp_dir().join(format!("imagelock-{number:016x}.guard"));
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Who holds the lock: the kernel tells on Linux, by the number of the locked file.
#[cfg(target_os = "linux")]
fn holder(lockable: &File) -> String {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::MetadataExt;
    let inode = lockable.metadata().map(|metadata| format!(":{}", metadata.ino())).unwrap_or_default();
    // "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF"; a waiting process has "->" in the second place.
    let process = |line: String| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [_, "FLOCK", _, _, process, file, ..] if file.ends_with(&inode) => Some(process.to_owned()),
        _ => None,
    };
    // Read by the page: the kernel counts lines, so that between two small reads a line is lost whenever somebody lets go
    // of a lock that stands before it.
    let locks = File::open("/proc/locks").map(|file| BufReader::with_capacity(1 << 16, file));
    match locks.ok().and_then(|locks| locks.lines().map_while(Result::ok).find_map(process)) {
        Some(process) => format!("another imagelock (process {process})"),
        None => "another imagelock".to_owned(),
    }
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &File) -> String {
    "another imagelock".to_owned()
}
