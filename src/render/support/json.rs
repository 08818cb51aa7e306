//! JSON reports: how they are written, and the objects that several reports share. The types are the documented interface:
//! a change that breaks readers increases the number in `schema`.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::diagnostics::{Invocation, Problem, is_unprintable};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::types::{
    Arch, Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LocalImageId, Name, Release, VersionId, Zone,
    ZonedId,
};

/// A report as text. Its first key is `schema`.
pub(crate) fn to_report(schema: &str, body: impl Serialize) -> String {
    #[derive(Serialize)]
    struct Report<'a, T> {
        schema: &'a str,
        #[serde(flatten)]
        body: T,
    }
    to_json(&Report { schema, body })
}

/// JSON as text. Control characters and invisible characters are written as escapes, which a JSON parser reads as the same
/// value. They occur only in strings; the only other line breaks are those of the layout.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    // Serializing to memory does not fail.
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = String::with_capacity(json.len() + 1);
    for char in json.chars() {
        if char == '\n' || !is_unprintable(char) {
            text.push(char);
        } else {
            text.extend(char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text + "\n"
}

/// A value that is written as its display text.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Writes names, types, releases and IDs as their display text.
macro_rules! strings {
    ($($value:ty),*) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

strings!(Name, Label, Zone, Arch, ImageType, CommercialType, Release, ImageId, VersionId, LocalImageId, ZonedId<'_>);

/// A local image in a JSON report.
#[derive(Serialize)]
pub(crate) struct LocalImageJson<'a> {
    id: LocalImageId,
    zoned_id: ZonedId<'a>,
    published: Option<Text<Timestamp>>,
}

impl<'a> LocalImageJson<'a> {
    pub(crate) fn new(zone: &'a Zone, id: LocalImageId, published: Option<Timestamp>) -> Self {
        Self { id, zoned_id: ZonedId(zone, id), published: published.map(Text) }
    }

    pub(crate) fn pin(pin: &'a Pin) -> Self {
        Self::new(&pin.cell.zone, pin.id, pin.published)
    }

    pub(crate) fn latest(latest: &Latest, zone: &'a Zone) -> Self {
        Self::new(zone, latest.id, latest.published)
    }
}

/// The image, zone and architecture of a pin, in every row of every report.
#[derive(Serialize)]
pub(crate) struct CellJson<'a> {
    name: &'a Name,
    label: Option<&'a Label>,
    image_id: Option<ImageId>,
    version_id: Option<VersionId>,
    release: Option<&'a Release>,
    zone: &'a Zone,
    arch: &'a Arch,
    r#type: ImageType,
}

impl<'a> CellJson<'a> {
    pub(crate) fn new(cell: &'a Cell, label: Option<&'a Label>, r#type: ImageType, pin: Option<&'a Pin>) -> Self {
        let Cell { name, zone, arch } = cell;
        let image_id = pin.and_then(|pin| if let ImageRef::Id(id) = pin.image { Some(id) } else { None });
        let (version_id, release) = (pin.and_then(|pin| pin.version), pin.and_then(|pin| pin.release.as_ref()));
        Self { name, label, image_id, version_id, release, zone, arch, r#type }
    }

    pub(crate) fn pin(pin: &'a Pin) -> Self {
        Self::new(&pin.cell, pin.label(), pin.image_type, Some(pin))
    }
}

/// A notice or a warning about a manifest.
#[derive(Serialize)]
pub(crate) struct RemarkJson<'a> {
    manifest: String,
    message: &'a str,
    notes: &'a [String],
    help: Option<String>,
}

impl<'a> RemarkJson<'a> {
    /// `invocation` holds the options that make the suggested command concern the manifest.
    pub(crate) fn new(manifest: String, problem: &'a Problem, invocation: &Invocation) -> Self {
        let help = problem.help.as_ref().map(|help| help.show(invocation));
        Self { manifest, message: &problem.title, notes: &problem.notes, help }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_layout_matches_that_of_serde_json() {
        let value = json!({ "none": [], "nothing": {}, "some": [1, "é\n", [[null]], { "deep": { "er": true } }, {}] });
        let text = to_json(&value);
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap() + "\n");
    }

    #[test]
    fn invisible_characters_are_escaped() {
        let value = json!({ "a\u{7f}": "\u{1b}\u{9b}b\u{202e}\u{e0041}é\u{feff}" });
        let text = to_json(&value);
        assert_eq!(text, "{\n  \"a\\u007f\": \"\\u001b\\u009bb\\u202e\\udb40\\udc41é\\ufeff\"\n}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
