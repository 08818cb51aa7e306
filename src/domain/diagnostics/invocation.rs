//! The options of a run that a suggested command repeats, so that it is about the same files and the same Marketplace.

use std::path::{Path, PathBuf};

use crate::domain::diagnostics::sanitize::{shell_word, shown};

/// The manifest that is read where none is named.
pub const DEFAULT_MANIFEST: &str = "images.toml";

/// Where the manifests of a run come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifests {
    /// They are named.
    Named(Vec<PathBuf>),
    /// They are those of these file names below a directory.
    Below(PathBuf, Vec<PathBuf>),
}

/// The commands that accept an option of a run, of those that are suggested.
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

/// The options of a run that a suggested command repeats, so that it is about the same; none by default.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// Those that name the manifests.
    manifests: Vec<(&'static str, String)>,
    /// Those that decide what is found.
    others: Vec<(&'static str, String)>,
}

impl Invocation {
    /// That of a run about these manifests, with other options and their values.
    pub fn new(manifests: &Manifests, others: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let manifests = match manifests {
            Manifests::Named(paths) => named(paths),
            Manifests::Below(directory, names) => [vec![("--recursive", shown(directory))], named(names)].concat(),
        };
        Self { manifests, others: others.into_iter().collect() }
    }

    /// The same about one manifest.
    #[must_use]
    pub fn of(&self, manifest: &Path) -> Self {
        Self { manifests: named(&[manifest.to_owned()]), others: self.others.clone() }
    }

    /// A command line: these words, and the options of the run that the command accepts.
    pub(crate) fn line(&self, words: &[String]) -> String {
        let command = words.first().map_or("", String::as_str);
        let takes_several = accepts(command, "--recursive");
        let is_one = self.manifests.len() <= 1 && self.manifests.iter().all(|(name, _)| *name == "--manifest");
        let manifests = self.manifests.iter().filter(|_| takes_several || is_one);
        let options = manifests.chain(&self.others).filter(|(name, _)| accepts(command, name));
        let words = words.iter().map(|word| shell_word(word));
        let options = options.map(|(name, value)| format!("{name} {}", shell_word(value)));
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
        paths => paths.iter().map(|path| ("--manifest", shown(path))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_repeats_the_options_of_the_run() {
        let line = |manifests: &Manifests, words: &str| {
            let others = [("--min-age", "3d"), ("--catalog", "it's mine.json"), ("--api-url", "http://[::1]:80")];
            let run = Invocation::new(manifests, others.map(|(name, value)| (name, value.to_owned())));
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
    fn a_command_about_one_manifest_keeps_the_other_options() {
        let below = Manifests::Below(".".into(), vec!["pins.toml".into()]);
        let all = Invocation::new(&below, [("--min-age", "3d".to_owned())]);
        let resolve = ["resolve".to_owned()];
        assert_eq!(all.line(&resolve), "imagelock resolve --recursive . --manifest pins.toml --min-age 3d");
        let one = all.of(Path::new("a/pins.toml"));
        assert_eq!(one.line(&resolve), "imagelock resolve --manifest a/pins.toml --min-age 3d");
    }
}
