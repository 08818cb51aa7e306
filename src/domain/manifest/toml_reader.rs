//! Reads typed values from TOML. Each mistake becomes a [`Problem`] with its span, and reading continues after it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use toml::de::{DeTable, DeValue};

use super::syntax;
use super::value_errors::{example, malformed, unknown_key, wrong_type};
use crate::domain::diagnostics::{Help, Problem, Span, and, near, or, quoted, visible};
use crate::domain::types::Expected;

/// A value and its span in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The span of the value, with its quotes if it is a string.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Converts the value and keeps the span.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// Parses a manifest as TOML. Returns `None` if the text has conflict markers or is not TOML, and adds the problems.
pub fn document<'t>(text: &'t str, problems: &mut Vec<Problem>) -> Option<toml::Spanned<DeTable<'t>>> {
    if let Some(unmerged) = unmerged(text) {
        let help = Help::from("resolve the conflicts, or keep one side with ")
            .then_git("checkout --ours")
            .then(" or ")
            .then_git("checkout --theirs")
            .then("; then run ")
            .then_run("resolve")
            .then(", which keeps every pin that still matches the manifest");
        problems.push(unmerged.help(help));
        return None;
    }
    parse(text, problems)
}

/// Parses a text without conflict markers as TOML, like [`document`].
pub(crate) fn parse<'t>(text: &'t str, problems: &mut Vec<Problem>) -> Option<toml::Spanned<DeTable<'t>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(table);
    }
    problems.extend(syntax::problems(text, errors));
    None
}

/// Returns the problem of a file that contains conflict markers of git.
pub fn unmerged(text: &str) -> Option<Problem> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if marker(line).is_some() {
            let problem = Problem::new("the file contains conflict markers from an unfinished git merge");
            return Some(problem.at(start..start + line.trim_end().len(), "conflict marker"));
        }
        start += line.len();
    }
    None
}

/// The first character of a line that is a conflict marker of git: `<` before our side, `|` before the base, `=` before their
/// side, and `>` after it. `None` for other lines.
pub fn marker(line: &str) -> Option<char> {
    if !line.starts_with(['<', '|', '=', '>']) {
        return None;
    }
    let line = line.trim_end();
    let is_marker = ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker));
    (is_marker || ["=======", "|||||||"].contains(&line)).then(|| line.chars().next()).flatten()
}

/// Reads the keys of one table.
#[derive(Clone)]
pub struct TableReader<'t> {
    table: &'t DeTable<'t>,
    /// The name of the table in messages, with backticks if it is code: `` `[images.web]` ``.
    pub title: String,
    /// The span of the table's name. Problems about missing keys point there.
    pub span: Span,
}

impl<'t> TableReader<'t> {
    /// Creates a reader of a table. `title` is the name of the table in messages.
    pub fn new(table: &'t DeTable<'t>, title: impl Into<String>, span: Span) -> Self {
        Self { table, title: visible(&title.into()), span }
    }

    /// Every key with its span and its value, in the order of the file.
    pub fn entries(&self) -> Vec<(&'t str, Span, &'t toml::Spanned<DeValue<'t>>)> {
        let mut entries: Vec<_> =
            self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// The span of a key and its value.
    pub fn get(&self, key: &str) -> Option<(Span, &'t toml::Spanned<DeValue<'t>>)> {
        self.table.get_key_value(key).map(|(key, value)| (key.span(), value))
    }

    /// Reports the unknown keys, and returns them.
    pub fn deny_unknown_keys(&self, known: &[&str], problems: &mut Vec<Problem>) -> Vec<&'t str> {
        self.deny_other_keys(known, &[], problems)
    }

    /// Reports the unknown keys except those that have errors of their own, and returns them.
    pub(super) fn deny_other_keys(
        &self,
        known: &[&str],
        reported: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Vec<&'t str> {
        let mut unknown = self.entries();
        unknown.retain(|(key, ..)| !known.contains(key) && !reported.contains(key));
        problems.extend(unknown.iter().map(|(key, span, _)| unknown_key(key, span.clone(), &self.title, known)));
        unknown.into_iter().map(|(key, ..)| key).collect()
    }

    /// Reports all missing keys of the table as one problem, with the lines to add. A key that is only misspelled, so that it is
    /// among the `unknown` keys, is not reported again.
    pub(super) fn require(&self, keys: &[&str], unknown: &[&str], problems: &mut Vec<Problem>) {
        let missing = self.missing(keys, unknown);
        if let Some(problem) = missing_keys(&self.title, &missing, self.span.clone()) {
            let lines = missing.iter().filter_map(|key| example(key)).collect();
            let these = if missing.len() == 1 { "this line" } else { "these lines" };
            problems.push(problem.help(Help::from(format!("add {these}, with your values:")).then_lines(lines)));
        }
    }

