//! Reports, plans and pins -> tables and sentences.

use std::collections::BTreeSet;

use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::change;
use super::style::{self, COMMAND, FAINT, PLAIN, paint};
use super::table::Table;
use crate::domain::drift::{Finding, Latest, Report, Status};
use crate::domain::lock::Lock;
use crate::domain::resolve::{Action, Change, Plan};
use crate::domain::search::Offer;
use crate::domain::words::{and_more, count, quoted, visible};
use crate::domain::{Cell, LocalImageId, Name, Zone};

/// What `check` found: a line a cell, the worst first, then a summary that names the command to run. `invocation` is how
/// imagelock was called.
pub fn check(report: &Report, invocation: &str, quiet: bool) -> String {
    let table = findings(report.findings.iter().filter(|finding| !quiet || finding.is_drift));
    if quiet {
        return table;
    }
    let all = count(report.findings.len(), "pin");
    let summary = if report.tally().iter().any(|(status, _)| *status != Status::Current) {
        let tally: Vec<String> =
            report.tally().into_iter().map(|(status, n)| format!("{n} {}", status.as_str())).collect();
        format!("{all}: {}\n{}", tally.join(", "), remedies(report, invocation))
    } else {
        format!("{all}: all current\n")
    };
    if table.is_empty() { summary } else { format!("{table}\n{summary}") }
}

/// How the lock fails the manifest, under `resolve --locked`.
pub fn locked(report: &Report, pins: usize, invocation: &str, quiet: bool) -> String {
    match (report.has_drift(), quiet) {
        (false, true) => String::new(),
        (false, false) => format!("the lockfile satisfies the manifest: {}\n", count(pins, "pin")),
        (true, true) => findings(report.findings.iter()),
        (true, false) => format!(
            "{}\nthe lockfile does not satisfy the manifest: {}\n{}",
            findings(report.findings.iter()),
            count(report.findings.len(), "difference"),
            remedies(report, invocation)
        ),
    }
}

fn findings<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let mut table = Table::new(&["STATUS", "NAME", "ZONE", "ARCH", "LABEL", "LOCKED", "PUBLISHED", "LATEST", "DETAIL"]);
    for finding in findings {
        let held = if finding.is_drift { style::status(finding.status) } else { style::held(finding.status) };
        let label = finding.label.as_ref().map_or_else(|| finding.image.clone(), ToString::to_string);
        let mut row = vec![(finding.status.as_str().to_owned(), held)];
        row.extend(cell(&finding.cell));
        row.extend([
            (label, PLAIN),
            id(finding.locked.as_ref().map(|pin| pin.id)),
            (finding.locked.as_ref().map(|_| finding.published.map_or_else(unknown, date)).unwrap_or_default(), PLAIN),
            id(finding.latest.as_ref().map(|latest| latest.id)),
            (detail(finding), FAINT),
        ]);
        table.row(row);
    }
    table.write()
}

fn cell(cell: &Cell) -> [(String, Style); 3] {
    [(cell.name.to_string(), PLAIN), (cell.zone.to_string(), PLAIN), (cell.arch.to_string(), PLAIN)]
}

fn id(id: Option<LocalImageId>) -> (String, Style) {
    (id.map(LocalImageId::short).unwrap_or_default(), PLAIN)
}

fn detail(finding: &Finding) -> String {
    let mut parts: Vec<String> =
        finding.latest.iter().filter_map(|latest| latest_of(latest, finding.published)).collect();
    parts.extend(finding.notes.iter().cloned());
    parts.join("; ")
}

/// For a date that nobody tells.
pub(super) fn unknown() -> String {
    "unknown".to_owned()
}

/// What there is to say of a newer local image: its release, its date, and how much later that is.
fn latest_of(latest: &Latest, published: Option<Timestamp>) -> Option<String> {
    let release = latest.release.as_ref().map(|release| format!("release {release}"));
    let date = latest.published.map(|newer| match published {
        Some(older) if newer >= older => {
            let days = newer.duration_since(older).as_hours() / 24;
            format!("{} behind ({})", count(usize::try_from(days).unwrap_or_default(), "day"), date(newer))
        }
        _ => format!("the latest is of {}", date(newer)),
    });
    let parts: Vec<String> = release.into_iter().chain(date).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The day of a moment, in UTC.
pub(super) fn date(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(time).date().to_string()
}

/// The commands that mend what a report found, a line each, in the order in which they work.
fn remedies(report: &Report, invocation: &str) -> String {
    let names = |wanted: &dyn Fn(&Finding) -> bool| -> BTreeSet<&Name> {
        report
            .findings
            .iter()
            .filter(|finding| finding.is_drift && wanted(finding))
            .map(|finding| &finding.cell.name)
            .collect()
    };
    let with = |statuses: &'static [Status]| {
        names(&move |finding| statuses.iter().any(|status| finding.statuses.contains(status)))
    };
    let command = |rest: &str| paint(COMMAND, format!("{invocation} {rest}"));
    let upgrade = |names: BTreeSet<&Name>| {
        let names: Vec<&str> = names.into_iter().map(Name::as_str).collect();
        command(&format!("resolve --upgrade {}", names.join(" ")))
    };
    let mut lines = Vec::new();
    let edited = with(&[Status::Mismatch, Status::Edited]);
    if !edited.is_empty() {
        lines.push(
            "somebody changed the lockfile by hand, or a merge did; its history, `git log -p`, tells who".to_owned(),
        );
        lines.push(format!("to pin anew what was changed: {}", upgrade(edited)));
    }
    if !with(&[Status::Unlocked, Status::Undeclared]).is_empty() {
        lines.push(format!("to make the lock follow the manifest: {}", command("resolve")));
    }
    // An image of which a cell is gone cannot be upgraded before its declaration is changed.
    let gone = names(&|finding| {
        let gone = [Status::Withdrawn, Status::Retired, Status::Incompatible];
        finding.latest.is_none() && finding.statuses.iter().any(|status| gone.contains(status))
    });
    let movable = names(&|finding| {
        let moves = [Status::Outdated, Status::Incompatible, Status::Withdrawn, Status::Retired];
        finding.latest.is_some() && finding.statuses.iter().any(|status| moves.contains(status))
    });
    let movable: BTreeSet<&Name> = movable.difference(&gone).copied().collect();
    if !movable.is_empty() {
        lines.push(format!("to move to the latest: {}", upgrade(movable)));
    }
    let ending: BTreeSet<&Name> = with(&[Status::Eol, Status::EolSoon]).difference(&gone).copied().collect();
    if !ending.is_empty() {
        let names = and_more(ending.into_iter().map(quoted), 6);
        lines.push(format!("to see what could follow {names}: {}", command("search")));
    }
    if !gone.is_empty() {
        let names = and_more(gone.into_iter().map(quoted), 6);
        lines.push(format!("to see what there is instead of {names}: {}", command("search")));
    }
    lines.into_iter().fold(String::new(), |text, line| text + &line + "\n")
}

