//! Flags and help as types, by clap.

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand};
use clap_complete::Shell;
use jiff::Timestamp;

use super::options::{AddArgs, AdoptArgs, ResolveArgs, SearchArgs};
use super::values::{formats, revision, shapes, wish};
use crate::domain::diagnostics::{DEFAULT_MANIFEST, Problem, and, quoted};
use crate::domain::manifest::outputs;
use crate::domain::types::{Age, Arch, Zone};
use crate::marketplace::ApiUrl;
use crate::render::Format;
use crate::workspace::reports::{self, File, Wish};

// The variable is read where it is needed, so that a bad one is in the way of other commands; so clap cannot show it.
const API_URL_HELP: &str =
    "Where the API is: https, or http on a loopback address [env: SCW_API_URL] [default: https://api.scaleway.com]";

const EXIT_STATUS: &str = "\
Exit status:
  0  all is well
  1  it could not be decided: bad usage, bad input, the network, or in `merge-driver` a conflict
  2  it was decided, and something differs: drift, a lock that `--locked` found out of date, or pins
     under `diff --exit-code`";

const MERGE_DRIVER: &str = "\
For git to call it:
  echo 'images.lock merge=imagelock' >> .gitattributes
  git config merge.imagelock.driver 'imagelock merge-driver %O %A %B %P'

Exit status:
  0  merged
  1  not merged: the sides disagree about a pin, and OURS has conflict markers around its blocks; or
     one of them cannot be read, and OURS is as it was. git takes both for a conflict";

