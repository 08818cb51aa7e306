//! Parses the text of a lockfile into pins, and collects every problem with its span.

use std::collections::BTreeMap;

use jiff::Timestamp;
use toml::de::{DeTable, DeValue};

use super::format::{DIGEST, FORMAT, KEYS, PinBuilder, Read, digest, lines, upgraded};
use super::pin::Pin;
use crate::domain::diagnostics::{Help, Problem, Span, near, visible};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, missing_keys, parse, string_value, unmerged};
use crate::domain::manifest::value_errors::{malformed, unknown_key, wrong_type};
use crate::domain::types::{Cell, timestamp};

/// The contents of a lockfile.
#[derive(Default)]
pub(super) struct Pins {
    /// The pins, sorted by cell.
    pub(super) pins: Vec<Pin>,
    /// The digests in the file, for the blocks that do not match their digest.
    pub(super) edited: BTreeMap<Cell, Spanned<String>>,
}

/// Parses a lockfile. The file may be untrusted, so every value is validated.
pub(super) fn read(text: &str) -> Result<Pins, Vec<Problem>> {
    if let Some(unmerged) = unmerged(text) {
        let help =
            Help::from("to merge both sides, and pin the newest versions of images that are still in conflict: ")
                .then_run("resolve")
                .with_conflicts()
                .then("; to keep one side: ")
                .then_git("checkout --ours")
                .then(" or ")
                .then_git("checkout --theirs");
        return Err(vec![unmerged.help(help)]);
    }
    let mut problems = Vec::new();
    let Some(top) = parse(text, &mut problems) else {
        problems.truncate(1);
        let problem = before_year_one(text).or_else(|| problems.pop().map(|problem| problem.help(restore_file())));
        return Err(problem.into_iter().collect());
    };
    let head = TableReader::new(top.get_ref(), "the lockfile", 0..0);
    // Errors about a format that this release does not know would be misleading, so only the format is reported.
    let format = format(&head, text).map_err(|problem| vec![problem])?;
    head.deny_unknown_keys(&["version", "pin"], &mut problems);
    let mut reader = Reader { text, format, keys: KEYS.iter().map(|key| key.name).chain([DIGEST]).collect(), problems };
    let mut blocks = reader.blocks(&head);
    blocks.sort_by(|a, b| a.pin.cell.cmp(&b.pin.cell));
    for pair in blocks.windows(2).filter(|pair| pair[0].pin.cell == pair[1].pin.cell) {
        reader.problems.push(
            Problem::new(format!("the lockfile pins {} twice", pair[1].pin.cell))
                .at(pair[1].span.clone(), "second block of this pin")
                .help("remove one of the two blocks; they may come from a merge"),
        );
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let edited = |block: &Block| Some((block.pin.cell.clone(), block.wrong_digest.clone()?));
    Ok(Pins { edited: blocks.iter().filter_map(edited).collect(), pins: blocks.into_iter().map(|it| it.pin).collect() })
}

/// A block of the file.
struct Block {
    span: Span,
    pin: Pin,
    /// The digest in the file, if it does not match the block.
    wrong_digest: Option<Spanned<String>>,
}

/// Reads the blocks of a file, and collects their problems.
struct Reader<'t> {
    text: &'t str,
    format: usize,
    /// All keys that a block may have.
    keys: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn blocks(&mut self, head: &TableReader<'_>) -> Vec<Block> {
        let Some((_, value)) = head.get("pin") else { return Vec::new() };
        let DeValue::Array(blocks) = value.get_ref() else {
            self.problems.push(wrong_type("pin", value, "a list of tables").help(restore_file()));
            return Vec::new();
        };
        let read = |block: &toml::Spanned<DeValue<'_>>| {
            if let DeValue::Table(table) = block.get_ref() {
                return self.block(table, block.span());
            }
            self.problems.push(wrong_type("pin", block, "a list of tables").help(restore_file()));
            None
        };
        blocks.iter().filter_map(read).collect()
    }

    fn block(&mut self, table: &DeTable<'_>, span: Span) -> Option<Block> {
        let before = self.problems.len();
        // One pass over the table, because a lookup per key would take most of the time.
        let mut values = [None; KEYS.len() + 1];
        let mut unknown: Vec<&str> = Vec::new();
        for (key, value) in table {
            if let Some(at) = self.keys.iter().position(|known| *known == key.get_ref().as_ref()) {
                values[at] = Some(value);
                continue;
            }
            unknown.push(key.get_ref());
            self.problems.push(unknown_key(key.get_ref(), key.span(), "`[[pin]]`", &self.keys));
        }
        self.check_missing(&values, &unknown, &span);
        let mut builder = PinBuilder::default();
        for (key, value) in KEYS.iter().zip(values) {
            let Some(value) = value else { continue };
            match key.read {
                Read::Text(set) => {
                    let Some(text) = string_value(key.name, value, &mut self.problems) else { continue };
                    if let Err(expected) = set(&mut builder, text.value) {
                        self.problems.push(malformed(key.name, text.value, text.span, &expected));
                    }
                }
                Read::Time(set) => match time(key.name, value, self.text) {
                    Ok(time) => set(&mut builder, time),
                    Err(problem) => self.problems.push(problem),
                },
            }
        }
        let written = values[KEYS.len()].and_then(|value| string_value(DIGEST, value, &mut self.problems));
        if self.problems.len() > before {
            // The correction of a value is not known, because imagelock writes the file.
            self.problems[before..].iter_mut().for_each(|problem| problem.help = Some(restore_block()));
            return None;
        }
        let (pin, written) = (builder.build(), written?);
        let is_edited = pin.as_ref().is_some_and(|pin| digest(&lines(pin)) != written.value);
        let Some(pin) = pin.and_then(|pin| upgraded(pin, self.format)) else {
            let problem = Problem::new("a block of the lockfile does not identify its image");
            let label = "requires `label`, `image-id` or `version-id`";
            self.problems.push(problem.at(span, label).help(restore_block()));
            return None;
        };
        Some(Block { span, pin, wrong_digest: is_edited.then(|| written.map(str::to_owned)) })
    }

    /// Reports the required keys that a block does not have. A key whose name is misspelled is reported as unknown only.
    fn check_missing(&mut self, values: &[Option<&toml::Spanned<DeValue<'_>>>], unknown: &[&str], span: &Span) {
        let required = KEYS.iter().map(|key| key.is_required.then_some(key.name)).chain([Some(DIGEST)]);
        let missing = required.zip(values).filter_map(|(key, value)| key.filter(|_| value.is_none()));
        let missing = missing.filter(|key| unknown.iter().all(|unknown| near(unknown, [*key]).is_empty()));
        let missing: Vec<&str> = missing.collect();
        self.problems.extend(missing_keys("a block of the lockfile", &missing, span.clone()));
    }
}

