//! Flags and help as types, by clap.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use crate::commands::report::{self, File, Wish};
use crate::commands::{self, Format};
use crate::domain;
use crate::domain::policy::Age;
use crate::domain::search::Filter;
use crate::domain::words::{and, quoted};
use crate::domain::{Arch, CommercialType, ImageType, Zone};
use crate::error::Error;
use crate::marketplace::ApiUrl;

// The variable is read where it is needed, so that a bad one is in nobody else's way; so clap cannot show it by itself.
const API_URL_HELP: &str =
    "Where the API is: https, or http on a loopback address [env: SCW_API_URL] [default: https://api.scaleway.com]";

const EXIT_STATUS: &str = "\
Exit status:
  0  all is well
  1  it could not be decided: bad usage, bad input, or the network
  2  it was decided, and something differs: drift, or a lock that `--locked` found out of date";

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
    /// The manifest; the lockfile lies beside it, with the extension `.lock`
    #[arg(long, global = true, value_name = "PATH", default_value = commands::DEFAULT_MANIFEST)]
    pub(super) manifest: PathBuf,
    /// Answer from a snapshot instead of the network
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
    #[arg(long, global = true, value_name = "URL", help = API_URL_HELP)]
    pub(super) api_url: Option<ApiUrl>,
    /// Never use the network; fail where it would be needed
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// How long a run may take, retries included
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
    pub(super) color: Colour,
    /// Print only what needs attention
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Print each request to the Marketplace
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// The time to take for the present
    #[arg(long, global = true, value_name = "TIME", env = "IMAGELOCK_NOW", hide = true)]
    pub(super) now: Option<Timestamp>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the annotated images.toml; never over a file
    Init,
    /// Make images.lock satisfy images.toml, moving no pin that need not move
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
        /// Exit with 0 even if there is drift
        #[arg(long)]
        exit_zero: bool,
    },
    /// Print the pins
    List,
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
    },
    /// Print the pins in a shape that another tool reads
    Export {
        /// tfvars, hcl, ansible, env, json or yaml
        #[arg(value_name = "FORMAT")]
        shape: domain::output::Format,
        /// Write to this file instead; it must be one that imagelock wrote, if it exists
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Say why a pin is what it is, or what a UUID is
    Explain {
        /// An image's name in images.toml, or the UUID of a local image, a version or an image
        #[arg(value_name = "NAME|UUID")]
        what: String,
    },
    /// Print the Marketplace's labels and where they are offered
    Search(SearchArgs),
    /// Print a script that completes imagelock's commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Save the Marketplace's catalog, for `--catalog`
    Snapshot {
        /// Where to; an older snapshot there is replaced
        file: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct ResolveArgs {
    /// Move pins to the newest: those of the named images, or all
    #[arg(long, value_name = "NAME", num_args = 0..)]
    pub(super) upgrade: Option<Vec<String>>,
    /// Change nothing and ask nobody; exit with 2 if the lock does not satisfy the manifest
    #[arg(long, conflicts_with_all = ["upgrade", "dry_run"])]
    pub(super) locked: bool,
    /// Print what would change, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Args)]
pub(super) struct SearchArgs {
    /// A part of a label or a name; or a whole label in which `*` stands for one segment
    pub(super) pattern: Option<String>,
    /// Only what is offered in this zone
    #[arg(long)]
    pub(super) zone: Option<Zone>,
    /// Only what is offered for this architecture
    #[arg(long)]
    pub(super) arch: Option<Arch>,
    /// Only what is offered with this type
    #[arg(long = "type")]
    pub(super) image_type: Option<ImageType>,
    /// Only what boots this Instance type
    #[arg(long)]
    pub(super) instance_type: Option<CommercialType>,
    /// Only images of this category, like `distribution`
    #[arg(long)]
    pub(super) category: Option<String>,
    /// Also what is past its end of life
    #[arg(long)]
    pub(super) eol: bool,
}

impl SearchArgs {
    pub(super) fn filter(&self) -> Filter {
        Filter {
            zone: self.zone.clone(),
            arch: self.arch.clone(),
            image_type: self.image_type,
            instance_type: self.instance_type.clone(),
            category: self.category.clone(),
            eol: self.eol,
        }
    }
}

/// Reads `sarif=results.json`, or `drift.sarif`.
fn wish(text: &str) -> Result<Wish, &'static str> {
    let named = text.split_once('=').and_then(|(name, path)| Some((name.parse().ok()?, path)));
    let (format, path) = named.map_or((None, text), |(format, path)| (Some(format), path));
    if path.is_empty() { Err("expected a file behind `=`") } else { Ok(Wish { format, path: PathBuf::from(path) }) }
}

impl Command {
    /// The formats that the command prints in.
    fn formats(&self) -> &'static [Format] {
        match self {
            Self::Check { .. } => &Format::ALL,
            Self::Resolve(args) if args.locked => &Format::ALL,
            Self::Resolve(_) => &[Format::Human, Format::Json, Format::Markdown],
            Self::List | Self::Get { .. } | Self::Explain { .. } | Self::Search(_) => &[Format::Human, Format::Json],
            Self::Init | Self::Export { .. } | Self::Completions { .. } | Self::Snapshot { .. } => &[Format::Human],
        }
    }

    /// The format to print in, and the files that a report is written to.
    pub(super) fn reports(&self, global: &Global) -> Result<(Format, Vec<File>), Error> {
        let formats = self.formats();
        if let Some(format) = global.format.filter(|format| !formats.contains(format)) {
            let formats = and(formats.iter().map(|format| quoted(format.as_str())));
            return Err(Error::Format { format: format.as_str(), formats });
        }
        let wishes = match self {
            Self::Check { outputs, .. } => outputs.as_slice(),
            _ => &[],
        };
        report::settle(&global.manifest, global.format, wishes)
    }
}
