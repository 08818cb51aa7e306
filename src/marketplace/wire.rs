//! The API's JSON. Unknown fields are ignored, and unknown kinds of rows are skipped.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Deserialize;

use super::http::Body;
use super::json::{Item, List, Object, SharedSets, lenient, string_set};
use super::limits::{ROW, size_of};
use crate::domain::catalog::{Image, LocalImage, QueryError, StatedType, Version};
use crate::domain::diagnostics::visible;
use crate::domain::types::{Arch, ImageId, Label, LocalImageId, VersionId, Zone, timestamp};

/// One page of a listing.
pub(super) struct Page<K, T> {
    pub(super) rows: Vec<Row<K, T>>,
    /// How many rows all pages have together, as the service counts. It may be wrong.
    pub(super) total: Option<u64>,
}

/// A row that was read.
pub(super) struct Row<K, T> {
    /// Distinguishes it from other rows.
    pub(super) key: K,
    /// What it describes, if imagelock supports that.
    pub(super) value: Option<T>,
    /// How many bytes of memory it takes.
    pub(super) size: usize,
}

/// Distinguishes local images. One ID may be listed for several zones, architectures or types.
pub(super) type LocalImageKey = (LocalImageId, Option<(Zone, Arch, StatedType)>);

/// Distinguishes the rows of versions. One version may be listed with two dates.
pub(super) type VersionKey = (VersionId, Option<Timestamp>);

/// Reads a page. `read` reads a row, or says why it is invalid.
pub(super) fn read_page<'b, R: Deserialize<'b>, K, T>(
    body: &'b Body,
    mut read: impl FnMut(R) -> Result<Row<K, T>, String>,
) -> Result<Page<K, T>, QueryError> {
    #[derive(Deserialize)]
    struct PageBody<R> {
        #[serde(alias = "local_images", alias = "images", alias = "versions")]
        rows: List<Object<R>>,
        #[serde(default, deserialize_with = "lenient")]
        total_count: Option<u64>,
    }
    let page: PageBody<R> = body.read_object()?;
    let rows: Result<_, _> = page.rows.0.into_iter().map(|Object(row)| read(row)).collect();
    Ok(Page { rows: rows.map_err(|why| body.invalid(why))?, total: page.total_count })
}

#[derive(Deserialize)]
pub(super) struct LocalImageRow<'a> {
    id: Option<String>,
    label: Option<String>,
    zone: Option<String>,
    arch: Option<String>,
    #[serde(rename = "type")]
    image_type: Option<String>,
    #[serde(borrow)]
    compatible_commercial_types: Option<List<Item<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct ImageRow<'a> {
    id: Option<String>,
    label: Option<String>,
    name: Option<String>,
    #[serde(borrow)]
    categories: Option<List<Item<'a>>>,
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
    /// Reads a version. An unreadable date is read as none.
    ///
    /// # Errors
    /// Why the row is invalid.
    pub(super) fn read(self) -> Result<Row<VersionKey, Version>, String> {
        let id = id("a version", self.id)?;
        let published = date(self.published_at);
        Ok(Row { key: (id, published), value: Some(Version { published, id }), size: ROW })
    }
}

/// Reads a date. An unreadable one is read as none.
fn date(text: Option<String>) -> Option<Timestamp> {
    timestamp::read(&text?).ok().flatten()
}

/// Reads the ID of a row.
fn id<I: FromStr>(of: &str, text: Option<String>) -> Result<I, String> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|_| format!("it holds {of} whose ID is no UUID: `{}`", visible(&text)))
}

impl LocalImageRow<'_> {
    /// Reads a local image. Its value is missing if the zone or architecture cannot be written in a manifest.
    ///
    /// `label` is the label that the query named: a row with another label is invalid, and a row without one has this
    /// label.
    ///
    /// # Errors
    /// Why the row is invalid.
    pub(super) fn read(
        self,
        label: Option<&Label>,
        sets: &mut SharedSets,
    ) -> Result<Row<LocalImageKey, LocalImage>, String> {
        let id = id("a local image", self.id)?;
        let label = match (self.label, label) {
            (Some(stated), Some(label)) if stated != label.as_str() => {
                return Err(format!("it holds a local image of another label: `{}`", visible(&stated)));
            }
            (_, Some(label)) => Some(label.clone()),
            (stated, None) => stated.and_then(|label| label.parse().ok()),
        };
        let (Some(zone), Some(arch)) = (self.zone, self.arch) else {
            return Err(format!("it holds a local image without zone or arch: {id}"));
        };
        let (Ok(zone), Ok(arch)) = (zone.parse::<Zone>(), arch.parse::<Arch>()) else {
            return Ok(Row { key: (id, None), value: None, size: ROW });
        };
        let image_type = match self.image_type.as_deref() {
            None | Some("" | "unknown_type") => StatedType::Unstated,
            Some(stated) => stated.parse().map_or_else(|_| StatedType::Other(stated.into()), StatedType::Known),
        };
        let (commercial_types, size) = sets.get(&self.compatible_commercial_types.unwrap_or_default().0);
        let key = (id, Some((zone.clone(), arch.clone(), image_type.clone())));
        let local = LocalImage { id, label, zone, arch, image_type, commercial_types };
        Ok(Row { key, value: Some(local), size: ROW + size })
    }
}

impl ImageRow<'_> {
    /// Reads an image.
    ///
    /// # Errors
    /// Why the row is invalid.
    pub(super) fn read(self) -> Result<Row<ImageId, Image>, String> {
        let (id, label) = (id("an image", self.id)?, self.label.unwrap_or_default());
        let label =
            label.parse().map_err(|_| format!("it holds an image whose label is none: `{}`", visible(&label)))?;
        let image = Image {
            id,
            label,
            name: self.name.unwrap_or_default(),
            categories: string_set(&self.categories.unwrap_or_default().0),
            valid_until: date(self.valid_until),
        };
        let size = ROW + image.name.len() + size_of(&image.categories);
        Ok(Row { key: id, value: Some(image), size })
    }
}
