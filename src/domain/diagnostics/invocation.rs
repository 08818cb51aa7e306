//! How imagelock is called about the same files and the same Marketplace: what every command that is suggested begins with.

use std::fmt;
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

/// What a command must begin with to be about the same as this run; without flags by default.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The flags that name the manifests.
    manifests: Vec<String>,
    /// The flags that decide what is found.
    others: Vec<String>,
}

impl Invocation {
    /// That of a run about these manifests, with other flags and their values.
    pub fn new<'f>(manifests: &Manifests, others: impl IntoIterator<Item = (&'f str, String)>) -> Self {
        let manifests = match manifests {
            Manifests::Named(paths) => named(paths),
            Manifests::Below(directory, names) => [vec![flag("--recursive", &shown(directory))], named(names)].concat(),
        };
        Self { manifests, others: others.into_iter().map(|(name, value)| flag(name, &value)).collect() }
    }

    /// The same about one manifest.
    #[must_use]
    pub fn of(&self, manifest: &Path) -> Self {
        Self { manifests: named(&[manifest.to_owned()]), others: self.others.clone() }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("imagelock")?;
        self.manifests.iter().chain(&self.others).try_for_each(|flag| write!(f, " {flag}"))
    }
}

fn named(paths: &[PathBuf]) -> Vec<String> {
    match paths {
        [path] if path == Path::new(DEFAULT_MANIFEST) => Vec::new(),
        paths => paths.iter().map(|path| flag("--manifest", &shown(path))).collect(),
    }
}

/// A flag with its value, as a shell reads it.
fn flag(name: &str, value: &str) -> String {
    format!("{name} {}", shell_word(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_about_the_same_as_the_run() {
        let said = |manifests: &Manifests| {
            let others = [("--min-age", "3d"), ("--catalog", "it's mine.json"), ("--api-url", "http://[::1]:80")];
            Invocation::new(manifests, others.map(|(name, value)| (name, value.to_owned()))).to_string()
        };
        let others = "--min-age 3d --catalog 'it'\\''s mine.json' --api-url 'http://[::1]:80'";
        let default = || vec![DEFAULT_MANIFEST.into()];
        assert_eq!(Invocation::default().to_string(), "imagelock");
        assert_eq!(said(&Manifests::Named(default())), format!("imagelock {others}"));
        let two = Manifests::Named(vec!["a.toml".into(), "b c.toml".into()]);
        assert_eq!(said(&two), format!("imagelock --manifest a.toml --manifest 'b c.toml' {others}"));
        let below = Manifests::Below("stacks".into(), default());
        assert_eq!(said(&below), format!("imagelock --recursive stacks {others}"));
    }

    #[test]
    fn what_is_about_one_manifest_keeps_the_other_flags() {
        let below = Manifests::Below(".".into(), vec!["pins.toml".into()]);
        let all = Invocation::new(&below, [("--min-age", "3d".to_owned())]);
        assert_eq!(all.to_string(), "imagelock --recursive . --manifest pins.toml --min-age 3d");
        let one = all.of(Path::new("a/pins.toml"));
        assert_eq!(one.to_string(), "imagelock --manifest a/pins.toml --min-age 3d");
    }
}
