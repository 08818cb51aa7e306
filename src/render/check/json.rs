//! The report of a check, and of `resolve --locked`, as JSON.

use serde::Serialize;

use super::failed;
use super::report::{CheckReport, StaleOutput};
use crate::domain::check::Finding;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::{FailedManifest, shown};
use crate::domain::types::{CommercialType, Release};
use crate::render::changes::ChangeJson;
use crate::render::support::json::{CellJson, LocalImageJson, RemarkJson, to_report};

#[derive(Serialize)]
struct CheckJson<'a> {
    drift: bool,
    /// The manifests that could not be checked.
    errors: Vec<ErrorJson>,
    pins: Vec<FindingJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
    instance_type: Option<&'a str>,
    status: &'static str,
    statuses: Vec<&'static str>,
    drift: bool,
    locked: Option<LocalImageJson<'a>>,
    /// Whether the Marketplace lists the locked ID; null if it was not asked.
    listed: Option<bool>,
    latest: Option<LocalImageJson<'a>>,
    latest_release: Option<&'a str>,
    end_of_life: Option<EndOfLifeJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct EndOfLifeJson<'a> {
    date: String,
    source: &'a str,
}

/// An output that is out of date.
#[derive(Serialize)]
struct StaleJson {
    manifest: String,
    path: String,
    help: String,
}

/// A verified change.
#[derive(Serialize)]
struct GateJson<'a> {
    manifest: String,
    revision: &'a str,
    merge_base: Option<&'a str>,
    pins: Vec<MoveJson<'a>>,
}

#[derive(Serialize)]
struct MoveJson<'a> {
    #[serde(flatten)]
    change: ChangeJson<'a>,
    /// How the pin was verified: `listed`, `version` or `history`.
    verified: Option<&'static str>,
    note: Option<&'a str>,
}

/// Writes `imagelock.check/1`.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let manifest = |index: usize| report.manifests[index].name();
    let error = |failed: &FailedManifest| ErrorJson {
        manifest: shown(&failed.path),
        message: failed::message(failed),
        help: failed::first_help(failed, report.invocation),
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
            pins: report.findings().into_iter().map(|(index, it)| FindingJson::new(manifest(index), it)).collect(),
            stale_outputs: is_compared.then(|| report.stale().map(stale).collect()),
            notices: report
                .notices()
                .map(|(index, it)| RemarkJson::new(manifest(index), it, &report.invocation_of(index)))
                .collect(),
            changed_since: report
                .is_gate()
                .then(|| report.gates().map(|(index, gate)| GateJson::new(manifest(index), gate)).collect()),
        },
    )
}

impl<'a> FindingJson<'a> {
    fn new(manifest: String, finding: &'a Finding) -> Self {
        let (locked, latest) = (finding.locked.as_ref(), finding.latest.as_ref());
        let instance_type = locked.and_then(|pin| pin.instance_type.as_ref());

        Self {
            manifest,
            cell: cell(finding),
            instance_type: instance_type.map(CommercialType::as_str),
            status: finding.status.as_str(),
            statuses: finding.statuses.iter().map(|status| status.as_str()).collect(),
            drift: finding.is_drift,
            locked: locked.map(|pin| LocalImageJson::new(&pin.cell.zone, pin.id, finding.published)),
            listed: finding.is_listed,
            latest: latest.map(|latest| LocalImageJson::latest(latest, &finding.cell.zone)),
            latest_release: latest.and_then(|latest| latest.release.as_ref()).map(Release::as_str),
            end_of_life: (finding.end.as_ref())
                .map(|end| EndOfLifeJson { date: end.date.to_string(), source: &end.source }),
            notes: &finding.notes,
        }
    }
}

/// The cell of a finding: as declared, and the rest as pinned.
fn cell(finding: &Finding) -> CellJson<'_> {
    let declared = CellJson::bare(&finding.cell, finding.label.as_ref(), finding.image_type);
    let Some(pin) = &finding.locked else { return declared };
    let mut cell = CellJson::pin(pin);
    (cell.label, cell.r#type) = (declared.label, declared.r#type);
    cell
}

impl<'a> GateJson<'a> {
    fn new(manifest: String, gate: &'a Gate) -> Self {
        let pin = |change| MoveJson {
            change: ChangeJson::new(change),
            verified: gate.proofs.get(&change.cell).map(|proof| proof.as_str()),
            note: change.note.as_deref(),
        };
        Self {
            manifest,
            revision: &gate.since.name,
            merge_base: gate.since.commit.as_deref(),
            pins: gate.moves.iter().map(pin).collect(),
        }
    }
}
