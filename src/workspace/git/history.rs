//! Parses the output of `git log` and `git cat-file`: the revisions of a file.

use jiff::Timestamp;

use super::error::unexpected_output;
use super::process::Process;
use crate::domain::diagnostics::Problem;
use crate::domain::lock::history::Commit;

/// The maximum size of a text in a commit, in bytes. Longer texts are cut.
const MAX_TEXT: usize = 1 << 10;

/// The maximum size of a path, in bytes. Longer paths are cut.
pub(super) const MAX_PATH: usize = 1 << 16;

/// The maximum size of a revision of the lockfile, in bytes: more than a hundred thousand pins.
const MAX_CONTENT: u64 = 64 << 20;

/// The content of the lockfile in a commit, as an object of git.
pub(crate) struct Blob {
    hash: String,
    /// Why it cannot be read, if it is not a regular file.
    problem: Option<&'static str>,
}

impl Blob {
    /// The object with a mode and a hash, as git prints them.
    pub(super) fn new(mode: &str, hash: &str) -> Self {
        let problem = match mode {
            "120000" => Some("it is a symbolic link"),
            "160000" => Some("it is a submodule"),
            "040000" => Some("it is a directory"),
            _ => None,
        };
        Self { hash: hash.to_owned(), problem }
    }
}

/// The format that [`Revisions`] reads.
pub(super) const FORMAT: &str = "--format=%H%x00%ct%x00%aN%x00%s";

/// Parses the output of `git log -z --raw` with [`FORMAT`].
pub(super) struct Revisions {
    pub(super) log: Process,
    /// The path of the file in the following revisions, relative to the top of the repository.
    path: Vec<u8>,
    /// The first field of the next commit, if it was already read.
    next: Option<Vec<u8>>,
    /// Whether the history of the file ended before the output.
    pub(super) ended: bool,
}

impl Revisions {
    pub(super) fn new(log: Process, path: Vec<u8>) -> Self {
        Self { log, path, next: None, ended: false }
    }

    /// The next older commit, and the file in it, if it exists there.
    pub(super) fn next(&mut self) -> Result<Option<(Commit, Option<Blob>)>, Problem> {
        if self.ended {
            return Ok(None);
        }
        let id = self.next.take().map_or_else(|| self.log.field(0, MAX_TEXT), |id| Ok(Some(id)))?;
        let Some(id) = id else { return Ok(None) };
        if id.is_empty() || !id.iter().all(u8::is_ascii_hexdigit) {
            return Err(unexpected_output("log"));
        }
        let seconds = self.text()?;
        let (author, subject) = (self.text()?, self.text()?);
        let time = seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let commit = Commit { id: String::from_utf8_lossy(&id).into_owned(), time, author, subject };
        Ok(Some((commit, self.blob()?)))
    }

    fn text(&mut self) -> Result<String, Problem> {
        Ok(String::from_utf8_lossy(&self.field(MAX_TEXT)?).into_owned())
    }

    fn field(&mut self, most: usize) -> Result<Vec<u8>, Problem> {
        self.log.field(0, most)?.ok_or_else(|| unexpected_output("log"))
    }

    /// Reads the changes of a commit to the file, and to files in a directory of the same name. Each change is
    /// `:MODE MODE HASH HASH STATUS` and a path, or two paths for a rename or a copy.
    fn blob(&mut self) -> Result<Option<Blob>, Problem> {
        let (mut blob, mut has_directory) = (None, false);
        while let Some(field) = self.log.field(0, MAX_TEXT)? {
            let field = field.trim_ascii_start();
            let Some(raw) = field.strip_prefix(b":") else {
                self.next = Some(field.to_owned());
                break;
            };
            let raw = String::from_utf8_lossy(raw);
            let words: Vec<&str> = raw.split(' ').collect();
            let [_, mode, _, hash, status] = words[..] else { return Err(unexpected_output("log")) };
            let is_copy = status.starts_with('C');
            let mut path = self.field(MAX_PATH)?;
            let mut old = None;
            if is_copy || status.starts_with('R') {
                old = Some(std::mem::replace(&mut path, self.field(MAX_PATH)?));
            }
            let is_deleted = status.starts_with('D');
            if path != self.path {
                has_directory |=
                    !is_deleted && path.strip_prefix(&*self.path).is_some_and(|rest| rest.starts_with(b"/"));
                continue;
            }
            blob = (!is_deleted).then(|| Blob::new(mode, hash));
            // Lockfiles are similar to each other, so that git would continue with the history of another file.
            self.ended |= is_copy;
            if let Some(old) = old {
                self.path = old;
            }
        }
        Ok(blob.or_else(|| has_directory.then(|| Blob::new("040000", ""))))
    }
}

/// Reads files with `git cat-file --batch`.
pub(crate) struct Reader {
    pub(super) process: Process,
}

impl Reader {
    /// The content of a file; the inner error is a clause that says why it cannot be read.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn read(&mut self, blob: &Blob) -> Result<Result<Vec<u8>, String>, Problem> {
        if let Some(problem) = blob.problem {
            return Ok(Err(problem.to_owned()));
        }
        let invalid = || unexpected_output("cat-file");
        // The output is `HASH blob SIZE`, the content and a newline, or `HASH missing`; it is empty if git ended early.
        let written = self.process.write(&format!("{}\n", blob.hash));
        let head = if written { self.process.field(b'\n', MAX_TEXT)? } else { None };
        let head = head.ok_or_else(invalid)?;
        let head = String::from_utf8_lossy(&head);
        if head.ends_with(" missing") {
            return Ok(Err("its content is not in this clone".to_owned()));
        }
        let size = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(invalid)?;
        if size > MAX_CONTENT {
            self.process.skip(size + 1)?;
            return Ok(Err(format!("it is larger than {} MiB", MAX_CONTENT >> 20)));
        }
        let content = self.process.bytes(size)?.ok_or_else(invalid)?;
        self.process.skip(1)?;
        Ok(Ok(content))
    }
}
