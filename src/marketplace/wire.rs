//! The API's JSON, read leniently: unknown fields pass, odd values are doubts about a row and never about the rest.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::json::{List, Object, lenient};
use super::lines::Lines;
use crate::domain::catalog::word_set::WordSet;
use crate::domain::catalog::{Image, LocalImage, StatedType, Version};
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::types::timestamp;
use crate::domain::{Arch, ImageId, ImageType, Label, LocalImageId, VersionId, Zone};

/// One page of a listing.
pub(super) struct Page<R> {
    pub(super) rows: Vec<R>,
    /// How many rows all pages have together, as the service counts. Seen to be wrong.
    pub(super) total: Option<u64>,
}

/// A row that was understood.
pub(super) struct Row<K, T> {
    /// What tells it from others.
    pub(super) key: K,
    /// What it describes, if that can be anything to anybody.
    pub(super) thing: Option<T>,
    /// How many bytes of text it takes to keep that.
    pub(super) text: usize,
}

/// What tells a local image from others. One ID may be listed in several cells.
pub(super) type LocalImageKey = (LocalImageId, Option<(Zone, Arch, StatedType)>);

/// What tells the rows of versions apart. One version may be listed with two dates.
pub(super) type VersionKey = (VersionId, Option<Timestamp>);

impl<R: DeserializeOwned> Page<R> {
    /// Reads one page.
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "R: DeserializeOwned")]
        struct Body<R> {
            #[serde(alias = "local_images", alias = "images", alias = "versions")]
            rows: List<Object<R>>,
            #[serde(default, deserialize_with = "lenient")]
            total_count: Option<u64>,
        }
        let Object(body): Object<Body<R>> = serde_json::from_slice(body)?;
        Ok(Self { rows: body.rows.0.into_iter().map(|Object(row)| row).collect(), total: body.total_count })
    }
}

#[derive(Deserialize)]
pub(super) struct LocalImageRow {
    id: Option<String>,
    label: Option<String>,
    zone: Option<String>,
    arch: Option<String>,
    #[serde(rename = "type")]
    image_type: Option<String>,
    compatible_commercial_types: Option<Lines>,
}

