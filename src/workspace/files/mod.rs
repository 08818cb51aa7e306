//! Reads, creates and replaces files.

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

/// The maximum size of a file that imagelock reads: many times the size of the files of a large project.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a text file; `None` if it does not exist.
///
/// # Errors
/// If it cannot be read, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Problem> {
    read_bytes(path)?.map(|bytes| text(bytes, path)).transpose()
}

/// Reads a lockfile; `None` if it does not exist.
///
/// # Errors
/// If it cannot be read, or is not UTF-8. The help of the error says how to restore the file.
pub(crate) fn read_lock(path: &Path) -> Result<Option<String>, Problem> {
    let is_too_large = || fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > MAX_BYTES);
    let bytes = read_bytes(path).map_err(
        |problem| {
            if is_too_large() { error::invalid_lock(problem, path) } else { problem }
        },
    )?;
    bytes.map(|bytes| text(bytes, path)).transpose().map_err(|problem| error::invalid_lock(problem, path))
}

/// Reads a file; `None` if it does not exist.
///
/// # Errors
/// If it cannot be read. Pipes, devices and very large files are refused, because reading them may never end.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let failed = |error| error::unreadable(path, &error);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(metadata) if metadata.is_dir() => return Err(failed(ErrorKind::IsADirectory.into())),
        Ok(_) => return Err(failed(not_regular())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A dangling link does not count as a missing file, because writing would replace the link.
            return fs::read_link(path).map_or(Ok(None), |to| Err(error::dangling_link(path, &to)));
        }
        Err(error) => return Err(failed(error)),
    }
    read_regular(path).map(Some).map_err(failed)
}

/// Reads a regular file. If another process replaces it with a pipe or a device meanwhile, this neither blocks nor reads
/// without end.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.read(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(not_regular());
    }
    let mut bytes = Vec::new();
    if file.take(MAX_BYTES + 1).read_to_end(&mut bytes)? as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

fn not_regular() -> io::Error {
    io::Error::other("it is not a regular file")
}

/// The error of a file that must exist.
pub(crate) fn absent(path: &Path) -> Problem {
    error::unreadable(path, &fs::File::open(path).err().unwrap_or_else(|| ErrorKind::NotFound.into()))
}

/// Decodes the content of a file.
///
/// # Errors
/// If it is not UTF-8.
pub(crate) fn text(bytes: Vec<u8>, path: &Path) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        error::not_text(path, good.split(|byte| *byte == b'\n').count())
    })
}

/// Creates a file.
///
/// # Errors
/// If it exists or cannot be written. An incomplete file is removed.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Problem> {
    deadline::disarm();
    let mut file = fs::File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => error::exists(path),
        _ => error::unwritable(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // An incomplete file would make the next attempt fail.
        let _ = fs::remove_file(path);
        error::unwritable(path, &error)
    })
}

/// Creates a directory and its parents, unless they exist.
///
/// # Errors
/// If a directory cannot be created.
pub(crate) fn make_directory(path: &Path) -> Result<(), Problem> {
    deadline::disarm();
    fs::create_dir_all(path).map_err(|error| error::unwritable(path, &error))
}

/// Checks that a file which the user named is a regular file or does not exist. A pipe, a device or a file descriptor of a
/// process has no content to replace, and opening it may block forever.
///
/// # Errors
/// If it is a pipe, a device, a socket or a file descriptor.
pub(crate) fn check_regular(path: &Path) -> Result<(), Problem> {
    let real = RealPath::of(path);
    let is_special = fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let of_process = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];
    let is_open = |path: &Path| of_process.iter().any(|open| path.starts_with(open));
    let is_open = [path, &real.path].into_iter().chain(real.links()).any(is_open);
    if is_special || is_open { Err(error::not_a_file(path)) } else { Ok(()) }
}

/// The path of a file after resolving symbolic links.
///
/// # Errors
/// If the target of a link does not exist.
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
