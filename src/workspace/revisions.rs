//! What `check --changed-since REV` compares with: the lock at the merge base, and the pins that it had up to there.

use std::path::{Path, PathBuf};

use crate::domain::check::changed_since::{Base, PastPins, is_changed};
use crate::domain::diagnostics::{Problem, Source, shown, visible};
use crate::domain::lock::Lock;
use crate::domain::lock::history::{Side, read};
use crate::workspace::error::Error;
use crate::workspace::files::{self, error::no_lock};
use crate::workspace::git::Repository;
use crate::workspace::git::error::{never_committed, no_content, no_revision};
use crate::workspace::project::{Project, lock_path, parse_lock};

/// Reads the lock of a project at the merge base of `HEAD` and a revision, and the history of that commit as far as it is
/// about pins that changed since. The branch's own commits prove nothing.
///
/// # Errors
/// If the merge base is not to be had, or its lockfile cannot be read.
pub(crate) fn base(project: &Project, revision: &str) -> Result<Base, Error> {
    let path = lock_path(&project.manifest_source.path)?;
    let repository = Repository::around(&path)?;
    let head = commit(&repository, "HEAD", &path)?;
    let base = match find_commit(&repository, revision, &path)? {
        Some(since) => repository.merge_base(&since, &head)?,
        // It may be among the commits that are missing.
        None if repository.is_shallow() => None,
        None => return Err(no_revision(revision, None).into()),
    };
    let base = base.ok_or_else(|| project.error(vec![no_base(revision, repository.is_shallow())]))?;
    // As the change found it, under the name that it had by then.
    let repository = repository.before_rename(&base, &head)?;
    let name = name_at(revision, &path);
    let content = content_at(&repository, &base, &name)?;
    // A lock that cannot be understood vouches for nothing, and the change may be what repairs it.
    let lock = content.and_then(|content| lock_of(content, name).ok()).unwrap_or_default();
    let past = past(&repository, &base, &lock, &project.lock)?;
    Ok(Base { side: Side { name: revision.to_owned(), commit: Some(base) }, lock, past })
}

/// The problem of a revision that shares no commit with `HEAD` in this clone.
fn no_base(revision: &str, is_shallow: bool) -> Problem {
    let problem = Problem::new(format!("cannot find the merge base of `{}` and HEAD in this clone", visible(revision)));
    if is_shallow {
        problem
            .note("this clone is shallow: its older commits are missing")
            .help("run `git fetch --unshallow`; in CI, check out the whole history (`fetch-depth: 0`, `GIT_DEPTH: 0`)")
    } else {
        problem.help("name a revision that shares a commit with HEAD, such as `origin/main`")
    }
}

/// The pins of the history up to the base that the change may have brought back.
fn past(repository: &Repository, base: &str, old: &Lock, new: &Lock) -> Result<PastPins, Problem> {
    let changed: Vec<_> = new.pins().iter().filter(|pin| is_changed(pin, old)).map(|pin| pin.id).collect();
    let nothing = changed.is_empty();
    let mut past = PastPins::of(changed);
    if nothing {
        return Ok(past);
    }
    past.add(old);
    let mut reader = repository.reader()?;
    for (commit, blob) in repository.history(base)?.revisions {
        let Some(blob) = blob else { continue };
        match reader.read(&blob)? {
            // A revision that cannot be understood proves nothing.
            Ok(text) => past.add(&read(Some(&text)).unwrap_or_default()),
            Err(why) => past.gap = Some(format!("git does not have the lockfile of commit {}: {why}", commit.id)),
        }
    }
    if repository.is_shallow() {
        past.gap = Some("this clone is shallow: its older commits are unknown".to_owned());
    }
    Ok(past)
}

/// What git calls the lockfile at a revision.
pub(crate) fn name_at(revision: &str, lock: &Path) -> PathBuf {
    format!("{revision}:{}", shown(lock)).into()
}

/// The lockfile that a commit has, if it has one; messages call it by `name`.
pub(crate) fn content_at(repository: &Repository, commit: &str, name: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let Some(blob) = repository.lockfile(commit)? else { return Ok(None) };
    repository.reader()?.read(&blob)?.map(Some).map_err(|why| no_content(name, &why))
}

/// The lock in the lockfile of a commit.
pub(crate) fn lock_of(content: Vec<u8>, name: PathBuf) -> Result<Lock, Error> {
    parse_lock(&Source { text: files::text(content, &name)?, path: name })
}

/// The whole hash of the commit that a revision names.
pub(crate) fn commit(repository: &Repository, revision: &str, path: &Path) -> Result<String, Problem> {
    find_commit(repository, revision, path)?.ok_or_else(|| no_revision(revision, None))
}

/// The same; `None` if there is no such revision, nor one that may have been meant.
fn find_commit(repository: &Repository, revision: &str, path: &Path) -> Result<Option<String>, Problem> {
    let commit = repository.commit(revision)?;
    if commit.is_none() && revision == "HEAD" {
        return Err(uncommitted(path, path.exists()));
    }
    // A clone that a CI system made often has the branches of its origin alone.
    let remote = format!("origin/{revision}");
    if commit.is_none() && repository.commit(&remote)?.is_some() {
        return Err(no_revision(revision, Some(&remote)));
    }
    Ok(commit)
}

/// The error of a lockfile that no commit has.
pub(crate) fn uncommitted(path: &Path, exists: bool) -> Problem {
    if exists { never_committed(path) } else { no_lock(path) }
}
