//! Whether standard output is open. A closed one swallows what is written to it: the runtime opens `/dev/null` in its place,
//! and takes the errors of a descriptor that is only open for reading for success.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{OFlags, fcntl_getfl};

/// Why standard output gives what is written to it to no reader, if so. `/dev/null` that is open for reading and writing was
/// closed by the shell's `>&-`, which matters only to data; or it discards the output of a program that opens `/dev/null` like
/// that. The shell's `> /dev/null` opens it for writing only.
pub(super) fn has_no_reader(is_data: bool) -> Option<&'static str> {
    let stdout = io::stdout();
    let mode = fcntl_getfl(stdout.as_fd()).map_or(OFlags::WRONLY, |flags| flags & OFlags::RWMODE);
    let device = |file: File| file.metadata().map(|file| file.rdev()).ok();
    let own = || stdout.as_fd().try_clone_to_owned().ok().and_then(|own| device(File::from(own)));
    let null = || std::fs::metadata("/dev/null").map(|null| null.rdev()).ok();
    if mode == OFlags::RDONLY {
        Some("it is only open for reading")
    } else if is_data && mode == OFlags::RDWR && own().is_some_and(|own| Some(own) == null()) {
        Some("it is closed")
    } else {
        None
    }
}
