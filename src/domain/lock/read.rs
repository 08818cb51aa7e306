//! The tables of a lockfile -> its pins, with every problem and its place.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use toml::de::DeValue;

use super::format::{DIGEST, Draft, FORMAT, KEYS, Read, digest, lines, upgraded};
use super::pin::Pin;
use super::tables::{Table, in_turn, of_any};
use crate::domain::Cell;
use crate::domain::diagnostics::{Help, Problem, Span, visible};
use crate::domain::manifest::toml_reader::{Spanned, malformed, string_value, unknown_key, unmerged, wrong_type};
use crate::domain::types::timestamp;

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
    let mut reader = Reader::new(text);
    if in_turn(text, |table| reader.add(&table)).is_some() {
        return reader.finish();
    }
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
    let tables = of_any(text)?;
    let mut reader = Reader::new(text);
    for table in tables {
        match table {
            Ok(table) => reader.add(&table),
            Err(problem) => reader.problems.push(problem),
        }
        // Without a format that it knows, a reader understands no block.
        if reader.format.is_none() {
            break;
        }
    }
    reader.finish()
}

/// Reads the head, then the blocks.
struct Reader<'t> {
    text: &'t str,
    /// The format, once the head is read.
    format: Option<usize>,
    /// The keys of a block.
    keys: Vec<&'static str>,
    cells: BTreeSet<Cell>,
    read: Pins,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let keys = KEYS.iter().map(|key| key.name).chain([DIGEST]).collect();
        Self { text, format: None, keys, cells: BTreeSet::new(), read: Pins::default(), problems: Vec::new() }
    }

    /// Reads the next table. Of a file in another format, nothing but that is said.
    fn add(&mut self, table: &Table<'_>) {
        match self.format {
            Some(format) => self.block(table, format),
            None if self.problems.is_empty() => self.head(table),
            None => {}
        }
    }

    fn finish(mut self) -> Result<Pins, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.read.pins.sort_by(|a, b| a.cell.cmp(&b.cell));
        Ok(self.read)
    }

    fn head(&mut self, head: &Table<'_>) {
        match format(head, self.text) {
            Ok(format) => {
                self.format = Some(format);
                let unknown = head.entries.iter().filter(|entry| entry.key != "version");
                self.problems.extend(
                    unknown.map(|entry| {
                        unknown_key(&entry.key, entry.key_span.clone(), "the lockfile", &["version", "pin"])
                    }),
                );
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    fn block(&mut self, block: &Table<'_>, format: usize) {
        let Some((pin, digest)) = self.pin(block, format) else { return };
        if let Some(digest) = digest {
            self.read.edited.insert(pin.cell.clone(), digest);
        }
        if !self.cells.insert(pin.cell.clone()) {
            self.problems.push(
                Problem::new(format!("the lockfile pins {} twice", pin.cell))
                    .at(block.span.clone(), "the second block of this cell")
                    .help("remove one of the two blocks; a merge may have brought in both"),
            );
        }
        self.read.pins.push(pin);
    }

    /// Reads one block: the pin, and the digest as it is written if that is not the pin's.
    fn pin(&mut self, block: &Table<'_>, format: usize) -> Option<(Pin, Option<Spanned<String>>)> {
        let before = self.problems.len();
        let unknown = block.entries.iter().filter(|entry| !self.keys.contains(&&*entry.key));
        self.problems
            .extend(unknown.map(|entry| unknown_key(&entry.key, entry.key_span.clone(), "[[pin]]", &self.keys)));
        let required = KEYS.iter().filter(|key| key.is_required).map(|key| key.name);
        let missing = required.chain([DIGEST]).filter(|key| block.get(key).is_none());
        self.problems.extend(missing.map(|key| {
            Problem::new(format!("a block of the lockfile has no `{key}`"))
                .at(block.span.clone(), format!("`{key}` is missing"))
                .help(
                    Help::from("restore the file from version control, or remove the block and run ")
                        .then_run("resolve"),
                )
        }));
        let mut draft = Draft::default();
        for key in &KEYS {
            let Some(value) = block.get(key.name) else { continue };
            match key.read {
                Read::Text(set) => {
                    let Some(text) = string_value(key.name, value, &mut self.problems) else { continue };
                    if let Err(expected) = set(&mut draft, text.value) {
                        self.problems.push(malformed(key.name, text.value, text.span, &expected));
                    }
                }
                Read::Time(set) => match time(key.name, value) {
                    Ok(time) => set(&mut draft, time),
                    Err(problem) => self.problems.push(problem),
                },
            }
        }
        let written = block.get(DIGEST).and_then(|value| string_value(DIGEST, value, &mut self.problems));
        if self.problems.len() > before {
            return None;
        }
        let (pin, written) = (draft.pin(), written?);
        let is_edited = pin.as_ref().is_some_and(|pin| digest(&lines(pin)) != written.value);
        let Some(pin) = pin.and_then(|pin| upgraded(pin, format)) else {
            let problem = Problem::new("a block of the lockfile does not name one image");
            let problem = problem.at(block.span.clone(), "which image?").help("restore the file from version control");
            self.problems.push(problem);
            return None;
        };
        Some((pin, is_edited.then(|| written.map(str::to_owned))))
    }
}

fn time(key: &str, value: &toml::Spanned<DeValue<'_>>) -> Result<Timestamp, Problem> {
    let text = value.get_ref().as_datetime().map(ToString::to_string).unwrap_or_default();
    match timestamp::read(&text) {
        // As exactly as it is written.
        Ok(Some(time)) => Ok(text.parse().unwrap_or(time)),
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
fn format(head: &Table<'_>, text: &str) -> Result<usize, Problem> {
    let restore = Help::from("restore the file from version control, or remove it and run ").then_run("resolve");
    let Some(value) = head.get("version") else {
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
