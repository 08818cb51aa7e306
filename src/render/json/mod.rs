//! Values -> JSON. The types here are the documented interface: a change that breaks readers raises
//! the number in `schema`.

mod check;
mod explain;
mod history;
mod plan;

use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::drift::{Finding, Latest};
use crate::domain::lock::{Lock, Pin};
use crate::domain::problem::Problem;
use crate::domain::release::Release;
use crate::domain::resolve::Change;
use crate::domain::search::Offer;
use crate::domain::{Cell, ImageRef, ImageType, Label, Zone};

pub use check::check;
pub use explain::{candidates, identity};
pub use history::{diff, log};
pub use plan::plan;

/// A local image as reports show it.
#[derive(Serialize)]
struct LocalImageJson {
    id: String,
    /// `ZONE/ID`, as Terraform wants it.
    zoned_id: String,
    published: Option<String>,
}

impl LocalImageJson {
    fn pin(pin: &Pin) -> Self {
        let published = pin.published.map(|time| time.to_string());
        Self { id: pin.id.to_string(), zoned_id: format!("{}/{}", pin.cell.zone, pin.id), published }
    }

    fn latest(latest: &Latest, zone: &Zone) -> Self {
        let published = latest.published.map(|time| time.to_string());
        Self { id: latest.id.to_string(), zoned_id: format!("{zone}/{}", latest.id), published }
    }
}

/// What every row says of its cell.
#[derive(Serialize)]
struct CellJson {
    name: String,
    label: Option<String>,
    image_id: Option<String>,
    version_id: Option<String>,
    release: Option<String>,
    zone: String,
    arch: String,
    r#type: String,
}

impl CellJson {
    /// A cell without a pin.
    fn bare(cell: &Cell, label: Option<&Label>, image_type: ImageType) -> Self {
        let Cell { name, zone, arch } = cell;
        Self {
            name: name.to_string(),
            label: label.map(ToString::to_string),
            image_id: None,
            version_id: None,
            release: None,
            zone: zone.to_string(),
            arch: arch.to_string(),
            r#type: image_type.to_string(),
        }
    }

    fn pin(pin: &Pin) -> Self {
        let (image_id, version_id) = match &pin.image {
            ImageRef::Label(_) => (None, None),
            ImageRef::Id(id) => (Some(id.to_string()), None),
            ImageRef::Version(id) => (None, Some(id.to_string())),
        };
        let release = pin.release.as_ref().map(ToString::to_string);
        Self { image_id, version_id, release, ..Self::bare(&pin.cell, pin.label(), pin.image_type) }
    }

    fn finding(finding: &Finding) -> Self {
        let bare = Self::bare(&finding.cell, finding.label.as_ref(), finding.image_type);
        match &finding.locked {
            // What is declared now stands before what was pinned.
            Some(pin) => Self { label: bare.label, r#type: bare.r#type, ..Self::pin(pin) },
            None => bare,
        }
    }
}

/// What every row says of a change.
#[derive(Serialize)]
struct ChangeJson {
    #[serde(flatten)]
    cell: Option<CellJson>,
    action: &'static str,
    from: Option<LocalImageJson>,
    to: Option<LocalImageJson>,
}

impl ChangeJson {
    fn new(change: &Change) -> Self {
        Self {
            cell: change.to.as_ref().or(change.from.as_ref()).map(CellJson::pin),
            action: change.action().as_str(),
            from: change.from.as_ref().map(LocalImageJson::pin),
            to: change.to.as_ref().map(LocalImageJson::pin),
        }
    }
}

/// A remark on the manifest.
#[derive(Serialize)]
struct RemarkJson<'a> {
    manifest: String,
    message: &'a str,
    notes: &'a [String],
    help: Option<&'a str>,
}

impl<'a> RemarkJson<'a> {
    fn new(manifest: String, problem: &'a Problem) -> Self {
        Self { manifest, message: &problem.title, notes: &problem.notes, help: problem.help.as_deref() }
    }
}

fn write(value: &impl Serialize) -> String {
    // Strings, numbers and lists: nothing in it can fail to serialise.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct PinJson {
    #[serde(flatten)]
    cell: CellJson,
    instance_type: Option<String>,
    /// The block does not match its digest: nobody vouches for the ID.
    edited: bool,
    #[serde(flatten)]
    local: LocalImageJson,
}

impl PinJson {
    fn new(pin: &Pin, edited: bool) -> Self {
        Self {
            cell: CellJson::pin(pin),
            edited,
            instance_type: pin.instance_type.as_ref().map(ToString::to_string),
            local: LocalImageJson::pin(pin),
        }
    }
}

/// All pins: `imagelock.list/1`.
pub fn pins(lock: &Lock) -> String {
    #[derive(Serialize)]
    struct List {
        schema: &'static str,
        pins: Vec<PinJson>,
    }
    write(&List {
        schema: "imagelock.list/1",
        pins: lock.pins().iter().map(|pin| PinJson::new(pin, lock.is_edited(&pin.cell))).collect(),
    })
}

/// One pin: `imagelock.get/1`.
pub fn pin(pin: &Pin) -> String {
    #[derive(Serialize)]
    struct Get {
        schema: &'static str,
        #[serde(flatten)]
        pin: PinJson,
    }
    write(&Get { schema: "imagelock.get/1", pin: PinJson::new(pin, false) })
}

/// What `search` found: `imagelock.search/1`.
pub fn offers(offers: &[Offer]) -> String {
    #[derive(Serialize)]
    struct Search<'a> {
        schema: &'static str,
        images: Vec<ImageJson<'a>>,
    }
    #[derive(Serialize)]
    struct ImageJson<'a> {
        label: &'a str,
        id: String,
        name: &'a str,
        categories: Vec<&'a str>,
        release: Option<&'a str>,
        published: Option<String>,
        valid_until: Option<String>,
        end_of_life: Option<String>,
        local_images: Vec<OfferedJson<'a>>,
    }
    #[derive(Serialize)]
    struct OfferedJson<'a> {
        zone: &'a str,
        arch: &'a str,
        r#type: &'a str,
        id: String,
        zoned_id: String,
        commercial_types: Vec<&'a str>,
    }
    fn offered(local: &LocalImage) -> OfferedJson<'_> {
        OfferedJson {
            zone: local.zone.as_str(),
            arch: local.arch.as_str(),
            r#type: local.image_type.as_str(),
            id: local.id.to_string(),
            zoned_id: format!("{}/{}", local.zone, local.id),
            commercial_types: local.commercial_types.iter().collect(),
        }
    }
    fn image(offer: &Offer) -> ImageJson<'_> {
        ImageJson {
            label: offer.image.label.as_str(),
            id: offer.image.id.to_string(),
            name: &offer.image.name,
            categories: offer.image.categories.iter().collect(),
            release: offer.release.as_ref().map(Release::as_str),
            published: offer.published.map(|time| time.to_string()),
            valid_until: offer.image.valid_until.map(|time| time.to_string()),
            end_of_life: offer.end.as_ref().map(|end| end.date.to_string()),
            local_images: offer.local_images.iter().map(offered).collect(),
        }
    }
    write(&Search { schema: "imagelock.search/1", images: offers.iter().map(image).collect() })
}
