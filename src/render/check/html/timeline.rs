//! The ends of life on a line of time: when support ends, for what, and who says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{Item, class};
use crate::domain::Name;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::sentence::{and_more, count};
use crate::domain::select::end_of_life::Support;
use crate::domain::types::timestamp::day;
use crate::render::check::finding::{Severity, label};
use crate::render::support::markup::escaped;

/// Ends that are further away stand at the edge, or nothing nearer could be told apart.
const YEARS: i32 = 10;
/// How many years are written on the axis: a phone holds no more.
const TICKS: i16 = 5;

/// The axis of time: the days between its ends, and today among them.
struct Axis {
    from: Date,
    days: i32,
    today: Date,
}

/// What ends at once: the same label, by the same word.
type Ends<'a> = BTreeMap<(Date, String, &'a str), (Support, BTreeSet<&'a Name>)>;

/// Writes a line for each end, the first first, and what no end is known of.
pub(super) fn write(items: &[Item<'_>], now: Timestamp) -> String {
    let mut ends = Ends::new();
    let mut endless: BTreeSet<String> = BTreeSet::new();
    let findings = items.iter().map(|item| item.finding);
    for finding in findings.filter(|finding| finding.locked.is_some() && finding.span.is_some()) {
        let Some(end) = &finding.end else {
            endless.insert(label(finding));
            continue;
        };
        let key = (end.date, label(finding), end.source.as_str());
        let (_, names) = ends.entry(key).or_insert_with(|| (stage(finding), BTreeSet::new()));
        names.insert(&finding.cell.name);
    }
    let mut text = String::new();
    if !ends.is_empty() {
        let axis = Axis::over(ends.keys().map(|(date, ..)| *date), day(now));
        let _ = write!(text, "<div class=\"ends\">\n{}<ol>\n", axis.svg());
        for ((date, label, source), (stage, names)) in &ends {
            let names = and_more(names, 3);
            let _ = writeln!(
                text,
                "<li><span>{} <span class=\"label\">{names}</span></span> {}\
                 <span><span class=\"chip {}\">{}</span> <time datetime=\"{date}\">{date}</time> \
                 <span class=\"label\">by {}</span></span></li>",
                escaped(label),
                axis.track(*date, *stage),
                class(gravity(*stage)),
                distance(*stage, axis.today, *date),
                escaped(source),
            );
        }
        text += "</ol>\n</div>\n";
    }
    if !endless.is_empty() {
        let labels: Vec<String> = endless.iter().map(|label| format!("<code>{}</code>", escaped(label))).collect();
        let _ = writeln!(text, "<p>No end of life is known for {}.</p>", and_more(labels, 12));
    }
    text
}

fn stage(finding: &Finding) -> Support {
    if finding.statuses.contains(&Status::Eol) {
        Support::Ended
    } else if finding.statuses.contains(&Status::EolSoon) {
        Support::EndingSoon
    } else {
        Support::Supported
    }
}

fn gravity(stage: Support) -> Severity {
    match stage {
        Support::Ended => Severity::Bad,
        Support::EndingSoon => Severity::Due,
        Support::Supported => Severity::Good,
    }
}

/// `ended 34 days ago`, `ends in 8 days`, `ends in about 3 years`.
fn distance(stage: Support, today: Date, end: Date) -> String {
    let days = usize::try_from(days(today, end).abs()).unwrap_or_default();
    let distance = if days < 600 { count(days, "day") } else { format!("about {}", count((days + 182) / 365, "year")) };
    match stage {
        Support::Ended => format!("ended {distance} ago"),
        _ if days == 0 => "ends today".to_owned(),
        _ => format!("ends in {distance}"),
    }
}

fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

impl Axis {
    /// An axis for these ends: at least the year to come, at most ten years to either side.
    fn over(ends: impl Iterator<Item = Date> + Clone, today: Date) -> Self {
        let from = ends.clone().min().unwrap_or(today).clamp(today.saturating_sub(YEARS.years()), today);
        let to = ends.max().unwrap_or(today);
        let to = to.clamp(today.saturating_add(1.year()), today.saturating_add(YEARS.years()));
        Self { from, days: days(from, to).max(1), today }
    }

    /// Where a day is, in tenths of a percent; there is room at both ends.
    fn at(&self, date: Date) -> i32 {
        30 + 940 * days(self.from, date).clamp(0, self.days) / self.days
    }

    /// The years above the tracks, and today.
    fn svg(&self) -> String {
        let mut text = "<svg class=\"axis\" aria-hidden=\"true\">".to_owned();
        let to = self.from.saturating_add(self.days.days());
        let step = (to.year() - self.from.year()) / TICKS + 1;
        let years = (self.from.year() + 1..=to.year()).filter(|year| year % step == 0);
        for first in years.filter_map(|year| Date::new(year, 1, 1).ok()) {
            let _ = write!(text, "<text x=\"{}\" y=\"34\">{}</text>", percent(self.at(first)), first.year());
        }
        let today = percent(self.at(self.today));
        let _ = write!(text, "<text class=\"today\" x=\"{today}\" y=\"14\">today</text>");
        text + "</svg>\n"
    }

    /// From today to an end, or from an end to today; the shape at the end tells the stage as its colour does.
    fn track(&self, date: Date, stage: Support) -> String {
        let (end, today) = (self.at(date), self.at(self.today));
        let mark = match stage {
            Support::Ended => "M0-7L7 0L0 7L-7 0Z",
            Support::EndingSoon => "M0-7L7 6H-7Z",
            Support::Supported => "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z",
        };
        format!(
            "<svg class=\"track {}\" aria-hidden=\"true\"><rect x=\"{}\" y=\"40%\" width=\"{}\" height=\"20%\"/>\
             <line x1=\"{today}\" x2=\"{today}\" y2=\"100%\"/>\
             <svg x=\"{}\" y=\"50%\"><path d=\"{mark}\"/></svg></svg>\n",
            class(gravity(stage)),
            percent(end.min(today)),
            percent((end - today).abs()),
            percent(end),
            today = percent(today),
        )
    }
}

fn percent(tenths: i32) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}
