//! The lock that imagelock holds while it writes: the advisory lock of the operating system on the directory.

use std::fs::File;
use std::path::Path;

/// Takes the lock as another imagelock process would. The lock is released when the file is dropped.
pub fn hold(directory: &Path) -> File {
    let directory = File::open(directory).unwrap();
    directory.try_lock().unwrap();
    directory
}
