//! The JSON format of a snapshot.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{Entry, Row};
use crate::domain::catalog::{Image, LocalImage, StatedType, Version};
use crate::domain::diagnostics::{Command, Help, oddities, visible};
use crate::domain::types::{Expected, Label, timestamp};
use crate::marketplace::json::{Item, Object, SharedSets, explain_syntax, objects, string_set};

/// The version of the format that this release reads and writes.
const FORMAT: u32 = 1;

/// Why a file cannot be read as a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is not JSON, or its JSON has another structure.
    #[error("it is not a snapshot of the Marketplace: {}", explain_syntax(.0))]
    Json(#[from] serde_json::Error),
    /// This release does not support its format.
    #[error("it has snapshot format {0}, but imagelock {version} only reads format {FORMAT}", version = crate::VERSION)]
    Format(u32),
    /// It has two images with one label.
    #[error("it contains the label `{0}` twice")]
    DuplicateLabel(Label),
    /// It has an invalid value.
    #[error("{key} `{}`: {expected}", visible(value))]
    Value {
        /// The key of the value.
        key: &'static str,
        /// The value.
        value: String,
        /// The expected form of the value.
        expected: Expected,
    },
}

impl SnapshotError {
    /// How to get a valid snapshot. `--catalog` is left out of the command, because it names the invalid file.
    pub fn help(&self) -> Help {
        Help::from("to write a new snapshot: ").then_run(Command::new("snapshot FILE"))
    }

    /// Notes on characters in the value that are easy to overlook.
    pub fn notes(&self) -> Vec<String> {
        if let Self::Value { value, .. } = self { oddities(value) } else { Vec::new() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotFile<'a> {
    imagelock_snapshot: u32,
    taken: String,
    #[serde(borrow, deserialize_with = "objects")]
    images: Vec<ImageEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageEntry<'a> {
    label: String,
    id: String,
    name: String,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<Item<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "objects")]
    versions: Vec<VersionEntry>,
    #[serde(borrow, deserialize_with = "objects")]
    local_images: Vec<LocalImageEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionEntry {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalImageEntry<'a> {
    id: String,
    zone: String,
    arch: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    image_type: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    superseded: bool,
    #[serde(borrow)]
    commercial_types: Vec<Item<'a>>,
}

/// Parses a snapshot: when it was taken, and its images sorted by label.
pub(super) fn read(text: &str) -> Result<(Timestamp, Vec<Entry>), SnapshotError> {
    #[derive(Deserialize)]
    struct Gate {
        imagelock_snapshot: u32,
    }
    // Some editors write a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Object(Gate { imagelock_snapshot }) = serde_json::from_str(text)?;
    if imagelock_snapshot != FORMAT {
        return Err(SnapshotError::Format(imagelock_snapshot));
    }
    let Object(file): Object<SnapshotFile<'_>> = serde_json::from_str(text)?;
    let mut sets = SharedSets::default();
    let mut images: Vec<_> = file.images.into_iter().map(|entry| entry.read(&mut sets)).collect::<Result<_, _>>()?;
    images.sort_by(|a, b| a.image.cmp(&b.image));
    if let Some(pair) = images.windows(2).find(|pair| pair[0].image.label == pair[1].image.label) {
        return Err(SnapshotError::DuplicateLabel(pair[0].image.label.clone()));
    }
    let taken = date("taken", Some(file.taken.clone()))?.ok_or(SnapshotError::Value {
        key: "taken",
        value: file.taken,
        expected: Expected("a time in the years 1 to 9999, like 2026-10-05T08:00:00Z"),
    })?;
    Ok((taken, images))
}

/// Writes a snapshot.
pub(super) fn write(taken: Timestamp, images: &[Entry]) -> String {
    let file = SnapshotFile {
        imagelock_snapshot: FORMAT,
        taken: taken.to_string(),
        images: images.iter().map(ImageEntry::write).collect(),
    };
    // Strings, numbers and lists can always be serialized.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

impl<'a> ImageEntry<'a> {
    fn read(self, sets: &mut SharedSets) -> Result<Entry, SnapshotError> {
        let image = Image {
            label: parse("label", &self.label)?,
            id: parse("id", &self.id)?,
            name: self.name,
            categories: string_set(&self.categories),
            valid_until: date("valid_until", self.valid_until)?,
        };
        let version = |entry: VersionEntry| -> Result<_, SnapshotError> {
            Ok(Version { id: parse("id", &entry.id)?, published: date("published", entry.published)? })
        };
        let versions = self.versions.into_iter().map(version).collect::<Result<_, _>>()?;
        let rows = self.local_images.into_iter().map(|entry| entry.read(&image, sets)).collect::<Result<_, _>>()?;
        Ok(Entry { image, versions, rows })
    }

    fn write(entry: &'a Entry) -> Self {
        let Entry { image, versions, rows } = entry;
        let version = |version: &Version| VersionEntry {
            id: version.id.to_string(),
            published: version.published.map(|time| time.to_string()),
        };
        Self {
            label: image.label.to_string(),
            id: image.id.to_string(),
            name: image.name.clone(),
            categories: items(&image.categories),
            valid_until: image.valid_until.map(|time| time.to_string()),
            versions: versions.iter().map(version).collect(),
            local_images: rows.iter().map(LocalImageEntry::write).collect(),
        }
    }
}

impl<'a> LocalImageEntry<'a> {
    fn read(self, image: &Image, sets: &mut SharedSets) -> Result<Row, SnapshotError> {
        let local = LocalImage {
            id: parse("id", &self.id)?,
            label: Some(image.label.clone()),
            zone: parse("zone", &self.zone)?,
            arch: parse("arch", &self.arch)?,
            image_type: self.image_type.map_or(StatedType::Unstated, |text| {
                text.parse().map_or_else(|_| StatedType::Other(text.into()), StatedType::Known)
            }),
            commercial_types: sets.get(&self.commercial_types).0,
        };
        let versions = self.versions.iter().map(|id| parse("versions", id)).collect::<Result<_, _>>()?;
        Ok(Row { local, versions, superseded: self.superseded })
    }

    fn write(row: &'a Row) -> Self {
        Self {
            id: row.local.id.to_string(),
            zone: row.local.zone.to_string(),
            arch: row.local.arch.to_string(),
            image_type: match &row.local.image_type {
                StatedType::Unstated => None,
                stated => Some(stated.as_str().to_owned()),
            },
            versions: row.versions.iter().map(ToString::to_string).collect(),
            superseded: row.superseded,
            commercial_types: items(&row.local.commercial_types),
        }
    }
}

fn items(strings: &BTreeSet<String>) -> Vec<Item<'_>> {
    strings.iter().map(|string| Item(Cow::Borrowed(string))).collect()
}

fn parse<T: FromStr<Err = Expected>>(key: &'static str, value: &str) -> Result<T, SnapshotError> {
    value.parse().map_err(|expected| SnapshotError::Value { key, value: value.to_owned(), expected })
}

/// Parses a date. A date that is out of range counts as a missing one.
fn date(key: &'static str, value: Option<String>) -> Result<Option<Timestamp>, SnapshotError> {
    let Some(value) = value else { return Ok(None) };
    timestamp::read(&value).map_err(|expected| SnapshotError::Value { key, value, expected })
}
