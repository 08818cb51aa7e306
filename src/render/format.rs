//! The formats of reports.

use std::path::Path;
use std::str::FromStr;

use crate::domain::types::Expected;

/// A format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables and sentences.
    Human,
    /// JSON with a `schema` field.
    Json,
    /// Markdown, for a pull request or a job summary.
    Markdown,
    /// Workflow commands of GitHub Actions, which annotate the lines of the manifest.
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

    /// The name of the format on the command line.
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

    /// The formats that fit the extension of a file, the most common first. There are none if the extension is unknown.
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
