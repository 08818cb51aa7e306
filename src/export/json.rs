//! JSON, or YAML, with everything that a pin has: `imagelock.export/1`.

use serde::Serialize;

use super::{HEAD, Leaf, Nested, pretty, yaml, zoned_id};
use crate::domain::ImageRef;
use crate::domain::lock::{Lock, Pin};

const SCHEMA: &str = "imagelock.export/1";

#[derive(Serialize)]
struct Export<'l> {
    images: Nested<'l>,
    schema: &'static str,
}

pub(super) fn write(lock: &Lock) -> String {
    pretty(&Export { images: Nested::new(lock, everything), schema: SCHEMA })
}

/// The same in YAML.
pub(super) fn yaml(lock: &Lock) -> String {
    let mut text = format!("{HEAD}---\n");
    yaml::map("images", Nested::new(lock, everything), &mut text);
    yaml::entry(0, "schema", SCHEMA, &mut text);
    text
}

fn everything(pin: &Pin) -> Leaf<'_> {
    let (image_id, version_id) = match &pin.image {
        ImageRef::Label(_) => (None, None),
        ImageRef::Id(id) => (Some(id.to_string()), None),
        ImageRef::Version(id) => (None, Some(id.to_string())),
    };
    Leaf(vec![
        ("id", Some(pin.id.to_string().into())),
        ("image_id", image_id.map(Into::into)),
        ("instance_type", pin.instance_type.as_ref().map(|it| it.as_str().into())),
        ("label", pin.label().map(|it| it.as_str().into())),
        ("published", pin.published.map(|time| time.to_string().into())),
        ("release", pin.release.as_ref().map(|it| it.as_str().into())),
        ("type", Some(pin.image_type.as_str().into())),
        ("version_id", version_id.map(Into::into)),
        ("volume_type", Some(pin.image_type.volume_type().into())),
        ("zoned_id", Some(zoned_id(pin).into())),
    ])
}
