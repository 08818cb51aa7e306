//! The gaps of a manifest: the comments and blank lines above each key, each header and the end of the file. TOML gives a gap
//! to what follows it. To people, a comment directly above or below an image is about the image, and the others are not.

use toml_edit::{Decor, DocumentMut, Item, Table};

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
    fn of_key(self, key: &str, is_chosen: &dyn Fn(&str) -> bool) -> Self {
        match self {
            Self::Root if key == "images" => Self::Images,
            Self::Root => Self::Other,
            Self::Images if is_chosen(key) => Self::Chosen,
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
    let mut gaps = Gap::all(document, &|_| false);
    let order = Gap::order(&gaps);
    let is_of_images = |at: &usize| matches!(gaps[*at].part, Part::Images | Part::Image);
    let Some(last) = order.iter().rposition(is_of_images) else {
        // After everything.
        let last = gaps.iter().map(|gap| gap.position).max().unwrap_or_default();
        let end = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing("");
        let is_empty = order.is_empty() && end.is_empty();
        return (last + 1, if is_empty { end } else { end + "\n" });
    };
    let position = gaps[order[last]].position;
    // A header ends what is above it, and a key does not: new images follow the last key.
    let next = order[last..].iter().copied().find(|at| gaps[*at].position > position);
    let text = match next {
        Some(next) => gaps[next].text.clone(),
        None => document.trailing().as_str().unwrap_or_default().to_owned(),
    };
    let (lines, indent) = split(&text);
    let (remarks, rest) = lines.split_at(remarks(&lines, next.is_none()));
    let rest = rest.concat() + indent;
    match next {
        Some(next) => {
            gaps[next].text = rest;
            Gap::set_all(gaps, document);
        }
        None => document.set_trailing(rest),
    }
    (position, remarks.concat() + "\n")
}

/// Takes the comments directly above and below the chosen images out of the document, and one of the blank lines around.
/// What else is above them goes to what follows.
pub(super) fn remove_comments(document: &mut DocumentMut, is_chosen: &dyn Fn(&str) -> bool) {
    let mut gaps = Gap::all(document, is_chosen);
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    let mut kept = Kept::default();
    for at in Gap::order(&gaps) {
        let gap = &mut gaps[at];
        gap.text = kept.join(&gap.text, gap.part == Part::Chosen, false);
    }
    document.set_trailing(kept.join(&end, false, true));
    Gap::set_all(gaps, document);
}

/// The lines that stay of gaps of chosen images, until something follows that is not chosen.
#[derive(Default)]
struct Kept {
    lines: Vec<String>,
    is_after_chosen: bool,
    /// Whether anything stays before.
    is_inside: bool,
}

impl Kept {
    /// The text of the gap, once what is chosen is gone.
    fn join(&mut self, gap: &str, is_chosen: bool, is_last: bool) -> String {
        let (lines, indent) = split(gap);
        let mut lines = &lines[..];
        if self.is_after_chosen {
            lines = &lines[remarks(lines, is_last)..];
            let is_blank = lines.first().map_or(is_last, |line| line.trim().is_empty());
            if is_blank && self.lines.pop().is_none() && !self.is_inside {
                lines = lines.get(1..).unwrap_or_default();
            }
        }
        if is_chosen {
            let above = lines.iter().rev().take_while(|line| is_comment(line)).count();
            lines = &lines[..lines.len() - above];
        }
        self.lines.extend(lines.iter().map(|line| (*line).to_owned()));
        self.is_after_chosen = is_chosen;
        if is_chosen {
            return String::new();
        }
        self.is_inside = true;
        std::mem::take(&mut self.lines).concat() + indent
    }
}

/// The lines of a gap, and the spaces in front of what follows in its line.
fn split(gap: &str) -> (Vec<&str>, &str) {
    let (lines, indent) = gap.rfind('\n').map_or(("", gap), |end| gap.split_at(end + 1));
    (lines.split_inclusive('\n').collect(), indent)
}

/// How many lines of a gap are comments about what is directly above it: those that are not directly above something else.
fn remarks(lines: &[&str], is_last: bool) -> usize {
    let comments = lines.iter().take_while(|line| is_comment(line)).count();
    if comments < lines.len() || is_last { comments } else { 0 }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

impl Gap {
    /// The gaps of a document, but for its end.
    fn all(document: &mut DocumentMut, is_chosen: &dyn Fn(&str) -> bool) -> Vec<Self> {
        let mut gaps = Vec::new();
        each(document, (Part::Root, 0), is_chosen, &mut |part, position, decor| {
            let text = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
            gaps.push(Self { part, position, text });
        });
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
        each(document, (Part::Root, 0), &|_| false, &mut |_, _, decor| {
            decor.set_prefix(gaps.next().map(|gap| gap.text).unwrap_or_default());
        });
    }
}

/// Visits the gap above each header and key of a table, always in the same order.
fn each(
    table: &mut Table,
    (part, position): (Part, isize),
    is_chosen: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Part, isize, &mut Decor),
) {
    let position = table.position().unwrap_or(position);
    if position > 0 && !table.is_dotted() && !table.is_implicit() {
        visit(part, position, table.decor_mut());
    }
    for (mut key, item) in table.iter_mut() {
        let part = part.of_key(&key, is_chosen);
        match item {
            Item::None => {}
            Item::Value(_) => visit(part, position, key.leaf_decor_mut()),
            Item::Table(table) => each(table, (part, position), is_chosen, visit),
            Item::ArrayOfTables(tables) => {
                tables.iter_mut().for_each(|table| each(table, (part, position), is_chosen, visit));
            }
        }
    }
}
