//! The interface of a command: what it needs before it starts, how it runs, and its examples.

use std::time::Duration;

use super::options::MarketplaceOptions;
use super::output::Output;
use crate::domain::diagnostics::Manifests;
use crate::domain::types::Age;
use crate::render::Format;
use crate::workspace::{Context, Error};

/// An example: its purpose, and the command line without `imagelock`. Help and man pages show it.
pub(crate) type Example = (&'static str, &'static str);

/// What a command needs before it starts, from its options.
#[derive(Default)]
pub(crate) struct Setup<'o> {
    /// The manifests to read.
    pub manifests: Manifests,
    /// How to query the Marketplace; `None` for a command that never does.
    pub marketplace: Option<&'o MarketplaceOptions>,
    /// The time limit of a command that never queries the Marketplace, if it has an option for it.
    pub timeout: Option<Duration>,
    /// The minimum age that overrides the manifest.
    pub min_age: Option<Age>,
    /// The output format; human if the command has no option for it.
    pub format: Option<Format>,
    /// `--quiet` of a command that never queries the Marketplace.
    pub quiet: bool,
    /// Whether the purpose of the command is its output. Other commands are useful with standard output closed.
    pub prints_data: bool,
}

impl Setup<'_> {
    /// Whether to print only the requested output and problems.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet || self.marketplace.is_some_and(|options| options.output.quiet)
    }
}

/// A command with its options.
pub(crate) trait Task {
    /// What the command needs before it starts.
    fn setup(&self) -> Setup<'_>;

    /// Runs the command.
    ///
    /// # Errors
    /// If the command fails. No file is changed then, unless the error says so.
    fn run(&self, context: &Context) -> Result<Output, Error>;
}
