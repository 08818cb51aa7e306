//! The output of a run: what goes to standard output and to standard error, and the exit status.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice, StripStream};

use super::sanitize;
#[cfg(unix)]
use super::stdout;
use crate::commands::{ExitStatus, Output};
use crate::workspace::files::error::reason;

/// How much is written to standard output at once, in bytes.
const BUFFER: usize = 1 << 16;

/// Prints the output of a command. The exit status comes from the same value.
pub(super) fn finish(output: &Output, quiet: bool, is_data: bool) -> ExitCode {
    for line in [&output.warning, &output.remark].into_iter().filter(|line| !line.is_empty()) {
        if !quiet || *line == output.warning {
            print_stderr(&format!("{}\n", sanitize::bounded(line)));
        }
    }
    if !was_written(print(&*output.stdout, is_data)) {
        return ExitCode::FAILURE;
    }
    match output.exit_status {
        ExitStatus::Clean => ExitCode::SUCCESS,
        ExitStatus::Drift => ExitCode::from(2),
    }
}

/// Whether standard output accepted everything. Reports the error if not. A reader that stops early, like `head`, is not an error.
pub(super) fn was_written(printed: io::Result<()>) -> bool {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_stderr(&format!(
                "error: cannot write to standard output: {}; everything else was done\n",
                reason(&error)
            ));
            false
        }
        _ => true,
    }
}

/// Writes to standard output, without color if none is wanted.
#[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix says how standard output is open"))]
fn print(output: &dyn Display, is_data: bool) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(why) = stdout::has_no_reader(is_data).filter(|_| !output.to_string().is_empty()) {
        return Err(io::Error::other(why));
    }
    let stdout = io::stdout();
    // In large parts, not line by line.
    if AutoStream::choice(&stdout) == ColorChoice::Never {
        let buffer: Box<dyn Write> = Box::new(BufWriter::with_capacity(BUFFER, stdout.lock()));
        write_to(StripStream::new(buffer), output)
    } else {
        write_to(BufWriter::with_capacity(BUFFER, AutoStream::auto(stdout)), output)
    }
}

fn write_to(mut stdout: impl Write, output: &dyn Display) -> io::Result<()> {
    write!(stdout, "{output}")?;
    stdout.flush()
}

/// Writes text for a program to standard output.
pub(super) fn print_plain(text: &str) -> io::Result<()> {
    write_to(io::stdout().lock(), &text)
}

/// Writes to standard error. If even that is closed, the message is lost.
pub(super) fn print_stderr(text: &str) {
    let _ = AutoStream::auto(io::stderr()).write_all(sanitize::printable(text).as_bytes());
}
