//! Patterns for labels and for image names, in which `*` matches any characters.

use super::checked::checked_string;
use super::names::{Label, Name};

checked_string!(
    /// The name of an image, or a pattern for names, in which each `*` matches any characters: `web-*`.
    NamePattern,
    // Valid if it is a valid name after each star is replaced with a letter.
    |text| text.replace('*', "x").parse::<Name>().is_ok(),
    "the name of an image, or a pattern like `web-*`"
);

impl NamePattern {
    /// Whether the pattern matches a name.
    pub fn matches(&self, name: &str) -> bool {
        star_matches(self.as_str(), name)
    }
}

checked_string!(
    /// A label in which each `*` matches any characters except an underscore: `fedora_*`.
    LabelPattern,
    // Valid if it is a valid label after each star is replaced with a letter.
    |text| text.contains('*') && text.replace('*', "x").parse::<Label>().is_ok(),
    "a label with a `*`, like `fedora_*`"
);

impl LabelPattern {
    /// Whether the pattern matches a label. The match is case-sensitive.
    pub fn matches(&self, label: &Label) -> bool {
        label_matches(self.as_str(), label.as_str())
    }
}

/// Whether `pattern`, in which each `*` matches any characters except an underscore, matches a label.
pub(crate) fn label_matches(pattern: &str, label: &str) -> bool {
    let (pattern, label): (Vec<&str>, Vec<&str>) = (pattern.split('_').collect(), label.split('_').collect());
    pattern.len() == label.len() && pattern.iter().zip(label).all(|(pattern, segment)| star_matches(pattern, segment))
}

/// Whether `pattern`, in which each `*` matches any characters, matches a text.
fn star_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The earliest match of each part leaves the most text for the parts after it.
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
