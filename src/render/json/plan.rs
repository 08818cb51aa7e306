//! What `resolve` did -> JSON.

use serde::Serialize;

use super::{ChangeJson, LocalImageJson, RemarkJson, write};
use crate::domain::resolve::{Change, Plan};

/// What `resolve` did: `imagelock.resolve/1`.
pub fn plan(plan: &Plan, dry_run: bool) -> String {
    #[derive(Serialize)]
    struct Resolve<'a> {
        schema: &'static str,
        dry_run: bool,
        changed: bool,
        pins: Vec<Row<'a>>,
        warnings: Vec<RemarkJson<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        change: ChangeJson,
        newer: Option<LocalImageJson>,
        note: Option<&'a str>,
    }
    fn row(change: &Change) -> Row<'_> {
        Row {
            change: ChangeJson::new(change),
            newer: change.newer.as_ref().map(|newer| LocalImageJson::latest(newer, &change.cell.zone)),
            note: change.note.as_deref(),
        }
    }
    write(&Resolve {
        schema: "imagelock.resolve/1",
        dry_run,
        changed: plan.has_changes(),
        pins: plan.changes.iter().map(row).collect(),
        warnings: plan.warnings.iter().map(RemarkJson::new).collect(),
    })
}
