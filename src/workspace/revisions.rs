//! What `check --changed-since REV` compares with: the lock at the merge base, and the pins that it had up to there.

use crate::domain::diagnostics::{Problem, Source, shown, visible};
use crate::workspace::files;
use crate::workspace::files::error::FileError;
use crate::workspace::git::GitError;
use crate::workspace::project::parse_lock;
use crate::workspace::project::{Project, lock_path};
use std::path::Path;
use std::path::PathBuf;

use crate::domain::check::changed_since::{Base, PastPins, is_changed};
use crate::domain::lock::Lock;
use crate::domain::lock::history::{Side, read};
use crate::workspace::error::Error;
use crate::workspace::git::Repository;

/// Reads the lock of a project at the merge base of `HEAD` and a revision, and the history of that commit as far as it is
/// about pins that changed since. The branch's own commits prove nothing.
///
/// # Errors
/// If the merge base is not to be had, or its lockfile cannot be understood.
pub(crate) fn base(project: &Project, revision: &str) -> Result<Base, Error> {
    let path = lock_path(&project.manifest_source.path)?;
    let repository = Repository::around(&path)?;
    let head = commit(&repository, "HEAD", &path)?;
    let base = match commit(&repository, revision, &path) {
        Ok(since) => repository.merge_base(&since, &head)?,
        // It may be among the commits that are missing.
        Err(Error::Git(GitError::NoRevision { instead: None, .. })) if repository.is_shallow() => None,
        Err(error) => return Err(error),
    };
    let base = base.ok_or_else(|| project.error(vec![no_base(revision, repository.is_shallow())]))?;
    // As the change found it, under the name that it had by then.
    let repository = repository.before_rename(&base, &head)?;
    // As git names it.
    let name = PathBuf::from(format!("{revision}:{}", shown(&path)));
    let lock = match lock_at(&repository, &base, name) {
        Ok(lock) => lock.unwrap_or_default(),
        // A lock that cannot be understood vouches for nothing, and the change may be what repairs it.
        Err(Error::Problems(_) | Error::File(FileError::NotText { .. })) => Lock::default(),
        Err(error) => return Err(error),
    };
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
fn past(repository: &Repository, base: &str, old: &Lock, new: &Lock) -> Result<PastPins, Error> {
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

/// The lock that a commit has, if it has one; messages call it by `path`.
pub(crate) fn lock_at(repository: &Repository, commit: &str, path: PathBuf) -> Result<Option<Lock>, Error> {
    let Some(blob) = repository.lockfile(commit)? else { return Ok(None) };
    let content = repository.reader()?.read(&blob)?;
    let content = content.map_err(|why| GitError::NoContent { name: shown(&path), why })?;
    let source = Source { text: files::text(content, &path)?, path };
    parse_lock(source, Lock::parse).map(|(lock, _)| Some(lock))
}

/// The whole hash of the commit that a revision names.
pub(crate) fn commit(repository: &Repository, revision: &str, path: &Path) -> Result<String, Error> {
    if let Some(commit) = repository.commit(revision)? {
        return Ok(commit);
    }
    if revision == "HEAD" {
        return Err(uncommitted(path, path.exists()));
    }
    // A clone that a CI system made often has the branches of its origin alone.
    let remote = format!("origin/{revision}");
    let instead = repository.commit(&remote)?.map(|_| remote);
    Err(GitError::NoRevision { revision: revision.to_owned(), instead }.into())
}

/// The error of a lockfile that no commit has.
pub(crate) fn uncommitted(path: &Path, exists: bool) -> Error {
    let path = path.to_owned();
    if exists { GitError::NeverCommitted { path }.into() } else { FileError::NoLock { path }.into() }
}
