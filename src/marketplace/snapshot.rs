//! A saved catalog: the file that `imagelock snapshot` writes and `--catalog` answers from.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::catalog::{Answer, Image, Listing, LocalImage, StatedType};
use crate::domain::search::Offer;
use crate::domain::words::visible;
use crate::domain::{Expected, ImageRef, Label, LocalImageId};

/// The format that this release reads and writes.
const FORMAT: u32 = 1;

/// Everything the Marketplace offered at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    images: Vec<(Image, Listing)>,
}

/// Why a file is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is no JSON, or not of the form.
    #[error("it is no snapshot of the Marketplace: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of a format that this release does not read.
    #[error("it has snapshot format {0}, and imagelock {version} reads format {FORMAT}; upgrade imagelock", version = crate::VERSION)]
    Format(u32),
    /// An image stands in it twice.
    #[error("it holds the label `{0}` twice")]
    Twice(Label),
    /// A word in it is malformed.
    #[error("{key} `{value}`: {expected}")]
    Word {
        /// Where the word stands.
        key: &'static str,
        /// The word.
        value: String,
        /// What was expected.
        expected: Expected,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotFile {
    imagelock_snapshot: u32,
    taken: String,
    images: Vec<ImageEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageEntry {
    label: String,
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    local_images: Vec<LocalImageEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalImageEntry {
    id: String,
    zone: String,
    arch: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    image_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    commercial_types: BTreeSet<Box<str>>,
}

impl Snapshot {
    /// Makes a snapshot of what is offered.
    pub fn new(offers: &[Offer], taken: Timestamp) -> Self {
        let images =
            offers.iter().map(|offer| (offer.image.clone(), Listing::new(offer.local_images.clone(), Vec::new())));
        Self { taken, images: images.collect() }
    }

    /// How many images it holds, and how many local images.
    pub fn size(&self) -> (usize, usize) {
        (self.images.len(), self.images.iter().map(|(_, listing)| listing.local_images().len()).sum())
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// The first thing about it that is not as `imagelock snapshot` writes it.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        #[derive(Deserialize)]
        struct Gate {
            imagelock_snapshot: u32,
        }
        let Gate { imagelock_snapshot } = serde_json::from_str(text)?;
        if imagelock_snapshot != FORMAT {
            return Err(Malformed::Format(imagelock_snapshot));
        }
        let file: SnapshotFile = serde_json::from_str(text)?;
        let mut images = Vec::new();
        for entry in file.images {
            images.push(entry.read()?);
        }
        images.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(pair) = images.windows(2).find(|pair| pair[0].0.label == pair[1].0.label) {
            return Err(Malformed::Twice(pair[0].0.label.clone()));
        }
        Ok(Self { taken: timestamp("taken", &file.taken)?, images })
    }

    /// The text of the snapshot. The same catalog gives the same text.
    pub fn write(&self) -> String {
        let file = SnapshotFile {
            imagelock_snapshot: FORMAT,
            taken: self.taken.to_string(),
            images: self.images.iter().map(|(image, listing)| ImageEntry::write(image, listing)).collect(),
        };
        // Strings, numbers and lists: nothing in it can fail to serialise.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    pub(super) fn list(&self, image: &ImageRef) -> Answer<Listing> {
        let found = self.images.iter().find(|(known, _)| match image {
            ImageRef::Label(label) => known.label == *label,
            ImageRef::Id(id) => known.id == *id,
        });
        found.map_or(Answer::NotFound, |(_, listing)| Answer::Found(listing.clone()))
    }

    pub(super) fn look_up(&self, id: LocalImageId) -> Answer<LocalImage> {
        let found = self.images.iter().find_map(|(_, listing)| listing.with_id(id).next());
        found.map_or(Answer::NotFound, |local| Answer::Found(local.clone()))
    }

    pub(super) fn index(&self) -> Vec<Image> {
        self.images.iter().map(|(image, _)| image.clone()).collect()
    }
}

impl ImageEntry {
    fn read(self) -> Result<(Image, Listing), Malformed> {
        let image = Image {
            label: word("label", &self.label)?,
            id: word("id", &self.id)?,
            name: self.name,
            categories: self.categories,
            valid_until: self.valid_until.map(|time| timestamp("valid_until", &time)).transpose()?,
        };
        let mut local_images = Vec::new();
        for entry in self.local_images {
            local_images.push(LocalImage {
                id: word("id", &entry.id)?,
                label: Some(image.label.clone()),
                zone: word("zone", &entry.zone)?,
                arch: word("arch", &entry.arch)?,
                image_type: entry.image_type.map_or(StatedType::Unstated, |text| {
                    text.parse().map_or_else(|_| StatedType::Other(text.into()), StatedType::Known)
                }),
                published: entry.published.map(|time| timestamp("published", &time)).transpose()?,
                commercial_types: entry.commercial_types,
            });
        }
        Ok((image, Listing::new(local_images, Vec::new())))
    }

    fn write(image: &Image, listing: &Listing) -> Self {
        let mut local_images: Vec<&LocalImage> = listing.local_images().iter().collect();
        local_images.sort_by_key(|local| (&local.zone, &local.arch, &local.image_type, local.id));
        Self {
            label: image.label.to_string(),
            id: image.id.to_string(),
            name: image.name.clone(),
            categories: image.categories.clone(),
            valid_until: image.valid_until.map(|time| time.to_string()),
            local_images: local_images.into_iter().map(LocalImageEntry::write).collect(),
        }
    }
}

impl LocalImageEntry {
    fn write(local: &LocalImage) -> Self {
        Self {
            id: local.id.to_string(),
            zone: local.zone.to_string(),
            arch: local.arch.to_string(),
            image_type: match &local.image_type {
                StatedType::Unstated => None,
                stated => Some(stated.as_str().to_owned()),
            },
            published: local.published.map(|time| time.to_string()),
            commercial_types: local.commercial_types.clone(),
        }
    }
}

fn word<T: FromStr<Err = Expected>>(key: &'static str, value: &str) -> Result<T, Malformed> {
    value.parse().map_err(|expected| Malformed::Word { key, value: visible(value), expected })
}

fn timestamp(key: &'static str, value: &str) -> Result<Timestamp, Malformed> {
    value.parse().map_err(|_| Malformed::Word {
        key,
        value: visible(value),
        expected: Expected("a time like 2026-10-05T08:00:00Z"),
    })
}
