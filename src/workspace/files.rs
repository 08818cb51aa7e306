//! Reading files, and where they are.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::deadline;
use crate::error::Error;
use crate::workspace::real_path::RealPath;

/// The most that a file may hold that is read whole: many times what a large project needs.
const MOST_BYTES: u64 = 64 << 20;

/// Reads a text file; `None` if there is none.
///
/// # Errors
/// If it cannot be read, or is no text.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Error> {
    read_bytes(path)?.map(|bytes| text(bytes, path)).transpose()
}

/// Reads a file; `None` if there is none.
///
/// # Errors
/// If it cannot be read. Pipes and devices are refused, and files that are too large: reading one may never end.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(metadata) if metadata.is_dir() => return Err(failed(ErrorKind::IsADirectory.into())),
        Ok(_) => return Err(failed(io::Error::other("it is no regular file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere is no absent file: writing would put a file in the link's place.
            return match fs::read_link(path) {
                Ok(to) => Err(Error::DanglingLink { path: path.to_owned(), to }),
                Err(_) => Ok(None),
            };
        }
        Err(source) => return Err(failed(source)),
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
    if file.take(MOST_BYTES + 1).read_to_end(&mut bytes)? as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(bytes)
}

/// That there is no such file, in the words of the system.
pub(crate) fn absent(path: &Path) -> Error {
    let source = fs::File::open(path).err().unwrap_or_else(|| ErrorKind::NotFound.into());
    Error::Read { path: path.to_owned(), source }
}

/// The text that a file's bytes are.
///
/// # Errors
/// If they are none.
pub(crate) fn text(bytes: Vec<u8>, path: &Path) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Error::NotText { path: path.to_owned(), line: good.split(|byte| *byte == b'\n').count() }
    })
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// If it exists, or cannot be written; then there is no file.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Error> {
    deadline::disarm();
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
            _ => Error::Write { path: path.to_owned(), source },
        })?;
    file.write_all(text.as_bytes()).map_err(|source| {
        // Half a file would be in the way of the next try.
        let _ = fs::remove_file(path);
        Error::Write { path: path.to_owned(), source }
    })
}

/// Makes a directory, and those that it is in, where there is none.
///
/// # Errors
/// If that is not possible.
pub(crate) fn make_directory(path: &Path) -> Result<(), Error> {
    deadline::disarm();
    fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Makes sure that a file which the user named can be replaced: a pipe, a device or an open file of a process has no
/// content to replace, and opening one may never end.
///
/// # Errors
/// If it is not a file.
pub(crate) fn check_regular(path: &Path) -> Result<(), Error> {
    let real = RealPath::of(path);
    let is_special = fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let of_process = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];
    let is_open = [path, &real.path]
        .into_iter()
        .chain(real.links())
        .any(|path| of_process.iter().any(|open| path.starts_with(open)));
    if is_special || is_open { Err(Error::NotAFile { path: path.to_owned() }) } else { Ok(()) }
}

/// Where a file is, behind symbolic links.
///
/// # Errors
/// If a link leads nowhere.
pub(crate) fn target(path: &Path) -> Result<PathBuf, Error> {
    let Ok(to) = fs::read_link(path) else { return Ok(path.to_owned()) };
    fs::canonicalize(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::DanglingLink { path: path.to_owned(), to },
        _ => Error::Write { path: path.to_owned(), source },
    })
}

/// The path of the temporary file: `.images.lock.tmp` next to `images.lock`.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}
