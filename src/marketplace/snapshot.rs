//! A saved catalog: the file that `imagelock snapshot` writes and `--catalog` answers from.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::{Object, objects};
use super::lines::Lines;
use super::places::Places;
use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, Response, StatedType, Version};
use crate::domain::diagnostics::help::{Command, Help};
use crate::domain::diagnostics::sanitize::{oddities, visible, without_middle};
use crate::domain::types::timestamp;
use crate::domain::{Expected, ImageId, ImageRef, Label, VersionId};

/// The format that this release reads and writes.
const FORMAT: u32 = 1;

/// Everything the Marketplace offered at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    /// Sorted by label.
    images: Vec<Entry>,
    places: Places,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) image: Image,
    pub(super) versions: Vec<Version>,
    pub(super) rows: Vec<SavedRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SavedRow {
    pub(super) local: LocalImage,
    /// The versions that have it, as far as they are known.
    versions: Vec<VersionId>,
    /// Of an older version: the label no longer lists it.
    pub(super) superseded: bool,
}

/// Why a file is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is no JSON, or not of the form.
    #[error("it is no snapshot of the Marketplace: {}", without_middle(&.0.to_string()))]
    Json(#[from] serde_json::Error),
    /// It is of a format that this release does not read.
    #[error("it has snapshot format {0}, and imagelock {version} reads format {FORMAT}; upgrade imagelock", version = crate::VERSION)]
    Format(u32),
    /// An image stands in it twice.
    #[error("it holds the label `{0}` twice")]
    Twice(Label),
    /// A word in it is malformed.
    #[error("{key} `{}`: {expected}", visible(value))]
    Word {
        /// Where the word stands.
        key: &'static str,
        /// The word, as it stands there.
        value: String,
        /// What was expected.
        expected: Expected,
    },
}

impl SnapshotError {
    /// The command to run. Another snapshot is not made from this one.
    pub fn help(&self) -> Help {
        Help::run(Command::new("snapshot FILE").without_flags()).then(" writes one")
    }

