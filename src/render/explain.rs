//! Renders the candidates for an image and the identity of a UUID, as text and as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::catalog::identify::IdKind;
use crate::domain::diagnostics::{and, count, quoted, visible};
use crate::domain::lock::Pin;
use crate::domain::lookup::explain::Candidate;
use crate::domain::manifest::Target;
use crate::domain::types::{Arch, Cell, Label, LocalImageId, Name, Zone};
use crate::render::list::PinJson;
use crate::render::support::json::{Text, to_report};
use crate::render::support::terminal::{FAINT, HELD, PLAIN, Table, WINS};
use crate::render::support::values::{date, text};

const SCHEMA: &str = "imagelock.explain/1";

/// A table of the candidates for an image, with the reason why each is or is not selected.
pub(crate) fn candidates(targets: &[Target], candidates: &[Candidate]) -> String {
    let mut table = Table::new(&["ZONE", "ARCH", "", "ID", "LABEL", "TYPE", "PUBLISHED", "WHY"]);
    for candidate in candidates {
        let (verdict, style) = if candidate.wins { ("wins", WINS) } else { ("loses", HELD) };
        table.row([
            (candidate.cell.zone.to_string(), PLAIN),
            (candidate.cell.arch.to_string(), PLAIN),
            (verdict.to_owned(), style),
            (text(candidate.id), PLAIN),
            (text(candidate.label.as_ref()), PLAIN),
            (text(candidate.image_type.as_ref()), PLAIN),
            (text(candidate.published.map(date)), PLAIN),
            (candidate.reason.clone(), FAINT),
        ]);
    }
    let has_winner = |target: &&Target| candidates.iter().any(|it| it.wins && it.cell == target.cell);
    let without = targets.iter().filter(|target| !has_winner(target)).map(|target| &target.cell);
    let without: Vec<String> = without.map(|cell| format!("{} ({})", cell.zone, cell.arch)).collect();
    if without.is_empty() {
        table.write()
    } else {
        format!("{}\nno local image can be pinned in {}\n", table.write(), and(without))
    }
}

/// The candidates for an image as a report of the schema `imagelock.explain/1`.
pub(crate) fn candidates_json(candidates: &[Candidate]) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a Name,
        zone: &'a Zone,
        arch: &'a Arch,
        wins: bool,
        id: &'a Option<LocalImageId>,
        label: &'a Option<Label>,
        r#type: &'a Option<String>,
        published: Option<Text<Timestamp>>,
        reason: &'a str,
    }
    fn row(Candidate { cell, wins, id, label, image_type: r#type, published, reason }: &Candidate) -> Row<'_> {
        let Cell { name, zone, arch } = cell;
        Row { name, zone, arch, wins: *wins, id, label, r#type, published: published.map(Text), reason }
    }
    let rows: Vec<Row<'_>> = candidates.iter().map(row).collect();
    to_report(SCHEMA, BTreeMap::from([("candidates", rows)]))
}

/// What a UUID identifies, and which pins contain it.
pub(crate) fn identity(id: &str, identity: &IdKind, pins: &[&Pin]) -> String {
    let label = |label: &Option<_>| label.as_ref().map_or("an image with an unknown label".to_owned(), quoted);
    let published = |time: &Option<_>| time.map_or_else(String::new, |time| format!(", published {}", date(time)));
    let text = match identity {
        IdKind::LocalImage { local, published: time } => format!(
            "{id} is a local image of {}, in {} for {}, with type {}{}\nan Instance can boot it, and it can be pinned\n",
            label(&local.label),
            local.zone,
            local.arch,
            visible(local.image_type.as_str()),
            published(time),
        ),
        IdKind::Version { label: of, published: time, local_images } => format!(
            "{id} is a version of {}{}, with {}\nno Instance can boot it; to declare its image, use `label`\n",
            label(of),
            published(time),
            count(*local_images, "local image"),
        ),
        IdKind::Image { image, local_images } => format!(
            "{id} is the Marketplace image {} ({})\n\
             no Instance can boot it; to declare it, use `label` or `image-id`\n\n{}\n",
            quoted(&image.label),
            visible(&image.name),
            offered(local_images),
        ),
        IdKind::Unknown => format!(
            "the Marketplace does not list {id}\n\
             it may be a superseded local image, a private image, the ID of something else, or mistyped\n"
        ),
    };
    match pins {
        [] => format!("{text}the lockfile does not contain it\n"),
        pins => format!("{text}the lockfile contains it for {}\n", and(pins.iter().map(|pin| &pin.cell))),
    }
}

/// A table of the local images that an image currently offers.
fn offered(local_images: &[(LocalImage, Option<Timestamp>)]) -> String {
    let mut table = Table::new(&["ZONE", "ARCH", "TYPE", "ID", "PUBLISHED"]);
    for (local, published) in local_images {
        let cells =
            [local.zone.to_string(), local.arch.to_string(), visible(local.image_type.as_str()), local.id.to_string()];
        table.row(cells.map(|text| (text, PLAIN)).into_iter().chain([(text(published.map(date)), FAINT)]));
    }
    if local_images.is_empty() { "it currently has no local images\n".to_owned() } else { table.write() }
}

/// The identity of a UUID as a report of the schema `imagelock.explain/1`.
pub(crate) fn identity_json(id: &str, identity: &IdKind, pins: &[&Pin]) -> String {
    #[derive(Serialize)]
    struct Identity<'a> {
        id: &'a str,
        kind: &'static str,
        label: Option<&'a Label>,
        zone: Option<&'a Zone>,
        arch: Option<&'a Arch>,
        r#type: Option<&'a str>,
        published: Option<Text<Timestamp>>,
        pinned_by: Vec<PinJson<'a>>,
    }
    let (kind, label, local, published) = match identity {
        IdKind::LocalImage { local, published } => ("local image", local.label.as_ref(), Some(local), *published),
        IdKind::Version { label, published, .. } => ("version", label.as_ref(), None, *published),
        IdKind::Image { image, .. } => ("image", Some(&image.label), None, None),
        IdKind::Unknown => ("unknown", None, None, None),
    };
    let identity = Identity {
        id,
        kind,
        label,
        zone: local.map(|local| &local.zone),
        arch: local.map(|local| &local.arch),
        r#type: local.map(|local| local.image_type.as_str()),
        published: published.map(Text),
        pinned_by: pins.iter().map(|pin| PinJson::new(pin, false)).collect(),
    };
    to_report(SCHEMA, identity)
}
