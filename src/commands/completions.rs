//! `imagelock completions SHELL`: prints a script that adds completions to a shell.

use clap::{Args, ValueEnum};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::workspace::{Context, Error};

/// The variable with which the script asks imagelock for candidates. Its value is the name of the shell.
pub(crate) const VARIABLE: &str = "IMAGELOCK_COMPLETE";

pub(super) const EXAMPLES: &[Example] = &[
    (
        "Complete in bash, in an existing directory",
        "completions bash > ~/.local/share/bash-completion/completions/imagelock",
    ),
    ("Complete in zsh, with ~/.zfunc in fpath", "completions zsh > ~/.zfunc/_imagelock"),
    ("Complete in fish", "completions fish > ~/.config/fish/completions/imagelock.fish"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Shell to complete for
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    fn completer(self) -> &'static dyn EnvCompleter {
        match self {
            Self::Bash => &Bash,
            Self::Elvish => &Elvish,
            Self::Fish => &Fish,
            Self::Powershell => &Powershell,
            Self::Zsh => &Zsh,
        }
    }
}

/// zsh loads the script when the first completion is requested, so the script must also perform that completion.
const FIRST_IN_ZSH: &str = "
if [[ \"${funcstack[1]}\" = _imagelock ]]; then
    _clap_dynamic_completer_imagelock
fi
";

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { prints_data: true, ..Setup::default() }
    }

    fn run(&self, _context: &Context) -> Result<Output, Error> {
        let mut script = Vec::new();
        // Writing to memory does not fail.
        let _ = self.shell.completer().write_registration(VARIABLE, "imagelock", "imagelock", "imagelock", &mut script);
        let mut script = String::from_utf8_lossy(&script).into_owned();
        if matches!(self.shell, Shell::Zsh) {
            script += FIRST_IN_ZSH;
        }
        Ok(Output::clean(script))
    }
}
