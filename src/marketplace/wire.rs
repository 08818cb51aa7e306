//! The JSON of the API. Unknown fields are ignored, and rows of unknown kinds are skipped.

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
    /// How many rows all pages have together, according to the server. It may be wrong.
    pub(super) total: Option<u64>,
}

/// A parsed row.
pub(super) struct Row<K, T> {
    /// Distinguishes the row from other rows.
    pub(super) key: K,
    /// The value of the row, if imagelock supports it.
    pub(super) value: Option<T>,
    /// The memory that the row takes, in bytes.
    pub(super) size: usize,
}

/// Distinguishes local images. One ID may be listed for several zones, architectures or types.
pub(super) type LocalImageKey = (LocalImageId, Option<(Zone, Arch, StatedType)>);

/// Distinguishes the rows of versions. One version may be listed with two dates.
pub(super) type VersionKey = (VersionId, Option<Timestamp>);

/// Parses a page. `read` parses a row; its error is a clause.
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
    /// Parses a version. An invalid date counts as a missing one.
    ///
    /// # Errors
    /// If the row is invalid; the error is a clause.
    pub(super) fn read(self) -> Result<Row<VersionKey, Version>, String> {
        let id = id("a version", self.id)?;
        let published = date(self.published_at);
        Ok(Row { key: (id, published), value: Some(Version { published, id }), size: ROW })
    }
}

/// Parses a date. An invalid date counts as a missing one.
fn date(text: Option<String>) -> Option<Timestamp> {
    timestamp::read(&text?).ok().flatten()
}

/// Parses the ID of a row.
fn id<I: FromStr>(of: &str, text: Option<String>) -> Result<I, String> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|_| format!("the ID of {of} is not a UUID: `{}`", visible(&text)))
}

impl LocalImageRow<'_> {
    /// Parses a local image. Its value is missing if the zone or architecture cannot be written in a manifest.
    ///
    /// `label` is the label in the query. A row with another label is invalid, and a row without a label gets this one.
    ///
    /// # Errors
    /// If the row is invalid; the error is a clause.
    pub(super) fn read(
        self,
        label: Option<&Label>,
        sets: &mut SharedSets,
    ) -> Result<Row<LocalImageKey, LocalImage>, String> {
        let id = id("a local image", self.id)?;
        let label = match (self.label, label) {
            (Some(stated), Some(label)) if stated != label.as_str() => {
                return Err(format!("a local image has another label: `{}`", visible(&stated)));
            }
            (_, Some(label)) => Some(label.clone()),
            (stated, None) => stated.and_then(|label| label.parse().ok()),
        };
        let (Some(zone), Some(arch)) = (self.zone, self.arch) else {
            return Err(format!("a local image has no zone or no architecture: {id}"));
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
    /// Parses an image.
    ///
    /// # Errors
    /// If the row is invalid; the error is a clause.
    pub(super) fn read(self) -> Result<Row<ImageId, Image>, String> {
        let (id, label) = (id("an image", self.id)?, self.label.unwrap_or_default());
        let label = label.parse().map_err(|_| format!("the label of an image is invalid: `{}`", visible(&label)))?;
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
