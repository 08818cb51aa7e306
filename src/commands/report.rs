//! Where a report goes: standard output, and files.

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;

use super::export::beside;
use super::project::Project;
use super::{Context, Format, lock_path};
use crate::domain::words::{or, quoted, shown};
use crate::error::Error;
use crate::files;
use crate::guard::Guard;
use crate::render::{Subject, check};

/// A file that a report is written to, as it was asked for: `-o drift.sarif`, `-o sarif=results.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The format, where it was named.
    pub format: Option<Format>,
    /// The file.
    pub path: PathBuf,
}

/// A file and the format that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    format: Format,
    path: PathBuf,
}

/// Settles what is printed, and which files get which format: a file has the one that is named with it, else that of
/// `--format`, else that of its name. What `--format` asked for goes to the file then, and the log has the report for
/// people.
///
/// # Errors
/// Where `--format` and the name of a file contradict each other, or neither tells; where two files are one, or one is
/// the manifest or the lockfile.
pub fn settle(
    manifests: &[PathBuf],
    catalog: Option<&Path>,
    chosen: Option<Format>,
    wishes: &[Wish],
) -> Result<(Format, Vec<File>), Error> {
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
        let own = manifests.iter().any(|manifest| {
            let schema = manifest.with_file_name(super::schema::FILE);
            let mut own = [Some(manifest.clone()), lock_path(manifest).ok(), Some(schema)].into_iter().flatten();
            own.any(|own| files::is_same(path, &own))
        });
        let own = own || catalog.is_some_and(|catalog| files::is_same(path, catalog));
        if own || files.iter().any(|other| files::is_same(&other.path, path)) {
            return Err(Error::ReportPath { path: path.clone(), own });
        }
        files.push(File { format, path: path.clone() });
    }
    Ok((stdout, files))
}

/// Makes sure that no report goes to an output that a manifest declares.
///
/// # Errors
/// If one does.
pub(super) fn check_outputs(files: &[File], projects: &[Project]) -> Result<(), Error> {
    for project in projects {
        for output in project.manifest.outputs() {
            let output = beside(&project.manifest_source.path, &output.path);
            if let Some(File { path, .. }) = files.iter().find(|file| files::is_same(&file.path, &output)) {
                return Err(Error::ReportPath { path: path.clone(), own: true });
            }
        }
    }
    Ok(())
}

/// Writes the files, and tells which.
///
/// # Errors
/// If one cannot be written.
pub(super) fn write(files: &[File], context: &Context, subject: Subject<'_>) -> Result<String, Error> {
    let mut wrote = Vec::new();
    for File { format, path } in files {
        let text = strip_str(&check(*format, subject, false)).to_string();
        let _guard = Guard::acquire(&[path], context.deadline, &*context.notify)?;
        files::put(path, &text)?;
        wrote.push(format!("wrote `{}`", shown(path)));
    }
    Ok(wrote.join("\n"))
}

fn unclear(path: &Path, chosen: Option<Format>, known: &[Format]) -> Error {
    let formats: Vec<Format> = match chosen {
        Some(chosen) => known.iter().copied().chain([chosen]).collect(),
        None => Format::ALL.to_vec(),
    };
    let path = shown(path);
    let options = or(formats.iter().map(|format| quoted(format_args!("-o {}={path}", format.as_str()))));
    Error::ReportFormat { path, chosen: chosen.map(Format::as_str), options }
}
