//! A git that is running: what it prints is read while it comes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use super::error::{bare_repository, failed, partial_clone};
use crate::deadline::{self, Running};
use crate::domain::diagnostics::Problem;

/// The most that is kept of an answer in one piece, and of what git says on standard error.
const MOST: u64 = 1 << 20;

/// A git that is running.
pub(super) struct Process {
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<String>,
    running: Running,
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Process {
    /// Starts git; its answer is read while it comes.
    pub(super) fn start(mut command: Command) -> Result<Self, Problem> {
        let running = deadline::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped())).map_err(failed)?;
        let (stdin, stdout, stderr) = {
            let mut child = running.child();
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        };
        let (stdout, mut stderr) = stdout.zip(stderr).ok_or_else(|| failed("it has no output"))?;
        // Both are read at once: git would wait if one of them was full.
        let stderr = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.by_ref().take(MOST).read_to_end(&mut text);
            let _ = io::copy(&mut stderr, &mut io::sink());
            String::from_utf8_lossy(&text).trim().to_owned()
        });
        Ok(Self { stdin, stdout: BufReader::with_capacity(1 << 16, stdout), stderr, running })
    }

    /// Writes to what git reads. Whether git still reads.
    pub(super) fn write(&mut self, line: &str) -> bool {
        self.stdin.as_mut().is_some_and(|stdin| stdin.write_all(line.as_bytes()).is_ok())
    }

    /// What git prints next, up to a byte and without it; of what is longer than `most` only the beginning. `None` at the
    /// end.
    pub(super) fn field(&mut self, end: u8, most: usize) -> Result<Option<Vec<u8>>, Problem> {
        let mut field = Vec::new();
        let mut is_over = true;
        loop {
            let part = self.stdout.fill_buf().map_err(failed)?;
            if part.is_empty() {
                return Ok((!is_over).then_some(field));
            }
            is_over = false;
            let at = part.iter().position(|byte| *byte == end);
            let text = &part[..at.unwrap_or(part.len())];
            field.extend_from_slice(&text[..text.len().min(most - field.len())]);
            let used = text.len() + usize::from(at.is_some());
            self.stdout.consume(used);
            if at.is_some() {
                return Ok(Some(field));
            }
        }
    }

    /// So many bytes of what git prints next; `None` if it ends before.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Option<Vec<u8>>, Problem> {
        let mut bytes = Vec::new();
        let read = self.stdout.by_ref().take(count).read_to_end(&mut bytes).map_err(failed)?;
        Ok((u64::try_from(read) == Ok(count)).then_some(bytes))
    }

    /// Skips so many bytes of what git prints next.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Problem> {
        io::copy(&mut self.stdout.by_ref().take(count), &mut io::sink()).map(drop).map_err(failed)
    }

    /// Reads to the end of a short answer.
    pub(super) fn answer(mut self) -> Result<Answer, Problem> {
        let mut stdout = Vec::new();
        self.stdout.by_ref().take(MOST).read_to_end(&mut stdout).map_err(failed)?;
        Ok(Answer { stdout, ..self.finish()? })
    }

    /// Waits for git to end, after its answer was read.
    pub(super) fn finish(self) -> Result<Answer, Problem> {
        let Self { stdin, stdout, stderr, running } = self;
        // What says more than is read, or waits for more, ends by that.
        drop((stdin, stdout));
        let status = running.wait().map_err(failed)?;
        Ok(Answer { status, stdout: Vec::new(), stderr: stderr.join().unwrap_or_default() })
    }
}

impl Answer {
    /// What git printed, if all went well.
    pub(super) fn success(self) -> Result<Vec<u8>, Problem> {
        if self.status.success() {
            return Ok(self.stdout);
        }
        // `fatal: cannot use bare repository 'PATH' (safe.bareRepository is 'explicit')`
        let bare = self.stderr.split_once("cannot use bare repository '");
        if let Some((path, _)) = bare.and_then(|(_, rest)| rest.split_once("' (safe.bareRepository")) {
            return Err(bare_repository(path.as_ref()));
        }
        // `fatal: could not fetch HASH from promisor remote`
        if self.stderr.contains("from promisor remote") {
            return Err(partial_clone());
        }
        Err(if self.stderr.is_empty() { failed(self.status) } else { failed(self.stderr) })
    }
}
