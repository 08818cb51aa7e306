//! `images.lock`: [`Lock`] <-> text. The format gate, the canonical order, the digests.
//!
//! The text depends on the pins alone: no clock, no host, no release of imagelock. One block a pin, sorted, so that
//! branches that touch different images merge; a digest a block, so that hand edits and bad merges are found.

pub mod conflicts;
pub mod diff;
pub mod find;
pub mod history;
pub mod merge;
pub mod short_ids;

mod any;
mod canonical;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::domain::diagnostics::help::{Command, Help};
use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::manifest::toml_reader::Spanned;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::release::Release;
use crate::domain::types::timestamp::in_range;
use crate::domain::{Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LocalImageId, Name, VersionId};
pub use canonical::Reader;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The format that this release reads and writes.
const FORMAT: u32 = 1;

/// The head of the file. The remark on the version is what an older release quotes when it meets a newer format.
const HEAD: &str = "\
# This file is written by imagelock. Commit it; change images.toml instead of editing it.
version = 1 # read by imagelock 0.1.0 and later
";

/// One cell with the local image that was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The cell.
    pub cell: Cell,
    /// The type that was asked for.
    pub image_type: ImageType,
    /// What the Marketplace lists it by. For a range of releases, the label that won.
    pub image: ImageRef,
    /// The label that the Marketplace stated, where the image was asked for by an ID.
    pub stated_label: Option<Label>,
    /// The release that won, where a range of releases was asked for.
    pub release: Option<Release>,
    /// The Instance type that it was required to boot.
    pub instance_type: Option<CommercialType>,
    /// The pinned local image.
    pub id: LocalImageId,
    /// When its version was published, if the Marketplace said.
    pub published: Option<Timestamp>,
}

impl Pin {
    /// Its label, if it is known.
    pub fn label(&self) -> Option<&Label> {
        match &self.image {
            ImageRef::Label(label) => Some(label),
            ImageRef::Id(_) | ImageRef::Version(_) => self.stated_label.as_ref(),
        }
    }

    /// Whether this pin was made for exactly what `target` declares.
    pub fn matches(&self, target: &Target) -> bool {
        let is_of_range = matches!(target.selector, ImageSelector::Release(..));
        self.satisfies(target) && self.instance_type == target.instance_type && (is_of_range || self.release.is_none())
    }

    /// Whether this pin is still good for `target`: what is no longer required changes nothing.
    pub fn satisfies(&self, target: &Target) -> bool {
        self.cell == target.cell && self.fits(target)
    }

    /// Whether this pin is good for what `target` declares, if it were in its cell.
    pub fn fits(&self, target: &Target) -> bool {
        self.image_type == target.image_type
            && (target.instance_type.is_none() || self.instance_type == target.instance_type)
            && match &target.selector {
                ImageSelector::Release(pattern, range) => {
                    self.label().is_some_and(|label| pattern.matches(label))
                        && self.release.as_ref().is_some_and(|release| range.contains(release))
                }
                wanted => wanted.image_ref().as_ref() == Some(&self.image),
            }
    }

    /// A pin that satisfies `target`, without what is no longer required.
    #[must_use]
    pub fn restated(self, target: &Target) -> Self {
        let release = self.release.filter(|_| matches!(target.selector, ImageSelector::Release(..)));
        Self { instance_type: target.instance_type.clone(), release, ..self }
    }

    /// The lines of the block that the digest is taken over.
    fn body(&self) -> String {
        let mut body = String::with_capacity(320);
        // Every word is checked when it is made and holds nothing that a TOML string would have to escape.
        let mut line =
            |key: &str, word: &str| [key, " = \"", word, "\"\n"].into_iter().for_each(|it| body.push_str(it));
        line("name", self.cell.name.as_str());
        line("zone", self.cell.zone.as_str());
        line("arch", self.cell.arch.as_str());
        line("type", self.image_type.as_str());
        if let Some(label) = self.label() {
            line("label", label.as_str());
        }
        match &self.image {
            ImageRef::Label(_) => {}
            ImageRef::Id(id) => line("image-id", &id.to_string()),
            ImageRef::Version(id) => line("version-id", &id.to_string()),
        }
        if let Some(release) = &self.release {
            line("release", release.as_str());
        }
        if let Some(instance_type) = &self.instance_type {
            line("instance-type", instance_type.as_str());
        }
        line("id", &self.id.to_string());
        if let Some(published) = &self.published {
            let _ = writeln!(body, "published = {published}");
        }
        body
    }
}

/// What the keys of a block name: the image, and the label that is stated beside an ID. `None` where they name nothing,
/// or two things.
fn named(
    label: Option<Label>,
    image: Option<ImageId>,
    version: Option<VersionId>,
) -> Option<(ImageRef, Option<Label>)> {
    match (label, image, version) {
        (Some(label), None, None) => Some((ImageRef::Label(label), None)),
        (label, Some(id), None) => Some((ImageRef::Id(id), label)),
        (label, None, Some(id)) => Some((ImageRef::Version(id), label)),
        (None, None, None) | (_, Some(_), Some(_)) => None,
    }
}

