//! `imagelock merge-driver`: merges two branches of a lockfile for git.

use super::Output;
use crate::workspace::context::Context;
use crate::workspace::project::lock_path;
use std::path::Path;

use crate::domain::diagnostics::{Failure, Help, Problem, Source, shown};
use crate::domain::lock::Lock;
use crate::domain::lock::conflicts::fix_conflicts;
use crate::domain::lock::merge::merge;
use crate::domain::manifest::toml_reader::unmerged;
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::files::error::FileError;
use crate::workspace::files::write_lock::WriteLock;

/// Merges the locks in two files, which come from the one in `base`, and writes the result over `ours`: that is git's
/// protocol. The manifest is not read: its lockfile is what messages call the files.
///
/// # Errors
/// If the sides contradict each other: then `ours` has conflict markers around those blocks. If one of the files
/// cannot be read: then `ours` is as it was.
pub(crate) fn run(context: &Context, base: &Path, ours: &Path, theirs: &Path) -> Result<Output, Error> {
    let path = lock_path(context.manifest())?;
    let _guard = WriteLock::acquire(&[ours], context.deadline, &*context.notify)?;
    let base = match read(base, "base", &path)? {
        // Both sides added the file.
        None => Lock::default(),
        Some(source) if source.text.trim().is_empty() => Lock::default(),
        // git makes a base of several by merging them, and that may have left conflicts.
        Some(source) => understood(source, |text| fix_conflicts(text).map(|merged| merged.lock), "base", &path)?,
    };
    let our_source = present(ours, "ours", &path)?;
    let crlf = our_source.text.contains("\r\n");
    let our_lock = understood(our_source, Lock::parse, "ours", &path)?;
    let their_lock = understood(present(theirs, "theirs", &path)?, Lock::parse, "theirs", &path)?;
    let merged = merge(&base, &our_lock, &their_lock);
    let text = merged.write();
    context.replace(ours, &if crlf { text.replace('\n', "\r\n") } else { text })?;
    if merged.conflicts.is_empty() {
        Ok(Output::clean(String::new()))
    } else {
        Err(Error::Conflicts { path, conflicts: merged.conflicts })
    }
}

/// Reads one of the files, as git would call it: `images.lock (theirs)`.
fn read(file: &Path, side: &str, path: &Path) -> Result<Option<Source>, FileError> {
    let named = format!("{} ({side})", shown(path)).into();
    match files::read(file) {
        Ok(text) => Ok(text.map(|text| Source { path: named, text })),
        Err(FileError::NotText { line, .. }) => Err(FileError::NotText { path: named, line }),
        Err(error) => Err(error),
    }
}

fn present(file: &Path, side: &str, path: &Path) -> Result<Source, FileError> {
    read(file, side, path)?.ok_or_else(|| files::absent(file))
}

/// The lock in one of the files.
fn understood(
    source: Source,
    parse: impl FnOnce(&str) -> Result<Lock, Vec<Problem>>,
    side: &str,
    path: &Path,
) -> Result<Lock, Error> {
    parse(&source.text).map_err(|problems| {
        let has_markers = unmerged(&source.text).is_some();
        let told = |problem: Problem| {
            let title = format!("{side} cannot be merged: {}", problem.title);
            let note = format!(
                "`{}` is left as it is in ours, and nothing of theirs is in it: mend it where it was committed and merge \
                 again, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`",
                shown(path)
            );
            // Here, mending would settle that older conflict and lose this one.
            let resolve = Help::from("where it was committed: ").then_run("resolve").then(", and commit");
            let there = has_markers.then(|| resolve.with_conflicts());
            Problem { title, help: there.or(problem.help.clone()), ..problem }.note(note)
        };
        let problems: Vec<Problem> = problems.into_iter().map(told).collect();
        Error::Problems(Failure::from(problems).in_lock(Some(source)))
    })
}
