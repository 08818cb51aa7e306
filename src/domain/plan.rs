//! The result of `resolve` and `adopt`: a new lockfile and its changes.

use std::collections::BTreeSet;

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::Match;
use crate::domain::types::{ImageRef, VersionId};

/// A new lockfile and its changes, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The new lockfile, which satisfies the manifest.
    pub lock: Lock,
    /// One change per cell of the old or the new lockfile, sorted by cell. Kept pins are included.
    pub changes: Vec<Change>,
    /// Warnings about the new pins.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Whether the new lockfile differs from the old one.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::Kept)
    }
}

/// Creates the pin of a target from the selected local image. `from` is the old pin of the cell.
pub(crate) fn pin(target: &Target, selected: &Match<'_>, from: Option<&Pin>, catalog: &Catalog) -> Pin {
    let label = selected.local.label.clone();
    let (image, stated_label) = match (&target.selector, label) {
        (ImageSelector::Image(id), label) => (ImageRef::Id(*id), label),
        // For a range of releases, this is the label of the selected release.
        (ImageSelector::Label(_) | ImageSelector::Release(..), _) => (selected.image.clone(), None),
    };
    // The known values of an ID stay, because the Marketplace may later state the date of a newer version.
    let from = from.filter(|pin| pin.id == selected.local.id);
    let pin = Pin {
        cell: target.cell.clone(),
        image_type: target.image_type,
        image,
        stated_label,
        version: from.and_then(|pin| pin.version),
        release: selected.release.clone(),
        instance_type: target.instance_type.clone(),
        id: selected.local.id,
        published: from.and_then(|pin| pin.published).or(selected.published),
    };
    Pin { version: version_of(&pin, catalog), ..pin }
}

/// The version ID of a pin, from the lockfile or else from the Marketplace. A version with another date is not the pinned one.
fn version_of(pin: &Pin, catalog: &Catalog) -> Option<VersionId> {
    let listed = || catalog.version_of(&pin.image, pin.id).filter(|version| version.published == pin.published);
    pin.version.or_else(|| listed().map(|version| version.id))
}

/// Adds the known version IDs to the kept pins if the lockfile is written for another reason. They do not justify a
/// write of their own.
pub(crate) fn add_versions(changes: &mut [Change], is_written: bool, catalog: &Catalog) {
    for Change { from, to, .. } in changes {
        if let Some(to) = to {
            let before = from.as_ref().and_then(|from| from.version);
            to.version = if is_written { version_of(to, catalog) } else { before };
        }
    }
}

/// The warning about new pins without a publication date. `None` if no query failed: then the Marketplace has no date for them.
pub(crate) fn missing_date_warning<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    catalog: &Catalog,
) -> Option<Problem> {
    let new = changes.into_iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved));
    let undated = new.filter(|change| change.to.as_ref().is_some_and(|pin| pin.published.is_none()));
    let names: BTreeSet<&str> = undated.map(|change| change.cell.name.as_str()).collect();
    let failure = catalog.first_missing_date_error().filter(|_| !names.is_empty())?;
    let problem = Problem::new("new pins have no publication dates").note(&failure.cause);
    let help = Help::from("to add the dates later, and to upgrade the images: ");
    Some(problem.help(help.then_run(Command::new("upgrade").names(names))))
}
