//! A lock on directories, so that one run at a time writes in them.
//!
//! It is an advisory lock of the operating system on the directory itself. It is released when the process ends for any
//! reason, and it leaves no file behind.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::diagnostics::{Problem, shown};
use crate::workspace::files::error::{busy, unwritable};
use crate::workspace::files::real_path::{directory_of, file_id};
use crate::workspace::files::target;

/// A lock on some directories until it is dropped.
pub(crate) struct WriteLock {
    // Closing the directories releases their locks.
    _directories: Vec<File>,
}

impl WriteLock {
    /// Locks the directories of `paths` after resolving symbolic links, and waits if necessary. `notify` is called once if
    /// that takes longer than half a second, and if a file system does not support locks.
    ///
    /// # Errors
    /// If another process holds a lock until the deadline, or if a directory cannot be opened.
    pub(crate) fn acquire(paths: &[&Path], deadline: Instant, notify: &dyn Fn(&str)) -> Result<Self, Problem> {
        // All runs lock directories in the same order, so that two runs never wait for each other, and each only once.
        let mut lockables = BTreeMap::new();
        for path in paths {
            let failed = |error| unwritable(path, &error);
            let target = target(path).unwrap_or_else(|_| (*path).to_owned());
            let directory = directory_of(&target);
            // Opening a pipe instead of a directory may block forever.
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

/// Locks the directory of `path`. Returns whether its file system supports locks.
fn lock(lockable: &File, path: &Path, deadline: Instant, notify: &dyn Fn(&str)) -> Result<bool, Problem> {
    let started = Instant::now();
    let mut is_notified = false;
    loop {
        match lockable.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => {}
            // Some network file systems do not support locks. Writing is atomic without them.
            Err(TryLockError::Error(_)) => {
                notify(&format!(
                    "warning: the file system of `{}` does not support locks; run one imagelock process at a time there",
                    shown(path)
                ));
                return Ok(false);
            }
        }
        let waited = started.elapsed();
        if waited > Duration::from_millis(500) && !is_notified {
            is_notified = true;
            notify(&format!("waiting for {}, which is writing next to `{}`", holder(lockable), shown(path)));
        }
        if Instant::now() >= deadline {
            return Err(busy(path, &holder(lockable), waited.as_secs_f32().round().max(1.0)));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The file that is locked for a directory: the directory itself.
#[cfg(unix)]
fn lockable(directory: &Path) -> io::Result<File> {
    File::open(directory)
}

/// The file that is locked for a directory: a temporary file, because this system cannot open and lock a directory.
#[cfg(not(unix))]
fn lockable(directory: &Path) -> io::Result<File> {
    let (_, number) = file_id(directory).ok_or(io::ErrorKind::NotFound)?;
    let path = std::env::temp_dir().join(format!("imagelock-{number:016x}.guard"));
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// The process that holds the lock. Linux lists it by the inode of the locked file.
#[cfg(target_os = "linux")]
fn holder(lockable: &File) -> String {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::MetadataExt;
    let inode = lockable.metadata().map(|metadata| format!(":{}", metadata.ino())).unwrap_or_default();
    // "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF"; for a waiting process, the second word is "->".
    let process = |line: String| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [_, "FLOCK", _, _, process, file, ..] if file.ends_with(&inode) => Some(process.to_owned()),
        _ => None,
    };
    // A large buffer is necessary: the kernel counts lines, so that between two small reads a line is lost if a lock before it
    // is released.
    let locks = File::open("/proc/locks").map(|file| BufReader::with_capacity(1 << 16, file));
    match locks.ok().and_then(|locks| locks.lines().map_while(Result::ok).find_map(process)) {
        Some(process) => format!("another imagelock process ({process})"),
        None => "another imagelock process".to_owned(),
    }
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &File) -> String {
    "another imagelock process".to_owned()
}
