//! What every format says of an output that is not as the lockfile would have it.

use std::path::PathBuf;

use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::diagnostics::sanitize::shown;
use crate::render::support::invocation::Invocation;

/// A declared output that is not as the lockfile would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleOutput {
    /// Where it is.
    pub path: PathBuf,
    /// What is said of it, at the place in the manifest that declares it.
    pub problem: Problem,
}

impl StaleOutput {
    /// `place` is where the manifest declares it, `invocation` how imagelock is called about that manifest.
    pub fn new(path: PathBuf, place: Span, invocation: &Invocation) -> Self {
        let problem = Problem::new(format!("the output `{}` is out of date", shown(&path)));
        let problem = problem.at(place, "out of date").help(format!("run `{invocation} resolve` to update it"));
        Self { path, problem }
    }
}
