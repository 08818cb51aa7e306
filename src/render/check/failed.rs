//! What every format says of a manifest that could not be checked.

use crate::domain::diagnostics::{
    FailedManifest, Failure, Invocation, LineIndex, Location, and_more, count, quoted, shown,
};
use crate::render::errors::{cut, help};

/// Where and why, in prose.
pub(super) fn sentence(failed: &FailedManifest) -> String {
    format!("{}: {}", quoted(place(failed)), title(&failed.failure))
}

/// Where and why, for a machine.
pub(super) fn message(failed: &FailedManifest) -> String {
    format!("{}: {}", place(failed), title(&failed.failure))
}

/// Why.
pub(super) fn title(failure: &Failure) -> String {
    match failure.problems.len() {
        0 | 1 => cut(failure.title()),
        all => format!("{}, and {}", cut(failure.title()), count(all - 1, "more error")),
    }
}

/// `images.lock:39:1`, or the manifest.
fn place(failed: &FailedManifest) -> String {
    match location(&failed.failure) {
        Some(Location { path, line, columns }) => format!("{}:{line}:{}", shown(path), columns.0),
        None => shown(&failed.path),
    }
}

/// The location in the manifest or in the lockfile.
pub(super) fn location(failure: &Failure) -> Option<Location<'_>> {
    let problem = failure.problems.first()?;
    LineIndex::new(failure.source(problem)?).location(problem.span.as_ref()?)
}

/// The key to write or the command to run.
pub(super) fn first_help(failed: &FailedManifest, invocation: &Invocation) -> Option<String> {
    help(failed.failure.problems.first()?, &invocation.of(&failed.path))
}

/// How many manifests could not be checked, and which, if any could not.
pub(super) fn summary(failed: &[FailedManifest], all: usize) -> Option<String> {
    let names = and_more(failed.iter().map(|it| quoted(shown(&it.path))), 6);
    let checked = format!("{} of {} could not be checked: {names}", failed.len(), count(all, "manifest"));
    (!failed.is_empty()).then_some(checked)
}
