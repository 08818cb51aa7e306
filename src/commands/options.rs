//! The options that several commands have. A command has those that affect it, and no other.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;

use crate::domain::diagnostics::{DEFAULT_MANIFEST, Manifests};
use crate::domain::types::Age;
use crate::marketplace::ApiUrl;
use crate::render::Format;

/// The manifest of a command that works on one.
#[derive(Args)]
pub(crate) struct ManifestOption {
    /// The manifest, or its folder; the lockfile is next to it, with the extension `.lock`
    #[arg(short, long, value_name = "PATH", default_value = DEFAULT_MANIFEST)]
    manifest: PathBuf,
}

impl ManifestOption {
    pub(super) fn manifests(&self) -> Manifests {
        Manifests::Named(vec![self.manifest.clone()])
    }
}

/// The manifests of a command that works on several.
#[derive(Args)]
pub(crate) struct ManifestOptions {
    /// A manifest, or its folder; the lockfile is next to it, with the extension `.lock`. Can be repeated
    #[arg(short, long = "manifest", value_name = "PATH", default_value = DEFAULT_MANIFEST)]
    manifests: Vec<PathBuf>,
    /// All manifests of that name in this folder and below; in the current folder if none is given
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

// The variable is read when it is needed, so that a wrong one affects no other command; so clap cannot show it.
const API_URL_HELP: &str =
    "Where the API is: https, or http on a loopback address [env: SCW_API_URL] [default: https://api.scaleway.com]";

/// Whether and how to ask the Marketplace.
#[derive(Args)]
#[command(next_help_heading = "Marketplace options")]
pub(crate) struct MarketplaceOptions {
    /// Answer from a snapshot instead of the network
    #[arg(long, value_name = "FILE")]
    pub(crate) catalog: Option<PathBuf>,
    #[arg(long, value_name = "URL", help = API_URL_HELP)]
    pub(crate) api_url: Option<ApiUrl>,
    /// Never use the network; fail if it would be needed
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) limit: TimeoutOption,
    /// Print each request to the Marketplace
    #[arg(long, short, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) output: QuietOption,
}

/// For a command that uses the network or git.
#[derive(Args)]
pub(crate) struct TimeoutOption {
    /// How long the run may use the network or git, retries included: `90s`, `2m`
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = timeout)]
    pub(crate) timeout: Duration,
}

/// For a command that says what it did.
#[derive(Args)]
pub(crate) struct QuietOption {
    /// Print nothing on success but what was asked for
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// For a command that picks versions.
#[derive(Args)]
pub(crate) struct MinAgeOption {
    /// Never pick a version younger than this, whatever the manifest says: days or hours, like `3d`
    #[arg(long, value_name = "AGE")]
    pub(crate) min_age: Option<Age>,
}

/// The format of a command that prints data.
#[derive(Args)]
pub(crate) struct DataFormat {
    /// The format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(&[Format::Human, Format::Json]))]
    pub(crate) format: Format,
}

/// The formats of changes of pins.
pub(super) const CHANGES: [Format; 3] = [Format::Human, Format::Json, Format::Markdown];

/// The format of a command that prints changes of pins.
#[derive(Args)]
pub(crate) struct ChangeFormat {
    /// The format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(&CHANGES))]
    pub(crate) format: Format,
}

/// Reads one of some formats.
pub(super) fn formats(formats: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(formats.iter().map(|format| format.as_str())).try_map(|name| name.parse::<Format>())
}

/// Reads the name of an image. An empty one is a variable that is not set, and must not stand for all images.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("the name is empty; is a variable unset?");
    }
    Ok(text.to_owned())
}

/// Reads a revision. An empty one is a variable that is not set, and must not stand for "nothing changed".
pub(super) fn revision(text: &str) -> Result<String, &'static str> {
    if text.trim().trim_matches('.').is_empty() {
        return Err("expected a commit, a branch or a tag; the value is empty");
    }
    Ok(text.to_owned())
}

/// Reads `90s`, `2m` or a number of seconds, from a second to an hour.
fn timeout(text: &str) -> Result<Duration, &'static str> {
    let expected = "expected a duration from 1s to 1h, like `90s` or `2m`";
    let seconds = text.parse::<u32>().map(|seconds| SignedDuration::from_secs(seconds.into()));
    let duration = seconds.or_else(|_| text.parse()).map_err(|_| expected)?;
    Duration::try_from(duration).ok().filter(|it| (1..=3600).contains(&it.as_secs())).ok_or(expected)
}
