//! The report of a check as workflow commands of GitHub Actions: annotations on the lines of the manifest.
//!
//! GitHub shows ten annotations per level and step, so there is one for each image and status, not one for each cell.

use std::collections::BTreeMap;

use super::report::{CheckReport, Places};
use super::sentences::{detail, failure_location, failure_title, summary, unlisted};
use crate::domain::check::Finding;
use crate::domain::diagnostics::{Location, escaped, shown};
use crate::domain::types::{Name, Severity, Status};
use crate::render::changes;
use crate::render::support::values::zone_and_arch;
use crate::render::support::width::Width;

/// Writes the commands, and the summary for the log.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let places = Places::of_each(report);
    // The most severe first, as in the report; then by manifest and name.
    let mut groups: BTreeMap<(Severity, Status, usize, &Name), Vec<&Finding>> = BTreeMap::new();
    for (index, finding) in report.findings() {
        let severity = finding.severity();
        if severity < Severity::Good {
            groups.entry((severity, finding.status, index, &finding.cell.name)).or_default().push(finding);
        }
    }
    let mut text = String::new();
    for failed in report.failed {
        let location = failure_location(&failed.failure);
        text += &command("error", location.as_ref(), &shown(&failed.path), &failure_title(&failed.failure));
    }
    for ((severity, status, index, name), findings) in groups {
        let level = match severity {
            Severity::Bad => "error",
            Severity::Due => "warning",
            Severity::Held | Severity::Good => "notice",
        };
        let lines = findings.iter().map(|finding| format!("{}: {}", zone_and_arch(&finding.cell), detail(finding)));
        let message: Vec<String> = lines.chain(report.fixes(index, findings.iter().copied())).collect();
        let title = format!("{name}: {}", status.as_str());
        text += &command(level, places[index].of(findings[0]).as_ref(), &title, &message.join("\n"));
    }
    for (index, problem) in report.remarks() {
        let place = places[index].of_problem(problem);
        text += &command("warning", place.as_ref(), &problem.title, &report.details(index, problem).join("\n"));
    }
    let unlisted = unlisted(report).map_or_else(String::new, |line| line + "\n");
    text + &changes::table(&report.moves(), Width::UNLIMITED) + &summary(report) + "\n" + &unlisted
}

/// `::warning file=images.toml,line=8,col=9,title=web%3A outdated::fr-par-1 x86_64%3A …`
fn command(level: &str, place: Option<&Location<'_>>, title: &str, message: &str) -> String {
    let mut properties = String::new();
    if let Some(Location { path, line, columns }) = place {
        let path = property(&shown(path).replace('\\', "/"));
        properties = format!("file={path},line={line},col={},endColumn={},", columns.0, columns.1);
    }
    format!("::{level} {properties}title={}::{}\n", property(&format!("imagelock: {title}")), data(message))
}

/// The text of a command. Line breaks are encoded; anything else that a terminal obeys is spelled out.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    let text = lines.join("\n");
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
