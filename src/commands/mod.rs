//! The commands, one file each: its options, then read, compute, write, render. No command imports another.
//!
//! A new command is a file, and its lines here.

mod adopt;
mod check;
mod completions;
mod diff;
mod edit;
mod explain;
mod export;
mod get;
mod init;
mod list;
mod log;
mod man;
mod merge_driver;
mod options;
mod output;
mod resolve;
mod schema;
mod search;
mod snapshot;
mod task;
mod upgrade;

use clap::Subcommand;

pub(crate) use options::MarketplaceOptions;
pub(crate) use output::{ExitStatus, Output};
pub(crate) use task::{Setup, Task};

/// The commands, with their options.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write the annotated images.toml and its schema; never over a file
    Init(init::Options),
    /// Declare an image in images.toml
    Add(edit::AddOptions),
    /// Remove images from images.toml, and leave the rest of it as it is
    Remove(edit::RemoveOptions),
    /// Declare and pin the images that you run already, as they are
    Adopt(adopt::Options),
    /// Make images.lock satisfy images.toml, moving no pin that need not move
    ///
    /// A renamed image keeps its pins. A new zone or architecture takes the version of the other pins of its image. Where a
    /// declaration changed, the pinned version stays if it still fits.
    Resolve(resolve::Options),
    /// Move pins to the newest version that the manifest allows
    Upgrade(upgrade::Options),
    /// Report drift between images.lock, images.toml and the Marketplace
    Check(check::Options),
    /// Print the pins
    List(list::Options),
    /// Show when each pin moved and in which commit, and how old the image was
    Log(log::Options),
    /// Print the pins that differ between two commits, or between one and the working tree
    Diff(diff::Options),
    /// Merge two branches of images.lock, pin by pin; called by git
    #[command(after_help = merge_driver::HELP)]
    MergeDriver(merge_driver::Options),
    /// Print one pinned ID, for scripts
    Get(get::Options),
    /// Print the pins in a format that another tool reads
    Export(export::Options),
    /// Show why a pin is what it is, or what an ID or a label is
    Explain(explain::Options),
    /// Print the Marketplace's labels and where they are offered
    Search(search::Options),
    /// Print the JSON Schema of images.toml or of a JSON report, for editors and validators
    Schema(schema::Options),
    /// Print a script that completes imagelock's commands and options in a shell
    Completions(completions::Options),
    /// Write the manual pages: `imagelock.1`, and one for each command
    Man(man::Options),
    /// Save the Marketplace's catalog, for `--catalog`
    Snapshot(snapshot::Options),
}

impl Command {
    /// The command as a task.
    pub(crate) fn task(&self) -> &dyn Task {
        match self {
            Self::Init(task) => task,
            Self::Add(task) => task,
            Self::Remove(task) => task,
            Self::Adopt(task) => task,
            Self::Resolve(task) => task,
            Self::Upgrade(task) => task,
            Self::Check(task) => task,
            Self::List(task) => task,
            Self::Log(task) => task,
            Self::Diff(task) => task,
            Self::MergeDriver(task) => task,
            Self::Get(task) => task,
            Self::Export(task) => task,
            Self::Explain(task) => task,
            Self::Search(task) => task,
            Self::Schema(task) => task,
            Self::Completions(task) => task,
            Self::Man(task) => task,
            Self::Snapshot(task) => task,
        }
    }
}
