//! The history of pins, and the differences between two lockfiles, as tables and as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::diagnostics::{count, visible};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::history::{Commit, Comparison, Entry, Side, age};
use crate::domain::lock::short_ids::ShortIds;
use crate::render::changes::{self, ChangeJson, counts, detail, row, unnamed};
use crate::render::support::json::{Text, to_report};
use crate::render::support::table::{Column, Table, with_summary};
use crate::render::support::terminal::{self, EMPTY, FAINT, PLAIN};
use crate::render::support::values::{date, text};
use crate::render::support::width::Width;

const COLUMNS: [Column; 12] = [
    Column::above(2, "DATE"),
    Column::above(2, "COMMIT"),
    Column::fixed("CHANGE"),
    Column::below(7, "NAME"),
    Column::below(6, "ZONE"),
    Column::below(4, "ARCH"),
    Column::below(3, "LABEL").labeled(),
    Column::below(5, "FROM").labeled(),
    Column::below(5, "TO").labeled(),
    Column::below(1, "DETAIL"),
    Column::above(2, "AUTHOR"),
    Column::above(2, "SUBJECT"),
];

/// Writes when each pin moved: one row per pin and commit, the newest first.
pub(crate) fn log(entries: &[Entry], width: Width) -> String {
    let mut table = Table::new(&COLUMNS);
    let mut ids = ShortIds::of_changes(entries.iter().flat_map(|entry| &entry.changes));
    ids.extend(entries.iter().filter_map(|entry| entry.commit.as_ref()).map(|commit| &commit.id));
    for entry in entries {
        let plain = |text: String| (text, PLAIN);
        let (when, who) = match &entry.commit {
            Some(Commit { id, time, author, subject }) => {
                ([text(time.map(date)), ids.show(id)], [visible(author), visible(subject)])
            }
            None => ([String::new(), "uncommitted".to_owned()], [String::new(), String::new()]),
        };
        let (when, who) = (when.map(plain), who.map(plain));
        for (n, change) in entry.changes.iter().enumerate() {
            let detail = (with_ages(change, entry, &ids), FAINT);
            let who = if n == 0 { who.clone() } else { [EMPTY, EMPTY] };
            table.row(when.iter().cloned().chain(row(change, &ids)).chain([detail]).chain(who));
        }
        if let Some(why) = &entry.unreadable {
            let what = ("unreadable".to_owned(), terminal::action(Action::Edited));
            let cells = [what, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, (visible(why), FAINT)];
            table.row(when.into_iter().chain(cells).chain(who));
        }
    }
    with_summary(&table.write(width), &numbers(entries), width)
}

/// `3 changes in 2 commits, 1 uncommitted`.
fn numbers(entries: &[Entry]) -> String {
    let (committed, pending): (Vec<_>, Vec<_>) =
        entries.iter().filter(|entry| !entry.changes.is_empty()).partition(|entry| entry.commit.is_some());
    let changes = |entries: &[&Entry]| entries.iter().map(|entry| entry.changes.len()).sum::<usize>();
    let mut parts = Vec::new();
    if !committed.is_empty() {
        parts.push(format!("{} in {}", count(changes(&committed), "change"), count(committed.len(), "commit")));
    }
    if !pending.is_empty() {
        parts.push(format!("{} uncommitted", changes(&pending)));
    }
    if parts.is_empty() { "no pins have changed".to_owned() } else { parts.join(", ") }
}

/// Writes the pins that differ between two lockfiles.
pub(crate) fn diff(comparison: &Comparison, width: Width) -> String {
    let table = changes::table(&unnamed(&comparison.changes), width);
    let counts = if table.is_empty() { "no pins differ".to_owned() } else { counts(&comparison.changes) };
    let (from, to) = (visible(&comparison.from.name), visible(&comparison.to.name));
    with_summary(&table, &format!("{from} → {to}: {counts}"), width)
}

/// The details of a change, with the ages of the previous and the new image. The date in an edited block is not trusted.
fn with_ages(change: &Change, entry: &Entry, ids: &ShortIds) -> String {
    let days = |pin| age_at(entry, pin).map(|days| count(days, "day"));
    let moves = change.from.as_ref().map(|pin| pin.id) != change.to.as_ref().map(|pin| pin.id);
    let came =
        days(change.to.as_ref()).filter(|_| moves && !change.edited).map(|days| format!("{days} old when pinned"));
    let went = days(change.from.as_ref()).filter(|_| moves).map(|days| match change.to {
        Some(_) => format!("the previous one was {days} old"),
        None => format!("{days} old when removed"),
    });
    let detail = Some(detail(change, ids)).filter(|detail| !detail.is_empty());
    detail.into_iter().chain(came).chain(went).collect::<Vec<_>>().join(", ")
}

/// The age of a pinned image at the time of an entry, in days.
fn age_at(entry: &Entry, pin: Option<&Pin>) -> Option<usize> {
    age(pin?, entry.time?)
}

/// Writes when each pin moved: `imagelock.log/1`. `is_whole` is whether the history is known from its first commit.
pub(crate) fn log_json(entries: &[Entry], is_whole: bool) -> String {
    #[derive(Serialize)]
    struct Log<'a> {
        /// False in a shallow clone.
        complete: bool,
        entries: Vec<EntryJson<'a>>,
    }
    #[derive(Serialize)]
    struct EntryJson<'a> {
        commit: Option<CommitJson<'a>>,
        unreadable: Option<&'a str>,
        pins: Vec<ChangeJson<'a, Option<usize>>>,
    }
    #[derive(Serialize)]
    struct CommitJson<'a> {
        id: &'a str,
        time: Option<Text<Timestamp>>,
        author: &'a str,
        subject: &'a str,
    }
    fn entry<'e>(entry: &'e Entry) -> EntryJson<'e> {
        let row = |change: &'e Change| {
            let [from, to] = [&change.from, &change.to].map(|pin| age_at(entry, pin.as_ref()));
            ChangeJson::new(change, [("from_age_days", from), ("to_age_days", to)])
        };
        let commit = entry.commit.as_ref().map(|Commit { id, time, author, subject }| {
            let time = time.map(Text);
            CommitJson { id, time, author, subject }
        });
        EntryJson { commit, unreadable: entry.unreadable.as_deref(), pins: entry.changes.iter().map(row).collect() }
    }
    to_report("imagelock.log/1", Log { complete: is_whole, entries: entries.iter().map(entry).collect() })
}

/// Writes the pins that differ: `imagelock.diff/1`.
pub(crate) fn diff_json<'c>(comparison: &'c Comparison) -> String {
    #[derive(Serialize)]
    struct Diff<'a> {
        from: SideJson<'a>,
        to: SideJson<'a>,
        changed: bool,
        pins: Vec<ChangeJson<'a, ()>>,
    }
    #[derive(Serialize)]
    struct SideJson<'a> {
        name: &'a str,
        commit: Option<&'a str>,
    }
    let side = |side: &'c Side| SideJson { name: &side.name, commit: side.commit.as_deref() };
    let diff = Diff {
        from: side(&comparison.from),
        to: side(&comparison.to),
        changed: !comparison.changes.is_empty(),
        pins: comparison.changes.iter().map(|change| ChangeJson::new(change, [])).collect(),
    };
    to_report("imagelock.diff/1", diff)
}
