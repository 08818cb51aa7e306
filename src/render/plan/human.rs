//! A plan and its changes as a table.

use super::change::{self, Resolved, detail, label};
use crate::domain::diagnostics::count;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::short_ids::ShortIds;
use crate::render::support::style::{self, FAINT, PLAIN, Text};
use crate::render::support::table::{Table, cell, id};

/// Writes what `resolve` did, or under `--dry-run` would do.
pub(crate) fn write(resolved: &[Resolved<'_>], dry_run: bool, quiet: bool) -> String {
    let all = change::changes(resolved);
    let counts = change::counts(all.iter().map(|(_, change)| *change));
    let is_shown = |change: &Change| {
        change.action() != Action::Kept || !quiet && (change.newer.is_some() || change.note.is_some())
    };
    let shown: Vec<_> = all.into_iter().filter(|(_, change)| is_shown(change)).collect();
    let table = changes(&shown);
    if quiet {
        return table;
    }
    let space = if table.is_empty() { "" } else { "\n" };
    let pins = count(resolved.iter().map(|it| it.plan.lock.pins().len()).sum(), "pin");
    let pins = if resolved.len() > 1 { format!("{pins} in {}", count(resolved.len(), "manifest")) } else { pins };
    let rewrites = resolved.iter().any(|it| it.rewrites);
    let summary = match (resolved.iter().any(|it| it.plan.has_changes()), rewrites, dry_run) {
        (false, false, _) => format!("nothing to change: {pins}\n"),
        (false, true, false) => format!("no pin changes, the lockfile was put into its canonical form: {pins}\n"),
        (false, true, true) => {
            "dry run: no pin would change, the lockfile would be put into its canonical form\n".to_owned()
        }
        (true, _, false) => format!("{pins}: {counts}\n"),
        (true, _, true) => format!("dry run, nothing was written; would be: {counts}\n"),
    };
    format!("{table}{space}{summary}")
}

/// A table of changes, each with the name of its manifest if there are several.
pub(crate) fn changes(changes: &[(String, &Change)]) -> String {
    let mut table = Table::new(&["CHANGE", "MANIFEST", "NAME", "ZONE", "ARCH", "LABEL", "FROM", "TO", "DETAIL"]);
    let ids = ShortIds::of_changes(changes.iter().map(|(_, change)| *change));
    for (manifest, change) in changes {
        let [action, rest @ ..] = row(change, &ids);
        let detail = (detail(change, &ids), FAINT);
        table.row([action, (manifest.clone(), PLAIN)].into_iter().chain(rest).chain([detail]));
    }
    table.write()
}

/// A change without its details: under `CHANGE NAME ZONE ARCH LABEL FROM TO`.
pub(crate) fn row(change: &Change, ids: &ShortIds) -> [Text; 7] {
    let action = change.action();
    let [name, zone, arch] = cell(&change.cell);
    let label = change.to.as_ref().or(change.from.as_ref()).map(label).unwrap_or_default().into_owned();
    let from = change.from.as_ref().map(|pin| pin.id);
    let to = change.to.as_ref().filter(|_| action != Action::Kept).map(|pin| pin.id);
    [(action.as_str().to_owned(), style::action(action)), name, zone, arch, (label, PLAIN), id(from, ids), id(to, ids)]
}
