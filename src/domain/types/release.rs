//! Releases of what an image holds: reading them, comparing them, and asking for a range of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::checked::Expected;
use super::names::Label;
use super::pattern::LabelPattern;

/// A release as people write it, comparable: `24.04`, `9`, `7.9`, `2022`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(Arc<Parts>);

// Not in `Release` itself, since most pins have none and would keep room for one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    // First, so that it is compared first.
    version: Version,
    text: Box<str>,
}

impl Release {
    /// The release as written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }
}

impl FromStr for Release {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        version(text)
            .map(|version| Self(Arc::new(Parts { version, text: text.into() })))
            .ok_or(Expected("one to three numbers with dots between them, like `24.04`"))
    }
}

/// The version that a release stands for: what it leaves out is zero, and 24.04 is 24.4.0.
fn version(text: &str) -> Option<Version> {
    let mut numbers = [0; 3];
    for (at, part) in text.split('.').enumerate() {
        // `u64` also reads a plus sign.
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *numbers.get_mut(at)? = part.parse().ok()?;
    }
    let [major, minor, patch] = numbers;
    Some(Version::new(major, minor, patch))
}

impl AsRef<str> for Release {
    fn as_ref(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

/// Which releases are wanted, in Cargo's semver syntax with leading zeros understood: `>=41, <44`, `>=22.04`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    requirement: VersionReq,
    text: Box<str>,
}

impl Range {
    /// Whether the release is wanted.
    pub fn contains(&self, release: &Release) -> bool {
        self.requirement.matches(&release.0.version)
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let requirement = VersionReq::parse(&without_leading_zeros(text)).map_err(|error| error.to_string())?;
        Ok(Self { requirement, text: text.into() })
    }
}

/// `>=22.04` as `>=22.4`: semver refuses the zero.
fn without_leading_zeros(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_number = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '0' && !in_number && chars.peek().is_some_and(char::is_ascii_digit) {
            continue;
        }
        in_number = char.is_ascii_digit();
        kept.push(char);
    }
    kept
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// The release of an image, read from what the pattern's stars stand for in its label, without a pattern from the
/// label, else from its name; `None` where it cannot be read: it is never guessed.
///
/// A pattern that the label does not match is as good as none.
pub fn release_of(label: &Label, name: &str, pattern: Option<&LabelPattern>) -> Option<Release> {
    let label_release = match pattern.filter(|pattern| pattern.matches(label)) {
        Some(pattern) => starred_release(pattern.as_str(), label.as_str()),
        None => product_release(label.as_str().split('_')),
    };
    label_release.or_else(|| product_release(name.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))))
}

/// The one release among the segments that have stars. Of two, neither is known to be meant.
fn starred_release(pattern: &str, label: &str) -> Option<Release> {
    let mut releases = pattern.split('_').zip(label.split('_')).filter_map(|(pattern, segment)| {
        let (before, after) = pattern.split_once('*')?;
        segment.parse().ok().or_else(|| star_release(before, after, segment))
    });
    releases.next().filter(|_| releases.next().is_none())
}

/// The release that stands between `before` and `after`, unless they hold digits of it: `ubuntu2*` does not make 4.04
/// of `ubuntu24.04`. A second star is in `after`, and in no segment, since it may be read in more than one way.
fn star_release(before: &str, after: &str, segment: &str) -> Option<Release> {
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    if before.ends_with(in_number) || after.starts_with(in_number) {
        return None;
    }
    segment.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

/// The release that follows a product's name of one or two words: `centos 7.9`, `windows server 2022 core`. A number
/// further on is that of an addition: 12 in `ubuntu noble gpu os 12` is no release of Ubuntu.
fn product_release<'a>(words: impl Iterator<Item = &'a str>) -> Option<Release> {
    words.filter(|word| !word.is_empty()).skip(1).take(2).find_map(|word| word.parse().ok())
}
