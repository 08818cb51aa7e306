//! `imagelock log`: shows when each pin moved, in which commit, and how old the image was.

use super::options::{DataFormat, ManifestOption, TimeoutOption, name};
use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::domain::lock::history::{HistoryReader, Revision, read};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::manifest::check_names;
use crate::render::Format;
use crate::render::history;
use crate::workspace::git::{History, Repository};
use crate::workspace::revisions::uncommitted;
use crate::workspace::{Context, Error, files, lock_path};
use clap::Args;

pub(super) const EXAMPLES: &[Example] =
    &[("Show the history of all pins", "log"), ("Show the history of one image", "log web")];

#[derive(Args)]
pub(crate) struct Options {
    /// Names of the images [default: all]
    #[arg(value_name = "NAME", value_delimiter = ',', value_parser = name)]
    names: Vec<String>,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    limit: TimeoutOption,
    #[command(flatten)]
    output: DataFormat,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup {
            manifests: self.manifest.manifests(),
            timeout: Some(self.limit.timeout),
            format: Some(self.output.format),
            prints_data: true,
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        log(context, &self.names)
    }
}

/// Prints the history of the pins of the named images, or of all images.
///
/// # Errors
/// If the lockfile has no history. A revision that cannot be read is part of the output and not an error.
fn log(context: &Context, names: &[String]) -> Result<Output, Error> {
    let path = lock_path(context.manifest())?;
    let text = files::read(&path)?;
    let repository = Repository::containing(&path)?;
    let History { revisions, is_complete } = repository.history("HEAD")?;
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
    let (rest, known) = history.finish(is_complete);
    entries.extend(rest);
    check_names(names, &known.iter().collect())?;
    let mut outcome = Output::clean(match context.format {
        Format::Json => history::log_json(&entries, is_complete),
        _ => history::log(&entries, context.width),
    });
    if !is_complete {
        outcome.warning = format!(
            "warning: this clone is shallow; the history of the lockfile before commit {oldest} is missing\n  = help: to \
             fetch it: `git fetch --unshallow`"
        );
    }
    Ok(outcome)
}
