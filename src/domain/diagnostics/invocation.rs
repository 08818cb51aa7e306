//! The options of a run that suggested commands repeat, so that they use the same files and the same Marketplace.

use std::path::{Path, PathBuf};

use crate::domain::diagnostics::sanitize::{shell, shell_word};

/// The manifest that is used if no manifest is given.
pub const DEFAULT_MANIFEST: &str = "images.toml";

/// The manifests of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifests {
    /// Manifests that are named with `--manifest`.
    Named(Vec<PathBuf>),
    /// All manifests with one of these file names in a directory and its subdirectories.
    Below(PathBuf, Vec<PathBuf>),
}

/// For each option that suggested commands repeat, the commands that accept it.
const ACCEPTED: [(&str, &[&str]); 5] = [
    ("--recursive", &["resolve", "upgrade", "check"]),
    (
        "--manifest",
        &["init", "add", "remove", "adopt", "resolve", "upgrade", "check", "list", "log", "get", "export", "explain"],
    ),
    ("--min-age", &["resolve", "upgrade", "check", "explain"]),
    ("--catalog", &["adopt", "resolve", "upgrade", "check", "explain", "search"]),
    ("--api-url", &["adopt", "resolve", "upgrade", "check", "explain", "search", "snapshot"]),
];

fn accepts(command: &str, option: &str) -> bool {
    ACCEPTED.iter().any(|(name, commands)| *name == option && commands.contains(&command))
}

/// The options of a run that suggested commands repeat. Empty by default.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The options that select the manifests. All values are quoted for a shell.
    manifests: Vec<(&'static str, String)>,
    /// The options that affect which images are found.
    others: Vec<(&'static str, String)>,
}

impl Invocation {
    /// Creates the options of a run from its manifests, and from other options with their values, which are
    /// quoted for a shell.
    pub fn new(manifests: &Manifests, others: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let manifests = match manifests {
            Manifests::Named(paths) => named(paths),
            Manifests::Below(directory, names) => [vec![("--recursive", shell(directory))], named(names)].concat(),
        };
        Self { manifests, others: others.into_iter().collect() }
    }

    /// The same options, but with only one manifest.
    #[must_use]
    pub fn of(&self, manifest: &Path) -> Self {
        Self { manifests: named(&[manifest.to_owned()]), others: self.others.clone() }
    }

    /// The command line of a suggested command: its words and the options of the run that it accepts.
    pub(crate) fn line(&self, words: &[String]) -> String {
        let command = words.first().map_or("", String::as_str);
        let takes_several = accepts(command, "--recursive");
        let is_one = self.manifests.len() <= 1 && self.manifests.iter().all(|(name, _)| *name == "--manifest");
        let manifests = self.manifests.iter().filter(|_| takes_several || is_one);
        let options = manifests.chain(&self.others).filter(|(name, _)| accepts(command, name));
        let words = words.iter().map(|word| shell_word(word));
        let options = options.map(|(name, value)| format!("{name} {value}"));
        ["imagelock".to_owned()].into_iter().chain(words).chain(options).collect::<Vec<_>>().join(" ")
    }
}

impl Default for Manifests {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

fn named(paths: &[PathBuf]) -> Vec<(&'static str, String)> {
    match paths {
        [path] if path == Path::new(DEFAULT_MANIFEST) => Vec::new(),
        paths => paths.iter().map(|path| ("--manifest", shell(path))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_repeat_the_options_that_they_accept() {
        let line = |manifests: &Manifests, words: &str| {
            let others = [("--min-age", "3d"), ("--catalog", "it's mine.json"), ("--api-url", "http://[::1]:80")];
            let run = Invocation::new(manifests, others.map(|(name, value)| (name, shell_word(value))));
            run.line(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
        };
        let others = "--min-age 3d --catalog 'it'\\''s mine.json' --api-url 'http://[::1]:80'";
        let default = || vec![DEFAULT_MANIFEST.into()];
        assert_eq!(line(&Manifests::Named(default()), "check"), format!("imagelock check {others}"));
        assert_eq!(line(&Manifests::Named(default()), "list"), "imagelock list");
        assert_eq!(line(&Manifests::Named(vec!["a.toml".into()]), "list"), "imagelock list --manifest a.toml");
        let two = Manifests::Named(vec!["a.toml".into(), "b c.toml".into()]);
        assert_eq!(
            line(&two, "upgrade web"),
            format!("imagelock upgrade web --manifest a.toml --manifest 'b c.toml' {others}")
        );
        assert_eq!(line(&two, "list"), "imagelock list");
        let below = Manifests::Below("stacks".into(), default());
        assert_eq!(line(&below, "check"), format!("imagelock check --recursive stacks {others}"));
        assert_eq!(line(&below, "list"), "imagelock list");
    }

    #[test]
    fn a_command_for_one_manifest_keeps_the_other_options() {
        let below = Manifests::Below(".".into(), vec!["pins.toml".into()]);
        let all = Invocation::new(&below, [("--min-age", "3d".to_owned())]);
        let resolve = ["resolve".to_owned()];
        assert_eq!(all.line(&resolve), "imagelock resolve --recursive . --manifest pins.toml --min-age 3d");
        let one = all.of(Path::new("a/pins.toml"));
        assert_eq!(one.line(&resolve), "imagelock resolve --manifest a/pins.toml --min-age 3d");
    }
}
