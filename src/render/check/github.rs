//! The report of a check as workflow commands of GitHub Actions, which become annotations on the lines of the manifest.
//!
//! GitHub shows at most ten annotations per level and step, so there is one per image and status, not one per pin.

use std::collections::BTreeMap;

use super::report::{CheckReport, Places};
use super::sentences::{detail, failure_location, failure_title, summary, unlisted};
use super::versions::{VersionRow, version_rows};
use crate::domain::diagnostics::{Location, escaped, shown};
use crate::domain::types::{Name, Severity, Status};
use crate::render::changes;
use crate::render::support::width::Width;

/// Writes the workflow commands, and a summary for the log.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let places = Places::of_each(report);
    // The most severe first, as in the other formats; then by manifest and name.
    let mut groups: BTreeMap<(Severity, Status, usize, &Name), Vec<VersionRow<'_>>> = BTreeMap::new();
    for row in version_rows(report) {
        let finding = row.first();
        let severity = finding.severity();
        if severity < Severity::Good {
            groups.entry((severity, finding.status, row.manifest, &finding.cell.name)).or_default().push(row);
        }
    }
    let mut text = String::new();
    for failed in report.failed {
        let location = failure_location(&failed.failure);
        text += &command("error", location.as_ref(), &shown(&failed.path), &failure_title(&failed.failure));
    }
    for ((severity, status, index, name), rows) in groups {
        let level = match severity {
            Severity::Bad => "error",
            Severity::Due => "warning",
            Severity::Held | Severity::Good => "notice",
        };
        let lines = rows.iter().map(|row| match detail(row.first()) {
            detail if detail.is_empty() => row.places(),
            detail => format!("{}: {detail}", row.places()),
        });
        let findings = rows.iter().flat_map(|row| &row.findings).copied();
        let message: Vec<String> = lines.chain(report.fixes(index, findings)).collect();
        let title = format!("{name}: {}", status.as_str());
        text += &command(level, places[index].of(rows[0].first()).as_ref(), &title, &message.join("\n"));
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

/// The message of a command. Line breaks are encoded, and other control characters are spelled out.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    let text = lines.join("\n");
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which colons and commas are encoded as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
