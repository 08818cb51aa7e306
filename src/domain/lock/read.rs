//! The tables of a lockfile -> its pins, with every problem and its place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use toml::de::{DeTable, DeValue};

use super::format::{DIGEST, Draft, FORMAT, KEYS, Read, digest, lines, upgraded};
use super::pin::Pin;
use crate::domain::diagnostics::{Help, Problem, Span, visible};
use crate::domain::manifest::toml_reader::{
    Spanned, TableReader, malformed, parse, string_value, unknown_key, unmerged, wrong_type,
};
use crate::domain::types::{Cell, timestamp};

/// What is read of a lockfile.
#[derive(Default)]
pub(super) struct Pins {
    /// The pins, sorted by cell.
    pub(super) pins: Vec<Pin>,
    /// The digests, as they are written, of the blocks that do not match them.
    pub(super) edited: BTreeMap<Cell, Spanned<String>>,
}

/// Reads a lockfile, whoever wrote it.
pub(super) fn read(text: &str) -> Result<Pins, Vec<Problem>> {
    if let Some(unmerged) = unmerged(text) {
        let help = Help::run("resolve").with_conflicts().then(
            " keeps what both sides agree on, or one side alone has, and pins the rest anew; or take one side whole with \
             `git checkout --ours FILE` or `--theirs FILE`",
        );
        return Err(vec![unmerged.help(help)]);
    }
    let mut problems = Vec::new();
    let Some(top) = parse(text, &mut problems) else {
        return Err(before_year_one(text).map_or(problems, |problem| vec![problem]));
    };
    let head = TableReader::new(top.get_ref(), "the lockfile", 0..0);
    // Of a file in another format, nothing but that is reported.
    let format = format(&head, text).map_err(|problem| vec![problem])?;
    head.deny_unknown_keys(&["version", "pin"], &mut problems);
    let mut reader = Reader { text, format, keys: KEYS.iter().map(|key| key.name).chain([DIGEST]).collect(), problems };
    let mut blocks = reader.blocks(&head);
    blocks.sort_by(|a, b| a.pin.cell.cmp(&b.pin.cell));
    for pair in blocks.windows(2).filter(|pair| pair[0].pin.cell == pair[1].pin.cell) {
        reader.problems.push(
            Problem::new(format!("the lockfile pins {} twice", pair[1].pin.cell))
                .at(pair[1].span.clone(), "the second block of this cell")
                .help("remove one of the two blocks; a merge may have brought in both"),
        );
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let edited = |block: &Block| Some((block.pin.cell.clone(), block.foreign.clone()?));
    Ok(Pins { edited: blocks.iter().filter_map(edited).collect(), pins: blocks.into_iter().map(|it| it.pin).collect() })
}

/// A block, as it was read.
struct Block {
    span: Span,
    pin: Pin,
    /// The digest as it is written, if that is not the pin's.
    foreign: Option<Spanned<String>>,
}

/// Reads blocks.
struct Reader<'t> {
    text: &'t str,
    format: usize,
    /// The keys of a block.
    keys: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn blocks(&mut self, head: &TableReader<'_>) -> Vec<Block> {
        let Some((_, value)) = head.get("pin") else { return Vec::new() };
        let DeValue::Array(blocks) = value.get_ref() else {
            self.problems.push(wrong_type("pin", value, "blocks: `[[pin]]`"));
            return Vec::new();
        };
        let read = |block: &toml::Spanned<DeValue<'_>>| {
            if let DeValue::Table(table) = block.get_ref() {
                return self.block(table, block.span());
            }
            self.problems.push(wrong_type("pin", block, "a block: `[[pin]]`"));
            None
        };
        blocks.iter().filter_map(read).collect()
    }

    fn block(&mut self, table: &DeTable<'_>, span: Span) -> Option<Block> {
        let before = self.problems.len();
        // The values in the order of the keys: looking for each would take most of the time.
        let mut values = [None; KEYS.len() + 1];
        for (key, value) in table {
            match self.keys.iter().position(|known| *known == key.get_ref().as_ref()) {
                Some(at) => values[at] = Some(value),
                None => self.problems.push(unknown_key(key.get_ref(), key.span(), "[[pin]]", &self.keys)),
            }
        }
        let mut draft = Draft::default();
        for (key, value) in KEYS.iter().zip(values) {
            let Some(value) = value else {
                self.problems.extend(key.is_required.then(|| missing(key.name, &span)));
                continue;
            };
            match key.read {
                Read::Text(set) => {
                    let Some(text) = string_value(key.name, value, &mut self.problems) else { continue };
                    if let Err(expected) = set(&mut draft, text.value) {
                        self.problems.push(malformed(key.name, text.value, text.span, &expected));
                    }
                }
                Read::Time(set) => match time(key.name, value, self.text) {
                    Ok(time) => set(&mut draft, time),
                    Err(problem) => self.problems.push(problem),
                },
            }
        }
        let written = values[KEYS.len()].and_then(|value| string_value(DIGEST, value, &mut self.problems));
        self.problems.extend(values[KEYS.len()].is_none().then(|| missing(DIGEST, &span)));
        if self.problems.len() > before {
            return None;
        }
        let (pin, written) = (draft.pin(), written?);
        let is_edited = pin.as_ref().is_some_and(|pin| digest(&lines(pin)) != written.value);
        let Some(pin) = pin.and_then(|pin| upgraded(pin, self.format)) else {
            let problem = Problem::new("a block of the lockfile does not name one image");
            self.problems.push(problem.at(span, "which image?").help("restore the file from version control"));
            return None;
        };
        Some(Block { span, pin, foreign: is_edited.then(|| written.map(str::to_owned)) })
    }
}

