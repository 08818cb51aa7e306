//! Whether standard output is open. A closed one swallows what is written to it: the runtime opens `/dev/null` in its place,
//! and takes the errors of a descriptor that is only open for reading for success.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{OFlags, fcntl_getfl};

/// How standard output is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stdout {
    /// For writing.
    Open,
    /// As `/dev/null` for reading and writing: closed by the shell's `>&-`, or discarded by a program that opens
    /// `/dev/null` like that. The shell's `> /dev/null` opens it for writing only.
    Null,
    /// For reading only.
    ReadOnly,
}

impl Stdout {
    pub(super) fn now() -> Self {
        let stdout = io::stdout();
        let mode = fcntl_getfl(stdout.as_fd()).map_or(OFlags::WRONLY, |flags| flags & OFlags::RWMODE);
        if mode == OFlags::RDONLY {
            return Self::ReadOnly;
        }
        let device = |file: File| file.metadata().map(|file| file.rdev()).ok();
        let own = stdout.as_fd().try_clone_to_owned().ok().and_then(|own| device(File::from(own)));
        let null = std::fs::metadata("/dev/null").map(|null| null.rdev()).ok();
        if mode == OFlags::RDWR && own.is_some() && own == null { Self::Null } else { Self::Open }
    }
}
