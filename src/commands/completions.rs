//! `imagelock completions SHELL`: prints a script that completes commands and options.

use super::task::{Setup, Task};
use crate::workspace::{Context, Error};
use clap::Args;
use clap_complete::{Shell, generate};

use super::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// The shell
    shell: Shell,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { prints_data: true, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        let mut script = Vec::new();
        generate(self.shell, &mut (context.program)(), "imagelock", &mut script);
        Ok(Output::clean(String::from_utf8_lossy(&script).into_owned()))
    }
}
