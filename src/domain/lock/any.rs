//! Any text -> [`Lock`], with every problem of it and its place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use toml::de::{DeTable, DeValue};

use super::{FORMAT, Lock, Pin, digest, named};
use crate::domain::Cell;
use crate::domain::diagnostics::help::Help;
use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::manifest::toml_reader::{Spanned, TableReader, document, unmerged, wrong_type};
use crate::domain::types::timestamp;

const PIN: [&str; 12] = [
    "name",
    "zone",
    "arch",
    "type",
    "label",
    "image-id",
    "version-id",
    "release",
    "instance-type",
    "id",
    "published",
    "digest",
];

/// Reads a lockfile, whoever wrote it.
pub(super) fn read(text: &str) -> Result<Lock, Vec<Problem>> {
    if let Some(unmerged) = unmerged(text) {
        let help = Help::run("resolve").with_conflicts().then(
            " keeps what both sides agree on, or one side alone has, and pins the rest anew; or take one side whole with \
             `git checkout --ours FILE` or `--theirs FILE`",
        );
        return Err(vec![unmerged.help(help)]);
    }
    if let Some(problem) = before_year_one(text) {
        return Err(vec![problem]);
    }
    let mut problems = Vec::new();
    let lock = document(text, &mut problems).map(|document| blocks(document.get_ref(), text, &mut problems));
    match lock {
        Some(lock) if problems.is_empty() => Ok(lock),
        _ => Err(problems),
    }
}

fn blocks(document: &DeTable<'_>, text: &str, problems: &mut Vec<Problem>) -> Lock {
    let top = TableReader::new(document, "the lockfile", 0..0);
    if let Some(problem) = refuse_other_formats(&top, text) {
        problems.push(problem);
        return Lock::default();
    }
    top.deny_unknown_keys(&["version", "pin"], problems);
    let mut lock = Lock::default();
    let Some((_, blocks)) = top.get("pin") else { return lock };
    let DeValue::Array(blocks) = blocks.get_ref() else {
        problems.push(wrong_type("pin", blocks, "blocks: `[[pin]]`"));
        return lock;
    };
    let mut pins: BTreeMap<Cell, Pin> = BTreeMap::new();
    for block in blocks {
        let Some(Spanned { value: (pin, written), span }) = pin(block, problems) else { continue };
        if written.value.as_bytes() != digest(&pin.body()) {
            lock.edited.insert(pin.cell.clone(), written);
        }
        let cell = pin.cell.clone();
        if pins.insert(cell.clone(), pin).is_some() {
            problems.push(
                Problem::new(format!("the lockfile pins {cell} twice"))
                    .at(span, "the second block of this cell")
                    .help("remove one of the two blocks; a merge may have brought in both"),
            );
        }
    }
    lock.pins = pins.into_values().collect();
    lock
}

/// Reads one block: the pin, and the digest as it is written.
fn pin(block: &toml::Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<Spanned<(Pin, Spanned<String>)>> {
    let DeValue::Table(table) = block.get_ref() else {
        problems.push(wrong_type("pin", block, "a block: `[[pin]]`"));
        return None;
    };
    let fields = TableReader::new(table, "[[pin]]", block.span());
    fields.deny_unknown_keys(&PIN, problems);
    let before = problems.len();
    for key in ["name", "zone", "arch", "type", "id", "digest"] {
        if fields.get(key).is_none() {
            problems.push(
                Problem::new(format!("a block of the lockfile has no `{key}`"))
                    .at(block.span(), format!("`{key}` is missing"))
                    .help(
                        Help::from("restore the file from version control, or remove the block and run ")
                            .then_run("resolve"),
                    ),
            );
        }
    }
    let name = fields.parsed("name", problems);
    let zone = fields.parsed("zone", problems);
    let arch = fields.parsed("arch", problems);
    let image_type = fields.parsed("type", problems);
    let label = fields.parsed("label", problems);
    let image_id = fields.parsed("image-id", problems);
    let version_id = fields.parsed("version-id", problems);
    let release = fields.parsed("release", problems);
    let instance_type = fields.parsed("instance-type", problems);
    let id = fields.parsed("id", problems);
    let published = published(&fields, problems);
    let digest = fields.string("digest", problems);
    if problems.len() > before {
        return None;
    }
    let digest = digest?;
    let Some((image, stated_label)) =
        named(label.map(|it| it.value), image_id.map(|it| it.value), version_id.map(|it| it.value))
    else {
        let problem = Problem::new("a block of the lockfile does not name one image").at(block.span(), "which image?");
        problems.push(problem.help("restore the file from version control"));
        return None;
    };
    let pin = Pin {
        cell: Cell { name: name?.value, zone: zone?.value, arch: arch?.value },
        image_type: image_type?.value,
        image,
        stated_label,
        release: release.map(|release| release.value),
        instance_type: instance_type.map(|instance_type| instance_type.value),
        id: id?.value,
        published,
    };
    let digest = Spanned { value: digest.value.to_owned(), span: digest.span };
    Some(Spanned { value: (pin, digest), span: block.span() })
}

/// The problem of a date that no reader of TOML 1.0 has to hold.
fn out_of_range(span: Span) -> Problem {
    Problem::new("`published` is not a date that a lockfile can hold")
        .at(span, "expected a year from 1 to 9999 in UTC")
        .help(Help::from("restore the file from version control, or remove the block and run ").then_run("resolve"))
}

/// The first of the dates before year 1, which are not even TOML, but were once written.
fn before_year_one(text: &str) -> Option<Problem> {
    let key = "published = ";
    let start = text.find("\npublished = -")? + 1 + key.len();
    let date = text[start..].lines().next()?.trim_end();
    matches!(timestamp::read(date), Ok(None)).then(|| out_of_range(start..start + date.len()))
}

fn published(fields: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let (_, value) = fields.get("published")?;
    let text = value.get_ref().as_datetime().map(ToString::to_string).unwrap_or_default();
    match timestamp::read(&text) {
        Ok(Some(_)) => text.parse().ok(),
        Ok(None) => {
            problems.push(out_of_range(value.span()));
            None
        }
        Err(_) => {
            problems.push(wrong_type("published", value, "a time with its offset, like 2025-10-27T10:03:30Z"));
            None
        }
    }
}

/// Refuses a file without a format, and one of a format that this release does not read.
fn refuse_other_formats(top: &TableReader<'_>, text: &str) -> Option<Problem> {
    let restore = Help::from("restore the file from version control, or remove it and run ").then_run("resolve");
    let Some((_, value)) = top.get("version") else {
        return Some(Problem::new("the lockfile has no `version`").help(restore));
    };
    let format =
        value.get_ref().as_integer().and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
    match format {
        Some(FORMAT) => None,
        Some(newer) if newer > FORMAT => {
            let reader = text[value.span().end..]
                .lines()
                .next()
                .and_then(|rest| rest.trim_start().strip_prefix("# read by imagelock "))
                .map_or("a newer imagelock".to_owned(), |release| format!("imagelock {}", visible(release.trim())));
            Some(
                Problem::new(format!(
                    "the lockfile has format {newer}, and imagelock {} reads format {FORMAT}",
                    crate::VERSION
                ))
                .at(value.span(), format!("expected {FORMAT}"))
                .help(format!("this file is read by {reader}: upgrade imagelock")),
            )
        }
        _ => {
            let found = visible(&text[value.span()]);
            let title = format!(
                "the lockfile's `version` is `{found}`, and imagelock {} reads format {FORMAT}",
                crate::VERSION
            );
            Some(Problem::new(title).at(value.span(), format!("expected {FORMAT}")).help(restore))
        }
    }
}
