//! How fast and how far the pins of an image may move, and what is accepted for a while.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use toml::Spanned;
use toml::de::DeValue;

use crate::domain::Expected;
use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::diagnostics::sentence::{or, quoted};
use crate::domain::manifest::toml_reader::{TableReader, wrong_type};
use crate::domain::types::status::Status;

/// A span of time in whole hours, written in days or hours: `3d`, `36h`. A day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    hours: u32,
}

impl Age {
    /// No time at all.
    pub fn is_zero(self) -> bool {
        self.hours == 0
    }

    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self { hours: days * 24 }
    }

    /// The moment that lies this long after another.
    pub fn after(self, then: Timestamp) -> Timestamp {
        then.checked_add(SignedDuration::from_hours(self.hours.into())).unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for Age {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected = Expected("a number of days or hours, like `3d` or `36h`");
        let unit = if text.ends_with('d') { 24 } else { 1 };
        let number = text.strip_suffix(['d', 'h']).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number: u32 = number.and_then(|number| number.parse().ok()).ok_or_else(|| expected.clone())?;
        // A century is longer than anybody means.
        let hours = number.checked_mul(unit).filter(|hours| *hours <= 100 * 366 * 24).ok_or(expected)?;
        Ok(Self { hours })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) { write!(f, "{}d", self.hours / 24) } else { write!(f, "{}h", self.hours) }
    }
}

/// The day of a moment, in UTC.
pub fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

/// A moment to the minute, in UTC.
pub fn minute(time: Timestamp) -> String {
    let time = TimeZone::UTC.to_datetime(time);
    format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute())
}

/// An image whose pins stay for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Why.
    pub reason: String,
    /// The last day of it.
    pub until: Date,
}

impl Freeze {
    /// Why a pin stays, in a clause.
    pub fn note(&self) -> String {
        format!("frozen until {}: {}", self.until, visible(&self.reason))
    }

    /// Whether it is still in force.
    pub fn holds(&self, now: Timestamp) -> bool {
        day(now) <= self.until
    }
}

/// A finding that is known and borne for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// What is accepted.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// The last day of it.
    pub until: Date,
    /// Where the manifest says so.
    pub place: Span,
}

/// What a manifest says of how the pins of an image may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// No version younger than this is picked; never zero, which is no policy.
    pub min_age: Option<Age>,
    /// How long before the end of life to warn.
    pub eol_warning: Age,
    /// Whether the pins stay for a while.
    pub freeze: Option<Freeze>,
    /// What is accepted for a while.
    pub accept: Vec<Acceptance>,
    /// The end of life, where the team knows better than the Marketplace and the vendor.
    pub eol: Option<Date>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { min_age: None, eol_warning: Age::days(90), freeze: None, accept: Vec::new(), eol: None }
    }
}

impl Policy {
    /// The freeze, if it is in force.
    pub fn frozen(&self, now: Timestamp) -> Option<&Freeze> {
        self.freeze.as_ref().filter(|freeze| freeze.holds(now))
    }
}

