//! Where a report goes: standard output, and files.

use crate::render::Format;
use crate::workspace::context::Context;
use crate::workspace::outputs::Files;
use crate::workspace::project::Project;
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;

use crate::domain::diagnostics::{or, quoted, shown};
use crate::render::{CheckReport, check};
use crate::workspace::error::Error;
use crate::workspace::files::claims::Role;
use crate::workspace::files::write_lock::WriteLock;
use crate::workspace::usage_error::UsageError;

/// A file that a report is written to, as it was asked for: `-o drift.sarif`, `-o sarif=results.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The format, where it was named.
    pub format: Option<Format>,
    /// The file.
    pub path: PathBuf,
}

/// A file and the format that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    format: Format,
    path: PathBuf,
}

/// Settles what is printed, and which files get which format: a file has the one that is named with it, else that of
/// `--format`, else that of its name. What `--format` asked for goes to the file then, and the log has the report for
/// people.
///
/// # Errors
/// Where `--format` and the name of a file contradict each other, or neither tells.
pub(crate) fn settle(chosen: Option<Format>, wishes: &[Wish]) -> Result<(Format, Vec<File>), Error> {
    let mut files: Vec<File> = Vec::new();
    let mut stdout = chosen.unwrap_or(Format::Human);
    for Wish { format, path } in wishes {
        let format = match (format, chosen, Format::of_file(path)) {
            (Some(named), ..) => *named,
            (None, Some(chosen), known) if known.is_empty() || known.contains(&chosen) => {
                stdout = Format::Human;
                chosen
            }
            (None, None, [likeliest, ..]) => *likeliest,
            (None, chosen, known) => return Err(unclear(path, chosen, known)),
        };
        files.push(File { format, path: path.clone() });
    }
    Ok((stdout, files))
}

/// Makes sure that no report goes to another file of the run, or to an output that a manifest declares.
///
/// # Errors
/// If one does, or is not a file.
pub(crate) fn claim(files: &[File], context: &Context, projects: &[Project]) -> Result<(), Error> {
    let mut claimed = Files::read_only(context)?;
    if files.is_empty() {
        return Ok(());
    }
    claimed.add_outputs(projects)?;
    files.iter().try_for_each(|file| claimed.add_option(Role::Report, &file.path))
}

/// Writes the files, all or none, and tells which.
///
/// # Errors
/// If one cannot be written.
pub(crate) fn write(files: &[File], context: &Context, report: CheckReport<'_>) -> Result<String, Error> {
    if files.is_empty() {
        return Ok(String::new());
    }
    let texts: Vec<String> =
        files.iter().map(|file| strip_str(&check(file.format, report, false)).to_string()).collect();
    let paths: Vec<&Path> = files.iter().map(|file| &*file.path).collect();
    let _guard = WriteLock::acquire(&paths, context.deadline, &*context.notify)?;
    let new: Vec<_> = paths.iter().zip(&texts).map(|(path, text)| (*path, [&**text, ""])).collect();
    context.replace_all(&new)?;
    let wrote: Vec<String> = paths.iter().map(|path| format!("wrote `{}`", shown(path))).collect();
    Ok(wrote.join("\n"))
}

fn unclear(path: &Path, chosen: Option<Format>, known: &[Format]) -> Error {
    let formats: Vec<Format> = match chosen {
        Some(chosen) => known.iter().copied().chain([chosen]).collect(),
        None => Format::ALL.to_vec(),
    };
    let path = shown(path);
    let options = or(formats.iter().map(|format| quoted(format_args!("-o {}={path}", format.as_str()))));
    UsageError::ReportFormat { path, chosen: chosen.map(Format::as_str), options }.into()
}