    /// The keys that the table does not have, except those that are among the `unknown` keys under a misspelled name.
    pub(super) fn missing<'k>(&self, keys: &[&'k str], unknown: &[&str]) -> Vec<&'k str> {
        let is_misspelled = |key: &str| unknown.iter().any(|unknown| !near(unknown, [key]).is_empty());
        keys.iter().copied().filter(|key| self.get(key).is_none() && !is_misspelled(key)).collect()
    }

    /// Reads a string. Returns `None` if the key is missing, and reports a value of another type.
    pub fn string(&self, key: &str, problems: &mut Vec<Problem>) -> Option<Spanned<&'t str>> {
        let (_, value) = self.get(key)?;
        string_value(key, value, problems)
    }

    /// Reads a string and parses it as a `T`. Returns `None` if the key is missing, and reports an invalid value.
    pub fn parsed<T: FromStr<Err = Expected>>(&self, key: &str, problems: &mut Vec<Problem>) -> Option<Spanned<T>> {
        parse_string(key, &self.string(key, problems)?, problems)
    }

    /// Reads one or several different `T`s from one of two keys with the same meaning: `zone = "a"`, `zones = ["a", "b"]`.
    pub fn parsed_list<T: FromStr<Err = Expected> + Ord + Display>(
        &self,
        one: &str,
        many: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<Spanned<T>>> {
        let (key, value) = match (self.get(one), self.get(many)) {
            (Some(_), Some((again, _))) => {
                problems.push(
                    Problem::new(format!("{} has both `{one}` and `{many}`", self.title))
                        .at(again, format!("same meaning as `{one}`"))
                        .help(format!("remove `{one}`, and list all values in `{many}`")),
                );
                return None;
            }
            (Some((_, value)), None) => (one, value),
            (None, Some((_, value))) => (many, value),
            (None, None) => return None,
        };
        let DeValue::Array(items) = value.get_ref() else {
            let text = string_value(key, value, problems)?;
            return parse_string(key, &text, problems).map(|value| vec![value]);
        };
        if items.is_empty() {
            let help = example(many).map(|line| format!("write, for example, `{line}`")).unwrap_or_default();
            let problem = Problem::new(format!("`{key}` is empty in {}", self.title)).at(value.span(), "empty list");
            problems.push(problem.help(format!("{help}, or remove the key to use the value of `[defaults]`")));
            return None;
        }
        let before = problems.len();
        let values: Vec<Spanned<T>> = items.iter().filter_map(|item| list_item(key, many, item, problems)).collect();
        if problems.len() > before {
            return None;
        }
        let mut seen = BTreeSet::new();
        for Spanned { value, span } in values.iter().filter(|item| !seen.insert(&item.value)) {
            let problem = Problem::new(format!("`{key}` contains `{value}` twice"));
            let label = format!("same as an earlier `{value}`");
            problems.push(problem.at(span.clone(), label).help("remove one of them"));
        }
        Some(values)
    }
}

/// The problem of a table without some keys, if any are missing.
pub(crate) fn missing_keys(title: &str, missing: &[&str], span: Span) -> Option<Problem> {
    if missing.is_empty() {
        return None;
    }
    let keys = || missing.iter().map(quoted);
    let are = if missing.len() == 1 { "is" } else { "are" };
    let problem = Problem::new(format!("{title} has no {}", or(keys())));
    Some(problem.at(span, format!("{} {are} missing", and(keys()))))
}

/// Reads an item of the list under `key`. `many` is the key that takes a list.
fn list_item<T: FromStr<Err = Expected>>(
    key: &str,
    many: &str,
    item: &toml::Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Spanned<T>> {
    if let DeValue::String(text) = item.get_ref() {
        return parse_string(key, &Spanned { value: text, span: item.span() }, problems);
    }
    let problem = wrong_type(key, item, "a string or a list of strings");
    problems.push(match example(many) {
        Some(line) => problem.help(format!("write, for example, `{line}`")),
        None => problem,
    });
    None
}

/// Reads a string as the value of `key`, and reports a value of another type.
pub fn string_value<'t>(
    key: &str,
    value: &'t toml::Spanned<DeValue<'t>>,
    problems: &mut Vec<Problem>,
) -> Option<Spanned<&'t str>> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(Spanned { value: text, span: value.span() });
    }
    problems.push(wrong_type(key, value, "a string"));
    None
}

/// Parses a string as a `T`, and reports it as an invalid value of `key`.
pub fn parse_string<T: FromStr<Err = Expected>>(
    key: &str,
    text: &Spanned<&str>,
    problems: &mut Vec<Problem>,
) -> Option<Spanned<T>> {
    match text.value.parse() {
        Ok(value) => Some(Spanned { value, span: text.span.clone() }),
        Err(expected) => {
            problems.push(malformed(key, text.value, text.span.clone(), &expected));
            None
        }
    }
}
