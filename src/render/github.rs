//! What `check` found -> workflow commands of GitHub Actions: annotations on the lines of the manifest.
//!
//! GitHub shows ten annotations of a level and step, so there is one for each image and status, not one a cell.

use std::collections::BTreeMap;

use super::finding::{CheckReport, Places, detail, tally, zone_and_arch};
use super::human::moves;
use super::{broken, gate};
use crate::domain::Name;
use crate::domain::check::suggestions::suggestions;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::{escaped, shown};
use crate::domain::diagnostics::source::Location;
use crate::domain::types::status::Severity;

/// Writes the commands, and the numbers for the log.
pub(super) fn check(subject: CheckReport<'_>) -> String {
    let places: Vec<Places<'_>> = subject.parts.iter().map(Places::new).collect();
    // The gravest first, as in the report; then by manifest and name.
    let mut groups: BTreeMap<(Severity, Status, usize, &Name), Vec<&Finding>> = BTreeMap::new();
    for (part, finding) in subject.findings() {
        let severity = finding.severity();
        if severity < Severity::Good {
            groups.entry((severity, finding.status, part, &finding.cell.name)).or_default().push(finding);
        }
    }
    let mut text = String::new();
    for failed in subject.broken {
        let (location, title) = (broken::location(&failed.failure), broken::title(&failed.failure));
        text += &command("error", location.as_ref(), &shown(&failed.path), &title);
    }
    for ((severity, status, part, name), findings) in groups {
        let level = match severity {
            Severity::Bad => "error",
            Severity::Due => "warning",
            Severity::Held | Severity::Good => "notice",
        };
        let lines = findings.iter().map(|finding| format!("{}: {}", zone_and_arch(&finding.cell), detail(finding)));
        let invocation = subject.invocation_of(part);
        let commands = suggestions(findings.iter().copied());
        let commands = commands.iter().map(|suggestion| suggestion.show(&invocation));
        let message: Vec<String> = lines.chain(commands).collect();
        let title = format!("{name}: {}", status.as_str());
        text += &command(level, places[part].of(findings[0]).as_ref(), &title, &message.join("\n"));
    }
    for (part, Problem { title, span, notes, help, .. }) in subject.remarks() {
        let place = span.as_ref().and_then(|span| places[part].in_manifest(span));
        let help = help.as_ref().map(|help| help.show(&subject.invocation_of(part)));
        let lines: Vec<&str> = notes.iter().chain(&help).map(String::as_str).collect();
        text += &command("warning", place.as_ref(), title, &lines.join("\n"));
    }
    let unlisted = gate::unlisted(subject).map_or_else(String::new, |line| line + "\n");
    // Colors are left out where no terminal wants them.
    text + &moves(subject) + &tally(subject) + "\n" + &unlisted
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

/// The text of a command. Of what a terminal obeys only line ends are left, which are encoded.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    let text = lines.join("\n");
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
