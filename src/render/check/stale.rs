//! What every format says of an output that is not as the lockfile would have it.

use std::path::PathBuf;

use crate::domain::diagnostics::{Help, Problem, Span, shown};

/// A declared output that is not as the lockfile would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleOutput {
    /// Where it is.
    pub path: PathBuf,
    /// What is said of it, at the place in the manifest that declares it.
    pub problem: Problem,
}

impl StaleOutput {
    /// `span` is where the manifest declares it.
    pub fn new(path: PathBuf, span: Span) -> Self {
        let problem = Problem::new(format!("the output `{}` is out of date", shown(&path))).at(span, "out of date");
        let help = Help::from("run ").then_run("resolve").then(" to update it");
        Self { path, problem: problem.help(help) }
    }
}
