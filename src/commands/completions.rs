//! `imagelock completions SHELL`: prints a script that completes commands and options.

use super::task::{Example, Setup, Task};
use crate::workspace::{Context, Error};
use clap::Args;
use clap_complete::{Shell, generate};

use super::output::Output;

pub(super) const EXAMPLES: &[Example] = &[
    ("Complete in bash", "completions bash > ~/.local/share/bash-completion/completions/imagelock"),
    ("Complete in zsh, with ~/.zfunc in fpath", "completions zsh > ~/.zfunc/_imagelock"),
    ("Complete in fish", "completions fish > ~/.config/fish/completions/imagelock.fish"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Shell to complete for
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
