//! What a verified change does to the pins.

use std::fmt::Write as _;

use super::prose;
use crate::domain::LocalImageId;
use crate::domain::lock::short_ids::ShortIds;
use crate::render::check::changed_since;
use crate::render::check::finding::{CheckReport, zone_and_arch};
use crate::render::plan::change::{detail, label};
use crate::render::support::markup::escaped;

/// Writes the table, a row a pin that the change adds, moves or removes.
pub(super) fn write(subject: CheckReport<'_>) -> String {
    let moves = changed_since::moves(subject);
    if moves.is_empty() {
        return String::new();
    }
    let mut text = "<table role=\"table\" class=\"changes\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">".to_owned();
    for column in ["change", "image", "from", "to", "detail"] {
        let _ = write!(text, "<th role=\"columnheader\" scope=\"col\">{column}</th>");
    }
    text += "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n";
    let ids = ShortIds::of_changes(moves.iter().map(|(_, change)| *change));
    let id = |id: Option<LocalImageId>| id.map_or_else(String::new, |id| format!("<code class=\"id\">{id}</code>"));
    for (manifest, change) in moves {
        let label = change.to.as_ref().or(change.from.as_ref()).map(label).unwrap_or_default();
        let _ = writeln!(
            text,
            "<tr role=\"row\"><td role=\"cell\">{}</td>\n<th role=\"rowheader\" scope=\"row\">{} \
             <span class=\"label\">{}</span> <span class=\"label\">{}</span> <span class=\"label\">{}</span></th>\n\
             <td role=\"cell\" data-column=\"from\">{}</td>\n<td role=\"cell\" data-column=\"to\">{}</td>\n\
             <td role=\"cell\" data-column=\"detail\">{}</td></tr>",
            change.action().as_str(),
            change.cell.name,
            escaped(&label),
            zone_and_arch(&change.cell),
            escaped(&manifest),
            id(change.from.as_ref().map(|pin| pin.id)),
            id(change.to.as_ref().map(|pin| pin.id)),
            prose(&detail(change, &ids)),
        );
    }
    text + "</tbody>\n</table>\n"
}