/// What `resolve` did, or under `--dry-run` would do. `rewrites` says that the bytes of the lockfile change.
pub fn plan(plan: &Plan, dry_run: bool, rewrites: bool, quiet: bool) -> String {
    let mut table = Table::new(&["CHANGE", "NAME", "ZONE", "ARCH", "LABEL", "FROM", "TO", "DETAIL"]);
    for change in &plan.changes {
        let action = change.action();
        if action == Action::Kept && (quiet || change.newer.is_none() && change.note.is_none()) {
            continue;
        }
        let mut row = change_row(change).to_vec();
        row.push((change::detail(change), FAINT));
        table.row(row);
    }
    if quiet {
        return table.write();
    }
    let tally = change::tally(&plan.changes);
    let table = table.write();
    let space = if table.is_empty() { "" } else { "\n" };
    let pins = count(plan.lock.pins().len(), "pin");
    let summary = match (plan.has_changes(), rewrites, dry_run) {
        (false, false, _) => format!("nothing to change: {pins}\n"),
        (false, true, false) => format!("no pin changes, the lockfile was put into its canonical form: {pins}\n"),
        (false, true, true) => {
            "dry run: no pin would change, the lockfile would be put into its canonical form\n".to_owned()
        }
        (true, _, false) => format!("{pins}: {tally}\n"),
        (true, _, true) => format!("dry run, nothing was written; would be: {tally}\n"),
    };
    format!("{table}{space}{summary}")
}

/// What every table says of a change before the details: under `CHANGE NAME ZONE ARCH LABEL FROM TO`.
pub(super) fn change_row(change: &Change) -> [(String, Style); 7] {
    let action = change.action();
    let [name, zone, arch] = cell(&change.cell);
    let label = change.to.as_ref().or(change.from.as_ref()).map(change::label).unwrap_or_default();
    let from = change.from.as_ref().map(|pin| pin.id);
    let to = change.to.as_ref().filter(|_| action != Action::Kept).map(|pin| pin.id);
    [(action.as_str().to_owned(), style::action(action)), name, zone, arch, (label, PLAIN), id(from), id(to)]
}

/// All pins, with whole IDs.
pub fn pins(lock: &Lock) -> String {
    let mut table = Table::new(&["NAME", "ZONE", "ARCH", "TYPE", "LABEL", "ID", "PUBLISHED"]);
    for pin in lock.pins() {
        let mut row = cell(&pin.cell).to_vec();
        row.push((pin.image_type.to_string(), PLAIN));
        row.push((change::label(pin), PLAIN));
        row.push((pin.id.to_string(), PLAIN));
        row.push((pin.published.map(date).unwrap_or_default(), FAINT));
        table.row(row);
    }
    let table = table.write();
    if table.is_empty() { "the lockfile has no pins\n".to_owned() } else { table }
}

/// The Marketplace's labels: releases, dates, and where they are offered.
pub fn offers(offers: &[Offer]) -> String {
    let mut table = Table::new(&["LABEL", "IMAGE", "RELEASE", "PUBLISHED", "END OF LIFE", "TYPE", "ARCH", "ZONES"]);
    for offer in offers {
        let head = [
            (offer.image.label.to_string(), PLAIN),
            (visible(&offer.image.name), FAINT),
            (offer.release.as_ref().map(ToString::to_string).unwrap_or_default(), PLAIN),
            (offer.published.map(date).unwrap_or_default(), PLAIN),
            (offer.end.as_ref().map(|end| end.date.to_string()).unwrap_or_default(), PLAIN),
        ];
        let mut cells: Vec<[(String, Style); 3]> = offer
            .zones()
            .into_iter()
            .map(|((image_type, arch), zones)| {
                let zones: Vec<&str> = zones.into_iter().map(Zone::as_str).collect();
                [(visible(image_type), PLAIN), (arch.to_string(), PLAIN), (zones.join(" "), PLAIN)]
            })
            .collect();
        if cells.is_empty() {
            cells.push([none(), none(), ("nowhere".to_owned(), FAINT)]);
        }
        for (n, cell) in cells.into_iter().enumerate() {
            let head = head.iter().map(|head| if n == 0 { head.clone() } else { none() });
            table.row(head.chain(cell).collect());
        }
    }
    let table = table.write();
    if table.is_empty() { "no image matches\n".to_owned() } else { table }
}

fn none() -> (String, Style) {
    (String::new(), PLAIN)
}
