//! The report of a check as tables and sentences.

use super::report::{CheckReport, StaleOutput};
use super::sentences::{detail, failed_summary, label, short_ids, summary, unlisted};
use crate::domain::check::Finding;
use crate::domain::check::suggestions::Suggestion;
use crate::domain::diagnostics::{Command, and_more, count, quoted, shown};
use crate::render::changes;
use crate::render::support::terminal::{self, COMMAND, FAINT, PLAIN, Table, cell, id, paint};
use crate::render::support::values::date_or_unknown;

/// Writes the findings, one per line and the worst first, then a summary that names the commands to run.
pub(crate) fn write(report: CheckReport<'_>, quiet: bool) -> String {
    let table = findings(report, |finding| !quiet || finding.is_drift);
    let stale = |(_, output): (usize, &StaleOutput)| format!("`{}` is out of date\n", shown(&output.path));
    let stale: String = report.stale().map(stale).collect();
    if quiet {
        return table + &stale;
    }
    let unlisted = line(unlisted(report));
    let summary = format!("{stale}{}\n{}{unlisted}{}", summary(report), failed(report), suggestions(report));
    let parts = [changes::table(&report.moves()), table, summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Writes how the lockfiles fail the manifests, for `resolve --locked`.
pub(crate) fn locked(report: CheckReport<'_>, pins: usize, quiet: bool) -> String {
    let differences: usize = report.manifests.iter().map(|manifest| manifest.report.findings.len()).sum();
    let (files, verb, not) = match report.manifests {
        [_] => ("the lockfile", "satisfies the manifest", "does not satisfy the manifest"),
        _ => ("the lockfiles", "satisfy the manifests", "do not satisfy the manifests"),
    };
    let stale = stale(report);
    match (differences > 0, quiet) {
        (false, false) if stale.is_empty() => {
            format!("{files} {verb}: {}\n{}", count(pins, "pin"), failed(report))
        }
        (false, _) => stale,
        (true, true) => findings(report, |_| true) + &stale,
        (true, false) => format!(
            "{}\n{stale}{files} {not}: {}\n{}",
            findings(report, |_| true),
            count(differences, "difference"),
            suggestions(report)
        ),
    }
}

/// The outputs that are out of date, and the command that updates them.
fn stale(report: CheckReport<'_>) -> String {
    let paths: Vec<String> = report.stale().map(|(_, stale)| quoted(shown(&stale.path))).collect();
    let (verb, it) = match paths.len() {
        0 => return String::new(),
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let command = paint(COMMAND, Command::new("resolve").show(report.invocation));
    format!("{} {verb} out of date; to update {it}: {command}\n", and_more(paths, 12))
}

fn findings(report: CheckReport<'_>, is_shown: impl Fn(&Finding) -> bool) -> String {
    let mut table =
        Table::new(&["STATUS", "MANIFEST", "NAME", "ZONE", "ARCH", "LABEL", "LOCKED", "PUBLISHED", "LATEST", "DETAIL"]);
    let shown: Vec<_> = report.findings().into_iter().filter(|(_, finding)| is_shown(finding)).collect();
    let ids = short_ids(shown.iter().map(|(_, finding)| *finding));
    for (manifest, finding) in shown {
        let mut row = vec![(finding.status.as_str().to_owned(), terminal::severity(finding.severity()))];
        row.push((report.manifest(manifest), PLAIN));
        row.extend(cell(&finding.cell));
        let published = finding.locked.as_ref().map(|_| date_or_unknown(finding.published));
        row.extend([
            (label(finding), PLAIN),
            id(finding.locked.as_ref().map(|pin| pin.id), &ids),
            (published.unwrap_or_default(), PLAIN),
            id(finding.latest.as_ref().map(|latest| latest.id), &ids),
            (detail(finding), FAINT),
        ]);
        table.row(row);
    }
    table.write()
}

/// The manifests that could not be checked, in a line if there are any.
fn failed(report: CheckReport<'_>) -> String {
    line(failed_summary(report.failed, report.manifest_count()))
}

fn line(text: Option<String>) -> String {
    text.map_or_else(String::new, |text| text + "\n")
}

/// The commands that fix the findings, one per line.
fn suggestions(report: CheckReport<'_>) -> String {
    let line =
        |Suggestion { purpose, command }| format!("{purpose}: {}\n", paint(COMMAND, command.show(report.invocation)));
    report.suggestions().into_iter().map(line).collect()
}
