//! The policy of an image: when its pins may move, and which findings are accepted.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use toml::de::DeValue;

use crate::domain::diagnostics::{Problem, Span, visible};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, missing_keys};
use crate::domain::manifest::value_errors::{example, wrong_type};
use crate::domain::types::{Age, NamePattern, Status, day};

/// A freeze: upgrades do not move the pins of an image until after a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Why the image is frozen, as written in the manifest. Not escaped.
    pub reason: String,
    /// The last day of the freeze, in UTC.
    pub until: Date,
}

impl Freeze {
    /// Why a pin does not move, as a clause for tables: "frozen until 2026-12-31: ticket 4711".
    pub fn note(&self) -> String {
        format!("frozen until {}: {}", self.until, visible(&self.reason))
    }

    /// Whether the freeze is still in effect.
    pub fn holds(&self, now: Timestamp) -> bool {
        day(now) <= self.until
    }
}

/// An accepted finding: `check` does not count it as drift until after a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The name of the image, or a pattern that matches several names.
    pub image: NamePattern,
    /// The status that is accepted.
    pub status: Status,
    /// Why the finding is accepted, as written in the manifest. Not escaped.
    pub reason: String,
    /// The last day of the acceptance, in UTC.
    pub until: Date,
    /// The span of the `[[accept]]` header in the manifest.
    pub span: Span,
}

/// The policy of an image, from its own keys, `[defaults]` and `[[accept]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The age below which a version is not pinned. Never zero: `"0d"` turns this off.
    pub min_age: Option<Age>,
    /// How long before the end of life `check` warns.
    pub eol_warning: Age,
    /// The freeze of the image, whether it is still in effect or not.
    pub freeze: Option<Freeze>,
    /// The acceptances that match the image, whether they are still in effect or not.
    pub accept: Vec<Arc<Acceptance>>,
    /// The end of life as the manifest states it. It replaces the dates of the Marketplace and the vendor.
    pub eol: Option<Date>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { min_age: None, eol_warning: Age::days(90), freeze: None, accept: Vec::new(), eol: None }
    }
}

impl Policy {
    /// The freeze, if it is still in effect.
    pub fn frozen(&self, now: Timestamp) -> Option<&Freeze> {
        self.freeze.as_ref().filter(|freeze| freeze.holds(now))
    }
}

/// Reads the freeze of an image, or returns the inherited one if the image has no key `freeze`. `freeze = false` removes it.
pub(super) fn freeze_of_image(
    table: &TableReader<'_>,
    inherited: Option<&Freeze>,
    problems: &mut Vec<Problem>,
) -> Option<Freeze> {
    match table.get("freeze") {
        None => inherited.cloned(),
        Some((_, value)) if value.get_ref().as_bool() == Some(false) => None,
        Some(_) => freeze(table, problems),
    }
}

/// Reads `freeze = { reason = "…", until = 2026-12-31 }`.
pub(super) fn freeze(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Freeze> {
    let (_, value) = table.get("freeze")?;
    let line = "write `freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }`";
    let DeValue::Table(inner) = value.get_ref() else {
        let help = match value.get_ref() {
            DeValue::Boolean(false) => "remove the line; `freeze = false` is only for an image that inherits a freeze",
            DeValue::String(text) if text == "false" => "write `freeze = false`, without quotes, in the image",
            _ => line,
        };
        problems.push(wrong_type("freeze", value, "a table with `reason` and `until`").help(help));
        return None;
    };
    let inner = TableReader::new(inner, "`freeze`", value.span());
    let keys = ["reason", "until"];
    let unknown = inner.deny_unknown_keys(&keys, problems);
    let missing = missing_keys(&inner.title, &inner.missing(&keys, &unknown), value.span());
    problems.extend(missing.map(|problem| problem.help(line)));
    let (reason, until) = reason_and_end(&inner, problems)?;
    Some(Freeze { reason, until })
}

/// Reads the reason and the last day of an exception, both of which are required. The caller reports missing keys.
pub(super) fn reason_and_end(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<(String, Date)> {
    let reason = table.string("reason", problems);
    if let Some(Spanned { span, .. }) = reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
        let problem = Problem::new(format!("the `reason` of {} is empty", table.title)).at(span.clone(), "empty");
        let line = example("reason").unwrap_or_default();
        problems.push(problem.help(format!("write the reason, like `{line}`")));
    }
    let until = date(table, "until", problems);
    Some((reason?.value.to_owned(), until?))
}

/// Reads a date without a time.
pub(super) fn date(table: &TableReader<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Date> {
    let (_, value) = table.get(key)?;
    let without_time = value.get_ref().as_datetime().filter(|datetime| datetime.time.is_none());
    let date = without_time.and_then(|datetime| datetime.to_string().parse().ok());
    if date.is_none() {
        problems.push(invalid_date(key, value));
    }
    date
}

/// The problem of a value that is not a date without a time.
fn invalid_date(key: &str, value: &toml::Spanned<DeValue<'_>>) -> Problem {
    let text = match value.get_ref() {
        DeValue::Datetime(time) => {
            let problem = wrong_type(key, value, "a date without a time");
            return match time.date {
                Some(date) => problem.help(format!("write `{key} = {date}`")),
                None => problem,
            };
        }
        DeValue::String(text) if !text.is_empty() => text,
        _ => return wrong_type(key, value, "a date"),
    };
    if let Ok(date) = text.parse::<Date>() {
        return wrong_type(key, value, "a date").help(format!("remove the quotes: `{key} = {date}`"));
    }
    let parts: Vec<&str> = text.split(['.', '-', '/']).collect();
    let corrected = match parts[..] {
        [day, month, year] if text.contains('.') && year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        [year, month, day] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => String::new(),
    };
    let help = match corrected.parse::<Date>() {
        Ok(date) => format!("did you mean `{key} = {date}`?"),
        Err(_) => "write a date that exists, as year, month and day, like `2026-12-31`".to_owned(),
    };
    let title = format!("`{}` is not a valid date", visible(text));
    Problem::new(title).at(value.span(), "expected a date like `2026-12-31`").help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_includes_its_last_day() {
        let freeze = Freeze { reason: String::new(), until: "2026-12-31".parse().unwrap() };
        assert!(freeze.holds("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(!freeze.holds("2027-01-01T00:00:00Z".parse().unwrap()));
    }
}
