//! Changes as Markdown: the body of a pull request.

use super::change::{self, Resolved};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::short_ids::ShortIds;
use crate::render::support::markdown::{code, id, inert, push_table};
use crate::render::support::values::zone_and_arch;

/// Writes what `resolve` changed.
pub(crate) fn write(resolved: &[Resolved<'_>]) -> String {
    changes(&change::changes(resolved))
}

/// Writes changes, each with the name of its manifest if there are several.
pub(crate) fn changes(changes: &[(String, &Change)]) -> String {
    let moved: Vec<&(String, &Change)> = changes.iter().filter(|(_, change)| change.action() != Action::Kept).collect();
    if moved.is_empty() {
        return "No pin changes.\n".to_owned();
    }
    let many = changes.iter().any(|(manifest, _)| !manifest.is_empty());
    let manifest = if many { "manifest" } else { "" };
    let ids = ShortIds::of_changes(moved.iter().map(|(_, change)| *change));
    let rows = moved.iter().map(|(manifest, change)| {
        [
            format!("**{}**", change.action().as_str()),
            inert(manifest),
            code(&change.cell.name),
            zone_and_arch(&change.cell),
            inert(&change.to.as_ref().or(change.from.as_ref()).map(change::label).unwrap_or_default()),
            id(change.from.as_ref().map(|pin| pin.id), &ids),
            id(change.to.as_ref().map(|pin| pin.id), &ids),
            inert(&change::detail(change, &ids)),
        ]
    });
    let mut text = format!("{}\n\n", change::counts(changes.iter().map(|(_, change)| *change)));
    push_table(&mut text, ["change", manifest, "image", "zone, arch", "label", "from", "to", "detail"], rows);
    text
}
