//! What fixes a problem, as a value: text, and the commands to run as data.
//!
//! A suggested command gets the flags of the run, such as `--manifest` and `--catalog`, when it is shown, so that it can be
//! copied and is about the same files. Nothing else in imagelock writes such a command.

use std::fmt::{Display, Write as _};
use std::path::{Path, PathBuf};

use crate::domain::diagnostics::invocation::Invocation;
use crate::domain::diagnostics::sanitize::shell_word;

/// The most names in the command of a help. It is one line among others.
const MOST_NAMES: usize = 20;

/// The option by which `resolve` reads a lockfile with conflict markers.
const FIX_CONFLICTS: &str = "--mend";

/// What fixes a problem: text, with commands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Run(Command),
}

impl Help {
    /// A help that begins with a command.
    pub fn run(command: impl Into<Command>) -> Self {
        Self::default().then_run(command)
    }

    /// Goes on with a command.
    #[must_use]
    pub fn then_run(mut self, command: impl Into<Command>) -> Self {
        self.0.push(Part::Run(command.into()));
        self
    }

    /// Goes on with text.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// The same for a lockfile with conflict markers, which `resolve` reads only if it is told to resolve the conflicts.
    #[must_use]
    pub(crate) fn with_conflicts(mut self) -> Self {
        for part in &mut self.0 {
            if let Part::Run(command) = part {
                command.resolve_conflicts();
            }
        }
        self
    }

    /// The text, with every command as it is to be typed.
    pub fn show(&self, invocation: &Invocation) -> String {
        self.0.iter().fold(String::new(), |mut text, part| {
            let _ = match part {
                Part::Text(part) => write!(text, "{part}"),
                Part::Run(command) => write!(text, "`{}`", command.show(invocation)),
            };
            text
        })
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Self::default().then(text)
    }
}

impl From<&String> for Help {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self::default().then(text)
    }
}

/// A command of imagelock that fixes something or says more, without the flags of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    words: Vec<String>,
    flags: Flags,
}

/// The flags of the run that a command repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flags {
    All,
    /// All, but about one of its manifests.
    AllFor(PathBuf),
    /// The manifest only.
    Manifest(PathBuf),
    None,
}

impl Command {
    /// A command and its options: `resolve --upgrade`.
    pub fn new(words: &str) -> Self {
        Self { words: words.split_whitespace().map(str::to_owned).collect(), flags: Flags::All }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Display>) -> Self {
        self.words.extend(args.into_iter().map(|arg| arg.to_string()));
        self
    }

    /// Adds names, each once if equal ones follow each other. If there are too many to copy, a word to replace by them.
    #[must_use]
    pub fn names<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut first: Vec<&str> = Vec::new();
        for name in names {
            if first.last() == Some(&name) {
                continue;
            }
            if first.len() == MOST_NAMES {
                return self.args(["NAME..."]);
            }
            first.push(name);
        }
        self.args(first)
    }

    /// The same about one of the manifests of the run.
    #[must_use]
    pub fn about(self, manifest: &Path) -> Self {
        Self { flags: Flags::AllFor(manifest.to_owned()), ..self }
    }

    /// The same with no flag of the run but the manifest.
    #[must_use]
    pub fn with_manifest_only(self, manifest: &Path) -> Self {
        Self { flags: Flags::Manifest(manifest.to_owned()), ..self }
    }

    /// The same without flags of the run.
    #[must_use]
    pub fn without_flags(self) -> Self {
        Self { flags: Flags::None, ..self }
    }

    fn resolve_conflicts(&mut self) {
        let is_resolve = self.words.first().is_some_and(|word| word == "resolve");
        if is_resolve && !self.words.iter().any(|word| word == FIX_CONFLICTS) {
            self.words.insert(1, FIX_CONFLICTS.to_owned());
        }
    }

    /// The command as it is to be typed.
    pub fn show(&self, invocation: &Invocation) -> String {
        let invocation = match &self.flags {
            Flags::All => invocation,
            Flags::AllFor(manifest) => &invocation.of(manifest),
            Flags::Manifest(manifest) => &Invocation::default().of(manifest),
            Flags::None => &Invocation::default(),
        };
        self.words.iter().fold(invocation.to_string(), |line, word| line + " " + &shell_word(word))
    }
}

impl From<&str> for Command {
    fn from(words: &str) -> Self {
        Self::new(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diagnostics::invocation::Manifests;

    #[test]
    fn commands_get_the_flags_of_the_run_and_quotes() {
        let manifests = Manifests::Named(vec!["a b.toml".into()]);
        let run = Invocation::new(&manifests, [("--catalog", "c.json".to_owned())]);
        let resolve = Command::new("resolve --upgrade").names(["web", "web", "db"]);
        let help = Help::from("restore it, or run ").then_run(resolve.clone()).then(" to pin it again");
        let command = "imagelock --manifest 'a b.toml' --catalog c.json resolve --upgrade web db";
        assert_eq!(help.show(&run), format!("restore it, or run `{command}` to pin it again"));
        assert_eq!(
            help.with_conflicts().show(&Invocation::default()),
            "restore it, or run `imagelock resolve --mend --upgrade web db` to pin it again"
        );
        let of_one = resolve.clone().about(Path::new("c.toml")).show(&run);
        assert_eq!(of_one, "imagelock --manifest c.toml --catalog c.json resolve --upgrade web db");
        let init = Command::new("init").with_manifest_only(Path::new("c.toml"));
        assert_eq!(init.show(&run), "imagelock --manifest c.toml init");
        assert_eq!(
            Command::new("snapshot").args(["my file"]).without_flags().show(&run),
            "imagelock snapshot 'my file'"
        );
    }

    #[test]
    fn too_many_names_become_one_word() {
        let names: Vec<String> = (0..=MOST_NAMES).map(|n| format!("n{n}")).collect();
        let command = Command::new("resolve --upgrade").names(names.iter().map(String::as_str));
        assert_eq!(command.show(&Invocation::default()), "imagelock resolve --upgrade NAME...");
    }
}
