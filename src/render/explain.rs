//! The output of `explain`: the candidates for a pin, or what an ID identifies, as text and as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::catalog::identify::IdKind;
use crate::domain::diagnostics::{and, count, or, quoted, visible};
use crate::domain::lock::Pin;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::lookup::explain::Candidate;
use crate::domain::manifest::Target;
use crate::domain::types::{Arch, Cell, Label, LocalImageId, Name, Zone};
use crate::render::list::PinJson;
use crate::render::support::json::{Text, to_report};
use crate::render::support::table::{Column, Table, with_summary};
use crate::render::support::terminal::{self, FAINT, HELD, PLAIN, WINS};
use crate::render::support::values::{date, text};
use crate::render::support::width::Width;

const SCHEMA: &str = "imagelock.explain/1";

const CANDIDATES: [Column; 8] = [
    Column::fixed("ZONE"),
    Column::below(5, "ARCH"),
    Column::below(7, "RESULT"),
    Column::below(6, "ID"),
    Column::below(4, "LABEL").labeled(),
    Column::below(2, "TYPE").labeled(),
    Column::below(3, "PUBLISHED").labeled(),
    Column::below(1, "REASON"),
];

const LOCAL_IMAGES: [Column; 5] = [
    Column::fixed("ZONE"),
    Column::below(3, "ARCH"),
    Column::below(1, "TYPE").labeled(),
    Column::below(4, "ID"),
    Column::below(2, "PUBLISHED").labeled(),
];

/// The candidates for the pins of an image, and why each of them is or is not selected. Full IDs are in the JSON report.
pub(crate) fn candidates(targets: &[Target], candidates: &[Candidate], width: Width) -> String {
    let mut table = Table::new(&CANDIDATES);
    let ids = ShortIds::of(candidates.iter().filter_map(|candidate| candidate.id));
    for candidate in candidates {
        let (result, style) = if candidate.wins { ("wins", WINS) } else { ("loses", HELD) };
        table.row([
            (candidate.cell.zone.to_string(), PLAIN),
            (candidate.cell.arch.to_string(), PLAIN),
            (result.to_owned(), style),
            terminal::id(candidate.id, &ids),
            (text(candidate.label.as_ref()), PLAIN),
            (text(candidate.image_type.as_ref()), PLAIN),
            (text(candidate.published.map(date)), PLAIN),
            (candidate.reason.clone(), FAINT),
        ]);
    }
    let table = table.write(width);
    let has_winner = |target: &&Target| candidates.iter().any(|it| it.wins && it.cell == target.cell);
    let without = targets.iter().filter(|target| !has_winner(target)).map(|target| &target.cell);
    let without: Vec<String> = without.map(|cell| format!("{} ({})", cell.zone, cell.arch)).collect();
    if without.is_empty() {
        return table;
    }
    with_summary(&table, &format!("no candidate wins for {}", and(without)), width)
}

/// Writes the candidates as JSON: `imagelock.explain/1`.
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

/// What a UUID identifies, and which pins have it.
pub(crate) fn identity(id: &str, identity: &IdKind, pins: &[&Pin], width: Width) -> String {
    let label = |label: &Option<_>| label.as_ref().map_or("an image with an unknown label".to_owned(), quoted);
    let published = |time: &Option<_>| time.map_or_else(String::new, |time| format!(", published {}", date(time)));
    let mut sentences = match identity {
        IdKind::LocalImage { local, published: time } => vec![
            format!(
                "{id} is a local image of {} in {} for {}, type {}{}",
                label(&local.label),
                local.zone,
                local.arch,
                visible(local.image_type.as_str()),
                published(time),
            ),
            "it can be pinned, and an Instance can boot from it".to_owned(),
        ],
        IdKind::Version { label: of, published: time, local_images } => vec![
            format!(
                "{id} is a version of {}{}, with {}",
                label(of),
                published(time),
                count(*local_images, "local image"),
            ),
            "an Instance cannot boot from it; to pin this image, declare its `label` in the manifest".to_owned(),
        ],
        IdKind::Image { image, .. } => vec![
            // `id` can also be the label of the image.
            format!("{} is the Marketplace image {} ({})", image.id, quoted(&image.label), visible(&image.name)),
            "an Instance cannot boot from it; to pin this image, declare its `label`, or this ID as `image-id`"
                .to_owned(),
        ],
        IdKind::Unknown => vec![format!(
            "the Marketplace does not list {id}: it may be {}",
            or(["a superseded local image", "a private image", "an ID of another service", "a typo"])
        )],
    };
    let pinned = match pins {
        [] => "the lockfile does not pin it".to_owned(),
        pins => format!("the lockfile pins it for {}", and(pins.iter().map(|pin| &pin.cell))),
    };
    if let IdKind::Image { local_images, .. } = identity {
        let text = sentences.join("\n");
        return format!("{}\n\n{}\n{}\n", width.wrap(&text), offered(local_images, width), width.wrap(&pinned));
    }
    sentences.push(pinned);
    format!("{}\n", width.wrap(&sentences.join("\n")))
}

/// The local images that are offered of an image now.
fn offered(local_images: &[(LocalImage, Option<Timestamp>)], width: Width) -> String {
    let mut table = Table::new(&LOCAL_IMAGES);
    let ids = ShortIds::of(local_images.iter().map(|(local, _)| local.id));
    for (local, published) in local_images {
        table.row([
            (local.zone.to_string(), PLAIN),
            (local.arch.to_string(), PLAIN),
            (visible(local.image_type.as_str()), PLAIN),
            terminal::id(Some(local.id), &ids),
            (text(published.map(date)), FAINT),
        ]);
    }
    if local_images.is_empty() { "it is not offered in any zone now\n".to_owned() } else { table.write(width) }
}

/// Writes what an ID identifies as JSON: `imagelock.explain/1`.
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
