//! The commands, one file each: its options, then read, compute, write, render. No command imports another.
//!
//! To add a command, add its file, and its lines in this file.

mod adopt;
mod check;
pub(crate) mod completions;
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

pub(crate) use options::{MarketplaceOptions, invalid_value};
pub(crate) use output::{ExitStatus, Output};
pub(crate) use task::{Example, Setup, Task};

/// Commands that serve one purpose, under one heading of the help, each with its examples.
pub(crate) struct Group {
    pub(crate) heading: &'static str,
    pub(crate) commands: &'static [(&'static str, &'static [Example])],
}

/// All commands, in the order of the help.
pub(crate) const GROUPS: [Group; 5] = [
    Group {
        heading: "Declare images",
        commands: &[
            ("init", init::EXAMPLES),
            ("add", edit::ADD_EXAMPLES),
            ("remove", edit::REMOVE_EXAMPLES),
            ("adopt", adopt::EXAMPLES),
        ],
    },
    Group {
        heading: "Update the lockfile",
        commands: &[("resolve", resolve::EXAMPLES), ("upgrade", upgrade::EXAMPLES)],
    },
    Group {
        heading: "Inspect pins and images",
        commands: &[
            ("check", check::EXAMPLES),
            ("list", list::EXAMPLES),
            ("log", log::EXAMPLES),
            ("diff", diff::EXAMPLES),
            ("explain", explain::EXAMPLES),
            ("search", search::EXAMPLES),
        ],
    },
    Group { heading: "Use pins", commands: &[("get", get::EXAMPLES), ("export", export::EXAMPLES)] },
    Group {
        heading: "Set up tools",
        commands: &[
            ("schema", schema::EXAMPLES),
            ("completions", completions::EXAMPLES),
            ("man", man::EXAMPLES),
            ("snapshot", snapshot::EXAMPLES),
            ("merge-driver", merge_driver::EXAMPLES),
        ],
    },
];

/// The examples of imagelock as a whole.
pub(crate) const EXAMPLES: &[Example] = &[
    ("Create images.toml, then declare your images there", "init"),
    ("Pin the images", "resolve"),
    ("Report drift, for example in CI", "check"),
    ("Upgrade one image", "upgrade web"),
];

/// The examples of a command, or of imagelock.
pub(crate) fn examples(command: &str) -> &'static [Example] {
    let mut commands = GROUPS.iter().flat_map(|group| group.commands);
    commands.find(|(name, _)| *name == command).map_or(EXAMPLES, |(_, examples)| examples)
}

/// The command line of an example. A line that does not begin with a command of imagelock is complete.
pub(crate) fn example_line(line: &str) -> String {
    let first = line.split(' ').next().unwrap_or_default();
    let is_ours = GROUPS.iter().any(|group| group.commands.iter().any(|(name, _)| *name == first));
    if is_ours { format!("imagelock {line}") } else { line.to_owned() }
}

/// The commands with their options.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a commented images.toml and its JSON Schema
    ///
    /// Existing files are never overwritten.
    Init(init::Options),
    /// Declare an image in images.toml
    ///
    /// Creates images.toml if it does not exist. Comments and layout of an existing file are kept.
    Add(edit::AddOptions),
    /// Remove images from images.toml
    ///
    /// The comments of the images are removed with them. The next `resolve` removes the pins.
    Remove(edit::RemoveOptions),
    /// Declare and pin images that are already in use
    ///
    /// The images keep the versions that they have now.
    Adopt(adopt::Options),
    /// Pin new and changed images, and keep all other pins
    ///
    /// Updates images.lock to match images.toml. A renamed image keeps its pins. A new zone or architecture gets the version of
    /// the other pins of its image. If a declaration changed, the pinned version is kept if it still matches.
    Resolve(resolve::Options),
    /// Upgrade pins to the newest versions that images.toml allows
    Upgrade(upgrade::Options),
    /// Report drift between images.lock, images.toml and the Marketplace
    Check(check::Options),
    /// List the pins
    List(list::Options),
    /// Show when each pin moved and in which commit
    Log(log::Options),
    /// Show the pins that differ between two commits
    ///
    /// Without arguments, compares HEAD with the working tree.
    Diff(diff::Options),
    /// Explain how pins are chosen, or identify an ID or a label
    Explain(explain::Options),
    /// Search the Marketplace for images
    Search(search::Options),
    /// Print the ID of one pin, for scripts
    Get(get::Options),
    /// Print the pins in a format for another tool
    Export(export::Options),
    /// Print the JSON Schema of images.toml or of a JSON report
    Schema(schema::Options),
    /// Print a script that adds completions to a shell
    ///
    /// Completes commands, options and values. Image names come from the manifest.
    Completions(completions::Options),
    /// Write the man pages
    Man(man::Options),
    /// Save the catalog of the Marketplace, for `--catalog`
    Snapshot(snapshot::Options),
    /// Merge images.lock from two branches, for git
    MergeDriver(merge_driver::Options),
}

impl Command {
    /// The command as a value that can be run.
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
