//! Reading typed values out of TOML, where every mistake becomes a [`Problem`] with its span and none stops the reading.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use toml::de::{DeTable, DeValue};

use crate::domain::diagnostics::{Help, Problem, Span, did_you_mean, oddities, or, quoted, visible};
use crate::domain::types::Expected;

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the file.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// Reads a file as TOML. `None` means that it could not be read at all, and the problems say why.
pub fn document<'t>(text: &'t str, problems: &mut Vec<Problem>) -> Option<toml::Spanned<DeTable<'t>>> {
    if let Some(unmerged) = unmerged(text) {
        let help = Help::from(
            "settle the conflict, or take one side with `git checkout --ours FILE` or `--theirs FILE`, and run ",
        );
        problems.push(unmerged.help(help.then_run("resolve").then(
            ", which keeps every pin that still fits; if the markers are committed already, restore the file from the \
             last good commit",
        )));
        return None;
    }
    parse(text, problems)
}

/// Reads a file without conflict markers as TOML, like [`document`].
pub(crate) fn parse<'t>(text: &'t str, problems: &mut Vec<Problem>) -> Option<toml::Spanned<DeTable<'t>>> {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(table);
    }
    // One slip can make the parser stumble many times: the first stumble in a line tells enough, and so do twenty.
    let span = |error: &toml::de::Error| error.span().unwrap_or(0..0);
    errors.sort_by_key(|error| span(error).start);
    errors.dedup_by_key(|error| line_end(text, span(error).start));
    problems.extend(errors.iter().take(20).map(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        Problem::new("this is not TOML").at(span(error), message)
    }));
    None
}

/// The problem of a file in which git left what it could not merge, if it is one.
pub fn unmerged(text: &str) -> Option<Problem> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if marker(line).is_some() {
            let problem = Problem::new("the file has conflict markers of an unfinished git merge");
            return Some(problem.at(start..start + line.trim_end().len(), "left by git"));
        }
        start += line.len();
    }
    None
}

/// The character of which a line is a conflict marker of git, if it is one: `<` begins ours, `|` the base, `=` theirs,
/// and `>` ends them.
pub fn marker(line: &str) -> Option<char> {
    if !line.starts_with(['<', '|', '=', '>']) {
        return None;
    }
    let line = line.trim_end();
    let known = ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker));
    (known || ["=======", "|||||||"].contains(&line)).then(|| line.chars().next()).flatten()
}

/// The end of the line that an offset is in.
fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.as_bytes().get(offset..).unwrap_or_default();
    offset + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

/// A table being read: knows what to call itself in messages.
#[derive(Clone)]
pub struct TableReader<'t> {
    table: &'t DeTable<'t>,
    /// How messages call this table: `[images.web]`.
    pub title: String,
    /// Where the table is named, for what it lacks.
    pub span: Span,
}

impl<'t> TableReader<'t> {
    /// Starts reading a table.
    pub fn new(table: &'t DeTable<'t>, title: impl Into<String>, span: Span) -> Self {
        Self { table, title: visible(&title.into()), span }
    }

    /// Every key with its span and value, in the order of the file.
    pub fn entries(&self) -> Vec<(&'t str, Span, &'t toml::Spanned<DeValue<'t>>)> {
        let mut entries: Vec<_> =
            self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// The value of a key and the span of the key itself.
    pub fn get(&self, key: &str) -> Option<(Span, &'t toml::Spanned<DeValue<'t>>)> {
        self.table.get_key_value(key).map(|(key, value)| (key.span(), value))
    }

    /// Reports the keys that are not known.
    pub fn deny_unknown_keys(&self, known: &[&str], problems: &mut Vec<Problem>) {
        self.deny_other_keys(known, &[], problems);
    }

    /// Reports the keys that are not known, apart from those that have errors of their own.
    pub(super) fn deny_other_keys(&self, known: &[&str], reported: &[&str], problems: &mut Vec<Problem>) {
        let is_unknown = |key: &str| !known.contains(&key) && !reported.contains(&key);
        let unknown = self.table.keys().filter(|key| is_unknown(key.get_ref()));
        let mut unknown: Vec<_> = unknown.map(|key| (key.span(), key.get_ref())).collect();
        unknown.sort_by_key(|(span, _)| span.start);
        problems.extend(unknown.into_iter().map(|(span, key)| unknown_key(key, span, &self.title, known)));
    }

    /// Reports which of some keys `what` does not have; `example` is a line with all of them.
    pub(super) fn require(&self, what: &str, keys: &[&str], example: &str, problems: &mut Vec<Problem>) {
        for key in keys.iter().filter(|key| self.get(key).is_none()) {
            let problem = Problem::new(format!("{what} has no `{key}`"));
            let label = format!("`{key}` is missing");
            problems.push(problem.at(self.span.clone(), label).help(format!("write `{example}`")));
        }
    }

    /// A string. Absent is `None`; present and no string is `None` and a problem.
    pub fn string(&self, key: &str, problems: &mut Vec<Problem>) -> Option<Spanned<&'t str>> {
        let (_, value) = self.get(key)?;
        string_value(key, value, problems)
    }

