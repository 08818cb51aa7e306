//! Changes of pins in every format, and the text that the formats share.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::lock::Pin;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::format::differences;
use crate::domain::lock::short_ids::ShortIds;
use crate::render::support::json::{CellJson, LocalImageJson};
use crate::render::support::markdown::{self, code, inert, push_table};
use crate::render::support::table::{Column, Table};
use crate::render::support::terminal::{self, FAINT, PLAIN, Text, cell};
use crate::render::support::values::{date, date_or_unknown, zone_and_arch};
use crate::render::support::width::Width;

/// A change, with the name of its manifest if there are several.
pub(crate) type Named<'a> = (String, &'a Change);

/// Changes without the name of their manifest.
pub(crate) fn unnamed(changes: &[Change]) -> Vec<Named<'_>> {
    changes.iter().map(|change| (String::new(), change)).collect()
}

/// The IDs that a table of changes shows.
pub(crate) fn short_ids(changes: &[Named<'_>]) -> ShortIds {
    ShortIds::of_changes(changes.iter().map(|(_, change)| *change))
}

const COLUMNS: [Column; 9] = [
    Column::fixed("CHANGE"),
    Column::above(3, "MANIFEST"),
    Column::below(7, "NAME"),
    Column::below(6, "ZONE"),
    Column::below(4, "ARCH"),
    Column::below(2, "LABEL").labeled(),
    Column::below(5, "FROM").labeled(),
    Column::below(5, "TO").labeled(),
    Column::below(1, "DETAIL"),
];

/// A table of changes.
pub(crate) fn table(changes: &[Named<'_>], width: Width) -> String {
    let mut table = Table::new(&COLUMNS);
    let ids = short_ids(changes);
    for (manifest, change) in changes {
        let [action, rest @ ..] = row(change, &ids);
        let detail = (detail(change, &ids), FAINT);
        table.row([action, (manifest.clone(), PLAIN)].into_iter().chain(rest).chain([detail]));
    }
    table.write(width)
}

/// A change without its details: under `CHANGE NAME ZONE ARCH LABEL FROM TO`.
pub(crate) fn row(change: &Change, ids: &ShortIds) -> [Text; 7] {
    let action = change.action();
    let [name, zone, arch] = cell(&change.cell);
    let to = change.to.as_ref().filter(|_| action != Action::Kept).map(|pin| pin.id);
    [
        (action.as_str().to_owned(), terminal::action(action)),
        name,
        zone,
        arch,
        (label_of(change).into_owned(), PLAIN),
        terminal::id(change.from.as_ref().map(|pin| pin.id), ids),
        terminal::id(to, ids),
    ]
}

/// Changes as Markdown: the body of a pull request.
pub(crate) fn markdown(changes: &[Named<'_>]) -> String {
    let moved: Vec<Named<'_>> = changes.iter().filter(|(_, it)| it.action() != Action::Kept).cloned().collect();
    if moved.is_empty() {
        return "No pins change.\n".to_owned();
    }
    let is_named = changes.iter().any(|(manifest, _)| !manifest.is_empty());
    let ids = short_ids(&moved);
    let rows = moved.iter().map(|(manifest, change)| {
        [
            format!("**{}**", change.action().as_str()),
            inert(manifest),
            code(&change.cell.name),
            zone_and_arch(&change.cell),
            inert(&label_of(change)),
            markdown::id(change.from.as_ref().map(|pin| pin.id), &ids),
            markdown::id(change.to.as_ref().map(|pin| pin.id), &ids),
            inert(&detail(change, &ids)),
        ]
    });
    let mut text = counts(changes.iter().map(|(_, change)| *change)) + "\n\n";
    let manifest = if is_named { "manifest" } else { "" };
    push_table(&mut text, ["change", manifest, "image", "zone, arch", "label", "from", "to", "detail"], rows);
    text
}

/// A change in a JSON report, with the keys that only this report has.
#[derive(Serialize)]
pub(crate) struct ChangeJson<'a, T> {
    #[serde(flatten)]
    cell: Option<CellJson<'a>>,
    action: &'static str,
    from: Option<LocalImageJson<'a>>,
    to: Option<LocalImageJson<'a>>,
    #[serde(flatten)]
    more: BTreeMap<&'static str, T>,
    note: Option<&'a str>,
}

impl<'a, T> ChangeJson<'a, T> {
    pub(crate) fn new<const N: usize>(change: &'a Change, more: [(&'static str, T); N]) -> Self {
        Self {
            cell: latest_pin(change).map(CellJson::pin),
            action: change.action().as_str(),
            from: change.from.as_ref().map(LocalImageJson::pin),
            to: change.to.as_ref().map(LocalImageJson::pin),
            more: BTreeMap::from(more),
            note: change.note.as_deref(),
        }
    }
}

/// `1 moved, 3 kept`: how many changes there are of each kind.
pub(crate) fn counts<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
    let mut counts: BTreeMap<Action, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.action()).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(action, n)| format!("{n} {}", action.as_str())).collect();
    counts.join(", ")
}

/// The pin after a change, else the one before it.
fn latest_pin(change: &Change) -> Option<&Pin> {
    change.to.as_ref().or(change.from.as_ref())
}

/// The label of the pin that changes.
pub(crate) fn label_of(change: &Change) -> Cow<'_, str> {
    latest_pin(change).map(label).unwrap_or_default()
}

/// The label of a pin, or else the ID of its image.
pub(crate) fn label(pin: &Pin) -> Cow<'_, str> {
    pin.label().map_or_else(|| pin.image.to_string().into(), |label| label.as_str().into())
}

/// The details of a change, in a line.
pub(crate) fn detail(change: &Change, ids: &ShortIds) -> String {
    let when = |pin: &Option<Pin>| pin.as_ref().and_then(|pin| pin.published);
    let mut parts = Vec::new();
    if let Some(newer) = change.newer.as_ref().filter(|_| change.action() == Action::Kept) {
        parts.push(format!("{}: {}", if newer.is_older { "older" } else { "newer" }, ids.show(newer.id)));
        // The date is unknown if it was not requested, because the pin is kept either way.
        parts.extend(published(when(&change.to), newer.published).filter(|_| newer.published.is_some()));
    }
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => {
            let differs = from.id != to.id || from.published != to.published;
            parts.extend(published(from.published, to.published).filter(|_| differs));
            parts.extend(declaration_changes(from, to));
        }
        (from, to) => parts.extend(when(from).or(when(to)).map(|time| format!("published {}", date(time)))),
    }
    parts.extend(change.note.clone());
    parts.join(", ")
}

/// The parts of the declaration that differ: `label x → y`.
fn declaration_changes<'p>(from: &'p Pin, to: &'p Pin) -> Vec<String> {
    let label = Some(("label", label(from), label(to))).filter(|(_, from, to)| from != to);
    let value = |value: Option<Cow<'p, str>>| value.unwrap_or("none".into());
    let others = differences(from, to).filter_map(|(key, from, to)| Some((key.in_change?, value(from), value(to))));
    label.into_iter().chain(others).map(|(what, from, to)| format!("{what} {from} → {to}")).collect()
}

/// `published 2026-09-02 → 2026-10-20`, as far as the dates are known.
fn published(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let known = from.is_some() || to.is_some();
    known.then(|| format!("published {} → {}", date_or_unknown(from), date_or_unknown(to)))
}