#[derive(Deserialize)]
pub(super) struct ImageRow {
    id: Option<String>,
    label: Option<String>,
    name: Option<String>,
    categories: Option<Lines>,
    #[serde(default, deserialize_with = "lenient")]
    valid_until: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct VersionRow {
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    published_at: Option<String>,
}

impl VersionRow {
    /// The version that the row describes. A date that cannot be read is as good as none.
    ///
    /// # Errors
    /// Why the row cannot be believed.
    pub(super) fn read(self) -> Result<Row<VersionKey, Version>, String> {
        let id = id("a version", self.id)?;
        let published = date(self.published_at);
        Ok(Row { key: (id, published), thing: Some(Version { published, id }), text: 0 })
    }
}

/// Reads a date. One that cannot be read is as good as none.
fn date(stated: Option<String>) -> Option<Timestamp> {
    timestamp::read(&stated?).ok().flatten()
}

/// Reads the ID of a row.
fn id<I: FromStr>(of: &str, stated: Option<String>) -> Result<I, String> {
    let stated = stated.unwrap_or_default();
    stated.parse().map_err(|_| format!("it holds {of} whose ID is no UUID: `{}`", visible(&stated)))
}

/// The Instance types of the last row of a listing. They are a hundred, and the next row nearly always has the same.
#[derive(Default)]
pub(super) struct Seen {
    stated: Lines,
    sorted: WordSet,
}

impl Seen {
    /// The set of them, and how many bytes of it are new.
    fn commercial_types(&mut self, stated: Lines) -> (WordSet, usize) {
        if self.stated == stated {
            return (self.sorted.clone(), 0);
        }
        self.sorted = stated.words();
        self.stated = stated;
        (self.sorted.clone(), self.sorted.size())
    }
}

impl LocalImageRow {
    /// The local image that the row describes, if it is one that somebody can ask for.
    ///
    /// `asked` is the label that the query named: a row of another is not believed, one of none is taken at the
    /// query's word.
    ///
    /// # Errors
    /// Why the row cannot be believed.
    pub(super) fn read(self, asked: Option<&Label>, seen: &mut Seen) -> Result<Row<LocalImageKey, LocalImage>, String> {
        let id = id("a local image", self.id)?;
        let label = match (self.label, asked) {
            (Some(stated), Some(asked)) if stated != asked.as_str() => {
                return Err(format!("it holds a local image of another label: `{}`", visible(&stated)));
            }
            (_, Some(asked)) => Some(asked.clone()),
            (stated, None) => stated.and_then(|label| label.parse().ok()),
        };
        let (Some(zone), Some(arch)) = (self.zone, self.arch) else {
            return Err(format!("it holds a local image without zone or arch: {id}"));
        };
        // A zone or arch that cannot be written in a manifest cannot be asked for: the row is nobody's.
        let (Ok(zone), Ok(arch)) = (zone.parse::<Zone>(), arch.parse::<Arch>()) else {
            return Ok(Row { key: (id, None), thing: None, text: 0 });
        };
        let image_type = match self.image_type.as_deref() {
            None | Some("" | "unknown_type") => StatedType::Unstated,
            Some(stated) => {
                stated.parse::<ImageType>().map_or_else(|_| StatedType::Other(stated.into()), StatedType::Known)
            }
        };
        let (commercial_types, text) = seen.commercial_types(self.compatible_commercial_types.unwrap_or_default());
        let key = (id, Some((zone.clone(), arch.clone(), image_type.clone())));
        Ok(Row { key, thing: Some(LocalImage { id, label, zone, arch, image_type, commercial_types }), text })
    }
}

impl ImageRow {
    /// The image that the row describes.
    ///
    /// # Errors
    /// Why the row cannot be believed.
    pub(super) fn read(self) -> Result<Row<ImageId, Image>, String> {
        let (id, label) = (id("an image", self.id)?, self.label.unwrap_or_default());
        let label =
            label.parse().map_err(|_| format!("it holds an image whose label is none: `{}`", visible(&label)))?;
        let image = Image {
            id,
            label,
            name: self.name.unwrap_or_default(),
            categories: self.categories.unwrap_or_default().words(),
            valid_until: date(self.valid_until),
        };
        let text = image.name.len() + image.categories.size();
        Ok(Row { key: id, thing: Some(image), text })
    }
}

/// What the API says of an error, as far as it says anything.
#[derive(Default, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
    #[serde(default)]
    details: List<Object<Detail>>,
}

#[derive(Deserialize)]
struct Detail {
    argument_name: Option<String>,
    help_message: Option<String>,
    reason: Option<String>,
}

impl ErrorBody {
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).map(|Object(error)| error).unwrap_or_default()
    }

    /// Whether this is the API itself saying that a thing does not exist. A 404 without it comes from a wrong
    /// address or a proxy, and says nothing about images.
    pub(super) fn is_not_found(&self) -> bool {
        self.kind.as_deref() == Some("not_found")
    }

    /// The error in a clause, to stand behind the status; empty where nothing was said.
    pub(super) fn describe(&self) -> String {
        let detail = |detail: &Detail| clause([&detail.argument_name, &detail.reason, &detail.help_message], " ");
        let details = self.details.0.iter().take(3).map(|Object(it)| Some(detail(it)));
        let parts: Vec<_> = [self.kind.clone(), self.message.clone()].into_iter().chain(details).collect();
        clause(&parts, ": ")
    }
}

/// What is said, made safe to print and put together.
fn clause<'a>(parts: impl IntoIterator<Item = &'a Option<String>>, separator: &str) -> String {
    let said = parts.into_iter().flatten().filter(|part| !part.is_empty());
    said.map(|part| visible(part)).collect::<Vec<_>>().join(separator)
}
