//! Where a report goes: standard output, and files.

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;

use crate::domain::diagnostics::{Problem, or, quoted, shown};
use crate::render::{CheckReport, Format, Width, check};
use crate::workspace::{context::Context, error::Error, files::claims::Role, outputs::Files, project::Project};

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
pub(crate) fn settle(chosen: Option<Format>, wishes: &[Wish]) -> Result<(Format, Vec<File>), Problem> {
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
    files.iter().try_for_each(|file| Ok(claimed.add_option(Role::Report, &file.path)?))
}

/// Writes the files, all or none, and tells which.
///
/// # Errors
/// If one cannot be written.
pub(crate) fn write(files: &[File], context: &Context, report: CheckReport<'_>) -> Result<String, Problem> {
    if files.is_empty() {
        return Ok(String::new());
    }
    let texts: Vec<String> =
        files.iter().map(|file| strip_str(&check(file.format, report, false, Width::UNLIMITED)).to_string()).collect();
    let paths: Vec<&Path> = files.iter().map(|file| &*file.path).collect();
    let _guard = context.write_lock(&paths)?;
    let new: Vec<_> = paths.iter().copied().zip(texts.iter().map(String::as_str)).collect();
    context.replace_all(&new)?;
    let wrote: Vec<String> = paths.iter().map(|path| format!("wrote `{}`", shown(path))).collect();
    Ok(wrote.join("\n"))
}

/// The problem of a file whose format is not clear: neither `--format` nor its name says it, or they contradict each other.
fn unclear(path: &Path, chosen: Option<Format>, known: &[Format]) -> Problem {
    let path = shown(path);
    let (why, formats) = match chosen {
        Some(chosen) => (
            format!("`--format` says {}, and its name another", chosen.as_str()),
            known.iter().copied().chain([chosen]).collect(),
        ),
        None => ("neither its name nor `--format` tells".to_owned(), Format::ALL.to_vec()),
    };
    let options = or(formats.iter().map(|format| quoted(format_args!("-o {}={path}", format.as_str()))));
    Problem::new(format!("which format should `{path}` have? {why}")).help(format!("write {options}"))
}
