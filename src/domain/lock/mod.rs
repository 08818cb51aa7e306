//! `images.lock`: parses and writes [`Lock`], in canonical order, and detects edited blocks by their digests.
//!
//! The text depends only on the pins, not on the time, the machine or the release of imagelock. Each pin has one block, and the
//! blocks are sorted, so that changes to different images merge without conflicts. Each block has a digest, so that edits by hand
//! and wrong merges are detected.

pub mod conflicts;
pub mod diff;
pub mod find;
pub(crate) mod format;
pub mod history;
pub mod merge;
pub mod short_ids;

mod pin;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::diagnostics::{Command, Help, Problem, Span};
use crate::domain::manifest::toml_reader::Spanned;
use crate::domain::types::{Cell, Name};
pub use pin::Pin;

/// A block of the lockfile.
#[derive(Debug, Clone)]
pub struct Block {
    /// The pin of the block.
    pub pin: Pin,
    /// The digest in the file, if it does not match the block.
    wrong_digest: Option<Spanned<String>>,
}

impl Block {
    /// Whether the block does not match its digest, because it was edited by hand or by a merge.
    pub fn is_edited(&self) -> bool {
        self.wrong_digest.is_some()
    }

    /// Whether another block has the same values. If neither block was edited, a version ID that only one of them has does not
    /// count as a difference.
    pub fn is_same(&self, other: &Self) -> bool {
        self == other || !self.is_edited() && !other.is_edited() && self.pin.is_same(&other.pin)
    }

    /// The text of the block. The digest of an edited block stays as it is in the file.
    pub fn write(&self) -> String {
        write(&self.pin, self.wrong_digest.as_ref())
    }
}

impl PartialEq for Block {
    /// Compares the pins and the digests. The span of the digest does not count.
    fn eq(&self, other: &Self) -> bool {
        let written = |block: &Self| block.wrong_digest.as_ref().map(|digest| digest.value.clone());
        self.pin == other.pin && written(self) == written(other)
    }
}

impl Eq for Block {}

/// The text of a block, with its own digest unless `wrong_digest` is given.
fn write(pin: &Pin, wrong_digest: Option<&Spanned<String>>) -> String {
    let lines = format::lines(pin);
    let digest = wrong_digest.map_or_else(|| format::digest(&lines), |digest| escaped(&digest.value));
    ["[[pin]]\n", &lines, format::DIGEST, " = \"", &digest, "\"\n"].concat()
}