/// How to fix a file that cannot be read at all.
fn restore_file() -> Help {
    Help::from("restore the file with ")
        .then_git("restore")
        .then("; or delete it and run ")
        .then_run("resolve")
        .then(", which pins the newest versions")
}

/// How to fix a block that cannot be read.
fn restore_block() -> Help {
    Help::from("restore the file with ")
        .then_git("restore")
        .then("; or remove this block and run ")
        .then_run("resolve")
        .then(", which pins the newest version")
}

fn time(key: &str, value: &toml::Spanned<DeValue<'_>>, text: &str) -> Result<Timestamp, Problem> {
    let text = value.get_ref().as_datetime().map_or("", |_| &text[value.span()]);
    match timestamp::exact(text) {
        Ok(Some(time)) => Ok(time),
        Ok(None) => Err(out_of_range(key, value.span())),
        Err(_) => Err(wrong_type(key, value, "a time with an offset, like `2025-10-27T10:03:30Z`")),
    }
}

/// The problem of a date that TOML 1.0 cannot represent.
fn out_of_range(key: &str, span: Span) -> Problem {
    let problem = Problem::new(format!("`{key}` is outside the years 1 to 9999"));
    problem.at(span, "expected a year from 1 to 9999 in UTC").help(restore_block())
}

/// The problem of the first date before year 1. Early releases wrote such dates, which are not valid TOML.
fn before_year_one(text: &str) -> Option<Problem> {
    let key = "published = ";
    let start = text.find("\npublished = -")? + 1 + key.len();
    let date = text[start..].lines().next()?.trim_end();
    matches!(timestamp::read(date), Ok(None)).then(|| out_of_range("published", start..start + date.len()))
}

/// Returns the format of a file.
///
/// # Errors
/// The problem of a file without a format, or with one that this release cannot read.
fn format(head: &TableReader<'_>, text: &str) -> Result<usize, Problem> {
    let Some((_, value)) = head.get("version") else {
        let title = match head.get("images") {
            Some(_) => "the file is a manifest, not a lockfile",
            None if text.trim().is_empty() => "the lockfile is empty",
            None => "the lockfile has no `version`",
        };
        return Err(Problem::new(title).help(restore_file()));
    };
    let number = value.get_ref().as_integer();
    let format = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
    let found = visible(&text[value.span()]);
    let problem = |has: &str| {
        let title = format!("{has}, but imagelock {} reads formats up to {FORMAT}", crate::VERSION);
        Problem::new(title).at(value.span(), format!("expected a number, at most {FORMAT}"))
    };
    match format.and_then(|format| usize::try_from(format).ok()) {
        Some(format @ 1..=FORMAT) => Ok(format),
        Some(newer) if newer > FORMAT => {
            let remark = text[value.span().end..].lines().next();
            let release = remark.and_then(|rest| rest.trim_start().strip_prefix("# read by imagelock "));
            let reader = release.map_or_else(
                || "a newer release of imagelock".to_owned(),
                |release| format!("imagelock {}", visible(release.trim()).replace(" and later", " or later")),
            );
            let problem = problem(&format!("the lockfile has format {newer}"));
            Err(problem.help(format!("install {reader}, which can read this file")))
        }
        _ => Err(problem(&format!("the `version` of the lockfile is `{found}`")).help(restore_file())),
    }
}
