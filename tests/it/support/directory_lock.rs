//! The lock that a run of imagelock holds while it writes: the operating system's advisory lock on the directory.

use std::fs::File;
use std::path::Path;

/// Takes the lock as another imagelock process would, until it is dropped.
pub fn hold(directory: &Path) -> File {
    let directory = File::open(directory).unwrap();
    directory.try_lock().unwrap();
    directory
}
