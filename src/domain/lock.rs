//! `images.lock`: [`Lock`] <-> text. The format gate, the canonical order, the digests.
//!
//! The text depends on the pins alone: no clock, no host, no release of imagelock. One block a pin, sorted, so that
//! branches that touch different images merge; a digest a block, so that hand edits and bad merges are found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Fields, Placed, document, wrong_type};
use super::manifest::Target;
use super::problem::{Problem, Span};
use super::{Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LocalImageId, Name};

/// The format that this release reads and writes.
const FORMAT: u32 = 1;

/// The head of the file. The remark on the version is what an older release quotes when it meets a newer format.
const HEAD: &str = "\
# This file is written by imagelock. Commit it; change images.toml instead of editing it.
version = 1 # read by imagelock 0.1.0 and later
";

const PIN: [&str; 10] =
    ["name", "zone", "arch", "type", "label", "image-id", "instance-type", "id", "published", "digest"];

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
        if let Some(problem) = conflict(text) {
            return Err(vec![problem.in_lock()]);
        }
        let mut problems = Vec::new();
        let lock = document(text, &mut problems).map(|document| read(document.get_ref(), text, &mut problems));
        match lock {
            Some(lock) if problems.is_empty() => Ok(lock),
            _ => Err(problems.into_iter().map(Problem::in_lock).collect()),
        }
    }
}

/// Finds what git leaves in a file that it could not merge.
fn conflict(text: &str) -> Option<Problem> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        if trimmed.starts_with("<<<<<<<") || trimmed.starts_with(">>>>>>>") || trimmed.starts_with("|||||||") {
            return Some(
                Problem::new("the lockfile has conflict markers of an unfinished git merge")
                    .at(start..start + trimmed.len(), "left by git")
                    .help(
                        "take one side, `git checkout --ours images.lock` or `--theirs`, and run `imagelock resolve`; \
                         it keeps every pin that still fits and adds what is missing",
                    ),
            );
        }
        start += line.len();
    }
    None
}

fn read(document: &DeTable<'_>, text: &str, problems: &mut Vec<Problem>) -> Lock {
    let top = Fields::new(document, "the lockfile", 0..0);
    if let Some(problem) = refuse_other_formats(&top, text) {
        problems.push(problem);
        return Lock::default();
    }
    top.refuse_others(&["version", "pin"], &[], problems);
    let mut lock = Lock::default();
    let Some((_, blocks)) = top.get("pin") else { return lock };
    let DeValue::Array(blocks) = blocks.get_ref() else {
        problems.push(wrong_type("pin", blocks, "blocks: `[[pin]]`"));
        return lock;
    };
    let mut pins: BTreeMap<Cell, Pin> = BTreeMap::new();
    for block in blocks {
        let Some(Placed { value: (pin, written), span }) = pin(block, problems) else { continue };
        if written.value != digest(&pin.body()) {
            lock.edited.insert(pin.cell.clone(), written.span);
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
fn pin(block: &Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<Placed<(Pin, Placed<String>)>> {
    let DeValue::Table(table) = block.get_ref() else {
        problems.push(wrong_type("pin", block, "a block: `[[pin]]`"));
        return None;
    };
    let fields = Fields::new(table, "[[pin]]", block.span());
    fields.refuse_others(&PIN, &[], problems);
    let before = problems.len();
    for key in ["name", "zone", "arch", "type", "id", "digest"] {
        if fields.get(key).is_none() {
            problems.push(
                Problem::new(format!("a block of the lockfile has no `{key}`"))
                    .at(block.span(), format!("`{key}` is missing"))
                    .help("restore the file from version control, or remove the block and run `imagelock resolve`"),
            );
        }
    }
    if fields.get("label").is_none() && fields.get("image-id").is_none() {
        let problem = Problem::new("a block of the lockfile names no image");
        problems.push(problem.at(block.span(), "`label` is missing").help("restore the file from version control"));
    }
    let name = fields.word("name", problems);
    let zone = fields.word("zone", problems);
    let arch = fields.word("arch", problems);
    let image_type = fields.word("type", problems);
    let label = fields.word("label", problems);
    let image_id = fields.word("image-id", problems);
    let instance_type = fields.word("instance-type", problems);
    let id = fields.word("id", problems);
    let published = published(&fields, problems);
    let digest = fields.string("digest", problems);
    if problems.len() > before {
        return None;
    }
    let digest = digest?;
    let pin = Pin {
        cell: Cell { name: name?.value, zone: zone?.value, arch: arch?.value },
        image_type: image_type?.value,
        label: label.map(|label| label.value),
        image_id: image_id.map(|id| id.value),
        instance_type: instance_type.map(|instance_type| instance_type.value),
        id: id?.value,
        published,
    };
    let digest = Placed { value: digest.value.to_owned(), span: digest.span };
    Some(Placed { value: (pin, digest), span: block.span() })
}

fn published(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let (_, value) = fields.get("published")?;
    let timestamp = value.get_ref().as_datetime().and_then(|datetime| datetime.to_string().parse().ok());
    if timestamp.is_none() {
        problems.push(wrong_type("published", value, "a time with its offset, like 2025-10-27T10:03:30Z"));
    }
    timestamp
}

/// Refuses a file without a format, and one of a format that this release does not read.
fn refuse_other_formats(top: &Fields<'_>, text: &str) -> Option<Problem> {
    let restore = "restore the file from version control, or remove it and run `imagelock resolve`";
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
                .map_or("a newer imagelock".to_owned(), |release| {
                    format!("imagelock {}", super::words::visible(release.trim()))
                });
            Some(
                Problem::new(format!(
                    "the lockfile has format {newer}, and imagelock {} reads format {FORMAT}",
                    crate::VERSION
                ))
                .at(value.span(), format!("expected {FORMAT}"))
                .help(format!("this file is read by {reader}: upgrade imagelock")),
            )
        }
        _ => Some(
            Problem::new("the lockfile's `version` is none")
                .at(value.span(), format!("expected {FORMAT}"))
                .help(restore),
        ),
    }
}
