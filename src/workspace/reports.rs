//! Writes reports to standard output and to files.

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;

use crate::domain::diagnostics::{Problem, or, quoted, shown};
use crate::render::{CheckReport, Format, Width, check};
use crate::workspace::{context::Context, error::Error, files::claims::Role, outputs::Files, project::Project};

/// A file for the report as the user named it: `-o drift.sarif`, `-o sarif=results.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestedFile {
    /// The format, if the user chose one.
    pub format: Option<Format>,
    /// The path of the file.
    pub path: PathBuf,
}

/// A file for the report, and its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    format: Format,
    path: PathBuf,
}

/// Chooses the format of standard output and of each file. A file has the format that is named with it, else that of
/// `--format`, else that of its extension. If a file takes the format of `--format`, standard output has the human format.
///
/// # Errors
/// If `--format` contradicts the extension of a file, or if the format of a file is unknown.
pub(crate) fn choose_formats(
    chosen: Option<Format>,
    requested: &[RequestedFile],
) -> Result<(Format, Vec<ReportFile>), Problem> {
    let mut files: Vec<ReportFile> = Vec::new();
    let mut stdout = chosen.unwrap_or(Format::Human);
    for RequestedFile { format, path } in requested {
        let format = match (format, chosen, Format::of_file(path)) {
            (Some(named), ..) => *named,
            (None, Some(chosen), known) if known.is_empty() || known.contains(&chosen) => {
                stdout = Format::Human;
                chosen
            }
            (None, None, [likeliest, ..]) => *likeliest,
            (None, chosen, known) => return Err(unknown_format(path, chosen, known)),
        };
        files.push(ReportFile { format, path: path.clone() });
    }
    Ok((stdout, files))
}

/// Checks that no report replaces another file of the run or an output of a manifest.
///
/// # Errors
/// If a report would do so, or if its path is not a regular file.
pub(crate) fn claim(files: &[ReportFile], context: &Context, projects: &[Project]) -> Result<(), Error> {
    let mut claimed = Files::read_only(context)?;
    if files.is_empty() {
        return Ok(());
    }
    claimed.add_outputs(projects)?;
    files.iter().try_for_each(|file| Ok(claimed.add_option(Role::Report, &file.path)?))
}

/// Writes all files or none. Returns a message that lists them.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write(files: &[ReportFile], context: &Context, report: CheckReport<'_>) -> Result<String, Problem> {
    if files.is_empty() {
        return Ok(String::new());
    }
    let texts: Vec<String> =
        files.iter().map(|file| strip_str(&check(file.format, report, false, Width::UNLIMITED)).to_string()).collect();
    let paths: Vec<&Path> = files.iter().map(|file| &*file.path).collect();
    let _lock = context.write_lock(&paths)?;
    let new: Vec<_> = paths.iter().copied().zip(texts.iter().map(String::as_str)).collect();
    context.replace_all(&new)?;
    let wrote: Vec<String> = paths.iter().map(|path| format!("wrote `{}`", shown(path))).collect();
    Ok(wrote.join("\n"))
}

/// The error of a file whose format is unknown, or whose extension contradicts `--format`.
fn unknown_format(path: &Path, chosen: Option<Format>, known: &[Format]) -> Problem {
    let path = shown(path);
    let (why, formats) = match chosen {
        Some(chosen) => (
            format!("its extension does not match `--format {}`", chosen.as_str()),
            known.iter().copied().chain([chosen]).collect(),
        ),
        None => ("its extension is unknown, and `--format` is not set".to_owned(), Format::ALL.to_vec()),
    };
    let options = or(formats.iter().map(|format| quoted(format_args!("-o {}={path}", format.as_str()))));
    Problem::new(format!("cannot choose the format of `{path}`: {why}")).help(format!("choose the format: {options}"))
}
