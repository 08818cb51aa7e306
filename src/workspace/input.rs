//! Reads the files that `adopt --from` names, and standard input.

use std::io::{self, Read as _};
use std::path::Path;

use crate::deadline;
use crate::domain::diagnostics::{Help, Problem, shown};
use crate::workspace::files::{self, error::unreadable};

/// The maximum size of standard input, in bytes. It may be endless.
const MAX_INPUT: u64 = 256 << 20;

/// Reads a file, or standard input for `-`. Returns its name for messages and its text.
///
/// # Errors
/// If it cannot be read, is not a regular file, or is too large.
pub(crate) fn read(path: &Path) -> Result<(String, String), Problem> {
    if path.as_os_str() == "-" {
        return Ok(("standard input".to_owned(), read_standard_input(path)?));
    }
    let name = shown(path);
    if files::check_regular(path).is_err() {
        let help = Help::from("to read standard input: ").then_run("adopt --from -");
        return Err(Problem::new(format!("cannot read `{name}`: it is not a regular file")).help(help));
    }
    let text = files::read(path)?.ok_or_else(|| files::absent(path))?;
    Ok((name, text))
}

fn read_standard_input(path: &Path) -> Result<String, Problem> {
    // The program that writes to standard input may never end.
    deadline::arm();
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_INPUT {
        let problem = Problem::new(format!("cannot read standard input: it is larger than {} MiB", MAX_INPUT >> 20));
        return Err(problem.help(Help::from("to adopt single IDs instead: ").then_run("adopt web=UUID")));
    }
    files::text(bytes, path)
}
