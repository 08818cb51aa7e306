//! Candidates and identities -> tables and sentences.

use crate::domain::catalog::identify::IdKind;
use crate::domain::diagnostics::{and, count, or, quoted, visible};
use crate::domain::lock::Pin;
use crate::domain::lookup::explain::Candidate;
use crate::domain::manifest::Target;
use crate::render::support::style::{FAINT, HELD, PLAIN, WINS};
use crate::render::support::table::Table;
use crate::render::support::values::date;

/// Every candidate of an image's cells, and why it won or lost.
pub(crate) fn candidates(targets: &[Target], candidates: &[Candidate]) -> String {
    let mut table = Table::new(&["ZONE", "ARCH", "", "ID", "LABEL", "TYPE", "PUBLISHED", "WHY"]);
    for candidate in candidates {
        let verdict = if candidate.wins { ("wins", WINS) } else { ("loses", HELD) };
        table.row(vec![
            (candidate.cell.zone.to_string(), PLAIN),
            (candidate.cell.arch.to_string(), PLAIN),
            (verdict.0.to_owned(), verdict.1),
            (candidate.id.map(|id| id.to_string()).unwrap_or_default(), PLAIN),
            (candidate.label.as_ref().map(ToString::to_string).unwrap_or_default(), PLAIN),
            (candidate.image_type.clone().unwrap_or_default(), PLAIN),
            (candidate.published.map(date).unwrap_or_default(), PLAIN),
            (candidate.reason.clone(), FAINT),
        ]);
    }
    let mut text = table.write();
    let without: Vec<String> = targets
        .iter()
        .map(|target| &target.cell)
        .filter(|cell| !candidates.iter().any(|candidate| candidate.wins && candidate.cell == **cell))
        .map(|cell| format!("{} ({})", cell.zone, cell.arch))
        .collect();
    if !without.is_empty() {
        text = format!("{text}\nnothing wins in {}\n", and(without));
    }
    text
}

/// What a UUID is, and who pins it.
pub(crate) fn identity(id: &str, identity: &IdKind, pins: &[&Pin]) -> String {
    let label = |label: &Option<_>| match label {
        Some(label) => quoted(label),
        None => "an image whose label is not stated".to_owned(),
    };
    let text = match identity {
        IdKind::LocalImage { local, published } => format!(
            "{id} is a local image of {}, in {} for {}, of type {}{}\nit can be pinned and booted\n",
            label(&local.label),
            local.zone,
            local.arch,
            visible(local.image_type.as_str()),
            published.map(|time| format!(", published {}", date(time))).unwrap_or_default(),
        ),
        IdKind::Version { label: of, published, local_images } => format!(
            "{id} is a version of {}{}, with {}\nno Instance boots it; a manifest can ask for it with `version-id`\n",
            label(of),
            published.map(|time| format!(", published {}", date(time))).unwrap_or_default(),
            count(*local_images, "local image"),
        ),
        IdKind::Image(image) => format!(
            "{id} is the Marketplace image {}, {}, over all its versions\n\
             no Instance boots it; a manifest can ask for it with `image-id`, or better with `label`\n",
            quoted(&image.label),
            visible(&image.name),
        ),
        IdKind::Unknown => format!(
            "{id} is nothing that the Marketplace describes: {}\n",
            or(["a superseded local image", "a private image", "of another service", "mistyped"])
        ),
    };
    match pins {
        [] => format!("{text}the lockfile does not pin it\n"),
        pins => format!("{text}the lockfile pins it for {}\n", and(pins.iter().map(|pin| &pin.cell))),
    }
}
