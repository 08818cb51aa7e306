//! The report of a check as Markdown for GitHub and GitLab: a comment on a pull request, or the summary of a job.

use std::fmt::Write as _;

use super::report::CheckReport;
use super::sentences::{detail, failed_in_prose, headline, label, remark, short_ids, summary, unlisted};
use super::versions::version_rows;
use crate::domain::diagnostics::{and_more, capitalized};
use crate::domain::types::Severity;
use crate::render::changes;
use crate::render::support::markdown::{code, inert, push_table, push_while};
use crate::render::support::values::date;

/// After this many bytes, notices are only counted: the body of a pull request holds 65,536 characters.
const MAX_BYTES: usize = 60_000;

/// The most IDs in a cell of the table. The others are only counted.
const MAX_IDS: usize = 3;

/// Writes the number of pins with each status, a table of the pins that need attention, and the commands to run.
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
    // Each command has a block of its own, so that a command for one manifest is copied without the others.
    for step in report.suggestions().chunk_by(|one, next| one.purpose == next.purpose) {
        let _ = write!(text, "\n{}:\n", capitalized(&step[0].purpose));
        for suggestion in step {
            let _ = write!(text, "\n```sh\n{}\n```\n", suggestion.command.show(report.invocation));
        }
    }
    let remarks: Vec<String> = report.remarks().map(|(index, problem)| remark(report, index, problem)).collect();
    push_while(&mut text, MAX_BYTES, remarks.iter().map(|remark| format!("\n> {}.\n", inert(&capitalized(remark)))));
    text
}

/// Writes a row for each image and version that needs attention.
fn findings(text: &mut String, report: CheckReport<'_>) {
    let mut rows = version_rows(report);
    rows.retain(|row| row.first().severity() < Severity::Good);
    if rows.is_empty() {
        return;
    }
    let short = short_ids(rows.iter().flat_map(|row| &row.findings).copied());
    let rows = rows.iter().map(|row| {
        let finding = row.first();
        let status = finding.status.as_str();
        let locked = row.findings.iter().filter_map(|finding| Some(finding.locked.as_ref()?.id));
        let latest = row.findings.iter().filter_map(|finding| Some(finding.latest.as_ref()?.id));
        [
            if finding.is_drift { format!("**{status}**") } else { status.to_owned() },
            inert(&report.manifest(row.manifest)),
            code(&finding.cell.name),
            row.places(),
            inert(&label(finding)),
            and_more(locked.map(|id| code(short.show(id))), MAX_IDS),
            finding.published.map(date).unwrap_or_default(),
            and_more(latest.map(|id| code(short.show(id))), MAX_IDS),
            inert(&detail(finding)),
        ]
    });
    let manifest = if report.is_many() { "manifest" } else { "" };
    let headings = ["status", manifest, "image", "zones", "label", "pinned", "published", "newest", "detail"];
    text.push('\n');
    push_table(text, headings, rows);
}
