//! Reports and plans -> Markdown as GitHub and GitLab read it: a pull request's body, a job's summary.

use std::fmt::Write as _;

use crate::domain::LocalImageId;
use crate::domain::diagnostics::sentence::capitalized;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::short_ids::ShortIds;
use crate::render::check::changed_since;
use crate::render::check::finding::{self, CheckReport, Severity, detail, headline, label, tally, zone_and_arch};
use crate::render::check::human::date;
use crate::render::check::suggestions::Remedy;
use crate::render::plan::change::{self, Resolved};
use crate::render::support::markdown_text::{code, inert};

/// Rows beyond these bytes are only counted: the body of a pull request holds 65,536 characters.
const MOST: usize = 48_000;

/// And notices beyond these.
const MOST_WITH_NOTICES: usize = 60_000;

/// What `check` found: what needs attention as a table, the rest as numbers, and the commands.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    let mut text = format!("### {}\n\n{}\n", headline(subject), inert(&tally(subject)));
    for broken in subject.broken {
        let _ = write!(text, "\n> **Error**: {}\n", inert(&broken.sentence()));
    }
    let moves = changed_since::moves(subject);
    if !moves.is_empty() {
        let _ = write!(text, "\n{}", table(&moves));
    }
    let mut shown = subject.findings();
    shown.retain(|(_, finding)| Severity::of(finding) < Severity::Good);
    let manifest = |text: String| if subject.is_many() { format!(" {text} |") } else { String::new() };
    if !shown.is_empty() {
        let head = "image | zone, arch | label | locked | published | latest | detail |\n";
        let _ = write!(text, "\n| status |{} {head}", manifest("manifest".to_owned()));
        let _ = writeln!(text, "|---|{}---|---|---|---|---|---|---|", if subject.is_many() { "---|" } else { "" });
    }
    let ids = finding::short_ids(shown.iter().map(|(_, finding)| *finding));
    for (n, (part, finding)) in shown.iter().enumerate() {
        if text.len() > MOST {
            text += &and_more(shown.len() - n);
            break;
        }
        let status = finding.status.as_str();
        let status = if finding.is_drift { format!("**{status}**") } else { status.to_owned() };
        let published = finding.published.map(date).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {status} |{} {} | {} | {} | {} | {published} | {} | {} |",
            manifest(inert(&subject.manifest(*part))),
            code(&finding.cell.name),
            zone_and_arch(&finding.cell),
            inert(&label(finding)),
            id(finding.locked.as_ref().map(|pin| pin.id), &ids),
            id(finding.latest.as_ref().map(|latest| latest.id), &ids),
            inert(&detail(finding)),
        );
    }
    if let Some(unlisted) = changed_since::unlisted(subject) {
        let _ = write!(text, "\n{}.\n", capitalized(&unlisted));
    }
    for remedy in subject.remedies() {
        let Remedy { aim, command } = remedy;
        let _ = write!(text, "\n{}:\n\n```sh\n{command}\n```\n", capitalized(&aim));
    }
    let notices: Vec<_> = subject.remarks().collect();
    for (n, (_, notice)) in notices.iter().enumerate() {
        if text.len() > MOST_WITH_NOTICES {
            text += &and_more(notices.len() - n);
            break;
        }
        let _ = write!(text, "\n> {}\n", inert(&notice.title));
    }
    text
}

/// What `resolve` changed, as the body of a pull request.
pub(crate) fn plan(resolved: &[Resolved<'_>]) -> String {
    table(&change::changes(resolved))
}

/// What happened to pins.
pub(crate) fn changes(changes: &[Change]) -> String {
    table(&changes.iter().map(|change| (String::new(), change)).collect::<Vec<_>>())
}

fn table(changes: &[(String, &Change)]) -> String {
    let moved: Vec<&(String, &Change)> = changes.iter().filter(|(_, change)| change.action() != Action::Kept).collect();
    if moved.is_empty() {
        return "No pin changes.\n".to_owned();
    }
    let many = changes.iter().any(|(manifest, _)| !manifest.is_empty());
    let manifest = |text: &str| if many { format!(" {text} |") } else { String::new() };
    let mut text = format!("{}\n", change::tally(changes.iter().map(|(_, change)| *change)));
    let _ = writeln!(text, "\n| change |{} image | zone, arch | label | from | to | detail |", manifest("manifest"));
    let _ = writeln!(text, "|---|{}---|---|---|---|---|---|", if many { "---|" } else { "" });
    let ids = ShortIds::of_changes(moved.iter().map(|(_, change)| *change));
    for (n, (file, change)) in moved.iter().enumerate() {
        if text.len() > MOST {
            text += &and_more(moved.len() - n);
            break;
        }
        let _ = writeln!(
            text,
            "| **{}** |{} {} | {} | {} | {} | {} | {} |",
            change.action().as_str(),
            manifest(&inert(file)),
            code(&change.cell.name),
            zone_and_arch(&change.cell),
            inert(&change.to.as_ref().or(change.from.as_ref()).map(change::label).unwrap_or_default()),
            id(change.from.as_ref().map(|pin| pin.id), &ids),
            id(change.to.as_ref().map(|pin| pin.id), &ids),
            inert(&change::detail(change, &ids)),
        );
    }
    text
}

fn and_more(rows: usize) -> String {
    format!("\nand {rows} more\n")
}

fn id(id: Option<LocalImageId>, ids: &ShortIds) -> String {
    id.map(|id| code(ids.show(id))).unwrap_or_default()
}