/// Whether a lockfile may hold a date: any reader of TOML 1.0 must be able to.
fn is_writable(time: Timestamp) -> bool {
    in_range(time).is_some()
}

/// `sha256:` and 64 digits.
fn digest(body: &str) -> [u8; 71] {
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    let mut text = [0; 71];
    let (algorithm, digits) = text.split_at_mut(7);
    algorithm.copy_from_slice(b"sha256:");
    for (pair, byte) in digits.chunks_exact_mut(2).zip(Sha256::digest(body)) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// A digest as text.
fn in_text(digest: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(digest)
}

/// A block of the lockfile as it stands there.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it pins.
    pub pin: Pin,
    /// The digest that is written there, if it is not that of the pin.
    foreign: Option<Spanned<String>>,
}

impl Block {
    /// Whether it was changed by something other than imagelock: a hand, or a merge.
    pub fn is_edited(&self) -> bool {
        self.foreign.is_some()
    }

    /// Its text. A digest that does not match is never made to.
    pub fn write(&self) -> String {
        let body = self.pin.body();
        let digest = digest(&body);
        let digest = self.foreign.as_ref().map_or_else(|| in_text(&digest), |foreign| in_a_line(&foreign.value).into());
        ["[[pin]]\n", &body, "digest = \"", &digest, "\"\n"].concat()
    }
}

impl PartialEq for Block {
    /// Where the digest stands makes no difference.
    fn eq(&self, other: &Self) -> bool {
        let written = |block: &Self| block.foreign.as_ref().map(|foreign| foreign.value.clone());
        self.pin == other.pin && written(self) == written(other)
    }
}

impl Eq for Block {}

/// Anybody's text as a TOML string holds it.
fn in_a_line(text: &str) -> String {
    let escaped = |char: char| char.is_control() || matches!(char, '"' | '\\');
    text.chars().map(|c| if escaped(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// The text of a lockfile with these blocks, or with what stands in the place of one.
pub(crate) fn text(blocks: impl IntoIterator<Item = String>) -> String {
    blocks.into_iter().fold(HEAD.to_owned(), |text, block| text + "\n" + &block)
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

    /// The pins of several cells. Each is looked for behind the one before it first, where it is if they are sorted.
    pub fn get_each<'a>(&'a self, cells: impl Iterator<Item = &'a Cell>) -> impl Iterator<Item = Option<&'a Pin>> {
        let mut next = 0;
        cells.map(move |cell| {
            let is_next = self.pins.get(next).is_some_and(|pin| pin.cell == *cell);
            let found = if is_next { Ok(next) } else { self.pins.binary_search_by(|pin| pin.cell.cmp(cell)) };
            next = found.map_or_else(|index| index, |index| index + 1);
            found.ok().map(|index| &self.pins[index])
        })
    }

    /// The pins of some names alone.
    #[must_use]
    pub fn only(&self, names: &BTreeSet<Name>) -> Self {
        let pins = self.pins.iter().filter(|pin| names.contains(&pin.cell.name)).cloned().collect();
        let edited = self.edited.iter().filter(|(cell, _)| names.contains(&cell.name));
        Self { pins, edited: edited.map(|(cell, digest)| (cell.clone(), digest.clone())).collect() }
    }

    /// The block of a cell.
    pub fn block(&self, cell: &Cell) -> Option<Block> {
        let pin = self.get(cell)?.clone();
        Some(Block { pin, foreign: self.edited.get(cell).cloned() })
    }

    /// Adds a block as it stands, or puts it in the place of the one of its cell.
    pub(crate) fn put(&mut self, Block { pin, foreign }: Block) {
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

    /// The problem of an edited block, if it is one, for those who need a pin that somebody vouches for.
    pub fn edited(&self, cell: &Cell) -> Option<Problem> {
        let span = self.edited.get(cell)?.span.clone();
        let title = format!("the block of {cell} in the lockfile does not match its digest");
        // One command for all of them: an upgrade of one fails because of the others.
        let it = if self.edited.len() == 1 { "it" } else { "them all" };
        let upgrade = Command::new("resolve --upgrade").names(self.edited.keys().map(|cell| cell.name.as_str()));
        let help = Help::from("restore the file from version control, or run ")
            .then_run(upgrade)
            .then(format!(" to pin {it} anew"));
        Some(Problem::new(title).in_lock().at(span, "the block was edited by hand, or by a merge").help(help))
    }

    /// The canonical text. A block that was edited keeps the digest that it does not match.
    pub fn write(&self) -> String {
        text(self.pins.iter().map(|pin| {
            let foreign = self.edited.get(&pin.cell).cloned();
            Block { pin: pin.clone(), foreign }.write()
        }))
    }

    /// Reads a lockfile. Blocks that do not match their digest are read and marked as edited.
    ///
    /// # Errors
    /// Every problem of the file: conflict markers, a newer format, unknown keys, cells that stand twice.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        match canonical::read(text) {
            Some(lock) => Ok(lock),
            None => any::read(text).map_err(|problems| problems.into_iter().map(Problem::in_lock).collect()),
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
