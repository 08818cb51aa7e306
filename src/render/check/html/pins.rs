//! The pins by image and version, the worst first: zones, IDs, age, what is newer, and why.

use jiff::Timestamp;
use maud::{Markup, html};

use super::elements::{ShownId, Text, cell, chip, day, ids, path, prose, table};
use crate::domain::check::Finding;
use crate::domain::diagnostics::{capitalized, count};
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::Severity;
use crate::render::check::report::CheckReport;
use crate::render::check::sentences::{detail, is_accepted, is_unlisted, label, short_ids};
use crate::render::check::versions::{VersionRow, version_rows};
use crate::render::support::values::days;

/// If more rows than this are current, they are folded away, so that they do not hide the others.
const MAX_CURRENT: usize = 12;

/// What every row of the page needs to know.
struct Page<'a> {
    report: CheckReport<'a>,
    short: ShortIds,
    /// The age of the oldest version, in days: the length of the longest bar.
    oldest: usize,
}

/// Writes the table. If many rows are current, they are in a second table that is folded.
pub(super) fn write(report: CheckReport<'_>) -> Markup {
    let rows = version_rows(report);
    let findings = || rows.iter().flat_map(|row| &row.findings).copied();
    let ages = findings().filter_map(|finding| finding.published).map(|published| days(published, report.now));
    let page = Page { report, short: short_ids(findings()), oldest: ages.max().unwrap_or_default() };
    let is_current = |row: &VersionRow<'_>| row.first().severity() == Severity::Good;
    let is_folded = rows.iter().filter(|row| is_current(row)).count() > MAX_CURRENT;
    let (current, open): (Vec<_>, Vec<_>) = rows.iter().partition(|row| is_folded && is_current(row));
    let pins = |rows: &[&VersionRow<'_>]| rows.iter().map(|row| row.findings.len()).sum::<usize>();
    html! {
        @if !open.is_empty() { (page.table(&open, "The pins, worst first.")) }
        @if !current.is_empty() {
            details { "\n"
                summary { (count(pins(&current), "current pin")) } "\n"
                (page.table(&current, "The current pins."))
            } "\n"
        }
    }
}

impl Page<'_> {
    fn table(&self, rows: &[&VersionRow<'_>], caption: &str) -> Markup {
        let bars = if self.oldest > 0 {
            format!(" Each bar shows the age of the pinned version; the longest is {}.", count(self.oldest, "day"))
        } else {
            String::new()
        };
        let caption = format!("{caption}{bars} Select an ID to see the full IDs.");
        let headings = ["Status", "Image", "Label and zones", "Pinned", "Newest", "Details"];
        table("pins", Some(&caption), &headings, &html! { @for row in rows { (self.row(row)) } })
    }

    fn row(&self, row: &VersionRow<'_>) -> Markup {
        let finding = row.first();
        let manifest = self.report.manifest(row.manifest);
        let label = html! {
            span { (Text(label(finding))) } " " span class="label" { (row.places()) }
        };
        html! {
            tr role="row" { "\n"
                td role="cell" { (chip(finding.severity(), &status(finding))) } "\n"
                th role="rowheader" scope="row" {
                    (finding.cell.name)
                    @if !manifest.is_empty() { " " span class="label" { (path(&manifest)) } }
                } "\n"
                (cell("Label", &label))
                (cell("Pinned", &self.pinned(row)))
                (cell("Newest", &self.newest(row)))
                (cell("Details", &prose(&capitalized(&detail(finding)))))
            } "\n"
        }
    }

    /// The pinned version: its date, its age, its IDs.
    fn pinned(&self, row: &VersionRow<'_>) -> Markup {
        let finding = row.first();
        html! {
            @if finding.locked.is_some() {
                (published(finding.published))
                @if let Some(time) = finding.published {
                    @let age = days(time, self.report.now);
                    " " span class="label" { (count(age, "day")) " old" }
                    (self.bar(age))
                }
                (ids(&pinned_ids(row), &self.short))
            }
        }
    }

    /// The version that an upgrade would pin: its date and its IDs.
    fn newest(&self, row: &VersionRow<'_>) -> Markup {
        html! {
            @if let Some(latest) = &row.first().latest {
                (published(latest.published))
                (ids(&newest_ids(row), &self.short))
            }
        }
    }

    fn bar(&self, age: usize) -> Markup {
        let width = (age * 1000).checked_div(self.oldest).unwrap_or_default();
        html! {
            svg class="bar" aria-hidden="true" {
                rect width={ (width / 10) "." (width % 10) "%" } height="100%" {}
            }
        }
    }
}

fn pinned_ids<'a>(row: &VersionRow<'a>) -> Vec<ShownId<'a>> {
    let shown = |finding: &&'a Finding| {
        let remark = if is_unlisted(finding) { ", not listed" } else { "" };
        Some(ShownId { cell: &finding.cell, id: finding.locked.as_ref()?.id, remark })
    };
    row.findings.iter().filter_map(shown).collect()
}

fn newest_ids<'a>(row: &VersionRow<'a>) -> Vec<ShownId<'a>> {
    let shown =
        |finding: &&'a Finding| Some(ShownId { cell: &finding.cell, id: finding.latest.as_ref()?.id, remark: "" });
    row.findings.iter().filter_map(shown).collect()
}

/// The day on which a version was published.
fn published(time: Option<Timestamp>) -> Markup {
    html! {
        @match time {
            Some(time) => { (day(time)) }
            None => { span class="label" { "date unknown" } }
        }
    }
}

/// The status of a finding, in a word or two.
fn status(finding: &Finding) -> String {
    let accepted = if is_accepted(finding) { ", accepted" } else { "" };
    format!("{}{accepted}", finding.status.as_str())
}
