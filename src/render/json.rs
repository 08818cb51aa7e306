//! Reports, plans and pins -> JSON. The types here are the documented interface: a change that breaks readers raises
//! the number in `schema`.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::drift::{Finding, Latest, Report};
use crate::domain::explain::{Candidate, Identity};
use crate::domain::lock::{Lock, Pin};
use crate::domain::problem::Problem;
use crate::domain::release::Release;
use crate::domain::resolve::{Change, Plan};
use crate::domain::search::Offer;
use crate::domain::{Cell, CommercialType, ImageRef, ImageType, Label, Zone};

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

/// A remark on the manifest.
#[derive(Serialize)]
struct RemarkJson<'a> {
    message: &'a str,
    notes: &'a [String],
    help: Option<&'a str>,
}

impl<'a> RemarkJson<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self { message: &problem.title, notes: &problem.notes, help: problem.help.as_deref() }
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
        notices: Vec<RemarkJson<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        cell: CellJson,
        instance_type: Option<&'a str>,
        status: &'static str,
        statuses: Vec<&'static str>,
        drift: bool,
        locked: Option<LocalImageJson>,
        latest: Option<LocalImageJson>,
        latest_release: Option<&'a str>,
        end_of_life: Option<EndJson<'a>>,
        notes: &'a [String],
    }
    #[derive(Serialize)]
    struct EndJson<'a> {
        date: String,
        source: &'a str,
    }
    fn row(finding: &Finding) -> Row<'_> {
        let latest = finding.latest.as_ref();
        Row {
            cell: CellJson::finding(finding),
            instance_type: finding
                .locked
                .as_ref()
                .and_then(|pin| pin.instance_type.as_ref())
                .map(CommercialType::as_str),
            status: finding.status.as_str(),
            statuses: finding.statuses.iter().map(|status| status.as_str()).collect(),
            drift: finding.is_drift,
            locked: finding.locked.as_ref().map(|pin| LocalImageJson {
                published: finding.published.map(|time| time.to_string()),
                ..LocalImageJson::pin(pin)
            }),
            latest: latest.map(|latest| LocalImageJson::latest(latest, &finding.cell.zone)),
            latest_release: latest.and_then(|latest| latest.release.as_ref()).map(Release::as_str),
            end_of_life: finding.end.as_ref().map(|end| EndJson { date: end.date.to_string(), source: &end.source }),
            notes: &finding.notes,
        }
    }
    write(&Check {
        schema: "imagelock.check/1",
        drift: report.has_drift(),
        pins: report.findings.iter().map(row).collect(),
        notices: report.notices.iter().map(RemarkJson::new).collect(),
    })
}

/// What `resolve` did: `imagelock.resolve/1`.
pub fn plan(plan: &Plan, dry_run: bool) -> String {
    #[derive(Serialize)]
    struct Resolve<'a> {
        schema: &'static str,
        dry_run: bool,
        changed: bool,
        pins: Vec<Row<'a>>,
        warnings: Vec<RemarkJson<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        cell: Option<CellJson>,
        action: &'static str,
        from: Option<LocalImageJson>,
        to: Option<LocalImageJson>,
        newer: Option<LocalImageJson>,
        note: Option<&'a str>,
    }
    fn row(change: &Change) -> Row<'_> {
        Row {
            cell: change.to.as_ref().or(change.from.as_ref()).map(CellJson::pin),
            action: change.action().as_str(),
            from: change.from.as_ref().map(LocalImageJson::pin),
            to: change.to.as_ref().map(LocalImageJson::pin),
            newer: change.newer.as_ref().map(|newer| LocalImageJson::latest(newer, &change.cell.zone)),
            note: change.note.as_deref(),
        }
    }
    write(&Resolve {
        schema: "imagelock.resolve/1",
        dry_run,
        changed: plan.has_changes(),
        pins: plan.changes.iter().map(row).collect(),
        warnings: plan.warnings.iter().map(RemarkJson::new).collect(),
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
            commercial_types: local.commercial_types.iter().map(|text| &**text).collect(),
        }
    }
    fn image(offer: &Offer) -> ImageJson<'_> {
        ImageJson {
            label: offer.image.label.as_str(),
            id: offer.image.id.to_string(),
            name: &offer.image.name,
            categories: &offer.image.categories,
            release: offer.release.as_ref().map(Release::as_str),
            published: offer.published.map(|time| time.to_string()),
            valid_until: offer.image.valid_until.map(|time| time.to_string()),
            end_of_life: offer.end.as_ref().map(|end| end.date.to_string()),
            local_images: offer.local_images.iter().map(offered).collect(),
        }
    }
    write(&Search { schema: "imagelock.search/1", images: offers.iter().map(image).collect() })
}

/// The candidates of an image: `imagelock.explain/1`.
pub fn candidates(candidates: &[Candidate]) -> String {
    #[derive(Serialize)]
    struct Explain<'a> {
        schema: &'static str,
        candidates: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        zone: &'a str,
        arch: &'a str,
        wins: bool,
        id: Option<String>,
        label: Option<&'a str>,
        r#type: Option<&'a str>,
        published: Option<String>,
        reason: &'a str,
    }
    fn row(candidate: &Candidate) -> Row<'_> {
        Row {
            name: candidate.cell.name.as_str(),
            zone: candidate.cell.zone.as_str(),
            arch: candidate.cell.arch.as_str(),
            wins: candidate.wins,
            id: candidate.id.map(|id| id.to_string()),
            label: candidate.label.as_ref().map(Label::as_str),
            r#type: candidate.image_type.as_deref(),
            published: candidate.published.map(|time| time.to_string()),
            reason: &candidate.reason,
        }
    }
    write(&Explain { schema: "imagelock.explain/1", candidates: candidates.iter().map(row).collect() })
}

/// What a UUID is: `imagelock.explain/1`.
pub fn identity(id: &str, identity: &Identity, pins: &[&Pin]) -> String {
    #[derive(Default, Serialize)]
    struct Explain<'a> {
        schema: &'static str,
        id: &'a str,
        kind: &'static str,
        label: Option<String>,
        zone: Option<String>,
        arch: Option<String>,
        r#type: Option<String>,
        published: Option<String>,
        pinned_by: Vec<PinJson>,
    }
    let time = |time: &Option<Timestamp>| time.map(|time| time.to_string());
    let mut explain = Explain { schema: "imagelock.explain/1", id, kind: "unknown", ..Explain::default() };
    match identity {
        Identity::LocalImage { local, published } => {
            explain.kind = "local image";
            explain.label = local.label.as_ref().map(ToString::to_string);
            explain.zone = Some(local.zone.to_string());
            explain.arch = Some(local.arch.to_string());
            explain.r#type = Some(local.image_type.as_str().to_owned());
            explain.published = time(published);
        }
        Identity::Version { label, published, .. } => {
            explain.kind = "version";
            explain.label = label.as_ref().map(ToString::to_string);
            explain.published = time(published);
        }
        Identity::Image(image) => {
            explain.kind = "image";
            explain.label = Some(image.label.to_string());
        }
        Identity::Unknown => {}
    }
    explain.pinned_by = pins.iter().map(|pin| PinJson::new(pin, false)).collect();
    write(&explain)
}
