//! The report of a check as tables and sentences.

use super::report::{CheckReport, StaleOutput};
use super::sentences::{detail, failed_summary, label, short_ids, summary, unlisted};
use crate::domain::check::Finding;
use crate::domain::check::suggestions::Suggestion;
use crate::domain::diagnostics::{Command, and_more, count, quoted, shown};
use crate::render::changes;
use crate::render::support::table::{Column, Table};
use crate::render::support::terminal::{self, FAINT, PLAIN, cell, id};
use crate::render::support::values::date_or_unknown;
use crate::render::support::width::Width;

const COLUMNS: [Column; 10] = [
    Column::fixed("STATUS"),
    Column::above(3, "MANIFEST"),
    Column::below(8, "NAME"),
    Column::below(7, "ZONE"),
    Column::below(5, "ARCH"),
    Column::below(4, "LABEL").labeled(),
    Column::below(6, "PINNED").labeled(),
    Column::below(2, "PUBLISHED").labeled(),
    Column::below(6, "NEWEST").labeled(),
    Column::below(1, "DETAIL"),
];

/// Writes the findings, the worst first, then a summary and the commands to run.
pub(crate) fn write(report: CheckReport<'_>, quiet: bool, width: Width) -> String {
    let table = findings(report, |finding| !quiet || finding.is_drift, width);
    let stale = |(_, output): (usize, &StaleOutput)| line(&format!("`{}` is out of date", shown(&output.path)), width);
    let stale: String = report.stale().map(stale).collect();
    if quiet {
        return table + &stale;
    }
    let unlisted = unlisted(report).map(|text| line(&text, width)).unwrap_or_default();
    let (failed, summary) = (failed(report, width), line(&summary(report), width));
    let summary = format!("{stale}{summary}{failed}{unlisted}{}", suggestions(report, width));
    let parts = [changes::table(&report.moves(), width), table, summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Writes how the lockfiles differ from the manifests, for `resolve --locked`.
pub(crate) fn locked(report: CheckReport<'_>, pins: usize, quiet: bool, width: Width) -> String {
    let differences: usize = report.manifests.iter().map(|manifest| manifest.report.findings.len()).sum();
    let (files, verb, not) = match report.manifests {
        [_] => ("the lockfile", "matches the manifest", "does not match the manifest"),
        _ => ("the lockfiles", "match the manifests", "do not match the manifests"),
    };
    let stale = stale(report, width);
    match (differences > 0, quiet) {
        (false, false) if stale.is_empty() => {
            line(&format!("{files} {verb}: {}", count(pins, "pin")), width) + &failed(report, width)
        }
        (false, _) => stale,
        (true, true) => findings(report, |_| true, width) + &stale,
        (true, false) => format!(
            "{}\n{stale}{}{}",
            findings(report, |_| true, width),
            line(&format!("{files} {not}: {}", count(differences, "difference")), width),
            suggestions(report, width)
        ),
    }
}

/// The outputs that are out of date, and the command that updates them.
fn stale(report: CheckReport<'_>, width: Width) -> String {
    let paths: Vec<String> = report.stale().map(|(_, stale)| quoted(shown(&stale.path))).collect();
    let (verb, it) = match paths.len() {
        0 => return String::new(),
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let purpose = format!("{} {verb} out of date; to update {it}", and_more(paths, 12));
    width.command(purpose, Command::new("resolve").show(report.invocation)) + "\n"
}

fn findings(report: CheckReport<'_>, is_shown: impl Fn(&Finding) -> bool, width: Width) -> String {
    let mut table = Table::new(&COLUMNS);
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
    table.write(width)
}

/// The manifests that could not be checked.
fn failed(report: CheckReport<'_>, width: Width) -> String {
    failed_summary(report.failed, report.manifest_count()).map(|text| line(&text, width)).unwrap_or_default()
}

fn line(text: &str, width: Width) -> String {
    format!("{}\n", width.wrap(text))
}

/// The commands that fix the findings, one per line.
fn suggestions(report: CheckReport<'_>, width: Width) -> String {
    let line = |Suggestion { purpose, command }| width.command(purpose, command.show(report.invocation)) + "\n";
    report.suggestions().into_iter().map(line).collect()
}
