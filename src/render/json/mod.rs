//! Values -> JSON. The types here are the documented interface: a change that breaks readers raises
//! the number in `schema`.

mod check;
mod explain;
mod history;
mod layout;
mod plan;

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::catalog::LocalImage;
use crate::domain::check::Finding;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::lock::diff::Change;
use crate::domain::lock::diff::Latest;
use crate::domain::lock::{Lock, Pin};
use crate::domain::lookup::search::Offer;
use crate::domain::types::release::Release;
use crate::domain::{
    Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LocalImageId, VersionId, Zone, ZonedId,
};

pub use check::check;
pub use explain::{candidates, identity};
pub use history::{diff, log};
pub use plan::plan;

/// A value that is a string in JSON, the one that it is displayed as.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A local image as reports show it.
#[derive(Serialize)]
struct LocalImageJson<'a> {
    id: Text<LocalImageId>,
    zoned_id: Text<ZonedId<'a>>,
    published: Option<Text<Timestamp>>,
}

impl<'a> LocalImageJson<'a> {
    fn new(zone: &'a Zone, id: LocalImageId, published: Option<Timestamp>) -> Self {
        Self { id: Text(id), zoned_id: Text(ZonedId(zone, id)), published: published.map(Text) }
    }

    fn pin(pin: &'a Pin) -> Self {
        Self::new(&pin.cell.zone, pin.id, pin.published)
    }

    fn latest(latest: &Latest, zone: &'a Zone) -> Self {
        Self::new(zone, latest.id, latest.published)
    }
}

/// What every row says of its cell.
#[derive(Serialize)]
struct CellJson<'a> {
    name: &'a str,
    label: Option<&'a str>,
    image_id: Option<Text<ImageId>>,
    version_id: Option<Text<VersionId>>,
    release: Option<&'a str>,
    zone: &'a str,
    arch: &'a str,
    r#type: &'static str,
}

impl<'a> CellJson<'a> {
    /// A cell without a pin.
    fn bare(cell: &'a Cell, label: Option<&'a Label>, image_type: ImageType) -> Self {
        let Cell { name, zone, arch } = cell;
        Self {
            name: name.as_str(),
            label: label.map(Label::as_str),
            image_id: None,
            version_id: None,
            release: None,
            zone: zone.as_str(),
            arch: arch.as_str(),
            r#type: image_type.as_str(),
        }
    }

    fn pin(pin: &'a Pin) -> Self {
        let image_id = if let ImageRef::Id(id) = pin.image { Some(Text(id)) } else { None };
        let version_id = pin.version.map(Text);
        let release = pin.release.as_ref().map(Release::as_str);
        Self { image_id, version_id, release, ..Self::bare(&pin.cell, pin.label(), pin.image_type) }
    }

    fn finding(finding: &'a Finding) -> Self {
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
struct ChangeJson<'a> {
    #[serde(flatten)]
    cell: Option<CellJson<'a>>,
    action: &'static str,
    from: Option<LocalImageJson<'a>>,
    to: Option<LocalImageJson<'a>>,
}

impl<'a> ChangeJson<'a> {
    fn new(change: &'a Change) -> Self {
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

/// A value as text, in the layout of all JSON.
pub(super) fn write(value: &impl Serialize) -> String {
    fmt::from_fn(|f| layout::write(f, value)).to_string()
}

#[derive(Serialize)]
struct PinJson<'a> {
    #[serde(flatten)]
    cell: CellJson<'a>,
    instance_type: Option<&'a str>,
    /// The block does not match its digest: nobody vouches for the ID.
    edited: bool,
    #[serde(flatten)]
    local: LocalImageJson<'a>,
}

impl<'a> PinJson<'a> {
    fn new(pin: &'a Pin, edited: bool) -> Self {
        Self {
            cell: CellJson::pin(pin),
            edited,
            instance_type: pin.instance_type.as_ref().map(CommercialType::as_str),
            local: LocalImageJson::pin(pin),
        }
    }
}

/// All pins: `imagelock.list/1`. Displaying it writes one after the other: the text of a hundred thousand is never in memory
/// as a whole.
pub fn pins(lock: Lock) -> impl fmt::Display {
    #[derive(Serialize)]
    struct List<'a> {
        schema: &'static str,
        #[serde(serialize_with = "rows")]
        pins: &'a Lock,
    }
    fn rows<S: Serializer>(lock: &Lock, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(lock.pins().iter().map(|pin| PinJson::new(pin, lock.is_edited(&pin.cell))))
    }
    fmt::from_fn(move |f| layout::write(f, &List { schema: "imagelock.list/1", pins: &lock }))
}

/// One pin: `imagelock.get/1`.
pub fn pin(pin: &Pin) -> String {
    #[derive(Serialize)]
    struct Get<'a> {
        schema: &'static str,
        #[serde(flatten)]
        pin: PinJson<'a>,
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
        id: Text<LocalImageId>,
        zoned_id: Text<ZonedId<'a>>,
        commercial_types: Vec<&'a str>,
    }
    fn offered(local: &LocalImage) -> OfferedJson<'_> {
        OfferedJson {
            zone: local.zone.as_str(),
            arch: local.arch.as_str(),
            r#type: local.image_type.as_str(),
            id: Text(local.id),
            zoned_id: Text(ZonedId(&local.zone, local.id)),
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
