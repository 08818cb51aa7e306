//! `[[accept]]`: findings of `check` that are not drift for a while.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::diagnostics::{Help, MOST_SUGGESTIONS, Problem, and_more, did_you_mean, or, quoted, visible};
use crate::domain::manifest::policy::{Acceptance, reason_and_end};
use crate::domain::manifest::toml_reader::{TableReader, parse_string, wrong_type};
use crate::domain::types::{NamePattern, Status};

/// The key, at the top of a manifest. Inside an image it has an error of its own.
pub(super) const ACCEPT: &str = "accept";

/// The most tables in the help of one error.
const MOST_TABLES: usize = 10;

/// Reads `[[accept]]`. Each must be about at least one of the declared images.
pub(super) fn acceptances(top: &TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Arc<Acceptance>> {
    let Some((_, value)) = top.get(ACCEPT) else { return Vec::new() };
    let images = top.get("images").and_then(|(_, images)| images.get_ref().as_table());
    let images: Vec<&str> = images.into_iter().flat_map(DeTable::keys).map(|name| &**name.get_ref()).collect();
    let DeValue::Array(items) = value.get_ref() else {
        let help = Help::from("write each acceptance as a table of its own:").then_lines(example("web", None));
        problems.push(wrong_type(ACCEPT, value, "tables: `[[accept]]`").help(help));
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

/// The problem of an acceptance that is about none of the images. To compare each with each name would take their product in
/// time.
fn unknown_image(acceptance: &Acceptance, images: &[&str], suggests: bool) -> Problem {
    let name = acceptance.image.as_str();
    let near = suggests.then(|| did_you_mean(name, images.iter().copied())).flatten();
    let all = || format!("the images are {}", and_more(images.iter().map(|name| quoted(visible(name))), 12));
    let is = if name.contains('*') { "matches" } else { "is named" };
    let problem = Problem::new(format!("no image {is} `{name}`"));
    problem.at(acceptance.span.clone(), "accepts nothing").help(near.unwrap_or_else(all))
}

fn acceptance(item: &Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<Acceptance> {
    let DeValue::Table(table) = item.get_ref() else {
        problems.push(wrong_type(ACCEPT, item, "a table: `[[accept]]`"));
        return None;
    };
    let table = TableReader::new(table, "[[accept]]", item.span());
    table.deny_unknown_keys(&["image", "status", "reason", "until"], problems);
    for (key, line) in [("image", "image = \"web\"` or `image = \"web-*\""), ("status", "status = \"eol\"")] {
        table.require(&table.title, &[key], line, problems);
    }
    let image = table.string("image", problems);
    let image = image.and_then(|image| parse_string::<NamePattern>("image name", &image, problems));
    let status = table.string("status", problems).and_then(|status| {
        let known = acceptable().find(|known| known.as_str() == status.value);
        if matches!(status.value, "withdrawn" | "retired") {
            let new = Status::Unavailable.as_str();
            let problem = Problem::new(format!("the status `{}` is called `{new}`", status.value));
            problems.push(problem.at(status.span, "old name").help(format!("write `status = \"{new}\"`")));
        } else if known.is_none() {
            let title = format!("`{}` is not a status that can be accepted", visible(status.value));
            let help = format!("these can be accepted: {}", or(acceptable().map(Status::as_str).map(quoted)));
            problems.push(Problem::new(title).at(status.span, "cannot be accepted").help(help));
        }
        known
    });
    let rest =
        reason_and_end(&table, "reason = \"replaced in January, ticket 4712\"` and `until = 2026-12-31", problems);
    let (reason, until) = rest?;
    Some(Acceptance { image: image?.value, status: status?, reason, until, span: table.span })
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
    let tables = items.iter().filter_map(|item| Some(TableReader::new(item.get_ref().as_table()?, "", item.span())));
    let tables: Vec<TableReader<'_>> = tables.collect();
    let mut lines: Vec<String> = tables.iter().take(MOST_TABLES).flat_map(|item| example(name, Some(item))).collect();
    match tables.len() {
        0 => lines = example(name, None),
        some if some > MOST_TABLES => lines.push(format!("# and {} more", some - MOST_TABLES)),
        _ => {}
    }
    let these = if tables.len() > 1 { "these tables" } else { "this table" };
    let help = match value.get_ref() {
        DeValue::Array(items) if items.is_empty() => "remove it: it accepts nothing".into(),
        _ => Help::from(format!("remove it, and add {these} at the end of the file:")).then_lines(lines),
    };
    let problem = Problem::new(format!("`{ACCEPT}` is not a key of {}", table.title));
    problems.push(problem.at(span, "each acceptance is a table at the top level").help(help));
}

/// The lines of an acceptance, with what a table says already.
fn example(image: &str, said: Option<&TableReader<'_>>) -> Vec<String> {
    let value = |key| said.and_then(|table| table.get(key)).map(|(_, value)| value.get_ref());
    let text = |key, example: &str| {
        let text = match value(key).and_then(DeValue::as_str) {
            Some("withdrawn" | "retired") if key == "status" => Status::Unavailable.as_str(),
            text => text.unwrap_or(example),
        };
        format!("{key} = {}", toml_edit::Value::from(text))
    };
    let until = value("until").and_then(DeValue::as_datetime).map_or("2026-12-31".to_owned(), ToString::to_string);
    let image = format!("image = {}", toml_edit::Value::from(image));
    vec!["[[accept]]".to_owned(), image, text("status", "eol"), text("reason", "…"), format!("until = {until}")]
}
