//! The report of a check as SARIF 2.1.0, for code scanning: a result for each finding that is drift, or would be without an
//! acceptance; and a note for each other pin that cannot be verified.

use std::fmt::Write as _;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use super::failed;
use super::finding::{UNLISTED, is_unlisted, label, status_and_detail};
use super::report::{CheckReport, Places};
use crate::VERSION;
use crate::domain::check::Finding;
use crate::domain::check::suggestions::suggestions;
use crate::domain::diagnostics::{FailedManifest, Invocation, Location, Problem, capitalized};
use crate::domain::types::{Severity, Status};
use crate::render::support::json::to_json;
use crate::render::support::values::zone_and_arch;

/// The published schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The rules that are not a status.
const NOT_LISTED: &str = "not-listed";
const STALE_OUTPUT: &str = "stale-output";

/// The bytes of a path that RFC 3986 wants encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes the log.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let places = Places::of_each(report);
    let statuses: Vec<Status> = Status::ALL.into_iter().filter(|status| status.is_drift()).collect();
    let findings = report.findings().into_iter().filter_map(|(index, finding)| {
        let place = places[index].of(finding);
        match statuses.iter().position(|status| *status == finding.status) {
            Some(rule) => Some(drift(finding, rule, place, &report.invocation_of(index))),
            None => is_unlisted(finding).then(|| unlisted(finding, statuses.len(), place)),
        }
    });
    let stale = report.stale().map(|(index, output)| {
        let place = places[index].of_problem(&output.problem);
        let text = sentences(&output.problem, report.help(index, &output.problem).as_deref());
        result((STALE_OUTPUT, statuses.len() + 1), "warning", &text, place, ("output/v1", uri(&output.path)))
    });
    let notices = report.notices().map(|(index, notice)| {
        notification(&sentences(notice, report.help(index, notice).as_deref()), places[index].of_problem(notice))
    });
    let mut invocation = json!({
        "executionSuccessful": report.failed.is_empty(),
        "toolConfigurationNotifications": notices.collect::<Vec<_>>(),
    });
    if !report.failed.is_empty() {
        invocation["toolExecutionNotifications"] = report.failed.iter().map(error).collect();
    }
    to_json(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "imagelock", "semanticVersion": VERSION, "rules": rules(&statuses) } },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "results": findings.chain(stale).collect::<Vec<_>>(),
        }],
    }))
}

/// A rule for each status, then the two others.
fn rules(statuses: &[Status]) -> Vec<Value> {
    let rule = |id: &str, text: &str, level: &str| json!({ "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": level } });
    let of_status = |status: &Status| rule(status.as_str(), status.meaning(), level(status.severity()));
    let others = [(NOT_LISTED, UNLISTED, "note"), (STALE_OUTPUT, "a declared output is out of date", "warning")];
    let others = others.map(|(id, text, level)| rule(id, &capitalized(text), level));
    statuses.iter().map(of_status).chain(others).collect()
}

/// A finding that is drift, or would be without an acceptance.
fn drift(finding: &Finding, rule: usize, place: Option<Location<'_>>, invocation: &Invocation) -> Value {
    let cell = zone_and_arch(&finding.cell);
    let mut text = format!("{} ({}) in {cell} is {}", finding.cell.name, label(finding), status_and_detail(finding));
    if is_unlisted(finding) {
        let _ = write!(text, "; {UNLISTED}");
    }
    for suggestion in suggestions([finding]) {
        let _ = write!(text, "\n{}", suggestion.show(invocation));
    }
    let id = finding.status.as_str();
    let mut result = result((id, rule), level(finding.severity()), &text, place, fingerprint(finding, id));
    if !finding.is_drift {
        // The acceptance is in the manifest, and its reason in the message.
        result["suppressions"] = json!([{ "kind": "inSource", "status": "accepted" }]);
    }
    result
}

/// A pin that is not drift and cannot be verified.
fn unlisted(finding: &Finding, rule: usize, place: Option<Location<'_>>) -> Value {
    let (cell, status) = (zone_and_arch(&finding.cell), finding.status.as_str());
    let text = format!("{} ({}) in {cell} is {status}: {UNLISTED}", finding.cell.name, label(finding));
    result((NOT_LISTED, rule), "note", &text, place, fingerprint(finding, NOT_LISTED))
}

/// A finding with this status has the same fingerprint tomorrow, whatever line it is on by then.
fn fingerprint(finding: &Finding, status: &str) -> (&'static str, String) {
    ("cellAndStatus/v1", format!("{} {} {status}", finding.cell.name, zone_and_arch(&finding.cell)))
}

fn result(
    (id, index): (&str, usize),
    level: &str,
    text: &str,
    place: Option<Location<'_>>,
    (kind, fingerprint): (&str, String),
) -> Value {
    json!({
        "ruleId": id,
        "ruleIndex": index,
        "level": level,
        "message": { "text": text },
        "locations": place.into_iter().map(location).collect::<Vec<_>>(),
        "partialFingerprints": { kind: fingerprint },
    })
}

fn notification(text: &str, place: Option<Location<'_>>) -> Value {
    json!({
        "level": "warning",
        "message": { "text": text },
        "locations": place.into_iter().map(location).collect::<Vec<_>>(),
    })
}

/// A manifest that could not be checked.
fn error(failed: &FailedManifest) -> Value {
    json!({
        "level": "error",
        "message": { "text": failed::sentence(failed) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&failed.path) } } }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "error",
        Severity::Due => "warning",
        Severity::Held | Severity::Good => "note",
    }
}

fn sentences(Problem { title, notes, .. }: &Problem, help: Option<&str>) -> String {
    std::iter::once(title).chain(notes).map(String::as_str).chain(help).collect::<Vec<_>>().join("\n")
}

fn location(Location { path, line, columns }: Location<'_>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(path) },
        "region": { "startLine": line, "startColumn": columns.0, "endColumn": columns.1 },
    }})
}

/// A path as a reference by RFC 3986: relative paths stay relative to the directory in which imagelock ran.
fn uri(path: &Path) -> String {
    let parts = path.as_os_str().as_encoded_bytes().split(|byte| *byte == b'\\');
    let encoded = parts.map(|part| percent_encode(part, ENCODED).to_string()).collect::<Vec<_>>().join("/");
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}
