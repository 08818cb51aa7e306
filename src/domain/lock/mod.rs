//! `images.lock`: [`Lock`] <-> text. The canonical order, and the blocks that do not match their digest.
//!
//! The text depends on the pins only: no clock, no host, no release of imagelock. One block per pin, sorted, so that
//! branches that touch different images merge; one digest per block, so that hand edits and bad merges are found.

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

/// A block of the lockfile as it is in the file.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it pins.
    pub pin: Pin,
    /// The digest that is written in it, if it is not that of the pin.
    foreign: Option<Spanned<String>>,
}

impl Block {
    /// Whether it was changed by something other than imagelock: a hand, or a merge.
    pub fn is_edited(&self) -> bool {
        self.foreign.is_some()
    }

    /// Whether another block says the same. A version that only one of them knows is not a difference, unless one was
    /// edited.
    pub fn is_same(&self, other: &Self) -> bool {
        self == other || !self.is_edited() && !other.is_edited() && self.pin.is_same(&other.pin)
    }

    /// Its text. A digest that does not match is kept.
    pub fn write(&self) -> String {
        write(&self.pin, self.foreign.as_ref())
    }
}

impl PartialEq for Block {
    /// The place of the digest makes no difference.
    fn eq(&self, other: &Self) -> bool {
        let written = |block: &Self| block.foreign.as_ref().map(|foreign| foreign.value.clone());
        self.pin == other.pin && written(self) == written(other)
    }
}

impl Eq for Block {}

/// The text of a block, with another digest if it does not match its own.
fn write(pin: &Pin, foreign: Option<&Spanned<String>>) -> String {
    let lines = format::lines(pin);
    let digest = foreign.map_or_else(|| format::digest(&lines), |foreign| escaped(&foreign.value));
    ["[[pin]]\n", &lines, format::DIGEST, " = \"", &digest, "\"\n"].concat()
}

/// Any text as a TOML string has it.
fn escaped(text: &str) -> String {
    let is_special = |char: char| char.is_control() || matches!(char, '"' | '\\');
    text.chars().map(|c| if is_special(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// The text of a lockfile with these blocks, or with a conflict in the place of one.
pub(crate) fn text(blocks: impl IntoIterator<Item = String>) -> String {
    blocks.into_iter().fold(format::head(format::FORMAT), |text, block| text + "\n" + &block)
}

/// The pins, sorted by cell, no cell twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    pins: Vec<Pin>,
    /// The digests, as they are written, of the blocks that do not match them.
    edited: BTreeMap<Cell, Spanned<String>>,
}

impl Lock {
    /// A lock of these pins; the last one wins where two name the same cell.
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

    /// The pins of several cells. Each is looked for first after the one before it, where it is if they are sorted.
    pub fn get_each<'a>(&'a self, cells: impl Iterator<Item = &'a Cell>) -> impl Iterator<Item = Option<&'a Pin>> {
        let mut next = 0;
        cells.map(move |cell| {
            let is_next = self.pins.get(next).is_some_and(|pin| pin.cell == *cell);
            let found = if is_next { Ok(next) } else { self.pins.binary_search_by(|pin| pin.cell.cmp(cell)) };
            next = found.map_or_else(|index| index, |index| index + 1);
            found.ok().map(|index| &self.pins[index])
        })
    }

    /// The pins of some names.
    #[must_use]
    pub fn of_names(&self, names: &BTreeSet<Name>) -> Self {
        let pins = self.pins.iter().filter(|pin| names.contains(&pin.cell.name)).cloned().collect();
        let edited = self.edited.iter().filter(|(cell, _)| names.contains(&cell.name));
        Self { pins, edited: edited.map(|(cell, digest)| (cell.clone(), digest.clone())).collect() }
    }

    /// The block of a cell.
    pub fn block(&self, cell: &Cell) -> Option<Block> {
        let pin = self.get(cell)?.clone();
        Some(Block { pin, foreign: self.edited.get(cell).cloned() })
    }

    /// Adds a block as it is, or replaces the one of its cell.
    pub(crate) fn insert(&mut self, Block { pin, foreign }: Block) {
        self.edited.remove(&pin.cell);
        self.edited.extend(foreign.map(|digest| (pin.cell.clone(), digest)));
        match self.pins.binary_search_by(|other| other.cell.cmp(&pin.cell)) {
            Ok(index) => self.pins[index] = pin,
            Err(index) => self.pins.insert(index, pin),
        }
    }

    /// Whether a block was changed by something other than imagelock: a hand, or a merge.
    pub fn is_edited(&self, cell: &Cell) -> bool {
        self.edited.contains_key(cell)
    }

    /// The cells whose blocks were changed by something other than imagelock.
    pub fn edited_cells(&self) -> impl Iterator<Item = &Cell> {
        self.edited.keys()
    }

    /// The problem of an edited block, if it is one, for a command that needs a pin that imagelock wrote.
    pub fn edited(&self, cell: &Cell) -> Option<Problem> {
        let span = self.edited.get(cell)?.span.clone();
        let title = format!("the block of {cell} in the lockfile does not match its digest");
        // One command for all of them: an upgrade of one fails because of the others.
        let it = if self.edited.len() == 1 { "it" } else { "them all" };
        let upgrade = Command::new("upgrade").names(self.edited.keys().map(|cell| cell.name.as_str()));
        let help = Help::from("restore the file from version control, or run ")
            .then_run(upgrade)
            .then(format!(" to pin {it} anew"));
        Some(Problem::new(title).in_lock().at(span, "the block was edited by hand, or by a merge").help(help))
    }

    /// The canonical text. A block that was edited keeps the digest that it does not match.
    pub fn write(&self) -> String {
        text(self.pins.iter().map(|pin| write(pin, self.edited.get(&pin.cell))))
    }

    /// Whether a text is what imagelock writes for this lock, or wrote in an older format.
    pub fn is_written(&self, text: &str) -> bool {
        let blocks = (1..=format::FORMAT).find_map(|format| text.strip_prefix(&format::head(format)));
        let mut rest = blocks;
        for pin in &self.pins {
            rest = rest.and_then(|rest| rest.strip_prefix('\n')?.strip_prefix(&write(pin, self.edited.get(&pin.cell))));
        }
        rest == Some("")
    }

    /// Reads a lockfile. Blocks that do not match their digest are read and marked as edited.
    ///
    /// # Errors
    /// Every problem of the file: conflict markers, a newer format, unknown keys, cells that are pinned twice.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        match read::read(text) {
            Ok(read::Pins { pins, edited }) => Ok(Self { pins, edited }),
            Err(problems) => Err(problems.into_iter().map(Problem::in_lock).collect()),
        }
    }
}

/// Where the block of a cell is named in the text of a lockfile.
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
    fn a_digest_that_does_not_match_is_written_as_it_was_read() {
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
