//! The command line: the program and the options that every command has.

use clap::{ColorChoice, Parser};
use jiff::Timestamp;

use crate::commands::Command;

const EXIT_STATUS: &str = "\
Exit status:
  0  all is well
  1  it could not be decided: bad usage, bad input, the network, or in `merge-driver` a conflict
  2  it was decided, and something differs: drift, a lock that `--locked` found out of date, or pins
     under `diff --exit-code`";

/// A lockfile for cloud image IDs: pins Scaleway Marketplace images, and says when they drift
#[derive(Parser)]
#[command(name = "imagelock", version, after_help = EXIT_STATUS, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Whether to use color; `auto` also respects `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// The time to take for the present
    #[arg(long, global = true, value_name = "TIME", hide = true)]
    pub(super) now: Option<Timestamp>,
}
