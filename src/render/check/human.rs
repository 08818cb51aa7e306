//! Reports, plans and pins -> tables and sentences.

use std::fmt;

use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::check::Finding;
use crate::domain::diagnostics::sanitize::{shown, visible};
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::lock::{Lock, Pin};
use crate::domain::lookup::search::Offer;
use crate::domain::{Cell, LocalImageId, Zone};
use crate::render::check::broken::summary;
use crate::render::check::changed_since;
use crate::render::check::finding::{self, CheckReport, Severity, detail, tally};
use crate::render::check::suggestions::Remedy;
use crate::render::plan::change;
use crate::render::plan::change::Resolved;
use crate::render::support::style::{self, COMMAND, FAINT, PLAIN, paint};
use crate::render::support::table::{Columns, Table};

/// What `check` found: a line a cell, the worst first, then a summary that names the command to run.
pub(crate) fn check(subject: CheckReport<'_>, quiet: bool) -> String {
    let table = findings(subject, |finding| !quiet || finding.is_drift);
    let stale = subject
        .stale()
        .fold(String::new(), |text, (_, stale)| text + &format!("`{}` is out of date\n", shown(&stale.path)));
    if quiet {
        return table + &stale;
    }
    let unlisted = changed_since::unlisted(subject).map_or_else(String::new, |line| line + "\n");
    let broken = summary(subject.broken, subject.manifests()).map_or_else(String::new, |line| line + "\n");
    let summary = format!("{stale}{}\n{broken}{unlisted}{}", tally(subject), remedies(subject));
    let parts = [moves(subject), table, summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What a verified change does to the pins.
pub(crate) fn moves(subject: CheckReport<'_>) -> String {
    let mut table = Table::new(&["CHANGE", "MANIFEST", "NAME", "ZONE", "ARCH", "LABEL", "FROM", "TO", "DETAIL"]);
    let moves = changed_since::moves(subject);
    let ids = ShortIds::of_changes(moves.iter().map(|(_, change)| *change));
    for (manifest, change) in moves {
        let mut row = change_row(change, &ids).to_vec();
        row.insert(1, (manifest, PLAIN));
        row.push((change::detail(change, &ids), FAINT));
        table.row(row);
    }
    table.write()
}

/// How the locks fail the manifests, under `resolve --locked`.
pub(crate) fn locked(subject: CheckReport<'_>, pins: usize, quiet: bool) -> String {
    let differences: usize = subject.parts.iter().map(|part| part.report.findings.len()).sum();
    let (files, verb, not) = match subject.parts {
        [_] => ("the lockfile", "satisfies the manifest", "does not satisfy the manifest"),
        _ => ("the lockfiles", "satisfy the manifests", "do not satisfy the manifests"),
    };
    let stale = stale(subject);
    match (differences > 0, quiet) {
        (false, false) if stale.is_empty() => {
            let broken = summary(subject.broken, subject.manifests()).map_or_else(String::new, |text| text + "\n");
            format!("{files} {verb}: {}\n{broken}", count(pins, "pin"))
        }
        (false, _) => stale,
        (true, true) => findings(subject, |_| true) + &stale,
        (true, false) => format!(
            "{}\n{stale}{files} {not}: {}\n{}",
            findings(subject, |_| true),
            count(differences, "difference"),
            remedies(subject)
        ),
    }
}

/// The outputs that are out of date, and the command that updates them.
fn stale(subject: CheckReport<'_>) -> String {
    let paths: Vec<String> = subject.stale().map(|(_, stale)| quoted(shown(&stale.path))).collect();
    let (verb, it) = match paths.len() {
        0 => return String::new(),
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let command = paint(COMMAND, format!("{} resolve", subject.invocation));
    format!("{} {verb} out of date; to update {it}: {command}\n", and_more(paths, 12))
}

fn findings(subject: CheckReport<'_>, is_shown: impl Fn(&Finding) -> bool) -> String {
    let mut table =
        Table::new(&["STATUS", "MANIFEST", "NAME", "ZONE", "ARCH", "LABEL", "LOCKED", "PUBLISHED", "LATEST", "DETAIL"]);
    let shown: Vec<_> = subject.findings().into_iter().filter(|(_, finding)| is_shown(finding)).collect();
    let ids = finding::short_ids(shown.iter().map(|(_, finding)| *finding));
    for (part, finding) in shown {
        let mut row = vec![(finding.status.as_str().to_owned(), style::gravity(Severity::of(finding)))];
        row.push((subject.manifest(part), PLAIN));
        row.extend(cell(&finding.cell));
        row.extend([
            (finding::label(finding), PLAIN),
            id(finding.locked.as_ref().map(|pin| pin.id), &ids),
            (finding.locked.as_ref().map(|_| finding.published.map_or_else(unknown, date)).unwrap_or_default(), PLAIN),
            id(finding.latest.as_ref().map(|latest| latest.id), &ids),
            (detail(finding), FAINT),
        ]);
        table.row(row);
    }
    table.write()
}

fn cell(cell: &Cell) -> [(String, Style); 3] {
    [(cell.name.to_string(), PLAIN), (cell.zone.to_string(), PLAIN), (cell.arch.to_string(), PLAIN)]
}

fn id(id: Option<LocalImageId>, ids: &ShortIds) -> (String, Style) {
    (id.map(|id| ids.show(id)).unwrap_or_default(), PLAIN)
}

/// For a date that nobody tells.
pub(crate) fn unknown() -> String {
    "unknown".to_owned()
}

/// The day of a moment, in UTC.
pub(crate) fn date(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(time).date().to_string()
}

/// The commands that mend what was found, a line each.
fn remedies(subject: CheckReport<'_>) -> String {
    let line = |Remedy { aim, command }| format!("{aim}: {}\n", paint(COMMAND, command));
    subject.remedies().into_iter().map(line).collect()
}

/// What `resolve` did, or under `--dry-run` would do.
pub(crate) fn plan(resolved: &[Resolved<'_>], dry_run: bool, quiet: bool) -> String {
    let mut table = Table::new(&["CHANGE", "MANIFEST", "NAME", "ZONE", "ARCH", "LABEL", "FROM", "TO", "DETAIL"]);
    let changes = change::changes(resolved);
    let is_shown = |change: &Change| {
        change.action() != Action::Kept || !quiet && (change.newer.is_some() || change.note.is_some())
    };
    let ids = ShortIds::of_changes(changes.iter().map(|(_, change)| *change).filter(|change| is_shown(change)));
    for (manifest, change) in changes.iter().filter(|(_, change)| is_shown(change)) {
        let mut row = change_row(change, &ids).to_vec();
        row.insert(1, (manifest.clone(), PLAIN));
        row.push((change::detail(change, &ids), FAINT));
        table.row(row);
    }
    if quiet {
        return table.write();
    }
    let tally = change::tally(changes.iter().map(|(_, change)| *change));
    let table = table.write();
    let space = if table.is_empty() { "" } else { "\n" };
    let pins = count(resolved.iter().map(|it| it.plan.lock.pins().len()).sum(), "pin");
    let pins = if resolved.len() > 1 { format!("{pins} in {}", count(resolved.len(), "manifest")) } else { pins };
    let rewrites = resolved.iter().any(|it| it.rewrites);
    let summary = match (resolved.iter().any(|it| it.plan.has_changes()), rewrites, dry_run) {
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
pub(crate) fn change_row(change: &Change, ids: &ShortIds) -> [(String, Style); 7] {
    let action = change.action();
    let [name, zone, arch] = cell(&change.cell);
    let label = change.to.as_ref().or(change.from.as_ref()).map(change::label).unwrap_or_default().into_owned();
    let from = change.from.as_ref().map(|pin| pin.id);
    let to = change.to.as_ref().filter(|_| action != Action::Kept).map(|pin| pin.id);
    [(action.as_str().to_owned(), style::action(action)), name, zone, arch, (label, PLAIN), id(from, ids), id(to, ids)]
}

/// All pins, with whole IDs. Displaying it writes one after the other: a hundred thousand are never in memory as text.
pub(crate) fn pins(lock: Lock) -> impl fmt::Display {
    /// The columns that a date takes.
    const DAY: usize = "2026-09-02".len();

    fn words<'p>(pin: &'p Pin, label: &'p str, id: &'p str) -> [(&'p str, usize); 6] {
        let Cell { name, zone, arch } = &pin.cell;
        [name.as_str(), zone.as_str(), arch.as_str(), pin.image_type.as_str(), label, id].map(|word| (word, word.len()))
    }

    fmt::from_fn(move |f| {
        let Some(first) = lock.pins().first() else { return f.write_str("the lockfile has no pins\n") };
        let mut columns = Columns::new(&["NAME", "ZONE", "ARCH", "TYPE", "LABEL", "ID", "PUBLISHED"]);
        // All IDs take as many columns.
        let any_id = first.id.to_string();
        for pin in lock.pins() {
            let day = pin.published.map_or(0, |_| DAY);
            columns.widen(words(pin, &change::label(pin), &any_id).map(|(_, width)| width).into_iter().chain([day]));
        }
        let mut text = String::new();
        columns.heading(&mut text);
        // Many pins are of one version.
        let (mut published, mut day) = (None, String::new());
        for pin in lock.pins() {
            if pin.published != published {
                published = pin.published;
                day = published.map(|time| paint(FAINT, date(time))).unwrap_or_default();
            }
            let (label, id) = (change::label(pin), pin.id.to_string());
            let day = (&*day, published.map_or(0, |_| DAY));
            columns.row(&mut text, words(pin, &label, &id).into_iter().chain([day]));
            f.write_str(&text)?;
            text.clear();
        }
        Ok(())
    })
}

/// The Marketplace's labels: releases, dates, and where they are offered.
pub(crate) fn offers(offers: &[Offer]) -> String {
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
            table.row(head.chain(cell));
        }
    }
    let table = table.write();
    if table.is_empty() { "no image matches\n".to_owned() } else { table }
}

fn none() -> (String, Style) {
    (String::new(), PLAIN)
}
