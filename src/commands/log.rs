//! `imagelock log`: when each pin moved, by which commit, and how old the image was.

use super::Output;
use crate::domain::lock::history::{HistoryReader, Revision, read};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::manifest::check_names;
use crate::render::Format;
use crate::render::history::{human, json};
use crate::workspace::git::{History, Repository};
use crate::workspace::revisions::uncommitted;
use crate::workspace::{Context, Error, files, lock_path};

/// Tells the history of the pins of the named images, or of all.
///
/// # Errors
/// If there is no history to be had. A revision that cannot be read is told of, and is no error.
pub(crate) fn run(context: &Context, names: &[String]) -> Result<Output, Error> {
    let path = lock_path(context.manifest())?;
    let text = files::read(&path)?;
    let repository = Repository::around(&path)?;
    let History { revisions, is_whole } = repository.history("HEAD")?;
    let Some(oldest) = revisions.last().map(|(commit, _)| ShortIds::default().show(&commit.id)) else {
        return Err(uncommitted(&path, text.is_some()).into());
    };
    let mut history = HistoryReader::new(names, context.now);
    let mut entries = history.push_older(Revision { commit: None, lock: read(text.as_deref().map(str::as_bytes)) });
    let mut reader = repository.reader()?;
    for (commit, blob) in revisions {
        let lock = match blob.map(|blob| reader.read(&blob)).transpose()? {
            None => read(None),
            Some(text) => text.and_then(|text| read(Some(&text))),
        };
        entries.extend(history.push_older(Revision { commit: Some(commit), lock }));
    }
    let (rest, known) = history.finish(is_whole);
    entries.extend(rest);
    check_names(names, &known.iter().collect())?;
    let mut outcome = Output::clean(match context.format {
        Format::Json => json::log(&entries, is_whole),
        _ => human::log(&entries, context.quiet),
    });
    if !is_whole {
        outcome.warning = format!(
            "warning: this clone is shallow: what happened to the lockfile up to commit {oldest} is not known; \
             `git fetch --unshallow` brings it"
        );
    }
    Ok(outcome)
}
