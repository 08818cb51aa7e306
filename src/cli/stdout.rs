//! Detects a closed standard output. Writing to it succeeds without effect: the runtime replaces it with `/dev/null`, and
//! ignores the errors of a descriptor that is only open for reading.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{OFlags, fcntl_getfl};

/// The reason why output would be lost, if it would be. If `/dev/null` is open for reading and writing, the runtime opened it
/// because the shell closed standard output with `>&-`, or another program opened it to discard the output; this is an error
/// only for data. The shell opens `> /dev/null` for writing only.
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
