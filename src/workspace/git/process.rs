//! A running git process, whose output is read as it arrives.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use super::error::{bare_repository, failed, partial_clone};
use crate::deadline::{self, Running};
use crate::domain::diagnostics::Problem;

/// The maximum size of a short output and of standard error, in bytes. The rest is dropped.
const MAX_OUTPUT: u64 = 1 << 20;

/// A running git process.
pub(super) struct Process {
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<String>,
    running: Running,
}

/// The result of a git process that has ended.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Process {
    /// Starts git.
    pub(super) fn start(mut command: Command) -> Result<Self, Problem> {
        let running = deadline::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped())).map_err(failed)?;
        let (stdin, stdout, stderr) = {
            let mut child = running.child();
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        };
        let (stdout, mut stderr) = stdout.zip(stderr).ok_or_else(|| failed("it has no output"))?;
        // Standard error is read in parallel, because git would block if its pipe was full.
        let stderr = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.by_ref().take(MAX_OUTPUT).read_to_end(&mut text);
            let _ = io::copy(&mut stderr, &mut io::sink());
            String::from_utf8_lossy(&text).trim().to_owned()
        });
        Ok(Self { stdin, stdout: BufReader::with_capacity(1 << 16, stdout), stderr, running })
    }

    /// Writes to the standard input of git. Returns whether git still reads.
    pub(super) fn write(&mut self, line: &str) -> bool {
        self.stdin.as_mut().is_some_and(|stdin| stdin.write_all(line.as_bytes()).is_ok())
    }

    /// Reads the output up to the byte `end`, which is left out. Bytes after the first `max` are dropped. `None` means that the
    /// output has ended.
    pub(super) fn field(&mut self, end: u8, max: usize) -> Result<Option<Vec<u8>>, Problem> {
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
            field.extend_from_slice(&text[..text.len().min(max - field.len())]);
            let used = text.len() + usize::from(at.is_some());
            self.stdout.consume(used);
            if at.is_some() {
                return Ok(Some(field));
            }
        }
    }

    /// Reads this number of bytes; `None` if the output ends before.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Option<Vec<u8>>, Problem> {
        let mut bytes = Vec::new();
        let read = self.stdout.by_ref().take(count).read_to_end(&mut bytes).map_err(failed)?;
        Ok((u64::try_from(read) == Ok(count)).then_some(bytes))
    }

    /// Skips this number of bytes.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Problem> {
        io::copy(&mut self.stdout.by_ref().take(count), &mut io::sink()).map(drop).map_err(failed)
    }

    /// Reads a short output to its end.
    pub(super) fn output(mut self) -> Result<Output, Problem> {
        let mut stdout = Vec::new();
        self.stdout.by_ref().take(MAX_OUTPUT).read_to_end(&mut stdout).map_err(failed)?;
        Ok(Output { stdout, ..self.finish()? })
    }

    /// Waits until git has ended, after its output was read.
    pub(super) fn finish(self) -> Result<Output, Problem> {
        let Self { stdin, stdout, stderr, running } = self;
        // If git still writes or reads, it ends when its pipes are closed.
        drop((stdin, stdout));
        let status = running.wait().map_err(failed)?;
        Ok(Output { status, stdout: Vec::new(), stderr: stderr.join().unwrap_or_default() })
    }
}

impl Output {
    /// The standard output, if git succeeded.
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
