//! Help texts, in which suggested commands are data.
//!
//! When a suggested command is shown, it gets the options of the run, such as `--manifest` and `--catalog`, so that a copy of it
//! uses the same files. No other code writes suggested commands.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::domain::diagnostics::invocation::Invocation;
use crate::domain::diagnostics::{escaped, shell};

/// The largest number of names in a suggested command, which should fit in one line.
const MOST_NAMES: usize = 20;

/// The option with which `resolve` and `upgrade` read a lockfile with conflict markers.
const FIX_CONFLICTS: &str = "--fix-conflicts";

/// The help of a problem: text, suggested commands and lines to paste.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Run(Command),
    /// A command of git about the file that has the problem.
    Git {
        words: &'static str,
        file: Option<PathBuf>,
    },
    /// Lines to paste into a file.
    Lines(Vec<String>),
}

impl Help {
    /// Creates a help that starts with a command.
    pub fn run(command: impl Into<Command>) -> Self {
        Self::default().then_run(command)
    }

    /// Appends a command.
    #[must_use]
    pub fn then_run(mut self, command: impl Into<Command>) -> Self {
        self.0.push(Part::Run(command.into()));
        self
    }

    /// Appends text.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// Appends lines to paste, below the text.
    #[must_use]
    pub fn then_lines(mut self, lines: Vec<String>) -> Self {
        self.0.push(Part::Lines(lines));
        self
    }

    /// Appends a command of git about the file that has the problem, such as `restore`. A parser does not know the path of its
    /// text; see [`Help::in_file`].
    #[must_use]
    pub(crate) fn then_git(mut self, words: &'static str) -> Self {
        self.0.push(Part::Git { words, file: None });
        self
    }

    /// The same for a file with this path: the commands of git name it.
    #[must_use]
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        for part in &mut self.0 {
            if let Part::Git { file, .. } = part {
                *file = Some(path.to_owned());
            }
        }
        self
    }

    /// Whether a command of git fixes the problem.
    pub(crate) fn uses_git(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Git { .. }))
    }

    /// The same for a lockfile with conflict markers, which `resolve` reads only with `--fix-conflicts`.
    #[must_use]
    pub(crate) fn with_conflicts(mut self) -> Self {
        for part in &mut self.0 {
            if let Part::Run(command) = part {
                command.resolve_conflicts();
            }
        }
        self
    }

    /// The text, with complete commands. It contains line breaks only before lines to paste.
    pub fn show(&self, invocation: &Invocation) -> String {
        self.0.iter().fold(String::new(), |mut text, part| {
            match part {
                Part::Text(part) => text += &escaped(part),
                Part::Run(command) => text.extend(["`", &escaped(&command.show(invocation)), "`"]),
                Part::Git { words, file } => {
                    let file = file.as_deref().map_or_else(|| "FILE".to_owned(), shell);
                    text.extend(["`git ", words, " ", &escaped(&file), "`"]);
                }
                Part::Lines(lines) => lines.iter().for_each(|line| text.extend(["\n", &escaped(line)])),
            }
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

/// A suggested command of imagelock, without the options of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    words: Vec<String>,
    /// The manifest to run the command for, instead of all manifests of the run.
    manifest: Option<PathBuf>,
}

impl Command {
    /// Creates a command from its words, which are separated by spaces: `check --exit-zero`.
    pub fn new(words: &str) -> Self {
        Self { words: words.split_whitespace().map(str::to_owned).collect(), manifest: None }
    }

    /// Appends arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Display>) -> Self {
        self.words.extend(args.into_iter().map(|arg| arg.to_string()));
        self
    }

    /// Appends names, without consecutive duplicates. If there are too many for one line, appends the placeholder `NAME...` instead.
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

    /// Limits the command to one manifest.
    #[must_use]
    pub fn about(self, manifest: &Path) -> Self {
        Self { manifest: Some(manifest.to_owned()), ..self }
    }

    fn resolve_conflicts(&mut self) {
        let is_resolve = self.words.first().is_some_and(|word| word == "resolve" || word == "upgrade");
        if is_resolve && !self.words.iter().any(|word| word == FIX_CONFLICTS) {
            self.words.insert(1, FIX_CONFLICTS.to_owned());
        }
    }

    /// The complete command, with the options of the run.
    pub fn show(&self, invocation: &Invocation) -> String {
        match &self.manifest {
            Some(manifest) => invocation.of(manifest).line(&self.words),
            None => invocation.line(&self.words),
        }
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
    fn commands_get_the_options_of_the_run_and_quotes() {
        let manifests = Manifests::Named(vec!["a b.toml".into()]);
        let run = Invocation::new(&manifests, [("--catalog", "c.json".to_owned())]);
        let resolve = Command::new("upgrade").names(["web", "web", "db"]);
        let help = Help::from("restore it, or run ").then_run(resolve.clone()).then(" to pin it again");
        let command = "imagelock upgrade web db --manifest 'a b.toml' --catalog c.json";
        assert_eq!(help.show(&run), format!("restore it, or run `{command}` to pin it again"));
        assert_eq!(
            help.with_conflicts().show(&Invocation::default()),
            "restore it, or run `imagelock upgrade --fix-conflicts web db` to pin it again"
        );
        let of_one = resolve.clone().about(Path::new("c.toml")).show(&run);
        assert_eq!(of_one, "imagelock upgrade web db --manifest c.toml --catalog c.json");
        let init = Command::new("init").about(Path::new("c.toml"));
        assert_eq!(init.show(&run), "imagelock init --manifest c.toml");
        assert_eq!(Command::new("snapshot").args(["my file"]).show(&run), "imagelock snapshot 'my file'");
    }

    #[test]
    fn too_many_names_become_a_placeholder() {
        let names: Vec<String> = (0..=MOST_NAMES).map(|n| format!("n{n}")).collect();
        let command = Command::new("upgrade").names(names.iter().map(String::as_str));
        assert_eq!(command.show(&Invocation::default()), "imagelock upgrade NAME...");
    }
}
