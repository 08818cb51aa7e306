//! Values -> text, a file a format. What is styled here is stripped in `cli` where no terminal wants colour.

mod broken;
mod change;
pub mod explain;
mod finding;
mod gate;
mod github;
pub mod history;
mod html;
pub mod human;
pub mod invocation;
pub mod json;
mod junit;
pub mod man;
pub mod markdown;
mod markdown_text;
mod markup;
mod place;
pub mod problems;
mod remedies;
mod sarif;
mod stale;
mod style;
mod table;

use std::path::Path;
use std::str::FromStr;

pub use broken::Broken;
pub use change::Resolved;
pub use finding::{CheckReport, ManifestReport};
pub use stale::StaleOutput;

use crate::domain::Expected;

/// The shape of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables and sentences.
    Human,
    /// JSON with a `schema` field.
    Json,
    /// Markdown, for a pull request or the summary of a job.
    Markdown,
    /// Workflow commands of GitHub Actions, which annotate the manifest's lines.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for the test reports of CI systems.
    Junit,
    /// One HTML page, for a browser.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Human, Self::Json, Self::Markdown, Self::Github, Self::Sarif, Self::Junit, Self::Html];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Html => "html",
        }
    }

    /// The formats that a file of this name may have, the likeliest first; none where the name does not tell.
    pub fn of_file(path: &Path) -> &'static [Self] {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("txt" | "log") => &[Self::Human, Self::Github],
            Some("json") => &[Self::Json, Self::Sarif],
            Some("md" | "markdown") => &[Self::Markdown],
            Some("sarif") => &[Self::Sarif],
            Some("xml") => &[Self::Junit],
            Some("html" | "htm") => &[Self::Html],
            _ => &[],
        }
    }
}

impl FromStr for Format {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or(Expected("`human`, `json`, `markdown`, `github`, `sarif`, `junit` or `html`"))
    }
}

/// What `check` found, in a format. `quiet` leaves out what needs no attention, for people alone.
pub fn check(format: Format, subject: CheckReport<'_>, quiet: bool) -> String {
    match format {
        Format::Human => human::check(subject, quiet),
        Format::Json => json::check(subject),
        Format::Markdown => markdown::check(subject),
        Format::Github => github::check(subject),
        Format::Sarif => sarif::check(subject),
        Format::Junit => junit::check(subject),
        Format::Html => html::check(subject),
    }
}
