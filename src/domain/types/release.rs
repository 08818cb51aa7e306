//! Releases of operating systems: parses them from labels and names, compares them, and matches them against ranges.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::checked::Expected;
use super::names::Label;
use super::pattern::LabelPattern;

/// A release of the operating system or software in an image, like `24.04`, `9` or `2022`. Releases compare by their numbers, and
/// missing numbers are zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(Arc<Parts>);

// Behind a pointer, because most pins have no release.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    // The derived order compares the first field first.
    version: Version,
    text: Box<str>,
}

impl Release {
    /// The release as it is written in the label or name.
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

/// The semantic version of a release. Missing numbers are zero, and leading zeros are dropped: `24.04` is 24.4.0.
fn version(text: &str) -> Option<Version> {
    let mut numbers = [0; 3];
    for (at, part) in text.split('.').enumerate() {
        // `u64` also parses a plus sign.
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

/// A range of releases in Cargo's syntax for version requirements, in which leading zeros are allowed: `>=41, <44`, `>=22.04`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    requirement: VersionReq,
    text: Box<str>,
}

impl Range {
    /// Whether the range includes a release.
    pub fn contains(&self, release: &Release) -> bool {
        self.requirement.matches(&release.0.version)
    }
}

impl FromStr for Range {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let requirement = VersionReq::parse(&without_leading_zeros(text));
        let requirement = requirement.map_err(|_| Expected("a range of releases, like `>=41, <44`"))?;
        Ok(Self { requirement, text: text.into() })
    }
}

/// The range that an invalid text probably means: with a comma between two parts, with the signs in the other order, or without
/// a sign that other tools use.
pub(crate) fn corrected_range(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('v');
    if matches!(text, "latest" | "newest" | "any") {
        return Some("*".to_owned());
    }
    let text = text.replace("=>", ">=").replace("=<", "<=").replace("~>", "~").replace("==", "=").replace("&&", " ");
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let parts = match words[..] {
        [from, "to" | "-", to] => format!(">={from}, <={to}"),
        [both] if both.contains('-') => both.split_once('-').map(|(from, to)| format!(">={from}, <={to}"))?,
        _ => words.iter().fold(String::new(), |parts, word| match parts.chars().next_back() {
            None => (*word).to_owned(),
            Some(last) if last.is_ascii_digit() || last == '*' => format!("{parts}, {word}"),
            Some(_) => parts + word,
        }),
    };
    parts.parse::<Range>().ok().map(|_| parts)
}

/// Removes leading zeros, which semver does not allow: `>=22.04` becomes `>=22.4`.
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

/// The release of an image, from the first of these that has one: the part of the label that the `*` of the pattern matches, or
/// the label if no pattern matches it; then the name of the image. `None` if the release is unknown or ambiguous.
pub fn release_of(label: &Label, name: &str, pattern: Option<&LabelPattern>) -> Option<Release> {
    let label_release = match pattern.filter(|pattern| pattern.matches(label)) {
        Some(pattern) => starred_release(pattern.as_str(), label.as_str()),
        None => product_release(label.as_str().split('_')),
    };
    label_release.or_else(|| product_release(name.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))))
}

/// The release in the segments of a label that a pattern has stars in. `None` if there are several.
fn starred_release(pattern: &str, label: &str) -> Option<Release> {
    let mut releases = pattern.split('_').zip(label.split('_')).filter_map(|(pattern, segment)| {
        let (before, after) = pattern.split_once('*')?;
        segment.parse().ok().or_else(|| star_release(before, after, segment))
    });
    releases.next().filter(|_| releases.next().is_none())
}

/// The release between `before` and `after`, unless they contain some of its digits: `ubuntu2*` does not read 4.04 from
/// `ubuntu24.04`. A segment with two stars has no release, because `after` contains the second star, which no label does.
fn star_release(before: &str, after: &str, segment: &str) -> Option<Release> {
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    if before.ends_with(in_number) || after.starts_with(in_number) {
        return None;
    }
    segment.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

/// The release after a product name of one or two words: `centos 7.9`, `windows server 2022 core`. A later number belongs to an
/// addition: in `ubuntu noble gpu os 12`, 12 is not the release of Ubuntu.
fn product_release<'a>(words: impl Iterator<Item = &'a str>) -> Option<Release> {
    words.filter(|word| !word.is_empty()).skip(1).take(2).find_map(|word| word.parse().ok())
}
