//! The right to write in a directory, held by one run at a time.
//!
//! It is the operating system's advisory lock on the directory itself: it ends with the process however that ends, and
//! leaves no file behind.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::files::directory_of;

/// The right to write the files of a directory, until it is dropped.
pub struct Guard {
    // Closing it lets go of the lock.
    _directory: Option<File>,
}

impl Guard {
    /// Waits for the right to write `path`. `notify` is told once if that takes more than a moment, and where the file
    /// system knows no locks.
    ///
    /// # Errors
    /// If another process holds it until the deadline, or the directory cannot be opened.
    pub fn acquire(path: &Path, deadline: Instant, notify: &dyn Fn(&str)) -> Result<Self, Error> {
        let lockable = lockable(directory_of(path)).map_err(|source| Error::Write { path: path.to_owned(), source })?;
        let started = Instant::now();
        let mut told = false;
        loop {
            match lockable.try_lock() {
                Ok(()) => return Ok(Self { _directory: Some(lockable) }),
                Err(TryLockError::WouldBlock) => {}
                // Some network file systems have no locks. The write is atomic even so.
                Err(TryLockError::Error(_)) => {
                    notify(&format!(
                        "warning: no locks on the file system of `{}`: run one imagelock at a time there",
                        path.display()
                    ));
                    return Ok(Self { _directory: None });
                }
            }
            let waited = started.elapsed();
            if Instant::now() >= deadline {
                let (path, holder) = (path.to_owned(), holder(&lockable));
                return Err(Error::Busy { path, holder, waited: waited.as_secs_f32().round().max(1.0) });
            }
            if waited > Duration::from_millis(500) && !told {
                told = true;
                notify(&format!("waiting for {}, which is writing beside `{}`", holder(&lockable), path.display()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[cfg(unix)]
fn lockable(directory: &Path) -> io::Result<File> {
    File::open(directory)
}

/// Where a directory cannot be opened and locked, a file of its own stands for it among the temporary files.
#[cfg(not(unix))]
fn lockable(directory: &Path) -> io::Result<File> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    std::fs::canonicalize(directory)?.hash(&mut hasher);
    let name = format!("imagelock-{:016x}.guard", hasher.finish());
    File::options().read(true).write(true).create(true).truncate(false).open(std::env::temp_dir().join(name))
}

/// Who holds the lock: the kernel tells on Linux, by the number of the locked file.
#[cfg(target_os = "linux")]
fn holder(lockable: &File) -> String {
    use std::os::unix::fs::MetadataExt;
    let inode = lockable.metadata().map(|metadata| format!(":{}", metadata.ino())).unwrap_or_default();
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    let held = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    // "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF"; a waiting process has "->" in the second place.
    let holder = held.filter(|words| words.get(1) == Some(&"FLOCK")).find_map(|words| match words[..] {
        [_, _, _, _, process, file, ..] if file.ends_with(&inode) => Some(process.to_owned()),
        _ => None,
    });
    match holder {
        Some(process) => format!("another imagelock (process {process})"),
        None => "another imagelock".to_owned(),
    }
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &File) -> String {
    "another imagelock".to_owned()
}
