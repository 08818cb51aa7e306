//! How fast and how far the pins of an image may move.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use toml::de::DeValue;

use crate::domain::diagnostics::{Problem, Span, visible};
use crate::domain::manifest::toml_reader::{TableReader, wrong_type};
use crate::domain::types::{Age, NamePattern, Status, day};

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

/// A finding that is accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The images that it is about: a name, or a pattern.
    pub image: NamePattern,
    /// What is accepted.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// The last day of it.
    pub until: Date,
    /// Where the manifest says so.
    pub span: Span,
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
    pub accept: Vec<Arc<Acceptance>>,
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

/// Reads the freeze of an image: its own, or else the inherited one. With `freeze = false` it has none.
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
    let example = "freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }";
    let DeValue::Table(inner) = value.get_ref() else {
        let help = match value.get_ref() {
            DeValue::Boolean(false) => {
                "remove it: `freeze = false` is for an image that must not inherit a freeze".to_owned()
            }
            DeValue::String(text) if text == "false" => {
                "write `freeze = false`, without quotes, in the image".to_owned()
            }
            _ => format!("write `{example}`"),
        };
        problems.push(wrong_type("freeze", value, "a table in braces").help(help));
        return None;
    };
    let inner = TableReader::new(inner, "`freeze`", value.span());
    inner.deny_unknown_keys(&["reason", "until"], problems);
    let (reason, until) = reason_and_end(&inner, example, problems)?;
    Some(Freeze { reason, until })
}

/// A reason and an end are what makes an exception one: both are required.
pub(super) fn reason_and_end(
    table: &TableReader<'_>,
    example: &str,
    problems: &mut Vec<Problem>,
) -> Option<(String, Date)> {
    table.require(&table.title, &["reason", "until"], example, problems);
    let reason = table.string("reason", problems);
    if let Some(blank) = reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
        let problem = Problem::new(format!("the reason of {} is empty", table.title));
        problems.push(problem.at(blank.span.clone(), "say why").help(format!("write `{example}`")));
    }
    let until = date(table, "until", problems);
    Some((reason?.value.to_owned(), until?))
}

/// Reads a date without quotes and without a time.
pub(super) fn date(table: &TableReader<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Date> {
    let (_, value) = table.get(key)?;
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
    fn a_freeze_holds_through_its_last_day() {
        let freeze = Freeze { reason: String::new(), until: "2026-12-31".parse().unwrap() };
        assert!(freeze.holds("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(!freeze.holds("2027-01-01T00:00:00Z".parse().unwrap()));
    }
}