/// Reads `freeze = { reason = "…", until = 2026-12-31 }`.
pub(crate) fn freeze(fields: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Freeze> {
    let (_, value) = fields.get("freeze")?;
    let example = "freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }";
    let inner = table("freeze", value, example, problems)?;
    inner.deny_unknown_keys(&["reason", "until"], problems);
    let (reason, until) = reason_and_end(&inner, example, problems)?;
    Some(Freeze { reason, until })
}

/// Reads `accept = [{ status = "eol", reason = "…", until = 2026-12-31 }]`.
pub(crate) fn accept(fields: &TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Acceptance> {
    let Some((_, value)) = fields.get("accept") else { return Vec::new() };
    let example = "accept = [{ status = \"eol\", reason = \"migration planned, ticket 4712\", until = 2026-12-31 }]";
    let DeValue::Array(items) = value.get_ref() else {
        problems.push(wrong_type("accept", value, "a list of tables").help(format!("write `{example}`")));
        return Vec::new();
    };
    items.iter().filter_map(|item| acceptance(item, example, problems)).collect()
}

fn acceptance(item: &Spanned<DeValue<'_>>, example: &str, problems: &mut Vec<Problem>) -> Option<Acceptance> {
    let inner = table("accept", item, example, problems)?;
    inner.deny_unknown_keys(&["status", "reason", "until"], problems);
    let status = inner.string("status", problems);
    if status.is_none() && inner.get("status").is_none() {
        let problem = Problem::new("an acceptance has no `status`").at(item.span(), "`status` is missing");
        problems.push(problem.help(format!("write `{example}`")));
    }
    let rest = reason_and_end(&inner, example, problems);
    let status = status?;
    let acceptable = || Status::ALL.into_iter().filter(|status| status.is_acceptable()).map(Status::as_str);
    let Some(known) = Status::ALL.into_iter().find(|known| known.as_str() == status.value && known.is_acceptable())
    else {
        let title = format!("`{}` is no status that can be accepted", visible(status.value));
        let help = format!("what can be accepted is {}", or(acceptable().map(quoted)));
        problems.push(Problem::new(title).at(status.span, "cannot be accepted").help(help));
        return None;
    };
    let (reason, until) = rest?;
    Some(Acceptance { status: known, reason, until, place: item.span() })
}

fn table<'t>(
    key: &str,
    value: &'t Spanned<DeValue<'t>>,
    example: &str,
    problems: &mut Vec<Problem>,
) -> Option<TableReader<'t>> {
    if let DeValue::Table(table) = value.get_ref() {
        return Some(TableReader::new(table, format!("`{key}`"), value.span()));
    }
    problems.push(wrong_type(key, value, "a table in braces").help(format!("write `{example}`")));
    None
}

/// A reason and an end are what makes an exception one: both are required.
fn reason_and_end(fields: &TableReader<'_>, example: &str, problems: &mut Vec<Problem>) -> Option<(String, Date)> {
    for key in ["reason", "until"] {
        if fields.get(key).is_none() {
            let problem = Problem::new(format!("{} has no `{key}`", fields.title));
            let label = format!("`{key}` is missing");
            problems.push(problem.at(fields.span.clone(), label).help(format!("write `{example}`")));
        }
    }
    let reason = fields.string("reason", problems).filter(|reason| {
        let blank = reason.value.trim().is_empty();
        if blank {
            let problem = Problem::new(format!("the reason of {} is empty", fields.title));
            problems.push(problem.at(reason.span.clone(), "say why").help(format!("write `{example}`")));
        }
        !blank
    });
    let until = date(fields, "until", problems);
    Some((reason?.value.to_owned(), until?))
}

/// Reads a date without quotes and without a time.
pub(crate) fn date(fields: &TableReader<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Date> {
    let (_, value) = fields.get(key)?;
    let date = value.get_ref().as_datetime().filter(|datetime| datetime.time.is_none());
    let date = date.and_then(|datetime| datetime.to_string().parse().ok());
    if date.is_none() {
        problems.push(wrong_type(key, value, "a date without quotes, like 2026-12-31"));
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_hours() {
        for (text, hours) in [("3d", 72), ("36h", 36), ("0d", 0), ("90d", 2160)] {
            assert_eq!(text.parse::<Age>().unwrap().hours, hours);
        }
        assert_eq!("48h".parse::<Age>().unwrap().to_string(), "2d");
        for bad in ["", "3", "d", "3 d", "-1d", "1w", "1.5d", "99999999999d", "3D", "+3d"] {
            assert!(bad.parse::<Age>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_freeze_holds_through_its_last_day() {
        let freeze = Freeze { reason: String::new(), until: "2026-12-31".parse().unwrap() };
        assert!(freeze.holds("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(!freeze.holds("2027-01-01T00:00:00Z".parse().unwrap()));
    }
}
