//! Patterns of labels and of names, in which a `*` stands for any characters.

use super::checked::checked_string;
use super::names::{Label, Name};

checked_string!(
    /// A name of an image, or a pattern of such names, in which each `*` stands for any characters: `web-*`.
    NamePattern,
    // What is a name once letters stand in for the stars.
    |text| text.replace('*', "x").parse::<Name>().is_ok(),
    "the name of an image, in which each `*` stands for any characters, like `web-*`"
);

impl NamePattern {
    /// Whether the name is one of those meant.
    pub fn matches(&self, name: &str) -> bool {
        star_matches(self.as_str(), name)
    }
}

checked_string!(
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
pub(crate) fn label_matches(pattern: &str, label: &str) -> bool {
    let (pattern, label): (Vec<&str>, Vec<&str>) = (pattern.split('_').collect(), label.split('_').collect());
    pattern.len() == label.len() && pattern.iter().zip(label).all(|(pattern, segment)| star_matches(pattern, segment))
}

/// Whether a text is `pattern`, in which each `*` stands for any characters.
fn star_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
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
