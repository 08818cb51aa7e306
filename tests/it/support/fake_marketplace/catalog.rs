//! The local images that the fake Marketplace offers, and the IDs of all its resources.

use serde_json::{Value, json};

/// A local image that the fake Marketplace offers.
#[derive(Clone)]
pub struct Local {
    pub label: &'static str,
    pub zone: &'static str,
    pub arch: &'static str,
    pub image_type: Option<&'static str>,
    pub id: String,
    pub boots: Vec<&'static str>,
    /// The publication time of its version. Without a time, the local image belongs to no version.
    pub published: Option<&'static str>,
    /// Whether it belongs to an older version, so that the listing of its label no longer contains it.
    pub superseded: bool,
}

/// Returns a local image of the default type. Its ID is made from `number`.
pub fn local(label: &'static str, zone: &'static str, arch: &'static str, number: u32) -> Local {
    Local {
        label,
        zone,
        arch,
        image_type: Some("instance_sbs"),
        id: id(number),
        boots: vec!["DEV1-S", "PRO2-S"],
        published: None,
        superseded: false,
    }
}

impl Local {
    pub fn of_type(self, image_type: Option<&'static str>) -> Self {
        Self { image_type, ..self }
    }

    pub fn published(self, date: &'static str) -> Self {
        Self { published: Some(date), ..self }
    }

    pub fn superseded(self) -> Self {
        Self { superseded: true, ..self }
    }

    pub fn boots(self, boots: &[&'static str]) -> Self {
        Self { boots: boots.to_vec(), ..self }
    }
}

/// Returns a UUID that begins with `number`, so that it is recognizable in tables.
pub fn id(number: u32) -> String {
    format!("{number:08}-0000-4000-8000-000000000000")
}

/// Returns the ID of the image with this label. The ID is stable and differs from the ID of every local image.
pub fn image_id(label: &str) -> String {
    let sum = label.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{sum:08x}-1111-4000-8000-000000000000")
}

/// Returns the ID of the version of a label that was published at this time.
pub fn version_id(label: &str, published: &str) -> String {
    image_id(&format!("{label} {published}")).replace("-1111-", "-2222-")
}

/// Returns a local image in the form of the API.
pub fn row(local: &Local) -> Value {
    let mut row = json!({
        "id": local.id, "label": local.label, "zone": local.zone, "arch": local.arch,
        "compatible_commercial_types": local.boots,
    });
    if let Some(image_type) = local.image_type {
        row["type"] = image_type.into();
    }
    row
}
