//! What a command is: what it needs before it starts, and its run.

use std::time::Duration;

use super::options::MarketplaceOptions;
use super::output::Output;
use crate::domain::diagnostics::Manifests;
use crate::domain::types::Age;
use crate::render::Format;
use crate::workspace::{Context, Error};

/// What a command needs before it starts, by its options.
#[derive(Default)]
pub(crate) struct Setup<'o> {
    /// The manifests that it works on.
    pub manifests: Manifests,
    /// Whether and how it asks the Marketplace; `None` if it never does.
    pub marketplace: Option<&'o MarketplaceOptions>,
    /// How long a command may run that never asks the Marketplace, if it can be set.
    pub timeout: Option<Duration>,
    /// A minimum age for this run, whatever the manifest says.
    pub min_age: Option<Age>,
    /// The format of what is printed; human if the command has no other.
    pub format: Option<Format>,
    /// Whether to print only what was asked for and what needs attention, of a command that never asks the Marketplace.
    pub quiet: bool,
    /// Whether the command is run for what it prints. Of the others, the exit status or the files can be all that is wanted.
    pub prints_data: bool,
}

impl Setup<'_> {
    /// Whether to print only what was asked for and what needs attention.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet || self.marketplace.is_some_and(|options| options.output.quiet)
    }
}

/// A command with its options.
pub(crate) trait Task {
    /// What it needs before it starts.
    fn setup(&self) -> Setup<'_>;

    /// Does the work.
    ///
    /// # Errors
    /// If it could not be decided what to do or to report; nothing is written then, unless the error says so.
    fn run(&self, context: &Context) -> Result<Output, Error>;
}