    /// Lines of further explanation.
    pub fn notes(&self) -> Vec<String> {
        if let Self::Word { value, .. } = self { oddities(value) } else { Vec::new() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotFile {
    imagelock_snapshot: u32,
    taken: String,
    #[serde(deserialize_with = "objects")]
    images: Vec<ImageEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageEntry {
    label: String,
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Lines::is_empty")]
    categories: Lines,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "objects")]
    versions: Vec<VersionEntry>,
    #[serde(deserialize_with = "objects")]
    local_images: Vec<LocalImageEntry>,
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
struct LocalImageEntry {
    id: String,
    zone: String,
    arch: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    image_type: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    superseded: bool,
    commercial_types: Lines,
}

impl Snapshot {
    /// Makes a snapshot of all images of a catalog's index, with their versions and local images as far as they are
    /// known.
    pub fn new(catalog: &Catalog, taken: Timestamp) -> Self {
        Self::of(catalog.images().iter().map(|image| Entry::new(image, catalog)).collect(), taken)
    }

    fn of(images: Vec<Entry>, taken: Timestamp) -> Self {
        let places = Places::of(&images);
        Self { taken, images, places }
    }

    /// How many images it holds, and how many local images.
    pub fn size(&self) -> (usize, usize) {
        (self.images.len(), self.images.iter().map(|entry| entry.rows.len()).sum())
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// The first thing about it that is not as `imagelock snapshot` writes it.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Gate {
            imagelock_snapshot: u32,
        }
        // Some editors put a byte order mark there.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Object(Gate { imagelock_snapshot }) = serde_json::from_str(text)?;
        if imagelock_snapshot != FORMAT {
            return Err(SnapshotError::Format(imagelock_snapshot));
        }
        let Object(file): Object<SnapshotFile> = serde_json::from_str(text)?;
        let mut images = file.images.into_iter().map(ImageEntry::read).collect::<Result<Vec<_>, _>>()?;
        images.sort_by(|a, b| a.image.cmp(&b.image));
        if let Some(pair) = images.windows(2).find(|pair| pair[0].image.label == pair[1].image.label) {
            return Err(SnapshotError::Twice(pair[0].image.label.clone()));
        }
        let taken = date("taken", Some(file.taken.clone()))?.ok_or(SnapshotError::Word {
            key: "taken",
            value: file.taken,
            expected: Expected("a time in the years 1 to 9999, like 2026-10-05T08:00:00Z"),
        })?;
        Ok(Self::of(images, taken))
    }

    /// The text of the snapshot. The same catalog gives the same text.
    pub fn write(&self) -> String {
        let file = SnapshotFile {
            imagelock_snapshot: FORMAT,
            taken: self.taken.to_string(),
            images: self.images.iter().map(ImageEntry::write).collect(),
        };
        // Strings, numbers and lists: nothing in it can fail to serialise.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Answers as the Marketplace did when the snapshot was taken.
    pub(super) fn answer(&self, query: Query) -> Response {
        let image = |id: ImageId| self.places.images.get(&id).map(|number| &self.images[*number]);
        match query {
            Query::Index => {
                Response::Index(Lookup::Found(self.images.iter().map(|entry| entry.image.clone()).collect()))
            }
            Query::Versions(id) => Response::Versions(
                id,
                image(id).map_or(Lookup::NotFound, |entry| Lookup::Found(entry.versions.clone())),
            ),
            Query::LocalImage(id) => {
                let place = self.places.local_images.get(&id);
                let local = place.map(|(number, row)| &self.images[*number].rows[*row].local);
                Response::LocalImage(id, local.map_or(Lookup::NotFound, |local| Lookup::Found(local.clone())))
            }
            Query::Listing(asked) => {
                let answer = match &asked {
                    ImageRef::Label(label) => {
                        let number = self.images.binary_search_by(|entry| entry.image.label.cmp(label));
                        number.ok().map(|number| self.images[number].current())
                    }
                    ImageRef::Id(id) => image(*id).map(Entry::current),
                    ImageRef::Version(id) => {
                        let number = self.places.versions.get(id);
                        number.map(|number| self.images[*number].listing(|row| row.versions.contains(id)))
                    }
                };
                Response::Listing(asked, answer.map_or(Lookup::NotFound, Lookup::Found))
            }
        }
    }
}

impl Entry {
    fn new(image: &Image, catalog: &Catalog) -> Self {
        let label = ImageRef::Label(image.label.clone());
        let versions = match catalog.versions(&label) {
            Lookup::Found(versions) => versions.clone(),
            Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
        };
        let locals = |image: &ImageRef| match catalog.listing(image) {
            Lookup::Found(listing) => listing.local_images().to_vec(),
            Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
        };
        // One ID may be listed in several cells.
        let key = |local: &LocalImage| (local.id, local.zone.clone(), local.arch.clone(), local.image_type.clone());
        let mut rows: BTreeMap<_, SavedRow> = BTreeMap::new();
        for local in locals(&label) {
            // Where an image has one version alone, its local images are of that; see `Catalog::version_of`.
            let versions = catalog.version_of(&label, local.id).map(|version| version.id).into_iter().collect();
            rows.insert(key(&local), SavedRow { local, versions, superseded: false });
        }
        for version in &versions {
            for local in locals(&ImageRef::Version(version.id)) {
                let row = SavedRow { local: local.clone(), versions: Vec::new(), superseded: true };
                let versions = &mut rows.entry(key(&local)).or_insert(row).versions;
                if !versions.contains(&version.id) {
                    versions.push(version.id);
                }
            }
        }
        let mut rows: Vec<SavedRow> = rows.into_values().collect();
        for row in &mut rows {
            row.versions.sort_unstable();
        }
        rows.sort_by(|a, b| {
            let key = |row: &SavedRow| {
                (
                    row.superseded,
                    row.local.zone.clone(),
                    row.local.arch.clone(),
                    row.local.image_type.clone(),
                    row.local.id,
                )
            };
            key(a).cmp(&key(b))
        });
        Self { image: image.clone(), versions, rows }
    }

    fn current(&self) -> Listing {
        self.listing(|row| !row.superseded)
    }

    fn listing(&self, wanted: impl Fn(&SavedRow) -> bool) -> Listing {
        let rows = self.rows.iter().filter(|row| wanted(row));
        Listing::new(rows.map(|row| row.local.clone()).collect(), Vec::new())
    }
}

impl ImageEntry {
    fn read(self) -> Result<Entry, SnapshotError> {
        let image = Image {
            label: word("label", &self.label)?,
            id: word("id", &self.id)?,
            name: self.name,
            categories: self.categories.words(),
            valid_until: date("valid_until", self.valid_until)?,
        };
        let mut versions = Vec::new();
        for entry in self.versions {
            versions.push(Version { id: word("id", &entry.id)?, published: date("published", entry.published)? });
        }
        let rows = self.local_images.into_iter().map(|entry| entry.read(&image)).collect::<Result<_, _>>()?;
        Ok(Entry { image, versions, rows })
    }

    fn write(entry: &Entry) -> Self {
        let Entry { image, versions, rows } = entry;
        let version = |version: &Version| VersionEntry {
            id: version.id.to_string(),
            published: version.published.map(|time| time.to_string()),
        };
        Self {
            label: image.label.to_string(),
            id: image.id.to_string(),
            name: image.name.clone(),
            categories: Lines::from(&image.categories),
            valid_until: image.valid_until.map(|time| time.to_string()),
            versions: versions.iter().map(version).collect(),
            local_images: rows.iter().map(LocalImageEntry::write).collect(),
        }
    }
}

impl LocalImageEntry {
    fn read(self, image: &Image) -> Result<SavedRow, SnapshotError> {
        let local = LocalImage {
            id: word("id", &self.id)?,
            label: Some(image.label.clone()),
            zone: word("zone", &self.zone)?,
            arch: word("arch", &self.arch)?,
            image_type: self.image_type.map_or(StatedType::Unstated, |text| {
                text.parse().map_or_else(|_| StatedType::Other(text.into()), StatedType::Known)
            }),
            commercial_types: self.commercial_types.words(),
        };
        let versions = self.versions.iter().map(|id| word("versions", id)).collect::<Result<_, _>>()?;
        Ok(SavedRow { local, versions, superseded: self.superseded })
    }

    fn write(row: &SavedRow) -> Self {
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
            commercial_types: Lines::from(&row.local.commercial_types),
        }
    }
}

fn word<T: FromStr<Err = Expected>>(key: &'static str, value: &str) -> Result<T, SnapshotError> {
    value.parse().map_err(|expected| SnapshotError::Word { key, value: value.to_owned(), expected })
}

/// A date, if it is one that can be believed.
fn date(key: &'static str, value: Option<String>) -> Result<Option<Timestamp>, SnapshotError> {
    let Some(value) = value else { return Ok(None) };
    timestamp::read(&value).map_err(|expected| SnapshotError::Word { key, value, expected })
}
