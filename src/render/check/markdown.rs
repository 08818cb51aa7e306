//! The report of a check as Markdown, as GitHub and GitLab read it: a comment on a pull request, or a job's summary.

use std::fmt::Write as _;

use super::report::CheckReport;
use super::sentences::{detail, failed_in_prose, headline, label, short_ids, summary, unlisted};
use crate::domain::check::suggestions::Suggestion;
use crate::domain::diagnostics::capitalized;
use crate::domain::types::Severity;
use crate::render::changes;
use crate::render::support::markdown::{code, id, inert, push_table, push_while};
use crate::render::support::values::{date, zone_and_arch};

/// Notices after these bytes are only counted: the body of a pull request holds 65,536 characters.
const MOST: usize = 60_000;

/// Writes the findings that need attention as a table, the others as numbers, and the commands to run.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let mut text = format!("### {}\n\n{}\n", headline(report), inert(&summary(report)));
    for failed in report.failed {
        let _ = write!(text, "\n> **Error**: {}\n", inert(&failed_in_prose(failed)));
    }
    let moves = report.moves();
    if !moves.is_empty() {
        let _ = write!(text, "\n{}", changes::markdown(&moves));
    }
    findings(&mut text, report);
    if let Some(unlisted) = unlisted(report) {
        let _ = write!(text, "\n{}.\n", capitalized(&unlisted));
    }
    for Suggestion { purpose, command } in report.suggestions() {
        let command = command.show(report.invocation);
        let _ = write!(text, "\n{}:\n\n```sh\n{command}\n```\n", capitalized(&purpose));
    }
    let remarks: Vec<_> = report.remarks().collect();
    push_while(&mut text, MOST, remarks.iter().map(|(_, remark)| format!("\n> {}\n", inert(&remark.title))));
    text
}

fn findings(text: &mut String, report: CheckReport<'_>) {
    let mut shown = report.findings();
    shown.retain(|(_, finding)| finding.severity() < Severity::Good);
    if shown.is_empty() {
        return;
    }
    let ids = short_ids(shown.iter().map(|(_, finding)| *finding));
    let rows = shown.iter().map(|(index, finding)| {
        let status = finding.status.as_str();
        [
            if finding.is_drift { format!("**{status}**") } else { status.to_owned() },
            inert(&report.manifest(*index)),
            code(&finding.cell.name),
            zone_and_arch(&finding.cell),
            inert(&label(finding)),
            id(finding.locked.as_ref().map(|pin| pin.id), &ids),
            finding.published.map(date).unwrap_or_default(),
            id(finding.latest.as_ref().map(|latest| latest.id), &ids),
            inert(&detail(finding)),
        ]
    });
    let manifest = if report.is_many() { "manifest" } else { "" };
    let headings = ["status", manifest, "image", "zone, arch", "label", "locked", "published", "latest", "detail"];
    text.push('\n');
    push_table(text, headings, rows);
}
