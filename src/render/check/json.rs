//! What `check` and `resolve --locked` found -> JSON.

use serde::Serialize;

use crate::domain::CommercialType;
use crate::domain::check::Finding;
use crate::domain::check::report::Gate;
use crate::domain::diagnostics::sanitize::shown;
use crate::domain::types::release::Release;
use crate::render::check::{broken::Broken, finding::CheckReport, stale::StaleOutput};
use crate::render::support::json::{CellJson, ChangeJson, LocalImageJson, RemarkJson, write};

/// What a verified change is.
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

/// A manifest that could not be checked.
#[derive(Serialize)]
struct ErrorJson {
    manifest: String,
    message: String,
    help: Option<String>,
}

/// An output that is out of date.
#[derive(Serialize)]
struct StaleJson {
    manifest: String,
    path: String,
    help: String,
}

/// What `check` and `resolve --locked` found: `imagelock.check/1`.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    #[derive(Serialize)]
    struct Check<'a> {
        schema: &'static str,
        drift: bool,
        /// The manifests that could not be checked.
        errors: Vec<ErrorJson>,
        pins: Vec<Row<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        stale_outputs: Option<Vec<StaleJson>>,
        notices: Vec<RemarkJson<'a>>,
        changed_since: Option<Vec<GateJson<'a>>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
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
        end_of_life: Option<EndJson<'a>>,
        notes: &'a [String],
    }
    #[derive(Serialize)]
    struct EndJson<'a> {
        date: String,
        source: &'a str,
    }
    fn row(manifest: String, finding: &Finding) -> Row<'_> {
        let latest = finding.latest.as_ref();
        Row {
            manifest,
            cell: CellJson::finding(finding),
            instance_type: finding
                .locked
                .as_ref()
                .and_then(|pin| pin.instance_type.as_ref())
                .map(CommercialType::as_str),
            status: finding.status.as_str(),
            statuses: finding.statuses.iter().map(|status| status.as_str()).collect(),
            drift: finding.is_drift,
            locked: (finding.locked.as_ref()).map(|pin| LocalImageJson::new(&pin.cell.zone, pin.id, finding.published)),
            listed: finding.is_listed,
            latest: latest.map(|latest| LocalImageJson::latest(latest, &finding.cell.zone)),
            latest_release: latest.and_then(|latest| latest.release.as_ref()).map(Release::as_str),
            end_of_life: finding.end.as_ref().map(|end| EndJson { date: end.date.to_string(), source: &end.source }),
            notes: &finding.notes,
        }
    }
    fn gate(manifest: String, gate: &Gate) -> GateJson<'_> {
        let change = |change| MoveJson {
            change: ChangeJson::new(change),
            verified: gate.proofs.get(&change.cell).map(|proof| proof.as_str()),
            note: change.note.as_deref(),
        };
        GateJson {
            manifest,
            revision: &gate.since.name,
            merge_base: gate.since.commit.as_deref(),
            pins: gate.moves.iter().map(change).collect(),
        }
    }
    let error = |broken: &Broken| ErrorJson {
        manifest: shown(&broken.manifest),
        message: broken.message(),
        help: broken.help(subject.invocation),
    };
    let manifest = |part: usize| subject.parts[part].name();
    let stale = |(part, stale): (usize, &StaleOutput)| StaleJson {
        manifest: manifest(part),
        path: shown(&stale.path),
        help: stale.problem.help.clone().unwrap_or_default(),
    };
    let is_compared = subject.parts.iter().any(|part| part.stale.is_some());
    write(&Check {
        schema: "imagelock.check/1",
        drift: subject.has_drift(),
        errors: subject.broken.iter().map(error).collect(),
        pins: subject.findings().into_iter().map(|(part, finding)| row(manifest(part), finding)).collect(),
        stale_outputs: is_compared.then(|| subject.stale().map(stale).collect()),
        notices: subject.notices().map(|(part, notice)| RemarkJson::new(manifest(part), notice)).collect(),
        changed_since: subject.is_gate().then(|| {
            let parts = subject.parts.iter();
            parts.filter_map(|part| Some(gate(part.name(), part.report.gate.as_ref()?))).collect()
        }),
    })
}
