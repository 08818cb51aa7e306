//! A plan as JSON, and a change as every report shows it.

use serde::Serialize;

use super::change::Resolved;
use crate::domain::diagnostics::{Invocation, Source, shown};
use crate::domain::lock::diff::Change;
use crate::render::support::json::{CellJson, LocalImageJson, RemarkJson, to_json};

/// Writes what `resolve` did: `imagelock.resolve/1`.
pub(crate) fn write(resolved: &[Resolved<'_>], dry_run: bool, invocation: &Invocation) -> String {
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
        let invocation = invocation.of(&manifest.path);
        report.warnings.extend(plan.warnings.iter().map(|warning| {
            let help = warning.help.as_ref().map(|help| help.show(&invocation));
            RemarkJson::new(shown(&manifest.path), warning, help)
        }));
    }
    to_json(&report)
}

/// A change, in every report.
#[derive(Serialize)]
pub(crate) struct ChangeJson<'a> {
    #[serde(flatten)]
    cell: Option<CellJson<'a>>,
    action: &'static str,
    from: Option<LocalImageJson<'a>>,
    to: Option<LocalImageJson<'a>>,
}

impl<'a> ChangeJson<'a> {
    pub(crate) fn new(change: &'a Change) -> Self {
        Self {
            cell: change.to.as_ref().or(change.from.as_ref()).map(CellJson::pin),
            action: change.action().as_str(),
            from: change.from.as_ref().map(LocalImageJson::pin),
            to: change.to.as_ref().map(LocalImageJson::pin),
        }
    }
}
