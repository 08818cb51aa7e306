//! Options that several commands share. Each command takes only the options that affect it.
//!
//! Options of nearly every command are hidden in `-h`, so that it shows the options of the command itself.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;

use crate::domain::diagnostics::{DEFAULT_MANIFEST, Manifests, Problem, visible};
use crate::domain::types::Age;
use crate::marketplace::ApiUrl;
use crate::render::Format;

/// The manifest of a command that reads one manifest.
#[derive(Args)]
pub(crate) struct ManifestOption {
    /// Use this manifest, or the images.toml in this directory
    ///
    /// The lockfile is next to the manifest and has the extension `.lock`.
    #[arg(short, long, value_name = "PATH", default_value = DEFAULT_MANIFEST)]
    manifest: PathBuf,
}

impl ManifestOption {
    pub(super) fn manifests(&self) -> Manifests {
        Manifests::Named(vec![self.manifest.clone()])
    }
}

/// The manifests of a command that reads several manifests.
#[derive(Args)]
pub(crate) struct ManifestOptions {
    /// Use this manifest, or the images.toml in this directory; can be repeated
    ///
    /// The lockfile is next to the manifest and has the extension `.lock`.
    #[arg(short, long = "manifest", value_name = "PATH", default_value = DEFAULT_MANIFEST)]
    manifests: Vec<PathBuf>,
    /// Use all manifests in this directory and below [default: the current directory]
    ///
    /// Hidden and git-ignored directories are skipped. With `--manifest NAME`, searches for files of that name.
    #[arg(short, long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    recursive: Option<PathBuf>,
}

impl ManifestOptions {
    pub(super) fn manifests(&self) -> Manifests {
        let names = self.manifests.clone();
        match &self.recursive {
            Some(directory) => Manifests::Below(directory.clone(), names),
            None => Manifests::Named(names),
        }
    }
}

// clap cannot show the variable: it is read only when a request is sent, so that an invalid value affects no other command.
const API_URL_HELP: &str = "Send requests to this API: https, or http on a loopback address [env: SCW_API_URL] [default: https://api.scaleway.com]";

/// How to query the Marketplace.
#[derive(Args)]
#[command(next_help_heading = "Marketplace options")]
pub(crate) struct MarketplaceOptions {
    /// Read this snapshot of the Marketplace instead of using the network
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) catalog: Option<PathBuf>,
    #[arg(long, value_name = "URL", help = API_URL_HELP, hide_short_help = true)]
    pub(crate) api_url: Option<ApiUrl>,
    /// Fail instead of using the network
    #[arg(long, hide_short_help = true)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) limit: TimeoutOption,
    /// Print each request to the Marketplace
    #[arg(long, short, conflicts_with = "quiet", hide_short_help = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) output: QuietOption,
}

/// The time limit of a command that uses the network or git.
#[derive(Args)]
pub(crate) struct TimeoutOption {
    /// Fail if the network and git take longer than this, like `90s` or `2m`
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = timeout, hide_short_help = true)]
    pub(crate) timeout: Duration,
}

/// The option of a command that reports what it did.
#[derive(Args)]
pub(crate) struct QuietOption {
    /// Print only the requested output and problems
    // It is never listed among the Marketplace options.
    #[arg(long, short, help_heading = None::<&'static str>, hide_short_help = true)]
    pub(crate) quiet: bool,
}

/// The option of a command that picks versions.
#[derive(Args)]
pub(crate) struct MinAgeOption {
    /// Do not pick versions younger than this, like `3d` or `36h`
    ///
    /// Overrides `min-age` in the manifest. `0d` allows all versions.
    #[arg(long, value_name = "AGE")]
    pub(crate) min_age: Option<Age>,
}

/// The format of a command that prints data.
#[derive(Args)]
pub(crate) struct DataFormat {
    /// Set the output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(&[Format::Human, Format::Json]))]
    pub(crate) format: Format,
}

/// The formats in which changes of pins are printed.
pub(super) const CHANGES: [Format; 3] = [Format::Human, Format::Json, Format::Markdown];

/// The format of a command that prints changes of pins.
#[derive(Args)]
pub(crate) struct ChangeFormat {
    /// Set the output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(&CHANGES))]
    pub(crate) format: Format,
}

/// The error for a value that an option does not accept. `expected` describes a valid value, and may begin with "expected".
pub(crate) fn invalid_value(value: &str, option: &str, expected: &str) -> Problem {
    if value.trim().is_empty() {
        let title = format!("the value of `{option}` is empty");
        return Problem::new(title)
            .help(format!("{}; if the value is a variable, check that it is set", use_of(expected)));
    }
    Problem::new(format!("invalid value `{}` for `{option}`", visible(value))).help(use_of(expected))
}

fn use_of(expected: &str) -> String {
    expected.strip_prefix("expected ").map_or_else(|| expected.to_owned(), |expected| format!("use {expected}"))
}

/// Parses one of these formats.
pub(super) fn formats(formats: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(formats.iter().map(|format| format.as_str())).try_map(|name| name.parse::<Format>())
}

/// Parses the name of an image. An empty name comes from an unset variable and must not mean all images.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("expected the name of an image");
    }
    Ok(text.to_owned())
}

/// Parses a revision. An empty one comes from an unset variable and must not mean "nothing changed".
pub(super) fn revision(text: &str) -> Result<String, &'static str> {
    if text.trim().trim_matches('.').is_empty() {
        return Err("expected a commit, a branch or a tag");
    }
    Ok(text.to_owned())
}

/// Parses `90s`, `2m` or a number of seconds, from one second to one hour.
fn timeout(text: &str) -> Result<Duration, &'static str> {
    let expected = "expected a duration from 1s to 1h, like `90s` or `2m`";
    let seconds = text.parse::<u32>().map(|seconds| SignedDuration::from_secs(seconds.into()));
    let duration = seconds.or_else(|_| text.parse()).map_err(|_| expected)?;
    Duration::try_from(duration).ok().filter(|it| (1..=3600).contains(&it.as_secs())).ok_or(expected)
}
