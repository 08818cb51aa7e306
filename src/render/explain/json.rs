//! Candidates and identities as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::catalog::identify::IdKind;
use crate::domain::lock::Pin;
use crate::domain::lookup::explain::Candidate;
use crate::domain::types::Label;
use crate::render::list::json::PinJson;
use crate::render::support::json::to_json;

/// Writes the candidates of an image: `imagelock.explain/1`.
pub(crate) fn candidates(candidates: &[Candidate]) -> String {
    #[derive(Serialize)]
    struct Explain<'a> {
        schema: &'static str,
        candidates: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        zone: &'a str,
        arch: &'a str,
        wins: bool,
        id: Option<String>,
        label: Option<&'a str>,
        r#type: Option<&'a str>,
        published: Option<String>,
        reason: &'a str,
    }
    fn row(candidate: &Candidate) -> Row<'_> {
        Row {
            name: candidate.cell.name.as_str(),
            zone: candidate.cell.zone.as_str(),
            arch: candidate.cell.arch.as_str(),
            wins: candidate.wins,
            id: candidate.id.map(|id| id.to_string()),
            label: candidate.label.as_ref().map(Label::as_str),
            r#type: candidate.image_type.as_deref(),
            published: candidate.published.map(|time| time.to_string()),
            reason: &candidate.reason,
        }
    }
    to_json(&Explain { schema: "imagelock.explain/1", candidates: candidates.iter().map(row).collect() })
}

/// Writes what a UUID is: `imagelock.explain/1`.
pub(crate) fn identity(id: &str, identity: &IdKind, pins: &[&Pin]) -> String {
    #[derive(Default, Serialize)]
    struct Explain<'a> {
        schema: &'static str,
        id: &'a str,
        kind: &'static str,
        label: Option<String>,
        zone: Option<String>,
        arch: Option<String>,
        r#type: Option<String>,
        published: Option<String>,
        pinned_by: Vec<PinJson<'a>>,
    }
    let time = |time: &Option<Timestamp>| time.map(|time| time.to_string());
    let mut explain = Explain { schema: "imagelock.explain/1", id, kind: "unknown", ..Explain::default() };
    match identity {
        IdKind::LocalImage { local, published } => {
            explain.kind = "local image";
            explain.label = local.label.as_ref().map(ToString::to_string);
            explain.zone = Some(local.zone.to_string());
            explain.arch = Some(local.arch.to_string());
            explain.r#type = Some(local.image_type.as_str().to_owned());
            explain.published = time(published);
        }
        IdKind::Version { label, published, .. } => {
            explain.kind = "version";
            explain.label = label.as_ref().map(ToString::to_string);
            explain.published = time(published);
        }
        IdKind::Image(image) => {
            explain.kind = "image";
            explain.label = Some(image.label.to_string());
        }
        IdKind::Unknown => {}
    }
    explain.pinned_by = pins.iter().map(|pin| PinJson::new(pin, false)).collect();
    to_json(&explain)
}