/// A lockfile for cloud image IDs: pins Scaleway Marketplace images, and says when they drift
#[derive(Parser)]
#[command(name = "imagelock", version, after_help = EXIT_STATUS, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) global: Global,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The manifest; the lockfile lies beside it, with the extension `.lock`. `check` and `resolve` take several
    #[arg(long = "manifest", global = true, value_name = "PATH", default_value = DEFAULT_MANIFEST)]
    pub(super) manifests: Vec<PathBuf>,
    /// Every manifest of that name below this directory, for `check` and `resolve`
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) recursive: Option<PathBuf>,
    /// Answer from a snapshot instead of the network
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
    #[arg(long, global = true, value_name = "URL", help = API_URL_HELP)]
    pub(super) api_url: Option<ApiUrl>,
    /// Never use the network; fail where it would be needed
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// How long a run may take that uses the network or git, retries included
    #[arg(long, global = true, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(super) timeout: u32,
    /// Never pick a version younger than this, whatever the manifest says: days or hours, like `3d`
    #[arg(long, global = true, value_name = "AGE")]
    pub(super) min_age: Option<Age>,
    /// The shape of the output: `human` if left out; `check` has all of them
    #[arg(long, global = true, value_name = "FORMAT", value_parser = formats())]
    pub(super) format: Option<Format>,
    /// Whether to use colour; `auto` also heeds `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// Print only what needs attention
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Print each request to the Marketplace
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// The time to take for the present
    #[arg(long, global = true, value_name = "TIME", hide = true)]
    pub(super) now: Option<Timestamp>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the annotated images.toml and its schema; never over a file
    Init,
    /// Declare an image in images.toml
    Add(AddArgs),
    /// Remove images from images.toml, and leave the rest of it as it is
    Remove {
        /// The images' names
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
    },
    /// Declare and pin the images that you run already, as they are
    Adopt(AdoptArgs),
    /// Make images.lock satisfy images.toml, moving no pin that need not move
    ///
    /// A renamed image keeps its pins. A new zone or architecture takes the version of the other pins of its image. Where a
    /// declaration changed, the pinned version stays if it still fits.
    Resolve(ResolveArgs),
    /// Report drift between images.lock, images.toml and the Marketplace
    Check {
        /// The images to check; all if none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Write the report to this file, in the format that is named with it, else in that of `--format`, else in that
        /// of its extension: `.sarif`, `.xml` (junit), `.md`, `.html`, `.json`, `.txt`. Can be repeated
        #[arg(long = "output", short, value_name = "[FORMAT=]FILE", value_parser = wish)]
        outputs: Vec<Wish>,
        /// Verify only what changed since the merge base of this revision and HEAD: each changed pin must be listed by the
        /// Marketplace, or pinned before in the history of the merge base. Its age does not matter
        #[arg(long, value_name = "REV", value_parser = revision, conflicts_with = "min_age")]
        changed_since: Option<String>,
        /// Exit with 0 even if there is drift
        #[arg(long)]
        exit_zero: bool,
    },
    /// Print the pins
    List {
        /// Fail with exit status 2 if the lockfile does not satisfy the manifest
        #[arg(long)]
        locked: bool,
    },
    /// Tell when each pin moved, by which commit, and how old the image was
    Log {
        /// The images to tell of; all if none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print the pins that differ between two commits, or between one and the working tree
    Diff {
        /// A commit, a branch or a tag; also `A..B`, and `A...B` for what B changed since it left A
        #[arg(value_name = "REV", default_value = "HEAD", value_parser = revision)]
        from: String,
        /// What to compare it with, instead of the working tree
        #[arg(value_name = "REV", value_parser = revision)]
        to: Option<String>,
        /// Exit with 2 if pins differ
        #[arg(long)]
        exit_code: bool,
    },
    /// Merge two branches of images.lock, pin by pin; called by git
    #[command(after_help = MERGE_DRIVER)]
    MergeDriver {
        /// The lockfile before the branches parted, or an empty file: git's `%O`
        base: PathBuf,
        /// The lockfile of this branch, over which the merged one is written: `%A`
        ours: PathBuf,
        /// The lockfile of the other branch: `%B`
        theirs: PathBuf,
        /// What messages call the lockfile, instead of the one beside the manifest: `%P`
        path: Option<PathBuf>,
    },
    /// Print one pinned ID, alone, for scripts
    Get {
        /// The image's name in images.toml
        name: String,
        /// The zone, where the image has pins in several
        #[arg(long)]
        zone: Option<Zone>,
        /// The architecture, where the image has pins for several
        #[arg(long)]
        arch: Option<Arch>,
        /// Fail with exit status 2 if the lockfile does not satisfy the manifest
        #[arg(long)]
        locked: bool,
    },
    /// Print the pins in a shape that another tool reads
    Export {
        /// What reads it
        #[arg(value_name = "FORMAT", value_parser = shapes())]
        shape: outputs::Format,
        /// Write to this file instead; it must be one that imagelock wrote, if it exists
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Fail with exit status 2 if the lockfile does not satisfy the manifest
        #[arg(long)]
        locked: bool,
    },
    /// Say why a pin is what it is, or what a UUID is
    Explain {
        /// An image's name in images.toml, or the UUID of a local image, a version or an image
        #[arg(value_name = "NAME|UUID")]
        what: String,
    },
    /// Print the Marketplace's labels and where they are offered
    Search(SearchArgs),
    /// Print the JSON Schema of images.toml, for editors and validators
    Schema,
    /// Print a script that completes imagelock's commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages: `imagelock.1`, and one for each command
    Man {
        /// The directory to write to; without one, `imagelock.1` is printed
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
    /// Save the Marketplace's catalog, for `--catalog`
    Snapshot {
        /// Where to; an older snapshot there is replaced
        file: PathBuf,
    },
}

impl Command {
    /// The formats that the command prints in.
    fn formats(&self) -> &'static [Format] {
        match self {
            Self::Check { .. } => &Format::ALL,
            Self::Resolve(args) if args.locked => &Format::ALL,
            Self::Resolve(_) | Self::Adopt(_) | Self::Diff { .. } => &[Format::Human, Format::Json, Format::Markdown],
            Self::List { .. } | Self::Log { .. } | Self::Get { .. } | Self::Explain { .. } | Self::Search(_) => {
                &[Format::Human, Format::Json]
            }
            _ => &[Format::Human],
        }
    }

    /// Whether the command is run for what it prints. Of the others, the exit status or the files can be all that is
    /// wanted.
    pub(super) fn prints_data(&self) -> bool {
        let prints_pins = matches!(self, Self::List { .. } | Self::Get { .. } | Self::Export { .. });
        let prints_history = matches!(self, Self::Log { .. } | Self::Diff { .. });
        let explains = matches!(self, Self::Explain { .. } | Self::Search(_));
        let prints_itself = matches!(self, Self::Schema | Self::Completions { .. } | Self::Man { .. });
        prints_pins || prints_history || explains || prints_itself
    }

    /// Whether the command works on several manifests at once, or on none.
    pub(super) fn takes_several(&self) -> bool {
        let reads_none =
            matches!(self, Self::Search(_) | Self::Snapshot { .. } | Self::Schema | Self::Completions { .. });
        reads_none || matches!(self, Self::Check { .. } | Self::Resolve(_) | Self::Man { .. })
    }

    /// The format to print in, and the files that a report is written to.
    pub(super) fn reports(&self, global: &Global) -> Result<(Format, Vec<File>), Problem> {
        let formats = self.formats();
        if let Some(format) = global.format.filter(|format| !formats.contains(format)) {
            let formats = and(formats.iter().map(|format| quoted(format.as_str())));
            let title = format!("this command does not print in the format `{}`", format.as_str());
            return Err(Problem::new(title).help(format!("its formats are {formats}")));
        }
        let wishes = if let Self::Check { outputs, .. } = self { outputs.as_slice() } else { &[] };
        reports::settle(global.format, wishes)
    }
}
