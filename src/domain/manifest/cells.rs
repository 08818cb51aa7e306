//! The cells of a manifest, counted before they are made.

use super::types::{MAX_PINS, Target};
use crate::domain::diagnostics::{Problem, Span};

/// The targets that were read, as far as there are not too many: a few kilobytes can ask for millions.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) targets: Vec<Target>,
    /// How many there would be.
    count: usize,
    /// Which image was the first for which there was no room.
    excess: Option<(Span, String)>,
}

impl Cells {
    /// Whether there is room for the cells of one more image.
    pub(super) fn has_room(&mut self, cells: usize, span: Span, title: &str) -> bool {
        self.count = self.count.saturating_add(cells);
        let has_room = self.count <= MAX_PINS;
        if !has_room && self.excess.is_none() {
            self.excess = Some((span, title.to_owned()));
            self.targets = Vec::new();
        }
        has_room
    }

    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        let Some((span, title)) = &self.excess else { return };
        let declared = format!("the manifest declares {} pins, and imagelock accepts at most {MAX_PINS}", self.count);
        problems.push(
            Problem::new(declared)
                .at(span.clone(), format!("{title} exceeds the limit"))
                .note("an image has one pin for each of its zones and architectures")
                .help("remove images, zones or architectures, or split the manifest"),
        );
    }
}
