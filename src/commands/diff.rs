//! `imagelock diff`: the pins that differ between two revisions of the lockfile.

use super::options::{ChangeFormat, ManifestOption, TimeoutOption, revision};
use super::task::{Example, Setup, Task};
use clap::Args;
use std::path::Path;

use super::output::Output;
use crate::domain::diagnostics::Source;
use crate::domain::lock::Lock;
use crate::domain::lock::diff::changes as differences;
use crate::domain::lock::history::{Comparison, Side};
use crate::render::{Format, changes, history};
use crate::workspace::git::{Repository, error::no_merge_base};
use crate::workspace::revisions::{commit, content_at, lock_of, name_at, uncommitted};
use crate::workspace::{Context, Error, files, lock_path, parse_lock};

pub(super) const EXAMPLES: &[Example] = &[
    ("Show changes that are not committed", "diff"),
    ("Show what a branch changes", "diff main...HEAD"),
    ("Fail if the last commit changed pins", "diff HEAD~1..HEAD --exit-code"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Commit, branch or tag to compare from; also `A..B` or `A...B`
    ///
    /// `A..B` compares A with B. `A...B` compares B with the merge base of A and B, which shows what B changed.
    #[arg(value_name = "REV", default_value = "HEAD", value_parser = revision)]
    from: String,
    /// Commit, branch or tag to compare with [default: the working tree]
    #[arg(value_name = "REV", value_parser = revision)]
    to: Option<String>,
    /// Exit with 2 if pins differ
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    limit: TimeoutOption,
    #[command(flatten)]
    output: ChangeFormat,
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
        diff(context, &self.from, self.to.as_deref(), self.exit_code)
    }
}

/// A state of the lockfile.
enum State {
    Revision(String),
    MergeBase(String, String),
    WorkingTree,
}

/// Compares two states of the lockfile.
///
/// # Errors
/// If a state does not exist or cannot be read.
fn diff(context: &Context, from: &str, to: Option<&str>, exit_code: bool) -> Result<Output, Error> {
    let path = lock_path(context.manifest())?;
    let here = files::read(&path)?;
    let repository = Repository::containing(&path)?;
    let (from, to) = states(from, to);
    let (from, old) = side(&repository, &from, &path, here.as_ref())?;
    let (to, new) = side(&repository, &to, &path, here.as_ref())?;
    if old.is_none() && new.is_none() {
        return Err(uncommitted(&path, here.is_some()).into());
    }
    // A lockfile that does not exist yet has no pins.
    let changes = differences(&old.unwrap_or_default(), &new.unwrap_or_default());
    let comparison = Comparison { from, to, changes };
    let output = match context.format {
        Format::Json => history::diff_json(&comparison),
        Format::Markdown => changes::markdown(&changes::unnamed(&comparison.changes)),
        _ => history::diff(&comparison, context.width),
    };
    Ok(Output::with_drift(output, exit_code && !comparison.changes.is_empty()))
}

/// The states that two arguments name: `A B`, or `A..B` and `A...B` as in git. An empty side is `HEAD`.
fn states(from: &str, to: Option<&str>) -> (State, State) {
    let revision = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
    if let Some(to) = to {
        return (State::Revision(revision(from)), State::Revision(revision(to)));
    }
    if let Some((a, b)) = from.split_once("...") {
        return (State::MergeBase(revision(a), revision(b)), State::Revision(revision(b)));
    }
    match from.split_once("..") {
        Some((a, b)) => (State::Revision(revision(a)), State::Revision(revision(b))),
        None => (State::Revision(revision(from)), State::WorkingTree),
    }
}

/// The name and commit of a state, and its lockfile if it has one.
fn side(
    repository: &Repository,
    state: &State,
    path: &Path,
    here: Option<&String>,
) -> Result<(Side, Option<Lock>), Error> {
    let (name, commit) = match state {
        State::WorkingTree => {
            let source = here.map(|text| Source { path: path.to_owned(), text: text.clone() });
            let lock = source.as_ref().map(parse_lock).transpose()?;
            return Ok((Side { name: "working tree".to_owned(), commit: None }, lock));
        }
        // A repository without commits has no pins.
        State::Revision(revision) if revision == "HEAD" && repository.commit(revision)?.is_none() => {
            return Ok((Side { name: revision.clone(), commit: None }, None));
        }
        State::Revision(revision) => (revision.clone(), commit(repository, revision, path)?),
        State::MergeBase(a, b) => {
            let base = repository.merge_base(&commit(repository, a, path)?, &commit(repository, b, path)?)?;
            let base = base.ok_or_else(|| no_merge_base(a, b))?;
            (format!("merge base of {a} and {b}"), base)
        }
    };
    let path = name_at(&name, path);
    let content = content_at(repository, &commit, &path)?;
    let lock = content.map(|content| lock_of(content, path)).transpose()?;
    Ok((Side { name, commit: Some(commit) }, lock))
}