    /// A string that must make a `T`.
    pub fn parsed<T: FromStr<Err = Expected>>(&self, key: &str, problems: &mut Vec<Problem>) -> Option<Spanned<T>> {
        parse_string(key, &self.string(key, problems)?, problems)
    }

    /// One or many different `T`s under either of two keys that mean the same: `zone = "a"`, `zones = ["a", "b"]`.
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
                        .at(again, format!("the same key as `{one}`"))
                        .help(format!("keep one of them; `{many}` takes a string or a list")),
                );
                return None;
            }
            (Some((_, value)), None) => (one, value),
            (None, Some((_, value))) => (many, value),
            (None, None) => return None,
        };
        let DeValue::Array(items) = value.get_ref() else {
            let text = string_value(key, value, problems)?;
            return parse_string(key, &text, problems).map(|word| vec![word]);
        };
        if items.is_empty() {
            problems.push(
                Problem::new(format!("`{key}` is empty in {}", self.title))
                    .at(value.span(), "nothing to resolve")
                    .help(format!("name at least one {one}, or remove the key to inherit it from [defaults]")),
            );
            return None;
        }
        let before = problems.len();
        let words: Vec<Spanned<T>> =
            items.iter().filter_map(|item| parse_string(key, &string_value(key, item, problems)?, problems)).collect();
        if problems.len() > before {
            return None;
        }
        let mut seen = BTreeSet::new();
        for Spanned { value, span } in words.iter().filter(|word| !seen.insert(&word.value)) {
            let problem = Problem::new(format!("`{value}` is listed twice"));
            let label = format!("means `{value}`, as an earlier item does");
            problems.push(problem.at(span.clone(), label).help("remove one of the two"));
        }
        Some(words)
    }
}

/// The problem of a key that a table does not have.
pub fn unknown_key(key: &str, span: Span, title: &str, known: &[&str]) -> Problem {
    let help = did_you_mean(key, known.iter().copied())
        .unwrap_or_else(|| format!("the keys of {title} are {}", or(known.iter().map(quoted))));
    let problem =
        Problem { notes: oddities(key), ..Problem::new(format!("unknown key `{}` in {title}", visible(key))) };
    problem.at(span, "unknown key").help(help)
}

/// A string as the value of `key`. Anything else is `None` and a problem.
pub fn string_value<'t>(
    key: &str,
    value: &'t toml::Spanned<DeValue<'t>>,
    problems: &mut Vec<Problem>,
) -> Option<Spanned<&'t str>> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(Spanned { value: text, span: value.span() });
    }
    problems.push(wrong_type(key, value, "a string in quotes"));
    None
}

/// A string that must make a `T`, as the value of `key`.
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

/// The problem of a string that is not well formed, with the fix where a usual slip is recognised.
pub fn malformed(key: &str, text: &str, span: Span, expected: &Expected) -> Problem {
    let key = key.strip_suffix('s').filter(|one| matches!(*one, "zone" | "arch")).unwrap_or(key);
    let shown = visible(text);
    let problem = Problem::new(format!("`{shown}` is not a valid {key}")).at(span, expected.to_string());
    let problem = Problem { notes: oddities(text), ..problem };
    let known: &[&str] = match key {
        "zone" => &[
            "fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3",
            "it-mil-1",
        ],
        "type" => &["instance_sbs", "instance_local"],
        "arch" => match text.to_lowercase().as_str() {
            "amd64" | "x64" | "x86-64" | "x86" => return problem.help("did you mean `x86_64`?"),
            "aarch64" | "armv8" | "arm-64" => return problem.help("did you mean `arm64`?"),
            _ => &["x86_64", "arm64"],
        },
        _ => &[],
    };
    match did_you_mean(text, known.iter().copied()) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The problem of a value of the wrong TOML type.
pub fn wrong_type(key: &str, value: &toml::Spanned<DeValue<'_>>, expected: &str) -> Problem {
    let found = value.get_ref().type_str();
    let key = visible(key);
    Problem::new(format!("`{key}` is {} {found}", if found.starts_with(['a', 'i', 'o']) { "an" } else { "a" }))
        .at(value.span(), format!("expected {expected}"))
}
