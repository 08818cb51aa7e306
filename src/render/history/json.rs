//! The history of pins, and differences between two states, as JSON.

use serde::Serialize;

use crate::domain::lock::Pin;
use crate::domain::lock::diff::Change;
use crate::domain::lock::history::{Comparison, Entry, Side, age};
use crate::render::plan::json::ChangeJson;
use crate::render::support::json::to_json;

/// Writes when each pin moved: `imagelock.log/1`. `is_whole` says whether the history is known from its beginning.
pub(crate) fn log(entries: &[Entry], is_whole: bool) -> String {
    #[derive(Serialize)]
    struct Log<'a> {
        schema: &'static str,
        /// A shallow clone does not have it all.
        complete: bool,
        entries: Vec<EntryJson<'a>>,
    }
    #[derive(Serialize)]
    struct EntryJson<'a> {
        commit: Option<CommitJson<'a>>,
        unreadable: Option<&'a str>,
        pins: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct CommitJson<'a> {
        id: &'a str,
        time: Option<String>,
        author: &'a str,
        subject: &'a str,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        change: ChangeJson<'a>,
        from_age_days: Option<usize>,
        to_age_days: Option<usize>,
        note: Option<&'a str>,
    }
    fn entry(entry: &Entry) -> EntryJson<'_> {
        let days = |pin: &Option<Pin>| pin.as_ref().zip(entry.time).and_then(|(pin, time)| age(pin, time));
        let row = |change| Row {
            change: ChangeJson::new(change),
            from_age_days: days(&change.from),
            to_age_days: days(&change.to),
            note: change.note.as_deref(),
        };
        EntryJson {
            commit: entry.commit.as_ref().map(|commit| CommitJson {
                id: &commit.id,
                time: commit.time.map(|time| time.to_string()),
                author: &commit.author,
                subject: &commit.subject,
            }),
            unreadable: entry.unreadable.as_deref(),
            pins: entry.changes.iter().map(row).collect(),
        }
    }
    to_json(&Log { schema: "imagelock.log/1", complete: is_whole, entries: entries.iter().map(entry).collect() })
}

/// Writes the pins that differ: `imagelock.diff/1`.
pub(crate) fn diff(comparison: &Comparison) -> String {
    #[derive(Serialize)]
    struct Diff<'a> {
        schema: &'static str,
        from: SideJson<'a>,
        to: SideJson<'a>,
        changed: bool,
        pins: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct SideJson<'a> {
        name: &'a str,
        commit: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        change: ChangeJson<'a>,
        note: Option<&'a str>,
    }
    fn side(side: &Side) -> SideJson<'_> {
        SideJson { name: &side.name, commit: side.commit.as_deref() }
    }
    fn row(change: &Change) -> Row<'_> {
        Row { change: ChangeJson::new(change), note: change.note.as_deref() }
    }
    to_json(&Diff {
        schema: "imagelock.diff/1",
        from: side(&comparison.from),
        to: side(&comparison.to),
        changed: !comparison.changes.is_empty(),
        pins: comparison.changes.iter().map(row).collect(),
    })
}
