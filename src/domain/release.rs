//! Releases of what an image holds: reading them, comparing them, and asking for a range of them.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};

use super::{Expected, Label, word};

/// A release as people write it, comparable: `24.04`, `9`, `7.9`, `2022`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    // First, so that it is compared first.
    version: Version,
    text: Box<str>,
}

impl Release {
    /// The release as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Release {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        version(text)
            .map(|version| Self { version, text: text.into() })
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

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
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
        self.requirement.matches(&release.version)
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

word!(
    /// A label in which each `*` stands for any characters of one segment (no underscore): `fedora_*`.
    LabelPattern,
    // What is a label once letters stand in for the stars.
    |text| text.contains('*') && text.replace('*', "x").parse::<Label>().is_ok(),
    "a label with at least one `*` in it, like `fedora_*`"
);

impl LabelPattern {
    /// Whether the label is one of those meant. Case counts, as it does for a label.
    pub fn matches(&self, label: &Label) -> bool {
        label_matches(self.as_str(), label.as_str())
    }
}

/// Whether a label is `pattern`, in which each `*` stands for any characters of one segment.
pub(super) fn label_matches(pattern: &str, label: &str) -> bool {
    let (pattern, label): (Vec<&str>, Vec<&str>) = (pattern.split('_').collect(), label.split('_').collect());
    pattern.len() == label.len()
        && pattern.iter().zip(label).all(|(pattern, segment)| segment_matches(pattern, segment))
}

/// Whether a segment is `pattern`, in which each `*` stands for any characters.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = segment.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The earliest place for each part leaves the most to those that follow.
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> Release {
        text.parse().unwrap()
    }

    fn range(text: &str) -> Range {
        text.parse().unwrap()
    }

    fn pattern(text: &str) -> LabelPattern {
        text.parse().unwrap()
    }

    fn matches(text: &str, label: &str) -> bool {
        pattern(text).matches(&label.parse().unwrap())
    }

    fn read(starred: &str, label: &str, name: &str) -> Option<String> {
        release_of(&label.parse().unwrap(), name, Some(&pattern(starred))).map(|release| release.to_string())
    }

    #[test]
    fn a_release_is_up_to_three_numbers() {
        for good in ["9", "24.04", "7.9", "2022", "0", "00", "10.0.1", "18446744073709551615"] {
            assert_eq!(release(good).as_str(), good);
        }
        for bad in [
            "",
            ".",
            "9.",
            ".9",
            "7..9",
            "1.2.3.4",
            "v9",
            "9a",
            "+9",
            "-9",
            "9.+1",
            " 9",
            "9 ",
            "24.04-lts",
            "1e3",
            "٣",
        ] {
            assert!(bad.parse::<Release>().is_err(), "{bad}");
        }
        assert!("18446744073709551616".parse::<Release>().is_err());
        assert!("1.99999999999999999999".parse::<Release>().is_err());
        assert_eq!(format!("[{:>6}]", release("7.9")), "[   7.9]");
        assert_eq!(
            "noble".parse::<Release>().unwrap_err().to_string(),
            "expected one to three numbers with dots between them, like `24.04`"
        );
    }

    #[test]
    fn releases_are_ordered_by_their_numbers_then_as_text() {
        for (older, newer) in [
            ("9", "10"),
            ("24.04", "24.10"),
            ("7.9", "7.10"),
            ("9.10", "10.04"),
            ("7", "7.3"),
            ("7.9", "8"),
            ("1.2.9", "1.2.10"),
            ("2019", "2022"),
        ] {
            assert!(release(older) < release(newer), "{older} < {newer}");
        }
        // Equal as versions, not as text: what is chosen from a list never depends on the list's order.
        assert!(release("24.04") < release("24.4"));
        assert_ne!(release("9"), release("9.0"));
    }

    #[test]
    fn a_range_is_cargos_with_leading_zeros_understood() {
        for (text, inside, outside) in [
            (">=41, <44", &["41", "43", "43.9"][..], &["40", "44", "44.1"][..]),
            (">=22.04", &["22.04", "22.10", "24.04", "23"], &["20.10", "22", "22.03"]),
            ("=9", &["9", "9.4"], &["8.9", "10"]),
            ("^22", &["22", "22.04", "22.10"], &["21.10", "23.04"]),
            ("22.04", &["22.04", "22.10"], &["22", "23.04"]),
            ("~24.04", &["24.04", "24.4.1"], &["24.10", "24", "25.04"]),
            (">22", &["23", "23.04"], &["22", "22.04"]),
            ("<=22", &["22.10", "21"], &["23"]),
            ("24.*", &["24.04", "24.10"], &["23.10", "25.04"]),
            (">=007.010", &["7.10", "8"], &["7.9"]),
            (">=0", &["0", "0.1", "9"], &[]),
            (">=10.0, <100", &["10", "10.0", "99"], &["9", "100"]),
            ("*", &["0", "7.9", "2022"], &[]),
        ] {
            assert!(inside.iter().all(|inside| range(text).contains(&release(inside))), "{text}");
            assert!(!outside.iter().any(|outside| range(text).contains(&release(outside))), "{text}");
            assert_eq!(range(text).to_string(), text);
        }
    }

