//! The strings of a file with the keys that lead to them, whether the file is JSON or HCL: one after the other, so that
//! memory does not grow with the file.

use std::borrow::Cow;

use super::{hcl, json};
use crate::domain::diagnostics::help::Help;
use crate::domain::diagnostics::problem::Problem;

/// Is given each string of a file: the keys that lead to it, its line from 1, and the string. The keys of a resource begin
/// with `resource`, its type and its name.
pub(super) type Sink<'s> = dyn FnMut(&[Cow<'_, str>], usize, &str) + 's;

/// How deep a file may be nested: as deep as JSON may be.
pub(super) const DEEPEST: usize = 128;

/// Passes on the strings in the text of the file `name`.
///
/// # Errors
/// If it must be JSON and is not, or if it is nested too deep.
pub(super) fn strings(name: &str, text: &str, sink: &mut Sink<'_>) -> Result<(), Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Err(error) = json::strings(text, sink) else { return Ok(()) };
    // No HCL begins with a bracket.
    if is_called_json(name) || text.trim_start().starts_with(['{', '[']) {
        let help = Help::from(format!("have the tool that wrote `{name}` write it again, or name the IDs: "));
        let problem = Problem::new(format!("`{name}` is no whole JSON value: {error}"));
        return Err(problem.help(help.then_run("adopt web=UUID")));
    }
    hcl::strings(text, sink).map_err(|line| {
        Problem::new(format!("cannot read `{name}`: line {line} is nested more than {DEEPEST} levels deep"))
            .help(Help::from("remove the file from the command line, or name the IDs: ").then_run("adopt web=UUID"))
    })
}

fn is_called_json(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".json", ".tfstate"].iter().any(|end| name.ends_with(end))
}