/// Escapes a text for a basic string of TOML.
fn escaped(text: &str) -> String {
    let is_special = |char: char| char.is_control() || matches!(char, '"' | '\\');
    text.chars().map(|c| if is_special(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// The text of a lockfile with these blocks. A block may also be a conflict with its markers.
pub(crate) fn text(blocks: impl IntoIterator<Item = String>) -> String {
    blocks.into_iter().fold(format::head(format::FORMAT), |text, block| text + "\n" + &block)
}

/// The contents of a lockfile: the pins, sorted by cell, with at most one per cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    pins: Vec<Pin>,
    /// The digests in the file, for the blocks that do not match their digest.
    edited: BTreeMap<Cell, Spanned<String>>,
}

impl Lock {
    /// Creates a lockfile from pins, in any order. If two have the same cell, the last one is kept.
    pub fn new(pins: impl IntoIterator<Item = Pin>) -> Self {
        let pins: BTreeMap<Cell, Pin> = pins.into_iter().map(|pin| (pin.cell.clone(), pin)).collect();
        Self { pins: pins.into_values().collect(), edited: BTreeMap::new() }
    }

    /// The pins, sorted by name, zone and architecture.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// The pin of a cell.
    pub fn get(&self, cell: &Cell) -> Option<&Pin> {
        self.pins.binary_search_by(|pin| pin.cell.cmp(cell)).ok().map(|index| &self.pins[index])
    }

    /// The pins of several cells. This is fastest if the cells are sorted: each pin is searched first after the previous one.
    pub fn get_each<'a>(&'a self, cells: impl Iterator<Item = &'a Cell>) -> impl Iterator<Item = Option<&'a Pin>> {
        let mut next = 0;
        cells.map(move |cell| {
            let is_next = self.pins.get(next).is_some_and(|pin| pin.cell == *cell);
            let found = if is_next { Ok(next) } else { self.pins.binary_search_by(|pin| pin.cell.cmp(cell)) };
            next = found.map_or_else(|index| index, |index| index + 1);
            found.ok().map(|index| &self.pins[index])
        })
    }

    /// The lockfile with only the pins of these names.
    #[must_use]
    pub fn of_names(&self, names: &BTreeSet<Name>) -> Self {
        let pins = self.pins.iter().filter(|pin| names.contains(&pin.cell.name)).cloned().collect();
        let edited = self.edited.iter().filter(|(cell, _)| names.contains(&cell.name));
        Self { pins, edited: edited.map(|(cell, digest)| (cell.clone(), digest.clone())).collect() }
    }

    /// The block of a cell.
    pub fn block(&self, cell: &Cell) -> Option<Block> {
        let pin = self.get(cell)?.clone();
        Some(Block { pin, wrong_digest: self.edited.get(cell).cloned() })
    }

    /// Adds a block, or replaces the one with the same cell.
    pub(crate) fn insert(&mut self, Block { pin, wrong_digest }: Block) {
        self.edited.remove(&pin.cell);
        self.edited.extend(wrong_digest.map(|digest| (pin.cell.clone(), digest)));
        match self.pins.binary_search_by(|other| other.cell.cmp(&pin.cell)) {
            Ok(index) => self.pins[index] = pin,
            Err(index) => self.pins.insert(index, pin),
        }
    }

    /// Whether the block of a cell does not match its digest, because it was edited by hand or by a merge.
    pub fn is_edited(&self, cell: &Cell) -> bool {
        self.edited.contains_key(cell)
    }

    /// The cells whose blocks do not match their digests.
    pub fn edited_cells(&self) -> impl Iterator<Item = &Cell> {
        self.edited.keys()
    }

    /// The problem of an edited block, for commands that must use only pins that imagelock wrote. `None` if the block of the cell is
    /// not edited.
    pub fn edited(&self, cell: &Cell) -> Option<Problem> {
        let span = self.edited.get(cell)?.span.clone();
        let title = format!("the block of {cell} in the lockfile does not match its digest");
        // One command for all edited blocks, because an upgrade of only one fails with this problem for the others.
        let images = if self.edited.len() == 1 { "the image" } else { "all edited images" };
        let upgrade = Command::new("upgrade").names(self.edited.keys().map(|cell| cell.name.as_str()));
        let help = Help::from("restore the file with ")
            .then_git("restore")
            .then(format!("; or, to pin {images} again: "))
            .then_run(upgrade);
        let problem = Problem::new(title).in_lock().at(span, "the block was edited by hand or by a merge");
        Some(problem.help(help))
    }

    /// The canonical text of the lockfile. Edited blocks keep the digest of the file, so that they stay detectable.
    pub fn write(&self) -> String {
        text(self.pins.iter().map(|pin| write(pin, self.edited.get(&pin.cell))))
    }

    /// Whether a text is the canonical text of this lockfile, in the current or in an older format.
    pub fn is_written(&self, text: &str) -> bool {
        let blocks = (1..=format::FORMAT).find_map(|format| text.strip_prefix(&format::head(format)));
        let mut rest = blocks;
        for pin in &self.pins {
            rest = rest.and_then(|rest| rest.strip_prefix('\n')?.strip_prefix(&write(pin, self.edited.get(&pin.cell))));
        }
        rest == Some("")
    }

    /// Parses a lockfile. A block that does not match its digest is not an error; it is marked as edited.
    ///
    /// # Errors
    /// Every problem of the file, such as conflict markers, a newer format, unknown keys or duplicate pins.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        match read::read(text) {
            Ok(read::Pins { pins, edited }) => Ok(Self { pins, edited }),
            Err(problems) => Err(problems.into_iter().map(Problem::in_lock).collect()),
        }
    }
}

/// The span of the line with the name, in the block of a cell, in the text of a lockfile.
pub fn block(text: &str, cell: &Cell) -> Option<Span> {
    let Cell { name, zone, arch } = cell;
    let lines = [format!("name = \"{name}\""), format!("zone = \"{zone}\""), format!("arch = \"{arch}\"")];
    let starts: Vec<usize> = text.match_indices("[[pin]]").map(|(start, _)| start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).find_map(|(start, end)| {
        let block = &text[*start..end];
        let all = lines.iter().all(|wanted| block.lines().any(|line| line == wanted));
        let name = start + block.find(&lines[0])?;
        all.then(|| name..name + lines[0].len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digest_is_kept() {
        let body = "name = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                    label = \"ubuntu_noble\"\nid = \"35fdc69b-503a-4d8c-8879-497a1abfd103\"\n";
        let digest = r#""by \"hand\" \\ \n""#;
        let lock = Lock::parse(&format!("version = 1\n[[pin]]\n{body}digest = {digest}\n")).unwrap();
        let again = Lock::parse(&lock.write()).unwrap();
        let cell = &lock.pins()[0].cell;
        assert!(again.is_edited(cell));
        assert_eq!(again.block(cell), lock.block(cell));
    }
}
