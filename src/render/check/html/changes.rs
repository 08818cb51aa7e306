//! What a verified change does to the pins, as a table.

use maud::{Markup, html};

use super::{Text, prose, table};
use crate::domain::types::LocalImageId;
use crate::render::changes::{detail, label_of, short_ids};
use crate::render::check::report::CheckReport;
use crate::render::support::values::zone_and_arch;

/// Writes a row for each pin that the change adds, moves or removes.
pub(super) fn write(report: CheckReport<'_>) -> Markup {
    let moves = report.moves();
    if moves.is_empty() {
        return Markup::default();
    }
    let ids = short_ids(&moves);
    let rows = html! {
        @for (manifest, change) in &moves {
            tr role="row" {
                td role="cell" { (change.action().as_str()) } "\n"
                th role="rowheader" scope="row" {
                    (change.cell.name) " "
                    span class="label" { (Text(label_of(change))) } " "
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
