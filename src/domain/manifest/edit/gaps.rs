//! The gaps of a manifest: the comments and blank lines above each key, each header and the end of the file. TOML gives a gap
//! to what follows it. To people, a comment directly above or below an image is about the image, and the others are not.

use std::collections::BTreeSet;

use toml_edit::{Decor, DocumentMut, Item, Table, TableLike};

use crate::domain::manifest::accept::ACCEPT;

/// What is removed: images by name, and acceptances by the images that they are about.
#[derive(Default)]
pub(super) struct Chosen<'a> {
    pub(super) images: BTreeSet<&'a str>,
    pub(super) acceptances: BTreeSet<&'a str>,
}

impl Chosen<'_> {
    /// Whether a table of `[[accept]]` is chosen.
    pub(super) fn has_acceptance(&self, table: &dyn TableLike) -> bool {
        let image = table.get("image").and_then(Item::as_str);
        image.is_some_and(|image| self.acceptances.contains(image))
    }
}

/// The position of the end of a document.
const END: isize = isize::MAX;

/// Which part of a manifest a gap is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Root,
    Images,
    Image,
    Chosen,
    Other,
}

impl Part {
    /// The part of a key in this part.
    fn of_key(self, key: &str, chosen: &Chosen<'_>) -> Self {
        match self {
            Self::Root if key == "images" => Self::Images,
            Self::Root => Self::Other,
            Self::Images if chosen.images.contains(key) => Self::Chosen,
            Self::Images => Self::Image,
            part => part,
        }
    }
}

/// A gap of a document.
struct Gap {
    part: Part,
    /// The number of the header that it is above or below, from 1; 0 for the keys before all headers.
    position: isize,
    text: String,
}

/// Where new images are declared, and the gap in front of them: after the last image and the comments directly below it,
/// which leave the gap that they were in.
pub(super) fn after_images(document: &mut DocumentMut) -> (isize, String) {
    let mut gaps = Gap::all(document, &Chosen::default());
    let is_empty = gaps.iter().all(|gap| gap.position == END && gap.text.is_empty());
    let order = Gap::order(&gaps);
    let is_of_images = |at: &&usize| matches!(gaps[**at].part, Part::Images | Part::Image);
    let last_image = order.iter().rfind(is_of_images).map(|at| gaps[*at].position);
    let position = last_image.unwrap_or(END - 1);
    // A header ends what is above it, and a key does not: new images follow the last key.
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

/// Takes the comments directly above and below the chosen tables and keys out of the document, and one of the blank lines around.
/// What else is above them goes to what follows.
pub(super) fn remove_comments(document: &mut DocumentMut, chosen: &Chosen<'_>) {
    let mut gaps = Gap::all(document, chosen);
    let mut kept: Vec<String> = Vec::new();
    let (mut is_after_chosen, mut is_inside) = (false, false);
    for at in Gap::order(&gaps) {
        let Gap { part, position, text } = &mut gaps[at];
        let (is_chosen, is_last) = (*part == Part::Chosen, *position == END);
        let start = if is_after_chosen { remarks(text, is_last) } else { 0 };
        let (lines, indent) =
            text[start..].rfind('\n').map_or(("", &text[start..]), |end| text[start..].split_at(end + 1));
        let mut lines: Vec<String> = lines.split_inclusive('\n').map(str::to_owned).collect();
        let is_blank = lines.first().map_or(is_last, |line| line.trim().is_empty());
        if is_after_chosen && is_blank && kept.pop().is_none() && !is_inside {
            lines.drain(..1.min(lines.len()));
        }
        if is_chosen {
            let above = lines.iter().rev().take_while(|line| is_comment(line)).count();
            lines.truncate(lines.len() - above);
        }
        kept.append(&mut lines);
        let indent = indent.to_owned();
        *text = if is_chosen { String::new() } else { std::mem::take(&mut kept).concat() + &indent };
        is_after_chosen = is_chosen;
        is_inside |= !is_chosen;
    }
    Gap::set_all(gaps, document);
}

/// How many bytes at the start of a gap are comments about what is directly above it: those that are not directly above
/// something else.
fn remarks(gap: &str, is_last: bool) -> usize {
    let comments = gap.split_inclusive('\n').take_while(|line| is_comment(line)).map(str::len).sum();
    if is_last || gap[comments..].contains('\n') { comments } else { 0 }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

impl Gap {
    /// The gaps of a document; its end is the last.
    fn all(document: &mut DocumentMut, chosen: &Chosen<'_>) -> Vec<Self> {
        let mut gaps = Vec::new();
        each(document, (Part::Root, 0), chosen, &mut |part, position, decor| {
            let text = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
            gaps.push(Self { part, position, text });
        });
        let text = document.trailing().as_str().unwrap_or_default().to_owned();
        gaps.push(Self { part: Part::Other, position: END, text });
        gaps
    }

    /// Their order in the file: that of their headers.
    fn order(gaps: &[Self]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..gaps.len()).collect();
        order.sort_by_key(|at| gaps[*at].position);
        order
    }

    /// Writes the texts back.
    fn set_all(gaps: Vec<Self>, document: &mut DocumentMut) {
        let mut gaps = gaps.into_iter();
        let mut next = || gaps.next().map(|gap| gap.text).unwrap_or_default();
        each(document, (Part::Root, 0), &Chosen::default(), &mut |_, _, decor| decor.set_prefix(next()));
        document.set_trailing(next());
    }
}

/// Visits the gap above each header and key of a table, always in the same order.
fn each(
    table: &mut Table,
    (part, position): (Part, isize),
    chosen: &Chosen<'_>,
    visit: &mut dyn FnMut(Part, isize, &mut Decor),
) {
    let position = table.position().unwrap_or(position);
    if position > 0 && !table.is_dotted() && !table.is_implicit() {
        visit(part, position, table.decor_mut());
    }
    for (mut key, item) in table.iter_mut() {
        let part = part.of_key(&key, chosen);
        match item {
            Item::None => {}
            Item::Value(_) => visit(part, position, key.leaf_decor_mut()),
            Item::Table(table) => each(table, (part, position), chosen, visit),
            Item::ArrayOfTables(tables) => {
                for table in tables.iter_mut() {
                    let is_chosen = key == ACCEPT && chosen.has_acceptance(table);
                    each(table, (if is_chosen { Part::Chosen } else { part }, position), chosen, visit);
                }
            }
        }
    }
}
