//! The gaps of a manifest: the comments and blank lines above each key, each header and the end of the file.
//!
//! `toml_edit` assigns each gap to the item after it. For people, a comment directly above or below an image belongs to that image,
//! and other comments do not.

use std::collections::BTreeSet;

use toml_edit::{Decor, DocumentMut, Item, Table, TableLike};

use crate::domain::manifest::accept::ACCEPT;

/// The items to remove: images by name, and acceptances by the value of their key `image`.
#[derive(Default)]
pub(super) struct Removal<'a> {
    pub(super) images: BTreeSet<&'a str>,
    pub(super) acceptances: BTreeSet<&'a str>,
}

impl Removal<'_> {
    /// Whether a table of `[[accept]]` is removed.
    pub(super) fn has_acceptance(&self, table: &dyn TableLike) -> bool {
        let image = table.get("image").and_then(Item::as_str);
        image.is_some_and(|image| self.acceptances.contains(image))
    }
}

/// The position of the gap at the end of a document.
const END: isize = isize::MAX;

/// The part of a manifest that a gap belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Root,
    Images,
    Image,
    Removed,
    Other,
}

impl Part {
    /// The part of a key inside this part.
    fn of_key(self, key: &str, removal: &Removal<'_>) -> Self {
        match self {
            Self::Root if key == "images" => Self::Images,
            Self::Root => Self::Other,
            Self::Images if removal.images.contains(key) => Self::Removed,
            Self::Images => Self::Image,
            part => part,
        }
    }
}

/// A gap of a document.
struct Gap {
    part: Part,
    /// The number of the header that the gap is above or, for keys, below. Headers are numbered from 1, and keys before all headers
    /// have 0.
    position: isize,
    text: String,
}

/// Returns the position of new images and the gap above them. They come after the last image and after the comments directly below
/// it, which are moved from the next gap into this one.
pub(super) fn after_images(document: &mut DocumentMut) -> (isize, String) {
    let mut gaps = Gap::all(document, &Removal::default());
    let is_empty = gaps.iter().all(|gap| gap.position == END && gap.text.is_empty());
    let order = Gap::order(&gaps);
    let is_of_images = |at: &&usize| matches!(gaps[**at].part, Part::Images | Part::Image);
    let last_image = order.iter().rfind(is_of_images).map(|at| gaps[*at].position);
    let position = last_image.unwrap_or(END - 1);
    // New images come after the last key of the last image, because only a header ends a table.
    let next = order.into_iter().find(|at| gaps[*at].position > position).unwrap_or_default();
    let text = std::mem::take(&mut gaps[next].text);
    let (above, below) = match last_image {
        Some(_) => text.split_at(remarks(&text, gaps[next].position == END)),
        None => (&*text, ""),
    };
    below.clone_into(&mut gaps[next].text);
    Gap::set_all(gaps, document);
    (position, if is_empty { String::new() } else { format!("{above}\n") })
}

/// Removes the comments directly above and below the removed tables and keys, and one of the blank lines around them. The other
/// comments above them move to the next gap.
pub(super) fn remove_comments(document: &mut DocumentMut, removal: &Removal<'_>) {
    let mut gaps = Gap::all(document, removal);
    let mut kept: Vec<String> = Vec::new();
    let (mut is_after_removed, mut is_inside) = (false, false);
    for at in Gap::order(&gaps) {
        let Gap { part, position, text } = &mut gaps[at];
        let (is_removed, is_last) = (*part == Part::Removed, *position == END);
        let start = if is_after_removed { remarks(text, is_last) } else { 0 };
        let (lines, indent) =
            text[start..].rfind('\n').map_or(("", &text[start..]), |end| text[start..].split_at(end + 1));
        let mut lines: Vec<String> = lines.split_inclusive('\n').map(str::to_owned).collect();
        let is_blank = lines.first().map_or(is_last, |line| line.trim().is_empty());
        if is_after_removed && is_blank && kept.pop().is_none() && !is_inside {
            lines.drain(..1.min(lines.len()));
        }
        if is_removed {
            let above = lines.iter().rev().take_while(|line| is_comment(line)).count();
            lines.truncate(lines.len() - above);
        }
        kept.append(&mut lines);
        let indent = indent.to_owned();
        *text = if is_removed { String::new() } else { std::mem::take(&mut kept).concat() + &indent };
        is_after_removed = is_removed;
        is_inside |= !is_removed;
    }
    Gap::set_all(gaps, document);
}

/// The length in bytes of the comments at the start of a gap that belong to the item above it. Comments directly above the next
/// item do not count.
fn remarks(gap: &str, is_last: bool) -> usize {
    let comments = gap.split_inclusive('\n').take_while(|line| is_comment(line)).map(str::len).sum();
    if is_last || gap[comments..].contains('\n') { comments } else { 0 }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

impl Gap {
    /// All gaps of a document. The gap at the end is the last.
    fn all(document: &mut DocumentMut, removal: &Removal<'_>) -> Vec<Self> {
        let mut gaps = Vec::new();
        each(document, (Part::Root, 0), removal, &mut |part, position, decor| {
            let text = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
            gaps.push(Self { part, position, text });
        });
        let text = document.trailing().as_str().unwrap_or_default().to_owned();
        gaps.push(Self { part: Part::Other, position: END, text });
        gaps
    }

    /// The indexes of the gaps in the order of the file, which is the order of their headers.
    fn order(gaps: &[Self]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..gaps.len()).collect();
        order.sort_by_key(|at| gaps[*at].position);
        order
    }

    /// Writes the texts of all gaps back to the document.
    fn set_all(gaps: Vec<Self>, document: &mut DocumentMut) {
        let mut gaps = gaps.into_iter();
        let mut next = || gaps.next().map(|gap| gap.text).unwrap_or_default();
        each(document, (Part::Root, 0), &Removal::default(), &mut |_, _, decor| decor.set_prefix(next()));
        document.set_trailing(next());
    }
}

/// Visits the gaps above the headers and keys of a table. The order is always the same, so that [`Gap::set_all`] matches
/// [`Gap::all`].
fn each(
    table: &mut Table,
    (part, position): (Part, isize),
    removal: &Removal<'_>,
    visit: &mut dyn FnMut(Part, isize, &mut Decor),
) {
    let position = table.position().unwrap_or(position);
    if position > 0 && !table.is_dotted() && !table.is_implicit() {
        visit(part, position, table.decor_mut());
    }
    for (mut key, item) in table.iter_mut() {
        let part = part.of_key(&key, removal);
        match item {
            Item::None => {}
            Item::Value(_) => visit(part, position, key.leaf_decor_mut()),
            Item::Table(table) => each(table, (part, position), removal, visit),
            Item::ArrayOfTables(tables) => {
                for table in tables.iter_mut() {
                    let is_removed = key == ACCEPT && removal.has_acceptance(table);
                    each(table, (if is_removed { Part::Removed } else { part }, position), removal, visit);
                }
            }
        }
    }
}
