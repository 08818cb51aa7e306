//! The history of pins, and differences between two states, as tables.

use crate::domain::diagnostics::{count, visible};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::history::{Commit, Comparison, Entry, age};
use crate::domain::lock::short_ids::ShortIds;
use crate::render::plan::change::{counts, detail, unnamed};
use crate::render::plan::human::{changes, row};
use crate::render::support::style::{self, EMPTY, FAINT, PLAIN, Text};
use crate::render::support::table::Table;
use crate::render::support::values::date;

/// Writes when each pin moved: one row per pin and commit, the newest first.
pub(crate) fn log(entries: &[Entry], quiet: bool) -> String {
    let mut table = Table::new(&[
        "DATE", "COMMIT", "CHANGE", "NAME", "ZONE", "ARCH", "LABEL", "FROM", "TO", "DETAIL", "AUTHOR", "SUBJECT",
    ]);
    let mut ids = ShortIds::of_changes(entries.iter().flat_map(|entry| &entry.changes));
    ids.extend(entries.iter().filter_map(|entry| entry.commit.as_ref()).map(|commit| &commit.id));
    for entry in entries {
        let (when, who) = stamp(entry.commit.as_ref(), &ids);
        for (n, change) in entry.changes.iter().enumerate() {
            let detail = (with_ages(change, entry, &ids), FAINT);
            let who = if n == 0 { who.clone() } else { [EMPTY, EMPTY] };
            table.row(when.iter().cloned().chain(row(change, &ids)).chain([detail]).chain(who));
        }
        if let Some(why) = &entry.unreadable {
            let cells = [("unreadable".to_owned(), style::action(Action::Edited)), EMPTY, EMPTY, EMPTY, EMPTY];
            let cells = cells.into_iter().chain([EMPTY, EMPTY, (visible(why), FAINT)]);
            table.row(when.into_iter().chain(cells).chain(who));
        }
    }
    let table = table.write();
    if quiet {
        return table;
    }
    let space = if table.is_empty() { "" } else { "\n" };
    format!("{table}{space}{}\n", numbers(entries))
}

/// `3 changes in 2 commits, 1 not committed`.
fn numbers(entries: &[Entry]) -> String {
    let (committed, pending): (Vec<_>, Vec<_>) =
        entries.iter().filter(|entry| !entry.changes.is_empty()).partition(|entry| entry.commit.is_some());
    let changes = |entries: &[&Entry]| entries.iter().map(|entry| entry.changes.len()).sum::<usize>();
    let pending = Some(changes(&pending)).filter(|n| *n > 0).map(|n| format!("{n} not committed"));
    let committed = Some(changes(&committed))
        .filter(|n| *n > 0)
        .map(|n| format!("{} in {}", count(n, "change"), count(committed.len(), "commit")));
    let parts: Vec<String> = committed.into_iter().chain(pending).collect();
    if parts.is_empty() { "no pin has changed".to_owned() } else { parts.join(", ") }
}

/// Writes the pins that differ between two states.
pub(crate) fn diff(comparison: &Comparison, quiet: bool) -> String {
    let table = changes(&unnamed(&comparison.changes));
    if quiet {
        return table;
    }
    let space = if table.is_empty() { "" } else { "\n" };
    let counts = if table.is_empty() { "no pin differs".to_owned() } else { counts(&comparison.changes) };
    let (from, to) = (visible(&comparison.from.name), visible(&comparison.to.name));
    format!("{table}{space}{from} → {to}: {counts}\n")
}

/// The columns before the change, and those after it.
fn stamp(commit: Option<&Commit>, ids: &ShortIds) -> ([Text; 2], [Text; 2]) {
    match commit {
        Some(commit) => (
            [(commit.time.map(date).unwrap_or_default(), PLAIN), (ids.show(&commit.id), PLAIN)],
            [(visible(&commit.author), PLAIN), (visible(&commit.subject), PLAIN)],
        ),
        None => ([EMPTY, ("not committed".to_owned(), PLAIN)], [EMPTY, EMPTY]),
    }
}

/// The details of a change, and the ages of the images that came and went. The date in an edited block is not trusted.
fn with_ages(change: &Change, entry: &Entry, ids: &ShortIds) -> String {
    let days = |pin: &Option<Pin>| {
        pin.as_ref().zip(entry.time).and_then(|(pin, time)| age(pin, time)).map(|days| count(days, "day"))
    };
    let moves = change.from.as_ref().map(|pin| pin.id) != change.to.as_ref().map(|pin| pin.id);
    let came = days(&change.to).filter(|_| moves && !change.edited).map(|days| format!("{days} old when pinned"));
    let went = days(&change.from).filter(|_| moves).map(|days| match change.to {
        Some(_) => format!("the old one was {days} old"),
        None => format!("{days} old when removed"),
    });
    let detail = Some(detail(change, ids)).filter(|detail| !detail.is_empty());
    detail.into_iter().chain(came).chain(went).collect::<Vec<_>>().join(", ")
}
