//! What a verified change does to the pins, as a table.

use maud::{Markup, html};

use super::{Text, prose, table};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::LocalImageId;
use crate::render::check::report::CheckReport;
use crate::render::plan::change::{detail, label};
use crate::render::support::values::zone_and_arch;

/// Writes a row for each pin that the change adds, moves or removes.
pub(super) fn write(report: CheckReport<'_>) -> Markup {
    let moves = report.moves();
    if moves.is_empty() {
        return Markup::default();
    }
    let ids = ShortIds::of_changes(moves.iter().map(|(_, change)| *change));
    let rows = html! {
        @for (manifest, change) in &moves {
            @let pin = change.to.as_ref().or(change.from.as_ref());
            tr role="row" {
                td role="cell" { (change.action().as_str()) } "\n"
                th role="rowheader" scope="row" {
                    (change.cell.name) " "
                    span class="label" { (Text(pin.map(label).unwrap_or_default())) } " "
                    span class="label" { (zone_and_arch(&change.cell)) } " "
                    span class="label" { (Text(manifest)) }
                } "\n"
                td role="cell" data-column="from" { (id(change.from.as_ref().map(|pin| pin.id))) } "\n"
                td role="cell" data-column="to" { (id(change.to.as_ref().map(|pin| pin.id))) } "\n"
                td role="cell" data-column="detail" { (prose(&detail(change, &ids))) }
            } "\n"
        }
    };
    table("changes", None, &["change", "image", "from", "to", "detail"], &rows)
}

fn id(id: Option<LocalImageId>) -> Markup {
    html! { @if let Some(id) = id { code class="id" { (id) } } }
}
