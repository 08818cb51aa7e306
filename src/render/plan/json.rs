//! What `resolve` did -> JSON.

use serde::Serialize;

use crate::domain::diagnostics::sanitize::shown;
use crate::domain::lock::diff::Change;
use crate::error::Source;
use crate::render::plan::change::Resolved;
use crate::render::support::json::{ChangeJson, LocalImageJson, RemarkJson, write};

/// What `resolve` did: `imagelock.resolve/1`.
pub(crate) fn plan(resolved: &[Resolved<'_>], dry_run: bool) -> String {
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
        manifest: String,
        #[serde(flatten)]
        change: ChangeJson<'a>,
        newer: Option<LocalImageJson<'a>>,
        note: Option<&'a str>,
    }
    fn row<'a>(manifest: &Source, change: &'a Change) -> Row<'a> {
        Row {
            manifest: shown(&manifest.path),
            change: ChangeJson::new(change),
            newer: change.newer.as_ref().map(|newer| LocalImageJson::latest(newer, &change.cell.zone)),
            note: change.note.as_deref(),
        }
    }
    let mut report = Resolve {
        schema: "imagelock.resolve/1",
        dry_run,
        changed: resolved.iter().any(|it| it.plan.has_changes()),
        pins: Vec::new(),
        warnings: Vec::new(),
    };
    for Resolved { manifest, plan, .. } in resolved {
        report.pins.extend(plan.changes.iter().map(|change| row(manifest, change)));
        report.warnings.extend(plan.warnings.iter().map(|warning| RemarkJson::new(shown(&manifest.path), warning)));
    }
    write(&report)
}
