//! `[[accept]]`: findings of `check` that are not drift until a date.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::domain::diagnostics::{
    Help, MOST_SUGGESTIONS, Problem, Span, and, did_you_mean, known_names, quoted, visible,
};
use crate::domain::manifest::policy::{Acceptance, reason_and_end};
use crate::domain::manifest::toml_reader::{TableReader, parse_string};
use crate::domain::manifest::value_errors::wrong_type;
use crate::domain::types::{NamePattern, Status};

/// The key at the top level of a manifest. Inside an image, it has an error of its own.
pub(super) const ACCEPT: &str = "accept";

/// The largest number of tables in the help of one error.
const MOST_TABLES: usize = 10;

/// Reads `[[accept]]`. Each acceptance must match at least one declared image.
pub(super) fn acceptances(top: &TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Arc<Acceptance>> {
    let Some((_, value)) = top.get(ACCEPT) else { return Vec::new() };
    let images = top.get("images").and_then(|(_, images)| images.get_ref().as_table());
    let images: Vec<&str> = images.into_iter().flat_map(DeTable::keys).map(|name| &**name.get_ref()).collect();
    let DeValue::Array(items) = value.get_ref() else {
        let help = Help::from("write `[[accept]]`, in double brackets:")
            .then_lines(example("web", value.get_ref().as_table()));
        problems.push(wrong_type(ACCEPT, value, "a list of tables").help(help));
        return Vec::new();
    };
    let read = items.iter().enumerate().filter_map(|(at, item)| {
        let acceptance = acceptance(item, problems)?;
        let is_of = |name: &&str| acceptance.image.matches(name);
        if !images.is_empty() && !images.iter().any(is_of) {
            problems.push(unknown_image(&acceptance, &images, at < MOST_SUGGESTIONS));
        }
        Some(Arc::new(acceptance))
    });
    read.collect()
}

/// The problem of an acceptance that matches no image. `suggests` is false after many such problems, because comparing every
/// acceptance with every name would take quadratic time.
fn unknown_image(acceptance: &Acceptance, images: &[&str], suggests: bool) -> Problem {
    let name = acceptance.image.as_str();
    let near = suggests.then(|| did_you_mean(name, images.iter().copied())).flatten();
    let all = || known_names("image", "images", images.iter().copied());
    let is = if name.contains('*') { "matches" } else { "is named" };
    let problem = Problem::new(format!("no image {is} `{name}`"));
    problem.at(acceptance.span.clone(), "has no effect").help(near.unwrap_or_else(all))
}

fn acceptance(item: &toml::Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<Acceptance> {
    let DeValue::Table(table) = item.get_ref() else {
        let help = Help::from("write `[[accept]]`, in double brackets:").then_lines(example("web", None));
        problems.push(wrong_type(ACCEPT, item, "a list of tables").help(help));
        return None;
    };
    let table = TableReader::new(table, "`[[accept]]`", item.span());
    let keys = ["image", "status", "reason", "until"];
    let unknown = table.deny_unknown_keys(&keys, problems);
    table.require(&keys, &unknown, problems);
    let image = table.string("image", problems);
    let image = image.and_then(|image| parse_string::<NamePattern>("image", &image, problems));
    let status = table.string("status", problems).and_then(|status| {
        let accepted = acceptable().find(|known| known.as_str() == status.value);
        problems.extend(accepted.is_none().then(|| unacceptable(status.value, status.span)));
        accepted
    });
    let (reason, until) = reason_and_end(&table, problems)?;
    Some(Acceptance { image: image?.value, status: status?, reason, until, span: table.span })
}

/// The problem of a status that is unknown or cannot be accepted.
fn unacceptable(status: &str, span: Span) -> Problem {
    if matches!(status, "withdrawn" | "retired") {
        let new = Status::Unavailable.as_str();
        let problem = Problem::new(format!("the status `{status}` was renamed to `{new}`"));
        return problem.at(span, "former name").help(format!("write `status = \"{new}\"`"));
    }
    let all = || format!("the statuses that can be accepted are {}", and(acceptable().map(Status::as_str).map(quoted)));
    match Status::ALL.into_iter().find(|known| known.as_str() == status) {
        Some(known) if known.is_drift() => {
            Problem::new(format!("the status `{status}` cannot be accepted")).at(span, "always drift").help(all())
        }
        Some(_) => {
            let problem = Problem::new(format!("the status `{status}` is not drift, so it cannot be accepted"));
            problem.at(span, "not drift").help("remove this table")
        }
        None => {
            let near = did_you_mean(status, acceptable().map(Status::as_str));
            let problem = Problem::new(format!("`{}` is not a status", visible(status)));
            problem.at(span, "unknown status").help(near.unwrap_or_else(all))
        }
    }
}

fn acceptable() -> impl Iterator<Item = Status> {
    Status::ALL.into_iter().filter(|status| status.is_acceptable())
}

/// Reports `accept` inside an image, with the tables to write instead.
pub(super) fn refuse_in_image(table: &TableReader<'_>, name: &str, problems: &mut Vec<Problem>) {
    let Some((span, value)) = table.get(ACCEPT) else { return };
    let items = match value.get_ref() {
        DeValue::Array(items) => &**items,
        _ => std::slice::from_ref(value),
    };
    let tables: Vec<&DeTable<'_>> = items.iter().filter_map(|item| item.get_ref().as_table()).collect();
    let mut lines: Vec<String> = tables.iter().take(MOST_TABLES).flat_map(|table| example(name, Some(table))).collect();
    match tables.len() {
        0 => lines = example(name, None),
        count if count > MOST_TABLES => lines.push(format!("# and {} more", count - MOST_TABLES)),
        _ => {}
    }
    let these = if tables.len() > 1 { "these tables" } else { "this table" };
    let help = match value.get_ref() {
        DeValue::Array(items) if items.is_empty() => "remove the line; the list is empty".into(),
        _ => Help::from(format!("remove it, and add {these} at the end of the file:")).then_lines(lines),
    };
    let problem = Problem::new(format!("`{ACCEPT}` is not a key of {}", table.title));
    problems.push(problem.at(span, "only allowed at the top level").help(help));
}

/// The lines of an acceptance of `image`, with the values that `table` already has.
fn example(image: &str, table: Option<&DeTable<'_>>) -> Vec<String> {
    let value = |key| table.and_then(|table| table.get(key)).map(toml::Spanned::get_ref);
    let text = |key, example: &str| {
        let text = match value(key).and_then(DeValue::as_str) {
            Some("withdrawn" | "retired") if key == "status" => Status::Unavailable.as_str(),
            text => text.unwrap_or(example),
        };
        format!("{key} = {}", toml_edit::Value::from(text))
    };
    let until = value("until").and_then(DeValue::as_datetime).map_or("2026-12-31".to_owned(), ToString::to_string);
    vec![
        "[[accept]]".to_owned(),
        text("image", image),
        text("status", "eol"),
        text("reason", "…"),
        format!("until = {until}"),
    ]
}
