//! The command line. The clock, the environment and the terminal are only read here, and only here errors are printed and the
//! exit status is chosen.

mod args;
mod context;
mod environment;
mod output;
mod progress;
mod sanitize;
#[cfg(unix)]
mod stdout;
mod usage;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{CommandFactory, Parser};

use self::args::Cli;
use self::context::{context, invocation};
use self::output::{finish, print_stderr, was_written};
use crate::commands::Output;
use crate::deadline;
use crate::domain::diagnostics::Invocation;
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
                print_stderr(&usage::message(error, &Cli::command(), std::env::args_os()));
                return ExitCode::FAILURE;
            }
            return if was_written(error.print()) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let choice = match cli.color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    };
    choice.write_global();
    let task = cli.command.task();
    let setup = task.setup();
    let invocation = invocation(&setup);
    let result = perform(&cli, invocation.clone());
    // A reader may take its time, like a pager.
    deadline::disarm();
    match result {
        Ok(output) => {
            let status = finish(&output, setup.is_quiet(), setup.prints_data);
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

fn perform(cli: &Cli, invocation: Invocation) -> Result<Output, Error> {
    let task = cli.command.task();
    let context = context(&task.setup(), cli.now, Cli::command, invocation)?;
    task.run(&context)
}
