//! `imagelock merge-driver`: merges the lockfile of two branches, for git.

use super::task::{Example, Setup, Task};
use crate::domain::diagnostics::Manifests;
use clap::Args;
use std::path::{Path, PathBuf};

use super::output::Output;
use crate::domain::diagnostics::{Command, Failure, Help, Problem, Source, count, shell, shown};
use crate::domain::lock::Lock;
use crate::domain::lock::conflicts::fix_conflicts;
use crate::domain::lock::merge::{Conflict, merge};
use crate::domain::manifest::toml_reader::unmerged;
use crate::workspace::{Context, Error, files, lock_path};

pub(super) const EXAMPLES: &[Example] = &[
    ("Let git merge lockfiles, step 1", "echo 'images.lock merge=imagelock' >> .gitattributes"),
    ("Let git merge lockfiles, step 2", "git config merge.imagelock.driver 'imagelock merge-driver %O %A %B %P'"),
    ("Merge files by hand", "merge-driver base.lock images.lock theirs.lock"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Lockfile of the common ancestor, or an empty file; `%O` in git
    base: PathBuf,
    /// Lockfile of the current branch, replaced with the result; `%A` in git
    ours: PathBuf,
    /// Lockfile of the other branch; `%B` in git
    theirs: PathBuf,
    /// Path of the lockfile for messages; `%P` in git
    #[arg(default_value = "images.lock")]
    path: PathBuf,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        // The path of the lockfile comes from git.
        Setup { manifests: Manifests::Named(vec![self.path.with_extension("toml")]), ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        merge_sides(context, &self.base, &self.ours, &self.theirs)
    }
}

/// Merges the changes that two lockfiles made to `base`, and writes the result to `ours`, as git expects. The manifest is not
/// read.
///
/// # Errors
/// If the lockfiles conflict: `ours` then contains conflict markers. If a file cannot be read: `ours` is then unchanged.
fn merge_sides(context: &Context, base: &Path, ours: &Path, theirs: &Path) -> Result<Output, Error> {
    let path = lock_path(context.manifest())?;
    let _guard = context.write_lock(&[ours])?;
    let base = match read(base, "base", &path)? {
        // Both sides added the file.
        None => Lock::default(),
        Some(source) if source.text.trim().is_empty() => Lock::default(),
        // git merges several bases into one, which can leave conflict markers in it.
        Some(source) => parsed(source, |text| fix_conflicts(text).map(|merged| merged.lock), "base", &path)?,
    };
    let our_source = present(ours, "ours", &path)?;
    let crlf = our_source.text.contains("\r\n");
    let our_lock = parsed(our_source, Lock::parse, "ours", &path)?;
    let their_lock = parsed(present(theirs, "theirs", &path)?, Lock::parse, "theirs", &path)?;
    let merged = merge(&base, &our_lock, &their_lock);
    let text = merged.write();
    context.replace(ours, &if crlf { text.replace('\n', "\r\n") } else { text })?;
    if merged.conflicts.is_empty() {
        Ok(Output::clean(String::new()))
    } else {
        Err(disagreement(&path, &merged.conflicts).into())
    }
}

/// The error for a conflict. The lockfile contains both blocks of each pin between conflict markers.
fn disagreement(path: &Path, conflicts: &[Conflict]) -> Problem {
    let mut edited = conflicts.iter().filter_map(Conflict::edited).peekable();
    let resolve = Command::new(if edited.peek().is_some() { "upgrade" } else { "resolve" });
    let text = format!("; or keep one block of each pair and delete the markers. Then run `git add {}`", shell(path));
    let title = format!("merge conflict in `{}`: both sides changed {}", shown(path), count(conflicts.len(), "pin"));
    let notes = conflicts.iter().map(|conflict| format!("{}: {}", conflict.cell, conflict.summary())).collect();
    Problem { notes, ..Problem::new(title) }
        .help(Help::from("to resolve the conflicts: ").then_run(resolve.names(edited)).then(text).with_conflicts())
}

/// Reads one of the files. Messages call it by its path and side: `images.lock (theirs)`.
fn read(file: &Path, side: &str, path: &Path) -> Result<Option<Source>, Problem> {
    let path = PathBuf::from(format!("{} ({side})", shown(path)));
    let Some(bytes) = files::read_bytes(file)? else { return Ok(None) };
    Ok(Some(Source { text: files::text(bytes, &path)?, path }))
}

fn present(file: &Path, side: &str, path: &Path) -> Result<Source, Problem> {
    read(file, side, path)?.ok_or_else(|| files::absent(file))
}

fn side_name(side: &str) -> &'static str {
    match side {
        "ours" => "our side",
        "theirs" => "their side",
        _ => "the common ancestor",
    }
}

/// Parses one of the files.
fn parsed(
    source: Source,
    parse: impl FnOnce(&str) -> Result<Lock, Vec<Problem>>,
    side: &str,
    path: &Path,
) -> Result<Lock, Error> {
    parse(&source.text).map_err(|problems| {
        let has_markers = unmerged(&source.text).is_some();
        let explained = |problem: Problem| {
            let title = format!("cannot merge {}: {}", side_name(side), problem.title);
            let note = format!(
                "`{}` contains only the changes of our side; fix the lockfile in the commit that broke it and merge again, or \
                 choose one side with `git checkout --ours {file}` or `git checkout --theirs {file}`",
                shown(path),
                file = shell(path)
            );
            // Resolving the older conflict here would lose this merge.
            let resolve = Help::from("in the commit that contains the conflict: ").then_run("resolve");
            let there = has_markers.then(|| resolve.with_conflicts());
            // A side is not a file that can be restored.
            let help = problem.help.clone().filter(|help| !help.uses_git());
            Problem { title, help: there.or(help), ..problem }.note(note)
        };
        let problems: Vec<Problem> = problems.into_iter().map(explained).collect();
        Failure::from(problems).in_lock(Some(source)).into()
    })
}
