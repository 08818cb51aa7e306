//! What every format says of a manifest that could not be checked.

use std::path::PathBuf;

use crate::domain::words::{and_more, count, quoted, shown};
use crate::error::Error;

/// A manifest that could not be checked, and why. It hides none of the others.
pub struct Broken {
    /// The manifest.
    pub manifest: PathBuf,
    /// Why.
    pub error: Error,
}

impl Broken {
    /// The manifest and why it could not be checked.
    pub(super) fn sentence(&self) -> String {
        format!("`{}`: {}", shown(&self.manifest), self.error)
    }
}

/// How many manifests could not be checked, and which, if any could not.
pub(super) fn summary(broken: &[Broken], all: usize) -> Option<String> {
    let names = and_more(broken.iter().map(|it| quoted(shown(&it.manifest))), 6);
    let checked = format!("{} of {} could not be checked: {names}", broken.len(), count(all, "manifest"));
    (!broken.is_empty()).then_some(checked)
}
