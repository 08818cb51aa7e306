//! The report of a check as SARIF 2.1.0 for code scanning: one result per finding that is drift or accepted drift, and one
//! note per other pin that cannot be verified.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use super::report::{CheckReport, Places};
use super::sentences::{UNLISTED, failed_in_prose, is_unlisted, label, status_and_detail};
use crate::VERSION;
use crate::domain::check::Finding;
use crate::domain::diagnostics::{FailedManifest, Location, Problem, capitalized};
use crate::domain::types::{Severity, Status};
use crate::render::support::json::to_json;
use crate::render::support::values::zone_and_arch;

/// The address of the published schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The rules that do not correspond to a status.
const NOT_LISTED: &str = "not-listed";
const STALE_OUTPUT: &str = "stale-output";

/// The bytes that RFC 3986 requires to be encoded in a path.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes the log.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let places = Places::of_each(report);
    let statuses: Vec<Status> = Status::ALL.into_iter().filter(|status| status.is_drift()).collect();
    let findings = report.findings().into_iter().filter_map(|(index, finding)| {
        let place = places[index].of(finding).map(location);
        match statuses.iter().position(|status| *status == finding.status) {
            Some(rule) => Some(drift(finding, rule, place, &report.fixes(index, [finding]))),
            None => is_unlisted(finding).then(|| unlisted(finding, statuses.len(), place)),
        }
    });
    let about = |level: &str, index: usize, problem: &Problem| {
        let lines = [vec![problem.title.clone()], report.details(index, problem)].concat();
        message(level, &lines.join("\n"), places[index].of_problem(problem).map(location))
    };
    let stale = report.stale().map(|(index, output)| {
        let fingerprint = ("output/v1", uri(&output.path));
        result(about("warning", index, &output.problem), (STALE_OUTPUT, statuses.len() + 1), fingerprint)
    });
    let notices = report.notices().map(|(index, notice)| about("warning", index, notice));
    let mut invocation = json!({
        "executionSuccessful": report.failed.is_empty(),
        "toolConfigurationNotifications": notices.collect::<Vec<_>>(),
    });
    if !report.failed.is_empty() {
        let error = |failed: &FailedManifest| {
            let place = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&failed.path) } } });
            message("error", &failed_in_prose(failed), Some(place))
        };
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

/// The rules: one per status that is drift, then the two others.
fn rules(statuses: &[Status]) -> Vec<Value> {
    let rule = |id: &str, text: &str, level: &str| json!({ "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": level } });
    let of_status = |status: &Status| rule(status.as_str(), status.meaning(), level(status.severity()));
    let others = [(NOT_LISTED, UNLISTED, "note"), (STALE_OUTPUT, "a declared output is out of date", "warning")];
    let others = others.map(|(id, text, level)| rule(id, &capitalized(text), level));
    statuses.iter().map(of_status).chain(others).collect()
}

/// The result for a finding that is drift or accepted drift.
fn drift(finding: &Finding, rule: usize, place: Option<Value>, fixes: &[String]) -> Value {
    let mut text = format!("{} is {}", subject(finding), status_and_detail(finding));
    if is_unlisted(finding) {
        text = text + "; " + UNLISTED;
    }
    text.extend(fixes.iter().map(|fix| format!("\n{fix}")));
    let id = finding.status.as_str();
    let message = message(level(finding.severity()), &text, place);
    let mut result = result(message, (id, rule), fingerprint(finding, id));
    if !finding.is_drift {
        // SARIF calls an acceptance in the manifest a suppression in the source. The message has its reason.
        result["suppressions"] = json!([{ "kind": "inSource", "status": "accepted" }]);
    }
    result
}

/// The result for a pin that has not drifted but cannot be verified.
fn unlisted(finding: &Finding, rule: usize, place: Option<Value>) -> Value {
    let text = format!("{} is {}: {UNLISTED}", subject(finding), finding.status.as_str());
    result(message("note", &text, place), (NOT_LISTED, rule), fingerprint(finding, NOT_LISTED))
}

fn subject(finding: &Finding) -> String {
    format!("{} ({}) in {}", finding.cell.name, label(finding), zone_and_arch(&finding.cell))
}

/// The fingerprint of a finding. It does not depend on the line, so that code scanning recognizes the finding tomorrow.
fn fingerprint(finding: &Finding, status: &str) -> (&'static str, String) {
    ("cellAndStatus/v1", format!("{} {} {status}", finding.cell.name, zone_and_arch(&finding.cell)))
}

/// A notification about a place in a file.
fn message(level: &str, text: &str, place: Option<Value>) -> Value {
    json!({ "level": level, "message": { "text": text }, "locations": Vec::from_iter(place) })
}

/// A result: a message with its rule and its fingerprint.
fn result(mut message: Value, (id, index): (&str, usize), (kind, fingerprint): (&str, String)) -> Value {
    message["ruleId"] = id.into();
    message["ruleIndex"] = index.into();
    message["partialFingerprints"] = json!({ kind: fingerprint });
    message
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "error",
        Severity::Due => "warning",
        Severity::Held | Severity::Good => "note",
    }
}

fn location(Location { path, line, columns }: Location<'_>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(path) },
        "region": { "startLine": line, "startColumn": columns.0, "endColumn": columns.1 },
    }})
}

/// A path as a URI reference (RFC 3986). A relative path stays relative to the working directory of the run.
fn uri(path: &Path) -> String {
    let parts = path.as_os_str().as_encoded_bytes().split(|byte| *byte == b'\\');
    let encoded = parts.map(|part| percent_encode(part, ENCODED).to_string()).collect::<Vec<_>>().join("/");
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}
