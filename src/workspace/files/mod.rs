//! Reading files, and where they are.

pub(crate) mod claims;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod real_path;
pub(crate) mod replace;
pub(crate) mod write_lock;

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

pub(crate) use self::real_path::{RealPath, directory_of};
use crate::deadline;
use crate::domain::diagnostics::Problem;

/// The most that a file may hold that is read whole: many times what a large project needs.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a text file; `None` if there is none.
///
/// # Errors
/// If it cannot be read, or is no text.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Problem> {
    read_bytes(path)?.map(|bytes| text(bytes, path)).transpose()
}

/// Reads a file; `None` if there is none.
///
/// # Errors
/// If it cannot be read. Pipes and devices are refused, and files that are too large: reading one may never end.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let failed = |error| error::unreadable(path, &error);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(metadata) if metadata.is_dir() => return Err(failed(ErrorKind::IsADirectory.into())),
        Ok(_) => return Err(failed(io::Error::other("it is no regular file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere is no absent file: writing would put a file in the link's place.
            return fs::read_link(path).map_or(Ok(None), |to| Err(error::dangling_link(path, &to)));
        }
        Err(error) => return Err(failed(error)),
    }
    read_regular(path).map(Some).map_err(failed)
}

/// Reads a regular file whole. What was put in its place meanwhile is not waited for, and not read without end.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.read(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    if file.take(MAX_BYTES + 1).read_to_end(&mut bytes)? as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

/// That there is no such file, in the words of the system.
pub(crate) fn absent(path: &Path) -> Problem {
    error::unreadable(path, &fs::File::open(path).err().unwrap_or_else(|| ErrorKind::NotFound.into()))
}

/// The text that a file's bytes are.
///
/// # Errors
/// If they are none.
pub(crate) fn text(bytes: Vec<u8>, path: &Path) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        error::not_text(path, good.split(|byte| *byte == b'\n').count())
    })
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// If it exists, or cannot be written; then there is no file.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Problem> {
    deadline::disarm();
    let mut file = fs::File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => error::exists(path),
        _ => error::unwritable(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half a file would be in the way of the next try.
        let _ = fs::remove_file(path);
        error::unwritable(path, &error)
    })
}

/// Makes a directory, and those that it is in, where there is none.
///
/// # Errors
/// If that is not possible.
pub(crate) fn make_directory(path: &Path) -> Result<(), Problem> {
    deadline::disarm();
    fs::create_dir_all(path).map_err(|error| error::unwritable(path, &error))
}

/// Makes sure that a file which the user named can be replaced: a pipe, a device or an open file of a process has no
/// content to replace, and opening one may never end.
///
/// # Errors
/// If it is not a file.
pub(crate) fn check_regular(path: &Path) -> Result<(), Problem> {
    let real = RealPath::of(path);
    let is_special = fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let of_process = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];
    let is_open = |path: &Path| of_process.iter().any(|open| path.starts_with(open));
    let is_open = [path, &real.path].into_iter().chain(real.links()).any(is_open);
    if is_special || is_open { Err(error::not_a_file(path)) } else { Ok(()) }
}

/// Where a file is, behind symbolic links.
///
/// # Errors
/// If a link leads nowhere.
pub(crate) fn target(path: &Path) -> Result<PathBuf, Problem> {
    let Ok(to) = fs::read_link(path) else { return Ok(path.to_owned()) };
    fs::canonicalize(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => error::dangling_link(path, &to),
        _ => error::unwritable(path, &error),
    })
}

/// The path of the temporary file: `.images.lock.tmp` next to `images.lock`.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}
