//! The command line. Only this module reads the clock, the environment and the terminal, prints errors, and sets the exit
//! status.

mod args;
mod complete;
mod context;
mod environment;
mod help;
mod output;
mod progress;
mod sanitize;
#[cfg(unix)]
mod stdout;
mod usage;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::FromArgMatches;

use self::args::Cli;
use self::context::{context, invocation};
use self::help::program;
use self::output::{finish, print_plain, print_stderr, was_written};
use crate::commands::Output;
use crate::deadline;
use crate::domain::diagnostics::Invocation;
use crate::render::errors;
use crate::workspace::Error;

/// Runs the program.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|info| print_stderr(&sanitize::panic(info))));
    if let Some(candidates) = complete::candidates(std::env::args_os()) {
        return if was_written(print_plain(&candidates)) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let parsed = program().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // The status of clap for wrong arguments is 2, which means drift here.
            if error.use_stderr() {
                print_stderr(&usage::message(&error, &program(), std::env::args_os()));
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
    // A reader of the output, like a pager, can be slow.
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
    let context = context(&task.setup(), cli.now, program, invocation)?;
    task.run(&context)
}
