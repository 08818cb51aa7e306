//! `imagelock log`: when each pin moved, by which commit, and how old the image was.

use super::{Context, Format, Outcome, lock_path};
use crate::domain::history::{Revision, entries, names as all_names, read, short};
use crate::domain::manifest::check_names;
use crate::error::Error;
use crate::files;
use crate::git::{History, Repository};
use crate::render::{history as human, json};

/// Tells the history of the pins of the named images, or of all.
///
/// # Errors
/// If there is no history to be had. A revision that cannot be read is told of, and is no error.
pub fn run(context: &Context, names: &[String]) -> Result<Outcome, Error> {
    let path = lock_path(context.manifest())?;
    let text = files::read(&path)?;
    let repository = Repository::around(&path)?;
    let History { revisions, is_whole } = repository.history("HEAD")?;
    let Some((oldest, _)) = revisions.last().cloned() else {
        return Err(if text.is_some() { Error::NeverCommitted { path } } else { Error::NoLock { path } });
    };
    let blobs: Vec<_> = revisions.iter().filter_map(|(_, blob)| blob.as_ref()).collect();
    let mut contents = repository.read(&blobs)?.into_iter();
    let mut all = vec![Revision { commit: None, lock: read(text.as_deref().map(str::as_bytes)) }];
    all.extend(revisions.into_iter().map(|(commit, blob)| {
        let lock = match blob.map(|_| contents.next().flatten()) {
            None => read(None),
            Some(Some(text)) => read(Some(&text)),
            Some(None) => Err("git has lost it".to_owned()),
        };
        Revision { commit: Some(commit), lock }
    }));
    let names = check_names(names, &all_names(&all)).map_err(|problems| Error::Problems {
        problems,
        manifest: None,
        lock: None,
    })?;
    let entries = entries(&all, is_whole, &names, context.now);
    let mut outcome = Outcome::well(match context.format {
        Format::Json => json::log(&entries, is_whole),
        _ => human::log(&entries, context.quiet),
    });
    if !is_whole {
        outcome.warning = format!(
            "warning: this clone is shallow: what happened to the lockfile up to commit {} is not known; \
             `git fetch --unshallow` brings it",
            short(&oldest.id)
        );
    }
    Ok(outcome)
}
