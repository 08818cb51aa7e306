//! What `check` found -> workflow commands of GitHub Actions: annotations on the lines of the manifest.
//!
//! GitHub shows ten annotations of a level and step, so there is one for each image and status, not one a cell.

use std::collections::BTreeMap;

use crate::domain::Name;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::{escaped, shown};
use crate::render::check::changed_since;
use crate::render::check::finding::{CheckReport, Places, Severity, detail, tally, zone_and_arch};
use crate::render::check::human::moves;
use crate::render::check::suggestions::remedies;
use crate::render::support::place::Place;

/// Writes the commands, and the numbers for the log.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    let places: Vec<Places<'_>> = subject.parts.iter().map(Places::new).collect();
    // The gravest first, as in the report; then by manifest and name.
    let mut groups: BTreeMap<(Severity, Status, usize, &Name), Vec<&Finding>> = BTreeMap::new();
    for (part, finding) in subject.findings() {
        let gravity = Severity::of(finding);
        if gravity < Severity::Good {
            groups.entry((gravity, finding.status, part, &finding.cell.name)).or_default().push(finding);
        }
    }
    let mut text = String::new();
    for broken in subject.broken {
        text += &command("error", broken.place().as_ref(), &shown(&broken.manifest), &broken.title());
    }
    for ((gravity, status, part, name), findings) in groups {
        let level = match gravity {
            Severity::Bad => "error",
            Severity::Due => "warning",
            Severity::Held | Severity::Good => "notice",
        };
        let lines = findings.iter().map(|finding| format!("{}: {}", zone_and_arch(&finding.cell), detail(finding)));
        let commands = remedies(findings.iter().copied(), &subject.invocation_of(part));
        let commands = commands.iter().map(ToString::to_string);
        let message: Vec<String> = lines.chain(commands).collect();
        let title = format!("{name}: {}", status.as_str());
        text += &command(level, places[part].of(findings[0]).as_ref(), &title, &message.join("\n"));
    }
    for (part, Problem { title, span, notes, help, .. }) in subject.remarks() {
        let place = span.as_ref().and_then(|span| places[part].in_manifest(span));
        let lines: Vec<&str> = notes.iter().chain(help).map(String::as_str).collect();
        text += &command("warning", place.as_ref(), title, &lines.join("\n"));
    }
    let unlisted = changed_since::unlisted(subject).map_or_else(String::new, |line| line + "\n");
    // Colors are left out where no terminal wants them.
    text + &moves(subject) + &tally(subject) + "\n" + &unlisted
}

/// `::warning file=images.toml,line=8,col=9,title=web%3A outdated::fr-par-1 x86_64%3A …`
fn command(level: &str, place: Option<&Place<'_>>, title: &str, message: &str) -> String {
    let mut properties = String::new();
    if let Some(Place { path, line, columns }) = place {
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
