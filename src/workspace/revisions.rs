//! Lockfiles in git revisions. `check --changed-since REV` compares with the lockfile at the merge base and with older pins.

use std::path::{Path, PathBuf};

use crate::domain::check::changed_since::{Base, PastPins, is_changed};
use crate::domain::diagnostics::{Failure, Problem, Source, shown, visible};
use crate::domain::lock::Lock;
use crate::domain::lock::history::{Side, read};
use crate::workspace::error::Error;
use crate::workspace::files::{self, error::no_lock};
use crate::workspace::git::Repository;
use crate::workspace::git::error::{never_committed, no_content, no_revision};
use crate::workspace::project::{Project, lock_path};

/// Reads the lockfile of a project at the merge base of `HEAD` and a revision, and those older pins in its history that the change
/// may have restored. The commits of the branch itself are not used, because they are what is verified.
///
/// # Errors
/// If the merge base cannot be found, or its lockfile cannot be read.
pub(crate) fn base(project: &Project, revision: &str) -> Result<Base, Error> {
    let path = lock_path(&project.manifest_source.path)?;
    let repository = Repository::containing(&path)?;
    let head = commit(&repository, "HEAD", &path)?;
    let base = match find_commit(&repository, revision, &path)? {
        Some(since) => repository.merge_base(&since, &head)?,
        // A shallow clone may not contain the revision.
        None if repository.is_shallow() => None,
        None => return Err(no_revision(revision, None).into()),
    };
    let base = base.ok_or_else(|| project.error(vec![no_base(revision, repository.is_shallow())]))?;
    // The change may have renamed the lockfile.
    let repository = repository.before_rename(&base, &head)?;
    let name = name_at(revision, &path);
    let content = content_at(&repository, &base, &name)?;
    // An invalid lockfile at the merge base counts as empty, because the change may repair it.
    let lock = content.and_then(|content| lock_of(content, name).ok()).unwrap_or_default();
    let past = past(&repository, &base, &lock, &project.lock)?;
    Ok(Base { side: Side { name: revision.to_owned(), commit: Some(base) }, lock, past })
}

/// The error of a revision that has no common commit with `HEAD` in this clone.
fn no_base(revision: &str, is_shallow: bool) -> Problem {
    let problem = Problem::new(format!("cannot find the merge base of `{}` and HEAD in this clone", visible(revision)));
    if is_shallow {
        problem
            .note("this clone is shallow: its older commits are missing")
            .help("to fetch them: `git fetch --unshallow`; in CI, check out the full history (`fetch-depth: 0`, `GIT_DEPTH: 0`)")
    } else {
        problem.help("choose a revision that has a common commit with HEAD, such as `origin/main`")
    }
}

/// The pins in the history of the merge base that the change may have restored.
fn past(repository: &Repository, base: &str, old: &Lock, new: &Lock) -> Result<PastPins, Problem> {
    let changed: Vec<_> = new.pins().iter().filter(|pin| is_changed(pin, old)).map(|pin| pin.id).collect();
    let is_unchanged = changed.is_empty();
    let mut past = PastPins::of(changed);
    if is_unchanged {
        return Ok(past);
    }
    past.add(old);
    let mut reader = repository.reader()?;
    for (commit, blob) in repository.history(base)?.revisions {
        let Some(blob) = blob else { continue };
        match reader.read(&blob)? {
            // An invalid revision proves nothing.
            Ok(text) => past.add(&read(Some(&text)).unwrap_or_default()),
            Err(why) => past.gap = Some(format!("git does not have the lockfile of commit {}: {why}", commit.id)),
        }
    }
    if repository.is_shallow() {
        past.gap = Some("this clone is shallow: its older commits are missing".to_owned());
    }
    Ok(past)
}

/// The lockfile in a revision as git names it: `REVISION:PATH`.
pub(crate) fn name_at(revision: &str, lock: &Path) -> PathBuf {
    format!("{revision}:{}", shown(lock)).into()
}

/// The content of the lockfile in a commit, if it exists there. Messages use `name` for it.
pub(crate) fn content_at(repository: &Repository, commit: &str, name: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let Some(blob) = repository.lockfile(commit)? else { return Ok(None) };
    repository.reader()?.read(&blob)?.map(Some).map_err(|why| no_content(name, &why))
}

/// The parsed lockfile of a commit. A committed file cannot be fixed, so the help suggests another revision.
pub(crate) fn lock_of(content: Vec<u8>, name: PathBuf) -> Result<Lock, Error> {
    const HELP: &str = "choose another revision, because the lockfile in this one is invalid";
    let text = files::text(content, &name).map_err(|problem| problem.help(HELP))?;
    Lock::parse(&text).map_err(|problems| {
        let problems: Vec<Problem> = problems.into_iter().map(|problem| problem.help(HELP)).collect();
        Failure::from(problems).in_lock(Some(Source { path: name, text })).into()
    })
}

/// The full hash of the commit that a revision names.
pub(crate) fn commit(repository: &Repository, revision: &str, path: &Path) -> Result<String, Problem> {
    find_commit(repository, revision, path)?.ok_or_else(|| no_revision(revision, None))
}

/// The same; `None` if the revision does not exist.
///
/// # Errors
/// If a revision of the remote may be meant instead.
fn find_commit(repository: &Repository, revision: &str, path: &Path) -> Result<Option<String>, Problem> {
    let commit = repository.commit(revision)?;
    if commit.is_none() && revision == "HEAD" {
        return Err(uncommitted(path, path.exists()));
    }
    // Clones of CI systems often only have the branches of the remote.
    let remote = format!("origin/{revision}");
    if commit.is_none() && repository.commit(&remote)?.is_some() {
        return Err(no_revision(revision, Some(&remote)));
    }
    Ok(commit)
}

/// The error of a lockfile that is not in any commit.
pub(crate) fn uncommitted(path: &Path, exists: bool) -> Problem {
    if exists { never_committed(path) } else { no_lock(path) }
}
