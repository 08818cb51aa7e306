//! Reading, and writing whole files or nothing.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// How many links are followed one after the other: as many as Linux does.
const MOST_LINKS: usize = 40;

/// Reads a text file; `None` if there is none.
///
/// # Errors
/// If it cannot be read, or is no text. Pipes and devices are refused: reading one may never end.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
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
    text(fs::read(path).map_err(failed)?, path).map(Some)
}

/// Reads a file of ASCII in parts, so that the whole of it is never in memory. `take` gets what stands there next, and says
/// how many bytes of it were taken; the others begin the next part. What nobody took of the last is given back.
///
/// `None` where that does not work, for whatever reason, be it that `take` refuses: then [`read`] has the file or the error.
pub fn read_parts(path: &Path, mut take: impl FnMut(&str) -> Option<usize>) -> Option<String> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut file = fs::File::open(path).ok()?;
    let mut part = vec![0; 1 << 16];
    let mut left = 0;
    loop {
        let end = left + file.read(&mut part[left..]).ok()?;
        let text = str::from_utf8(&part[..end]).ok()?;
        if end == left {
            return (end < part.len()).then(|| text.to_owned());
        }
        let taken = take(text)?;
        part.copy_within(taken..end, 0);
        left = end - taken;
    }
}

/// That there is no such file, in the words of the system.
pub fn absent(path: &Path) -> Error {
    let source = fs::File::open(path).err().unwrap_or_else(|| ErrorKind::NotFound.into());
    Error::Read { path: path.to_owned(), source }
}

/// The text that a file's bytes are.
///
/// # Errors
/// If they are none.
pub fn text(bytes: Vec<u8>, path: &Path) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Error::NotText { path: path.to_owned(), line: good.split(|byte| *byte == b'\n').count() }
    })
}

/// The files of some names below a directory, sorted. Hidden directories are left out, and links are not followed.
///
/// # Errors
/// If a directory cannot be read.
pub fn find(directory: &Path, names: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path, source| Error::Read { path: path.to_owned(), source };
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).map_err(|source| failed(&directory, source))? {
            let entry = entry.map_err(|source| failed(&directory, source))?;
            let kind = entry.file_type().map_err(|source| failed(&entry.path(), source))?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && !hidden {
                directories.push(entry.path());
            } else if !kind.is_dir() && names.iter().any(|name| name.as_os_str() == entry.file_name()) {
                found.push(entry.path());
            }
        }
    }
    // As one would write them: `a/images.toml`, not `./a/images.toml`.
    let mut found: Vec<PathBuf> =
        found.into_iter().map(|path| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)).collect();
    found.sort();
    Ok(found)
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// If it exists, or cannot be written; then there is no file.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
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
pub fn make_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Replaces a file, or creates it: [`replace_all`] of one.
///
/// # Errors
/// If that is not possible; the old file is then as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    replace_all(&[(path, text)])
}

/// Replaces files, or creates them: each whole or not at all, whatever happens meanwhile.
///
/// Every text goes to a temporary file beside the file that it replaces, and to the disk, before the first of them goes
/// over the old file, in the order given. So a full disk or a directory that cannot be written leaves all as they were.
/// A file keeps its mode; a symbolic link stays, and what it leads to is replaced. A temporary file has one name, so that
/// those of killed runs do not pile up; the caller holds a [`Guard`](crate::guard::Guard) for all the files, so that no
/// other run uses it.
///
/// # Errors
/// If that is not possible. All files are then as they were, unless one cannot be replaced although its directory can be
/// written, as a mount point: those before it are new then.
pub fn replace_all(files: &[(&Path, &str)]) -> Result<(), Error> {
    let staged: Vec<Staged<'_>> = files.iter().map(|(path, text)| Staged::new(path, text)).collect::<Result<_, _>>()?;
    staged.iter().try_for_each(Staged::commit)
}

/// Puts a text where somebody asked for it: into a file as [`replace`] does, into a pipe or a device as it comes. What
/// stands for an open file of this process, like `/dev/stdout`, is written to as that is, and never replaced.
///
/// # Errors
/// If that is not possible.
pub fn put(path: &Path, text: &str) -> Result<(), Error> {
    let written = match path.to_str() {
        Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => write_to(io::stdout(), text),
        Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => write_to(io::stderr(), text),
        _ if is_open(path) => OpenOptions::new().append(true).open(path).and_then(|file| write_to(file, text)),
        _ => return replace(path, text),
    };
    written.map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Whether a path stands for what is open already, or for a pipe or a device: nothing in it could be lost.
pub fn is_open(path: &Path) -> bool {
    let special = fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let of_process = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];
    special || of_process.iter().any(|open| path.starts_with(open))
}

fn write_to(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// A text on the disk, beside the file that it will replace. What is not committed is removed.
struct Staged<'a> {
    /// The file as the caller names it.
    path: &'a Path,
    /// Where it is, behind symbolic links.
    target: PathBuf,
    temporary: PathBuf,
}

impl<'a> Staged<'a> {
    fn new(path: &'a Path, text: &str) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let target = target(path).map_err(failed)?;
        let temporary = temporary(&target);
        // What a killed run left, or somebody planted to be followed or waited for, is never opened.
        match fs::remove_file(&temporary) {
            Err(_) if temporary.is_dir() => {
                return Err(Error::Write { path: temporary, source: ErrorKind::IsADirectory.into() });
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let staged = Self { path, target, temporary };
        staged.write(text).map_err(failed)?;
        Ok(staged)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&self.temporary)?;
        match fs::metadata(&self.target) {
            Ok(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(old) => file.set_permissions(old.permissions())?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    fn commit(&self) -> Result<(), Error> {
        fs::rename(&self.temporary, &self.target)
            .map_err(|source| Error::Write { path: self.path.to_owned(), source })?;
        // The rename itself must survive a power cut. Not every system can flush a directory.
        if let Ok(directory) = fs::File::open(directory_of(&self.target)) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // After a commit there is none. Else the error that led here is the one to report.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Where a file is, behind symbolic links.
///
/// # Errors
/// If a link leads nowhere.
pub fn target(path: &Path) -> io::Result<PathBuf> {
    if path.is_symlink() { fs::canonicalize(path) } else { Ok(path.to_owned()) }
}

/// Whether two paths lead to one file, which need not exist.
pub fn is_same(a: &Path, b: &Path) -> bool {
    whole(a) == whole(b)
}

/// Where a path leads, from the root and behind links; the file need not exist.
pub fn whole(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // A link that leads nowhere yet leads to where the file will be. One that leads in a circle leads nowhere.
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(to) if !path.exists() => path = directory_of(&path).join(to),
            _ => break,
        }
    }
    let path = &*path;
    let beside = || Ok(fs::canonicalize(directory_of(path))?.join(path.file_name().unwrap_or_default()));
    let found =
        fs::canonicalize(path).or_else(|_: io::Error| beside()).or_else(|_: io::Error| std::path::absolute(path));
    found.unwrap_or_else(|_| path.to_owned())
}

/// `.images.lock.tmp` beside `images.lock`.
fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}

/// The directory that a file is in.
pub fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}
