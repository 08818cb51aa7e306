//! JSON with everything that a pin has: `imagelock.export/1`.

use serde_json::{Value, json};

use super::{Tree, map, zoned_id};
use crate::domain::ImageRef;
use crate::domain::lock::Pin;

pub(super) fn write(tree: &Tree<'_>) -> String {
    format!("{:#}\n", value(tree))
}

/// The same as a value, for other formats.
pub(super) fn value(tree: &Tree<'_>) -> Value {
    json!({"schema": "imagelock.export/1", "images": map(tree, everything)})
}

fn everything(pin: &Pin) -> Value {
    let (image_id, version_id) = match &pin.image {
        ImageRef::Label(_) => (None, None),
        ImageRef::Id(id) => (Some(id.to_string()), None),
        ImageRef::Version(id) => (None, Some(id.to_string())),
    };
    json!({
        "id": pin.id.to_string(),
        "zoned_id": zoned_id(pin),
        "label": pin.label().map(ToString::to_string),
        "release": pin.release.as_ref().map(ToString::to_string),
        "image_id": image_id,
        "version_id": version_id,
        "type": pin.image_type.as_str(),
        "volume_type": pin.image_type.volume_type(),
        "instance_type": pin.instance_type.as_ref().map(ToString::to_string),
        "published": pin.published.map(|time| time.to_string()),
    })
}
