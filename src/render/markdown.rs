//! Reports and plans -> Markdown as GitHub and GitLab read it: a pull request's body, a job's summary.

use std::fmt::Write as _;

use super::change;
use super::finding::{Gravity, Subject, detail, headline, label, remedies, tally, zone_and_arch};
use super::human::date;
use crate::domain::LocalImageId;
use crate::domain::drift::Finding;
use crate::domain::resolve::{Action, Change, Plan};
use crate::domain::words::capitalised;

/// Rows beyond these bytes are only counted: the body of a pull request holds 65,536 characters.
const MOST: usize = 48_000;

/// What `check` found: what needs attention as a table, the rest as numbers, and the commands.
pub fn check(subject: Subject<'_>) -> String {
    let report = subject.report;
    let mut text = format!("### {}\n\n{}\n", headline(report), tally(report));
    let shown: Vec<&Finding> = report.findings.iter().filter(|it| Gravity::of(it) < Gravity::Good).collect();
    if !shown.is_empty() {
        text += "\n| status | image | zone, arch | label | locked | published | latest | detail |\n";
        text += "|---|---|---|---|---|---|---|---|\n";
    }
    for (n, finding) in shown.iter().enumerate() {
        if text.len() > MOST {
            text += &and_more(shown.len() - n);
            break;
        }
        let status = finding.status.as_str();
        let status = if finding.is_drift { format!("**{status}**") } else { status.to_owned() };
        let published = finding.published.map(date).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {status} | {} | {} | {} | {} | {published} | {} | {} |",
            code(&finding.cell.name),
            zone_and_arch(&finding.cell),
            cell(&label(finding)),
            id(finding.locked.as_ref().map(|pin| pin.id)),
            id(finding.latest.as_ref().map(|latest| latest.id)),
            cell(&detail(finding)),
        );
    }
    for remedy in remedies(&report.findings, subject.invocation) {
        let aim = capitalised(&remedy.aim);
        let _ = match remedy.command {
            Some(command) => write!(text, "\n{aim}:\n\n```sh\n{command}\n```\n"),
            None => write!(text, "\n{aim}.\n"),
        };
    }
    for notice in &report.notices {
        let _ = write!(text, "\n> {}\n", cell(&notice.title));
    }
    text
}

/// What `resolve` changed, as the body of a pull request.
pub fn plan(plan: &Plan) -> String {
    changes(&plan.changes)
}

/// What happened to pins.
pub fn changes(changes: &[Change]) -> String {
    let moved: Vec<&Change> = changes.iter().filter(|change| change.action() != Action::Kept).collect();
    if moved.is_empty() {
        return "No pin changes.\n".to_owned();
    }
    let mut text =
        format!("{}\n\n| change | image | zone, arch | label | from | to | detail |\n", change::tally(changes));
    text += "|---|---|---|---|---|---|---|\n";
    for (n, change) in moved.iter().enumerate() {
        if text.len() > MOST {
            text += &and_more(moved.len() - n);
            break;
        }
        let _ = writeln!(
            text,
            "| **{}** | {} | {} | {} | {} | {} | {} |",
            change.action().as_str(),
            code(&change.cell.name),
            zone_and_arch(&change.cell),
            cell(&change.to.as_ref().or(change.from.as_ref()).map(change::label).unwrap_or_default()),
            id(change.from.as_ref().map(|pin| pin.id)),
            id(change.to.as_ref().map(|pin| pin.id)),
            cell(&change::detail(change)),
        );
    }
    text
}

fn and_more(rows: usize) -> String {
    format!("\nand {rows} more\n")
}

fn id(id: Option<LocalImageId>) -> String {
    id.map(|id| code(id.short())).unwrap_or_default()
}

fn code(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

/// Text that means nothing but itself. What stands between backticks is code already, and stays so.
fn cell(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let parts = parts.into_iter().enumerate().map(|(n, part)| match (paired, n % 2) {
        (true, 1) => format!("`{}`", part.replace('|', "\\|")),
        _ => plain(part),
    });
    parts.collect::<Vec<_>>().join(if paired { "" } else { "&#96;" })
}

fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            // Entities, where a backslash would not do: a mention or an address would still be one.
            '@' | '<' | '>' | '&' | '#' => {
                let _ = write!(safe, "&#{};", u32::from(char));
            }
            '|' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' => safe.extend(['\\', char]),
            char => safe.push(char),
        }
    }
    safe
}
