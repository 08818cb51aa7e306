//! The report of a check, and of `resolve --locked`, as JSON.

use jiff::civil::Date;
use serde::Serialize;

use super::report::{CheckReport, StaleOutput};
use super::sentences::{failed, first_help};
use crate::domain::check::Finding;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::{FailedManifest, shown};
use crate::domain::lock::diff::Change;
use crate::domain::types::{Cause, CommercialType, Release};
use crate::render::changes::ChangeJson;
use crate::render::support::json::{CellJson, LocalImageJson, RemarkJson, Text, to_report};

#[derive(Serialize)]
struct CheckJson<'a> {
    drift: bool,
    /// The manifests that could not be checked.
    errors: Vec<ErrorJson>,
    pins: Vec<FindingJson<'a>>,
    stale_outputs: Option<Vec<StaleJson>>,
    notices: Vec<RemarkJson<'a>>,
    changed_since: Option<Vec<GateJson<'a>>>,
}

/// A manifest that could not be checked.
#[derive(Serialize)]
struct ErrorJson {
    manifest: String,
    message: String,
    help: Option<String>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    manifest: String,
    #[serde(flatten)]
    cell: CellJson<'a>,
    instance_type: Option<&'a CommercialType>,
    status: &'static str,
    statuses: Vec<&'static str>,
    /// The cause of the status `unavailable` or `stale`; null for other statuses.
    cause: Option<&'static str>,
    drift: bool,
    locked: Option<LocalImageJson<'a>>,
    /// Whether the Marketplace lists the pinned ID; null if it was not queried.
    listed: Option<bool>,
    latest: Option<LocalImageJson<'a>>,
    latest_release: Option<&'a Release>,
    end_of_life: Option<EndOfLifeJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct EndOfLifeJson<'a> {
    date: Text<Date>,
    source: &'a str,
}

/// An output that is out of date.
#[derive(Serialize)]
struct StaleJson {
    manifest: String,
    path: String,
    help: String,
}

/// The verification of a changed lockfile.
#[derive(Serialize)]
struct GateJson<'a> {
    manifest: String,
    revision: &'a str,
    merge_base: Option<&'a str>,
    pins: Vec<ChangeJson<'a, Option<&'static str>>>,
}

/// Writes a report with the schema `imagelock.check/1`.
pub(super) fn write(report: CheckReport<'_>) -> String {
    // Sorted by manifest and cell, so that neither a new status nor the order of the options reorders the report.
    let (mut manifests, mut errors) = (report.manifests.to_vec(), report.failed.to_vec());
    manifests.sort_by_key(|it| &it.manifest.path);
    errors.sort_by(|a, b| a.path.cmp(&b.path));
    let report = CheckReport { manifests: &manifests, failed: &errors, ..report };
    let mut findings = report.findings();
    findings.sort_by_key(|(index, finding)| (*index, &finding.cell));
    let manifest = |index: usize| report.manifests[index].name();
    let error = |it: &FailedManifest| ErrorJson {
        manifest: shown(&it.path),
        message: failed(it),
        help: first_help(it, report.invocation),
    };
    let stale = |(index, stale): (usize, &StaleOutput)| StaleJson {
        manifest: manifest(index),
        path: shown(&stale.path),
        help: report.help(index, &stale.problem).unwrap_or_default(),
    };
    let is_compared = report.manifests.iter().any(|part| part.stale.is_some());
    to_report(
        "imagelock.check/1",
        CheckJson {
            drift: report.has_drift(),
            errors: report.failed.iter().map(error).collect(),
            pins: findings.into_iter().map(|(index, it)| finding_json(manifest(index), it)).collect(),
            stale_outputs: is_compared.then(|| report.stale().map(stale).collect()),
            notices: report
                .notices()
                .map(|(index, it)| RemarkJson::new(manifest(index), it, &report.invocation_of(index)))
                .collect(),
            changed_since: report
                .is_gate()
                .then(|| report.gates().map(|(index, gate)| gate_json(manifest(index), gate)).collect()),
        },
    )
}

fn finding_json(manifest: String, finding: &Finding) -> FindingJson<'_> {
    let (locked, latest) = (finding.locked.as_ref(), finding.latest.as_ref());
    FindingJson {
        manifest,
        cell: CellJson::new(&finding.cell, finding.label.as_ref(), finding.image_type, locked),
        instance_type: locked.and_then(|pin| pin.instance_type.as_ref()),
        status: finding.status.as_str(),
        statuses: finding.statuses.iter().map(|status| status.as_str()).collect(),
        cause: finding.cause.map(Cause::as_str),
        drift: finding.is_drift,
        locked: locked.map(|pin| LocalImageJson::new(&pin.cell.zone, pin.id, finding.published)),
        listed: finding.is_listed,
        latest: latest.map(|latest| LocalImageJson::latest(latest, &finding.cell.zone)),
        latest_release: latest.and_then(|latest| latest.release.as_ref()),
        end_of_life: finding.end.as_ref().map(|it| EndOfLifeJson { date: Text(it.date), source: &it.source }),
        notes: &finding.notes,
    }
}

fn move_json<'g>(change: &'g Change, gate: &Gate) -> ChangeJson<'g, Option<&'static str>> {
    let verified = gate.proofs.get(&change.cell).map(|proof| proof.as_str());
    ChangeJson::new(change, [("verified", verified)])
}

fn gate_json(manifest: String, gate: &Gate) -> GateJson<'_> {
    GateJson {
        manifest,
        revision: &gate.since.name,
        merge_base: gate.since.commit.as_deref(),
        pins: gate.moves.iter().map(|change| move_json(change, gate)).collect(),
    }
}
