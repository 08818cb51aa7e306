//! `images.lock`: [`Lock`] <-> text. The format gate, the canonical order, the digests.
//!
//! The text depends on the pins alone: no clock, no host, no release of imagelock. One block a pin, sorted, so that
//! branches that touch different images merge; a digest a block, so that hand edits and bad merges are found.

mod any;
mod canonical;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::manifest::Target;
use super::problem::{Problem, Span};
use super::{Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LocalImageId, Name};
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
    /// The label of the image. `None` only where it was asked for by ID and the Marketplace stated no label.
    pub label: Option<Label>,
    /// The image's ID, where the manifest asks by ID.
    pub image_id: Option<ImageId>,
    /// The Instance type that it was required to boot.
    pub instance_type: Option<CommercialType>,
    /// The pinned local image.
    pub id: LocalImageId,
    /// When its version was published, if the Marketplace said.
    pub published: Option<Timestamp>,
}

impl Pin {
    /// What the Marketplace was asked for.
    pub fn image(&self) -> Option<ImageRef> {
        self.image_id.map(ImageRef::Id).or_else(|| self.label.clone().map(ImageRef::Label))
    }

    /// Whether this pin was made for exactly what `target` declares.
    pub fn matches(&self, target: &Target) -> bool {
        self.satisfies(target) && self.instance_type == target.instance_type
    }

    /// Whether this pin is still good for `target`: an Instance type that is no longer required changes nothing.
    pub fn satisfies(&self, target: &Target) -> bool {
        self.cell == target.cell
            && self.image_type == target.image_type
            && self.image().as_ref() == Some(&target.image)
            && (target.instance_type.is_none() || self.instance_type == target.instance_type)
    }

    /// The lines of the block that the digest is taken over.
    fn body(&self) -> String {
        let mut body = String::with_capacity(320);
        let Cell { name, zone, arch } = &self.cell;
        // Every word is checked when it is made and holds nothing that a TOML string would have to escape.
        let _ =
            write!(body, "name = \"{name}\"\nzone = \"{zone}\"\narch = \"{arch}\"\ntype = \"{}\"\n", self.image_type);
        if let Some(label) = &self.label {
            let _ = writeln!(body, "label = \"{label}\"");
        }
        if let Some(image_id) = &self.image_id {
            let _ = writeln!(body, "image-id = \"{image_id}\"");
        }
        if let Some(instance_type) = &self.instance_type {
            let _ = writeln!(body, "instance-type = \"{instance_type}\"");
        }
        let _ = writeln!(body, "id = \"{}\"", self.id);
        if let Some(published) = &self.published {
            let _ = writeln!(body, "published = {published}");
        }
        body
    }
}

fn digest(body: &str) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(body) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The pins, sorted by cell, no cell twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    pins: Vec<Pin>,
    /// The blocks that do not match their digest, with the place of the digest.
    edited: BTreeMap<Cell, Span>,
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

    /// The pins of some names alone.
    #[must_use]
    pub fn only(&self, names: &BTreeSet<Name>) -> Self {
        let pins = self.pins.iter().filter(|pin| names.contains(&pin.cell.name)).cloned().collect();
        let edited = self.edited.iter().filter(|(cell, _)| names.contains(&cell.name));
        Self { pins, edited: edited.map(|(cell, span)| (cell.clone(), span.clone())).collect() }
    }

    /// Whether a block was changed by something other than imagelock: a hand, or a merge.
    pub fn is_edited(&self, cell: &Cell) -> bool {
        self.edited.contains_key(cell)
    }

    /// The problem of an edited block, if it is one, for those who need a pin that somebody vouches for.
    pub fn edited(&self, cell: &Cell) -> Option<Problem> {
        let span = self.edited.get(cell)?;
        let title = format!("the block of {cell} in the lockfile does not match its digest");
        let help = format!(
            "restore the file from version control, or run `imagelock resolve --upgrade {}` to pin it anew",
            cell.name
        );
        Some(Problem::new(title).in_lock().at(span.clone(), "the block was edited by hand, or by a merge").help(help))
    }

    /// The canonical text.
    pub fn write(&self) -> String {
        let mut text = String::with_capacity(HEAD.len() + self.pins.len() * 420);
        text.push_str(HEAD);
        for pin in &self.pins {
            let body = pin.body();
            let _ = write!(text, "\n[[pin]]\n{body}digest = \"{}\"\n", digest(&body));
        }
        text
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
