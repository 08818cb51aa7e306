//! What `git log` and `git cat-file` print -> the revisions of a file, one after the other.

use jiff::Timestamp;

use super::error::misunderstood;
use super::process::Process;
use crate::domain::diagnostics::Problem;
use crate::domain::lock::history::Commit;

/// The most that is kept of a text in a commit, which may be as long as its author likes, and of a path.
const MOST_TEXT: usize = 1 << 10;
pub(super) const MOST_PATH: usize = 1 << 16;

/// The most that a revision of the lockfile may have: more than a hundred thousand pins.
const MOST_CONTENT: u64 = 64 << 20;

/// The lockfile in a commit: what git keeps its content under.
pub(crate) struct Blob {
    hash: String,
    /// Why there is no content, if it is not a file.
    problem: Option<&'static str>,
}

impl Blob {
    /// What git lists with a mode.
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

/// Reads the output of `git log -z --raw` with [`FORMAT`].
pub(super) struct Revisions {
    pub(super) log: Process,
    /// What the file is called in the revisions that come next, from the top of the repository.
    path: Vec<u8>,
    /// The beginning of the next commit, if it was read already.
    next: Option<Vec<u8>>,
    /// Whether the history ends before the output does.
    pub(super) is_over: bool,
}

impl Revisions {
    pub(super) fn new(log: Process, path: Vec<u8>) -> Self {
        Self { log, path, next: None, is_over: false }
    }

    /// The next older commit, and the file that it left, if it left one.
    pub(super) fn next(&mut self) -> Result<Option<(Commit, Option<Blob>)>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let id = self.next.take().map_or_else(|| self.log.field(0, MOST_TEXT), |id| Ok(Some(id)))?;
        let Some(id) = id else { return Ok(None) };
        if id.is_empty() || !id.iter().all(u8::is_ascii_hexdigit) {
            return Err(misunderstood("log"));
        }
        let seconds = self.text()?;
        let (author, subject) = (self.text()?, self.text()?);
        let time = seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let commit = Commit { id: String::from_utf8_lossy(&id).into_owned(), time, author, subject };
        Ok(Some((commit, self.blob()?)))
    }

    fn text(&mut self) -> Result<String, Problem> {
        Ok(String::from_utf8_lossy(&self.field(MOST_TEXT)?).into_owned())
    }

    fn field(&mut self, most: usize) -> Result<Vec<u8>, Problem> {
        self.log.field(0, most)?.ok_or_else(|| misunderstood("log"))
    }

    /// Reads what a commit did to the file, and to files in a directory of its name: `:MODE MODE HASH HASH STATUS` each, and
    /// a path, or for a rename or a copy two.
    fn blob(&mut self) -> Result<Option<Blob>, Problem> {
        let (mut blob, mut has_directory) = (None, false);
        while let Some(field) = self.log.field(0, MOST_TEXT)? {
            let field = field.trim_ascii_start();
            let Some(raw) = field.strip_prefix(b":") else {
                self.next = Some(field.to_owned());
                break;
            };
            let raw = String::from_utf8_lossy(raw);
            let words: Vec<&str> = raw.split(' ').collect();
            let [_, mode, _, hash, status] = words[..] else { return Err(misunderstood("log")) };
            let is_copy = status.starts_with('C');
            let mut path = self.field(MOST_PATH)?;
            let mut old = None;
            if is_copy || status.starts_with('R') {
                old = Some(std::mem::replace(&mut path, self.field(MOST_PATH)?));
            }
            let is_deleted = status.starts_with('D');
            if path != self.path {
                has_directory |=
                    !is_deleted && path.strip_prefix(&*self.path).is_some_and(|rest| rest.starts_with(b"/"));
                continue;
            }
            blob = (!is_deleted).then(|| Blob::new(mode, hash));
            // Lockfiles resemble one another: git would go on with the history of the file that was copied.
            self.is_over |= is_copy;
            if let Some(old) = old {
                self.path = old;
            }
        }
        Ok(blob.or_else(|| has_directory.then(|| Blob::new("040000", ""))))
    }
}

/// Reads files by `git cat-file --batch`, one after the other.
pub(crate) struct Reader {
    pub(super) process: Process,
}

impl Reader {
    /// The content of a file, or why it cannot be read.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub(crate) fn read(&mut self, blob: &Blob) -> Result<Result<Vec<u8>, String>, Problem> {
        if let Some(problem) = blob.problem {
            return Ok(Err(problem.to_owned()));
        }
        let misunderstood = || misunderstood("cat-file");
        // `HASH blob SIZE`, the content and a line end; or `HASH missing`. If git ended early, there is nothing.
        let asked = self.process.write(&format!("{}\n", blob.hash));
        let head = if asked { self.process.field(b'\n', MOST_TEXT)? } else { None };
        let head = head.ok_or_else(misunderstood)?;
        let head = String::from_utf8_lossy(&head);
        if head.ends_with(" missing") {
            return Ok(Err("its content is not in this clone".to_owned()));
        }
        let size = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(misunderstood)?;
        if size > MOST_CONTENT {
            self.process.skip(size + 1)?;
            return Ok(Err(format!("it has more than {} MiB", MOST_CONTENT >> 20)));
        }
        let content = self.process.bytes(size)?.ok_or_else(misunderstood)?;
        self.process.skip(1)?;
        Ok(Ok(content))
    }
}
