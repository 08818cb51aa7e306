//! The command line: the program and the options of every command.

use clap::{ColorChoice, Parser};
use jiff::Timestamp;

use crate::commands::Command;
use crate::domain::types::{Expected, timestamp};

/// A lockfile for cloud image IDs: pins Scaleway Marketplace images and reports drift
#[derive(Parser)]
#[command(name = "imagelock", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Use color in the output; `auto` respects `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_short_help = true)]
    pub(super) color: ColorChoice,
    /// Use this time instead of the current time
    #[arg(long, global = true, value_name = "TIME", hide = true, value_parser = time)]
    pub(super) now: Option<Timestamp>,
}

fn time(text: &str) -> Result<Timestamp, Expected> {
    timestamp::exact(text)?.ok_or(Expected("a year from 1 to 9998"))
}
