//! The pins that a verified change adds, moves or removes, as a table.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::elements::{ShownId, Text, cell, ids, path, prose, table};
use crate::domain::diagnostics::capitalized;
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Change;
use crate::render::changes::{detail, label_of, short_ids};
use crate::render::check::report::CheckReport;
use crate::render::check::versions::places;

/// Changes of one image that agree in everything but the zone, the architecture and the IDs.
struct Row<'a> {
    manifest: &'a str,
    changes: Vec<&'a Change>,
    detail: String,
}

/// Writes the table, a row for each image and version.
pub(super) fn write(report: CheckReport<'_>) -> Markup {
    let moves = report.moves();
    if moves.is_empty() {
        return Markup::default();
    }
    let short = short_ids(&moves);
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut known = BTreeMap::new();
    for (manifest, change) in &moves {
        let detail = detail(change, &short);
        let key = (manifest, &change.cell.name, change.action(), label_of(change), detail.clone());
        let at = *known.entry(key).or_insert(rows.len());
        match rows.get_mut(at) {
            Some(row) => row.changes.push(change),
            None => rows.push(Row { manifest, changes: vec![change], detail }),
        }
    }
    let body = html! {
        @for Row { manifest, changes, detail } in &rows {
            @let change = changes[0];
            tr role="row" { "\n"
                td role="cell" { (change.action().as_str()) } "\n"
                th role="rowheader" scope="row" {
                    (change.cell.name)
                    @if !manifest.is_empty() { " " span class="label" { (path(manifest)) } }
                } "\n"
                (cell("Label", &html! {
                    span { (Text(label_of(change))) } " "
                    span class="label" { (places(changes.iter().map(|change| &change.cell))) }
                }))
                (cell("From", &ids(&ids_of(changes, |change| change.from.as_ref()), &short)))
                (cell("To", &ids(&ids_of(changes, |change| change.to.as_ref()), &short)))
                (cell("Details", &prose(&capitalized(detail))))
            } "\n"
        }
    };
    table("pins", None, &["Change", "Image", "Label and zones", "From", "To", "Details"], &body)
}

fn ids_of<'c>(changes: &[&'c Change], pin: impl Fn(&'c Change) -> Option<&'c Pin>) -> Vec<ShownId<'c>> {
    let shown = |change: &&'c Change| Some(ShownId { cell: &change.cell, id: pin(change)?.id, remark: "" });
    changes.iter().filter_map(shown).collect()
}