    #[test]
    fn a_bad_range_is_refused_in_semvers_words() {
        for (text, why) in [
            ("", "unexpected end of input while parsing major version number"),
            ("noble", "unexpected character 'n' while parsing major version number"),
            (">=", "unexpected end of input while parsing major version number"),
            (">=22.04.", "unexpected end of input while parsing patch version number"),
            (">=41 <44", "expected comma after major version number, found '<'"),
            ("22.04-24.04", "expected comma after minor version number, found '-'"),
            ("*, >=4", "wildcard req (*) must be the only comparator in the version req"),
            ("99999999999999999999", "value of major version number exceeds u64::MAX"),
        ] {
            assert_eq!(text.parse::<Range>().unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn a_pattern_is_a_label_with_a_star() {
        for good in ["*", "fedora_*", "*_9", "ubuntu_*_gpu_os_*", "centos_7.*", "node.*", "a-*"] {
            assert_eq!(pattern(good).as_str(), good);
            assert_eq!(pattern(good).to_string(), good);
        }
        for bad in ["", "fedora_41", "_*", "-*", "fedora *", "fedora_?*", "fedora/*", "é*"] {
            assert!(bad.parse::<LabelPattern>().is_err(), "{bad}");
        }
        assert!(format!("{}*", "a".repeat(128)).parse::<LabelPattern>().is_err());
    }

    #[test]
    fn a_star_is_one_segment() {
        assert!(matches("ubuntu_*", "ubuntu_noble"));
        assert!(!matches("ubuntu_*", "ubuntu_jammy_gpu_os_12"));
        assert!(!matches("ubuntu_*", "ubuntu"));
        assert!(matches("ubuntu_*_gpu_os_*", "ubuntu_jammy_gpu_os_12"));
        assert!(matches("centos_7.*", "centos_7.9"));
        assert!(!matches("centos_7.*", "centos_8"));
        assert!(!matches("centos_*", "centos_stream_9"));
        assert!(matches("*_9", "almalinux_9"));
        assert!(matches("*", "docker"));
        assert!(matches("*o*e*", "discourse"));
        assert!(!matches("no*oble", "noble"));
        assert!(!matches("Ubuntu_*", "ubuntu_noble"));
    }

    #[test]
    fn a_release_is_what_the_star_stands_for_or_in_the_name() {
        let reads = [
            ("fedora_*", "fedora_41", "Fedora 41", Some("41")),
            ("centos_*", "centos_7.9", "CentOS 7.9", Some("7.9")),
            ("windows_server_*_core", "windows_server_2022_core", "Windows Server 2022 Core", Some("2022")),
            // With the star on it, the release of an addition is meant.
            ("ubuntu_jammy_gpu_os_*", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", Some("12")),
            ("ubuntu_*_gpu_os_*", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", Some("12")),
            ("ubuntu_*_gpu_os_12", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", None),
            // A star on a code name: the release is in the name, or nowhere.
            ("ubuntu_*", "ubuntu_noble", "Ubuntu 24.04 Noble Numbat", Some("24.04")),
            ("ubuntu_*", "ubuntu_noble", "Ubuntu 24.04 LTS", Some("24.04")),
            ("debian_*", "debian_bookworm", "Debian 12 (Bookworm)", Some("12")),
            ("debian_*", "debian_bookworm", "Debian Bookworm (12)", Some("12")),
            ("debian_*", "debian_bookworm", "Debian Bookworm", None),
            ("*_9", "almalinux_9", "AlmaLinux 9", Some("9")),
            // The segment as a whole, before the part of it that the star stands for.
            ("centos_7.*", "centos_7.9", "CentOS", Some("7.9")),
            ("centos_*.*", "centos_7.9", "CentOS", Some("7.9")),
            ("fedora-*", "fedora-41", "Fedora", Some("41")),
            ("el*-minimal", "el9-minimal", "EL", Some("9")),
            // A part of a number is no release, nor is one of two.
            ("ubuntu2*", "ubuntu24.04", "Ubuntu", None),
            ("ubuntu22.*", "ubuntu22.04", "Ubuntu", None),
            ("ubuntu*4", "ubuntu24.04", "Ubuntu", None),
            ("v*1*", "v112", "V", None),
            ("ubuntu_*_cuda_*", "ubuntu_22.04_cuda_12", "Ubuntu", None),
            ("ubuntu_*_cuda_*", "ubuntu_22.04_cuda_12", "Ubuntu 22.04 CUDA 12", Some("22.04")),
            // A pattern that means other labels.
            ("debian_*", "fedora_41", "Fedora", Some("41")),
        ];
        for (starred, label, name, release) in reads {
            assert_eq!(read(starred, label, name).as_deref(), release, "{starred} {label} {name}");
        }
    }
}