/// The problem of a block without a required key.
fn missing(key: &str, block: &Span) -> Problem {
    Problem::new(format!("a block of the lockfile has no `{key}`"))
        .at(block.clone(), format!("`{key}` is missing"))
        .help(Help::from("restore the file from version control, or remove the block and run ").then_run("resolve"))
}

fn time(key: &str, value: &toml::Spanned<DeValue<'_>>, text: &str) -> Result<Timestamp, Problem> {
    let text = value.get_ref().as_datetime().map_or("", |_| &text[value.span()]);
    match timestamp::exact(text) {
        Ok(Some(time)) => Ok(time),
        Ok(None) => Err(out_of_range(key, value.span())),
        Err(_) => Err(wrong_type(key, value, "a time with its offset, like 2025-10-27T10:03:30Z")),
    }
}

/// The problem of a date that a reader of TOML 1.0 need not understand.
fn out_of_range(key: &str, span: Span) -> Problem {
    Problem::new(format!("`{key}` is not a date that a lockfile can hold"))
        .at(span, "expected a year from 1 to 9999 in UTC")
        .help(Help::from("restore the file from version control, or remove the block and run ").then_run("resolve"))
}

/// The first of the dates before year 1, which are not even TOML, but were once written.
fn before_year_one(text: &str) -> Option<Problem> {
    let key = "published = ";
    let start = text.find("\npublished = -")? + 1 + key.len();
    let date = text[start..].lines().next()?.trim_end();
    matches!(timestamp::read(date), Ok(None)).then(|| out_of_range("published", start..start + date.len()))
}

/// The format of a file, or the problem of one that has none, or one that this release does not read.
fn format(head: &TableReader<'_>, text: &str) -> Result<usize, Problem> {
    let restore = Help::from("restore the file from version control, or remove it and run ").then_run("resolve");
    let Some((_, value)) = head.get("version") else {
        return Err(Problem::new("the lockfile has no `version`").help(restore));
    };
    let number = value.get_ref().as_integer();
    let format = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
    let found = visible(&text[value.span()]);
    let problem = |has: &str| {
        let title = format!("{has}, and imagelock {} reads format {FORMAT}", crate::VERSION);
        Problem::new(title).at(value.span(), format!("expected {FORMAT}"))
    };
    match format.and_then(|format| usize::try_from(format).ok()) {
        Some(format @ 1..=FORMAT) => Ok(format),
        Some(newer) if newer > FORMAT => {
            let remark = text[value.span().end..].lines().next();
            let release = remark.and_then(|rest| rest.trim_start().strip_prefix("# read by imagelock "));
            let reader = release
                .map_or("a newer imagelock".to_owned(), |release| format!("imagelock {}", visible(release.trim())));
            let problem = problem(&format!("the lockfile has format {newer}"));
            Err(problem.help(format!("this file is read by {reader}: upgrade imagelock")))
        }
        _ => Err(problem(&format!("the lockfile's `version` is `{found}`")).help(restore)),
    }
}
