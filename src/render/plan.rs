//! The changes that `resolve` and similar commands made, in every format.

use serde::Serialize;

use super::changes::{self, ChangeJson, Named};
use crate::domain::diagnostics::{Invocation, Source, count, shown};
use crate::domain::lock::diff::Action;
use crate::domain::plan::Plan;
use crate::render::support::json::{LocalImageJson, RemarkJson, to_report};
use crate::render::support::table::with_summary;
use crate::render::support::values::in_manifests;
use crate::render::support::width::Width;

/// The result of resolving one manifest.
#[derive(Clone, Copy)]
pub(crate) struct Resolved<'a> {
    /// The manifest.
    pub(crate) manifest: &'a Source,
    /// What changes.
    pub(crate) plan: &'a Plan,
    /// Whether the bytes of the lockfile change.
    pub(crate) rewrites: bool,
}

/// The changes of all manifests.
fn all<'a>(resolved: &[Resolved<'a>]) -> Vec<Named<'a>> {
    let manifest = |it: &Resolved<'_>| if resolved.len() > 1 { shown(&it.manifest.path) } else { String::new() };
    let of = |it: &Resolved<'a>| it.plan.changes.iter().map(|change| (manifest(it), change)).collect::<Vec<_>>();
    resolved.iter().flat_map(of).collect()
}

/// Writes the changes that were made, or would be made by a dry run.
pub(crate) fn human(resolved: &[Resolved<'_>], dry_run: bool, width: Width) -> String {
    let mut all = all(resolved);
    let counts = changes::counts(all.iter().map(|(_, change)| *change));
    all.retain(|(_, change)| change.action() != Action::Kept || change.newer.is_some() || change.note.is_some());
    let table = changes::table(&all, width);
    let pins = count(resolved.iter().map(|it| it.plan.lock.pins().len()).sum(), "pin");
    let pins = in_manifests(pins, resolved.len());
    let rewrites = resolved.iter().any(|it| it.rewrites);
    let summary = match (resolved.iter().any(|it| it.plan.has_changes()), rewrites, dry_run) {
        (false, false, _) => format!("nothing to change: {pins}"),
        (false, true, false) => format!("no pin changed, but the lockfile was reformatted: {pins}"),
        (false, true, true) => "no pin would change, but the lockfile would be reformatted (dry run)".to_owned(),
        (true, _, false) => format!("{pins}: {counts}"),
        (true, _, true) => format!("{pins}: {counts} (dry run, nothing was written)"),
    };
    with_summary(&table, &summary, width)
}

/// Writes the changes as Markdown, for the description of a pull request.
pub(crate) fn markdown(resolved: &[Resolved<'_>], dry_run: bool) -> String {
    changes::markdown(&all(resolved)) + if dry_run { "\nThis is a dry run: nothing was written.\n" } else { "" }
}

/// Writes the changes as JSON: `imagelock.resolve/1`.
pub(crate) fn json(resolved: &[Resolved<'_>], dry_run: bool, invocation: &Invocation) -> String {
    #[derive(Serialize)]
    struct Resolve<'a> {
        dry_run: bool,
        changed: bool,
        pins: Vec<Row<'a>>,
        warnings: Vec<RemarkJson<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        manifest: String,
        #[serde(flatten)]
        change: ChangeJson<'a, Option<LocalImageJson<'a>>>,
    }
    let changed = resolved.iter().any(|it| it.plan.has_changes());
    // The order of the options has no effect.
    let mut resolved = resolved.to_vec();
    resolved.sort_by_key(|it| &it.manifest.path);
    let mut report = Resolve { dry_run, changed, pins: Vec::new(), warnings: Vec::new() };
    for Resolved { manifest, plan, .. } in &resolved {
        for change in &plan.changes {
            let newer = change.newer.as_ref().map(|newer| LocalImageJson::latest(newer, &change.cell.zone));
            report
                .pins
                .push(Row { manifest: shown(&manifest.path), change: ChangeJson::new(change, [("newer", newer)]) });
        }
        let invocation = invocation.of(&manifest.path);
        report.warnings.extend(plan.warnings.iter().map(|it| RemarkJson::new(shown(&manifest.path), it, &invocation)));
    }
    to_report("imagelock.resolve/1", report)
}
