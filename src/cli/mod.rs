//! The command line. The clock, the environment and the terminal are only read here, and only here errors are printed and the
//! exit status is chosen.

mod args;
mod context;
mod environment;
mod options;
mod output;
mod progress;
mod sanitize;
#[cfg(unix)]
mod stdout;
mod values;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};
use self::context::{context, invocation, manifests, source};
use self::output::{finish, print_stderr, was_written};
use crate::commands::{self, Mode, Output};
use crate::deadline;
use crate::domain::diagnostics::{Invocation, Manifests};
use crate::render::errors;
use crate::workspace::Error;

/// Runs the program.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|info| print_stderr(&sanitize::panic(info))));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap exits with 2 for bad usage, and 2 means drift here.
            if error.use_stderr() {
                print_stderr(&sanitize::usage(error));
                return ExitCode::FAILURE;
            }
            return if was_written(error.print()) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let choice = match cli.global.color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    };
    choice.write_global();
    let source = source(&cli);
    let invocation = invocation(&cli.global, &source);
    let result = perform(&cli, source, invocation.clone());
    // A reader may take its time, like a pager.
    deadline::disarm();
    match result {
        Ok(output) => {
            let status = finish(&output, cli.global.quiet, cli.command.prints_data());
            if output.failed.is_empty() {
                return status;
            }
            print_stderr(&errors::failed_manifests(&output.failed, &invocation));
            ExitCode::FAILURE
        }
        Err(error) => {
            print_stderr(&errors::failures(&error, &invocation));
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: &Cli, source: Manifests, invocation: Invocation) -> Result<Output, Error> {
    let manifests = manifests(cli, source)?;
    let (format, reports) = cli.command.reports(&cli.global)?;
    let context = &context(&cli.global, format, manifests, invocation)?;
    match &cli.command {
        Command::Init => commands::init::run(context),
        Command::Add(args) => commands::edit::add(context, &args.declaration()),
        Command::Remove { names } => commands::edit::remove(context, names),
        Command::Adopt(args) => {
            let mode = if args.dry_run { Mode::DryRun } else { Mode::Write };
            commands::adopt::run(context, &args.ids, &args.from, &args.stated(), mode)
        }
        Command::Resolve(args) => {
            let mode = match (args.locked, args.dry_run) {
                (true, _) => Mode::Locked,
                (false, true) => Mode::DryRun,
                (false, false) => Mode::Write,
            };
            commands::resolve::run(context, args.upgrade.as_deref(), args.mend, mode)
        }
        Command::Check { names, changed_since, exit_zero, .. } => {
            commands::check::run(context, names, changed_since.as_deref(), &reports, *exit_zero)
        }
        Command::List { locked } => commands::list::run(context, *locked),
        Command::Log { names } => commands::log::run(context, names),
        Command::Diff { from, to, exit_code } => commands::diff::run(context, from, to.as_deref(), *exit_code),
        Command::Get { name, zone, arch, locked } => {
            commands::get::run(context, name, zone.as_ref(), arch.as_ref(), *locked)
        }
        Command::Export { shape, output, locked } => commands::export::run(context, *shape, output.as_deref(), *locked),
        Command::Explain { what } => commands::explain::run(context, what),
        Command::Search(args) => commands::search::run(context, args.pattern.as_deref(), &args.filter()),
        Command::MergeDriver { base, ours, theirs, .. } => commands::merge_driver::run(context, base, ours, theirs),
        Command::Schema => Ok(commands::schema::run()),
        Command::Completions { shell } => Ok(commands::completions::run(Cli::command(), *shell)),
        Command::Man { directory } => commands::man::run(context, Cli::command(), directory.as_deref()),
        Command::Snapshot { file } => commands::snapshot::run(context, file),
    }
}
