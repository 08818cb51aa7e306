//! What `check` found -> SARIF 2.1.0, as code scanning reads it: a result a finding that is drift, or would be without an
//! acceptance; and a note for each other pin that cannot be verified.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::VERSION;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sentence::capitalized;
use crate::render::check::changed_since;
use crate::render::check::finding::{CheckReport, Places, Severity, label, said, zone_and_arch};
use crate::render::check::stale::StaleOutput;
use crate::render::check::suggestions::remedies;
use crate::render::support::invocation::Invocation;
use crate::render::support::json::write;
use crate::render::support::place::Place;

/// The published schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The rules that are not a status.
const NOT_LISTED: &str = "not-listed";
const STALE_OUTPUT: &str = "stale-output";

/// Writes the log.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    let places: Vec<Places<'_>> = subject.parts.iter().map(Places::new).collect();
    let rules: Vec<Status> = Status::ALL.into_iter().filter(|status| status.is_drift()).collect();
    let results = subject.findings().into_iter().filter_map(|(part, finding)| {
        let place = places[part].of(finding);
        match rules.iter().position(|status| *status == finding.status) {
            Some(rule) => Some(result(finding, rule, place, &subject.invocation_of(part))),
            None => changed_since::is_unlisted(finding).then(|| unlisted(finding, rules.len(), place)),
        }
    });
    let stale = subject.stale().map(|(part, StaleOutput { path, problem })| {
        let place = problem.span.as_ref().and_then(|span| places[part].in_manifest(span));
        json!({
            "ruleId": STALE_OUTPUT,
            "ruleIndex": rules.len() + 1,
            "level": "warning",
            "message": { "text": said_of(problem) },
            "locations": place.into_iter().map(location).collect::<Vec<_>>(),
            "partialFingerprints": { "output/v1": uri(path) },
        })
    });
    let results: Vec<Value> = results.chain(stale).collect();
    let more =
        [(NOT_LISTED, changed_since::UNLISTED, "note"), (STALE_OUTPUT, "a declared output is out of date", "warning")];
    let more = more.map(|(id, text, level)| rule_of(id, &capitalized(text), level));
    let notices: Vec<Value> = subject.notices().map(|(part, notice)| notification(notice, &places[part])).collect();
    let mut invocation =
        json!({ "executionSuccessful": subject.broken.is_empty(), "toolConfigurationNotifications": notices });
    if !subject.broken.is_empty() {
        let errors = subject.broken.iter().map(|broken| {
            json!({
                "level": "error",
                "message": { "text": broken.sentence() },
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&broken.manifest) } } }],
            })
        });
        invocation["toolExecutionNotifications"] = errors.collect();
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "imagelock",
                "semanticVersion": VERSION,
                "rules": rules.iter().copied().map(rule).chain(more).collect::<Vec<_>>(),
            }},
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    write(&log)
}

fn rule(status: Status) -> Value {
    rule_of(status.as_str(), status.meaning(), level(Severity::of_drift(status)))
}

fn rule_of(id: &str, text: &str, level: &str) -> Value {
    json!({ "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": level } })
}

/// A pin that is no drift, and cannot be verified.
fn unlisted(finding: &Finding, rule: usize, place: Option<Place<'_>>) -> Value {
    let Finding { cell, status, .. } = finding;
    let zone_and_arch = zone_and_arch(cell);
    let text = format!(
        "{} ({}) in {zone_and_arch} is {}: {}",
        cell.name,
        label(finding),
        status.as_str(),
        changed_since::UNLISTED
    );
    json!({
        "ruleId": NOT_LISTED,
        "ruleIndex": rule,
        "level": "note",
        "message": { "text": text },
        "locations": place.into_iter().map(location).collect::<Vec<_>>(),
        "partialFingerprints": { "cellAndStatus/v1": format!("{} {zone_and_arch} {NOT_LISTED}", cell.name) },
    })
}

fn level(gravity: Severity) -> &'static str {
    match gravity {
        Severity::Bad => "error",
        Severity::Due => "warning",
        Severity::Held | Severity::Good => "note",
    }
}

fn result(finding: &Finding, rule: usize, place: Option<Place<'_>>, invocation: &Invocation) -> Value {
    let (status, cell) = (finding.status.as_str(), zone_and_arch(&finding.cell));
    let mut text = format!("{} ({}) in {cell} is {}", finding.cell.name, label(finding), said(finding));
    if changed_since::is_unlisted(finding) {
        let _ = write!(text, "; {}", changed_since::UNLISTED);
    }
    for remedy in remedies([finding], invocation) {
        let _ = write!(text, "\n{remedy}");
    }
    let mut result = json!({
        "ruleId": status,
        "ruleIndex": rule,
        "level": level(Severity::of(finding)),
        "message": { "text": text },
        "locations": place.into_iter().map(location).collect::<Vec<_>>(),
        // What is found again tomorrow is the same finding, whatever line it is on by then.
        "partialFingerprints": { "cellAndStatus/v1": format!("{} {cell} {status}", finding.cell.name) },
    });
    if !finding.is_drift {
        // The acceptance stands in the manifest, and its reason in the message.
        result["suppressions"] = json!([{ "kind": "inSource", "status": "accepted" }]);
    }
    result
}

fn notification(notice: &Problem, places: &Places<'_>) -> Value {
    let place = notice.span.as_ref().and_then(|span| places.in_manifest(span));
    json!({
        "level": "warning",
        "message": { "text": said_of(notice) },
        "locations": place.into_iter().map(location).collect::<Vec<_>>(),
    })
}

fn said_of(Problem { title, notes, help, .. }: &Problem) -> String {
    std::iter::once(title).chain(notes).chain(help).map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn location(Place { path, line, columns }: Place<'_>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(path) },
        "region": { "startLine": line, "startColumn": columns.0, "endColumn": columns.1 },
    }})
}

/// A path as a reference by RFC 3986: relative paths stay relative to where imagelock ran.
fn uri(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encoded = path.as_os_str().as_encoded_bytes().iter().map(|byte| match *byte {
        b'\\' => "/".to_owned(),
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    let encoded: String = encoded.collect();
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}
