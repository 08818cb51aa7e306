//! `imagelock completions SHELL`: prints a script that completes commands and options.

use clap_complete::{Shell, generate};

use super::Output;

/// Prints the script for a shell.
pub(crate) fn run(mut program: clap::Command, shell: Shell) -> Output {
    let mut script = Vec::new();
    generate(shell, &mut program, "imagelock", &mut script);
    Output::clean(String::from_utf8_lossy(&script).into_owned())
}
