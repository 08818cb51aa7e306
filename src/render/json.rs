//! Reports, plans and pins -> JSON. The types here are the documented interface: a change that breaks readers raises
//! the number in `schema`.

use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::drift::{Finding, Report};
use crate::domain::lock::{Lock, Pin};
use crate::domain::resolve::{Change, Plan};
use crate::domain::search::Offer;
use crate::domain::{Cell, CommercialType, ImageRef, ImageType, Label};

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

    fn local(local: &LocalImage) -> Self {
        let published = local.published.map(|time| time.to_string());
        Self { id: local.id.to_string(), zoned_id: format!("{}/{}", local.zone, local.id), published }
    }
}

/// What every row says of its cell.
#[derive(Serialize)]
struct CellJson {
    name: String,
    label: Option<String>,
    image_id: Option<String>,
    zone: String,
    arch: String,
    r#type: String,
}

impl CellJson {
    fn new(cell: &Cell, image: Option<&ImageRef>, label: Option<&Label>, image_type: ImageType) -> Self {
        let Cell { name, zone, arch } = cell;
        let image_id = match image {
            Some(ImageRef::Id(id)) => Some(id.to_string()),
            _ => None,
        };
        Self {
            name: name.to_string(),
            label: label.map(ToString::to_string),
            image_id,
            zone: zone.to_string(),
            arch: arch.to_string(),
            r#type: image_type.to_string(),
        }
    }

    fn pin(pin: &Pin) -> Self {
        Self::new(&pin.cell, pin.image().as_ref(), pin.label.as_ref(), pin.image_type)
    }
}

fn write(value: &impl Serialize) -> String {
    // Strings, numbers and lists: nothing in it can fail to serialise.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// What `check` and `resolve --locked` found: `imagelock.check/1`.
pub fn check(report: &Report) -> String {
    #[derive(Serialize)]
    struct Check<'a> {
        schema: &'static str,
        drift: bool,
        pins: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        cell: CellJson,
        instance_type: Option<&'a str>,
        status: &'static str,
        drift: bool,
        locked: Option<LocalImageJson>,
        latest: Option<LocalImageJson>,
        notes: &'a [String],
    }
    fn row(finding: &Finding) -> Row<'_> {
        Row {
            cell: CellJson::new(&finding.cell, finding.image.as_ref(), finding.label.as_ref(), finding.image_type),
            instance_type: finding
                .locked
                .as_ref()
                .and_then(|pin| pin.instance_type.as_ref())
                .map(CommercialType::as_str),
            status: finding.status.as_str(),
            drift: finding.status.is_drift(),
            locked: finding.locked.as_ref().map(LocalImageJson::pin),
            latest: finding.latest.as_ref().map(LocalImageJson::local),
            notes: &finding.notes,
        }
    }
    write(&Check {
        schema: "imagelock.check/1",
        drift: report.has_drift(),
        pins: report.findings.iter().map(row).collect(),
    })
}

/// What `resolve` did: `imagelock.resolve/1`.
pub fn plan(plan: &Plan, dry_run: bool) -> String {
    #[derive(Serialize)]
    struct Resolve {
        schema: &'static str,
        dry_run: bool,
        changed: bool,
        pins: Vec<Row>,
    }
    #[derive(Serialize)]
    struct Row {
        #[serde(flatten)]
        cell: Option<CellJson>,
        action: &'static str,
        from: Option<LocalImageJson>,
        to: Option<LocalImageJson>,
        newer: Option<LocalImageJson>,
    }
    fn row(change: &Change) -> Row {
        Row {
            cell: change.to.as_ref().or(change.from.as_ref()).map(CellJson::pin),
            action: change.action().as_str(),
            from: change.from.as_ref().map(LocalImageJson::pin),
            to: change.to.as_ref().map(LocalImageJson::pin),
            newer: change.newer.as_ref().map(LocalImageJson::local),
        }
    }
    write(&Resolve {
        schema: "imagelock.resolve/1",
        dry_run,
        changed: plan.has_changes(),
        pins: plan.changes.iter().map(row).collect(),
    })
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
        categories: &'a [String],
        valid_until: Option<String>,
        local_images: Vec<OfferedJson<'a>>,
    }
    #[derive(Serialize)]
    struct OfferedJson<'a> {
        zone: &'a str,
        arch: &'a str,
        r#type: &'a str,
        #[serde(flatten)]
        local: LocalImageJson,
        commercial_types: Vec<&'a str>,
    }
    fn offered(local: &LocalImage) -> OfferedJson<'_> {
        OfferedJson {
            zone: local.zone.as_str(),
            arch: local.arch.as_str(),
            r#type: local.image_type.as_str(),
            local: LocalImageJson::local(local),
            commercial_types: local.commercial_types.iter().map(|text| &**text).collect(),
        }
    }
    fn image(offer: &Offer) -> ImageJson<'_> {
        ImageJson {
            label: offer.image.label.as_str(),
            id: offer.image.id.to_string(),
            name: &offer.image.name,
            categories: &offer.image.categories,
            valid_until: offer.image.valid_until.map(|time| time.to_string()),
            local_images: offer.local_images.iter().map(offered).collect(),
        }
    }
    write(&Search { schema: "imagelock.search/1", images: offers.iter().map(image).collect() })
}
