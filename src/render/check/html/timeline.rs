//! The end-of-life dates on a timeline: when support ends, for which label, and the source of the date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};

use super::elements::{Text, chip, class};
use crate::domain::check::Finding;
use crate::domain::diagnostics::{and_more, count};
use crate::domain::types::{Name, Severity, Status, day};
use crate::render::check::report::CheckReport;
use crate::render::check::sentences::label;

/// Dates that are further away are drawn at the edge, so that nearer dates do not overlap.
const MAX_YEARS: i32 = 10;
/// The most years on the axis: a phone has no room for more.
const MAX_TICKS: i16 = 5;

/// The timeline: its first day, its length in days, and today.
struct Axis {
    from: Date,
    days: i32,
    today: Date,
}

/// The end of life of a label: the date, the label and the source of the date.
type End<'a> = (Date, String, &'a str);

/// Writes a line for each end of life, the earliest first, then the labels without a known one.
pub(super) fn write(report: CheckReport<'_>) -> Markup {
    let mut ends: BTreeMap<End<'_>, (Severity, BTreeSet<&Name>)> = BTreeMap::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    let is_declared_and_locked = |finding: &&Finding| finding.locked.is_some() && finding.span.is_some();
    for finding in report.findings_by_manifest().filter(is_declared_and_locked) {
        let Some(end) = &finding.end else {
            unknown.insert(label(finding));
            continue;
        };
        let key = (end.date, label(finding), end.source.as_str());
        let (_, names) = ends.entry(key).or_insert_with(|| (severity(finding), BTreeSet::new()));
        names.insert(&finding.cell.name);
    }
    let axis = Axis::over(ends.keys().map(|(date, ..)| *date), day(report.now));
    let labels = unknown.iter().map(|label| html! { code { (Text(label)) } }.into_string());
    html! {
        @if !ends.is_empty() {
            div class="ends" { "\n"
                (axis.svg())
                ol { "\n" @for (end, (severity, names)) in &ends { li { (line(&axis, end, *severity, names)) } "\n" } } "\n"
            } "\n"
        }
        @if !unknown.is_empty() { p { "No end of life is known for " (PreEscaped(and_more(labels, 12))) "." } "\n" }
    }
}

fn line(axis: &Axis, (date, label, source): &End<'_>, severity: Severity, names: &BTreeSet<&Name>) -> Markup {
    html! {
        span { (Text(label)) " " span class="label" { (and_more(names, 3)) } } " "
        (axis.track(*date, severity))
        span {
            (chip(severity, &distance(severity, axis.today, *date))) " "
            time datetime=(date) { (date) } " "
            span class="label" { "source: " (Text(source)) }
        }
    }
}

/// The severity of an end of life: past, near, or neither.
fn severity(finding: &Finding) -> Severity {
    let ends = finding.statuses.iter().filter(|status| matches!(status, Status::Eol | Status::EolSoon));
    ends.map(|status| status.severity()).min().unwrap_or(Severity::Good)
}

/// `ended 34 days ago`, `ends in 8 days`, `ends in about 3 years`.
fn distance(severity: Severity, today: Date, end: Date) -> String {
    let days = usize::try_from(days(today, end).abs()).unwrap_or_default();
    let distance = if days < 600 { count(days, "day") } else { format!("about {}", count((days + 182) / 365, "year")) };
    match severity {
        Severity::Bad => format!("ended {distance} ago"),
        _ if days == 0 => "ends today".to_owned(),
        _ => format!("ends in {distance}"),
    }
}

fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

impl Axis {
    /// An axis for these dates: at least the coming year, at most ten years in either direction.
    fn over(ends: impl Iterator<Item = Date> + Clone, today: Date) -> Self {
        let from = ends.clone().min().unwrap_or(today).clamp(today.saturating_sub(MAX_YEARS.years()), today);
        let to = ends.max().unwrap_or(today);
        let to = to.clamp(today.saturating_add(1.year()), today.saturating_add(MAX_YEARS.years()));
        Self { from, days: days(from, to).max(1), today }
    }

    /// The position of a day, in tenths of a percent, with a margin at both ends.
    fn at(&self, date: Date) -> i32 {
        30 + 940 * days(self.from, date).clamp(0, self.days) / self.days
    }

    /// The years above the tracks, and today.
    fn svg(&self) -> Markup {
        let to = self.from.saturating_add(self.days.days());
        let step = (to.year() - self.from.year()) / MAX_TICKS + 1;
        let years = (self.from.year() + 1..=to.year()).filter(|year| year % step == 0);
        html! {
            svg class="axis" aria-hidden="true" {
                @for first in years.filter_map(|year| Date::new(year, 1, 1).ok()) {
                    text x=(percent(self.at(first))) y="34" { (first.year()) }
                }
                text class="today" x=(percent(self.at(self.today))) y="14" { "today" }
            } "\n"
        }
    }

    /// The line between today and an end of life. The mark at the end shows the severity by its shape and its color.
    fn track(&self, date: Date, severity: Severity) -> Markup {
        let (end, today) = (self.at(date), self.at(self.today));
        let mark = match severity {
            Severity::Bad => "M0-7L7 0L0 7L-7 0Z",
            Severity::Due => "M0-7L7 6H-7Z",
            _ => "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z",
        };
        let now = percent(today);
        html! {
            svg class={ "track " (class(severity)) } aria-hidden="true" {
                rect x=(percent(end.min(today))) y="40%" width=(percent((end - today).abs())) height="20%" {}
                line x1=(now) x2=(now) y2="100%" {}
                svg x=(percent(end)) y="50%" { path d=(mark) {} }
            } "\n"
        }
    }
}

fn percent(tenths: i32) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}
