//! A new lock and what changes on the way to it: what `resolve` and `adopt` produce.

use std::collections::BTreeSet;

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::Match;
use crate::domain::types::{ImageRef, VersionId};

/// The new lock, and what changes on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The lock that satisfies the manifest.
    pub lock: Lock,
    /// One change a cell of the old or the new lock, sorted by cell.
    pub changes: Vec<Change>,
    /// Warnings about the new pins.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Whether the lock comes out other than it was.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::Kept)
    }
}

/// The pin of a target for the local image that was picked.
pub(crate) fn pin(target: &Target, pick: &Match<'_>, from: Option<&Pin>, catalog: &Catalog) -> Pin {
    let label = pick.local.label.clone();
    let (image, stated_label) = match (&target.selector, label) {
        (ImageSelector::Image(id), label) => (ImageRef::Id(*id), label),
        // A range's pick comes from the listing of the label that won.
        (ImageSelector::Label(_) | ImageSelector::Release(..), _) => (pick.image.clone(), None),
    };
    // What was known of an ID stays: a date that is stated later may be that of a newer version.
    let from = from.filter(|pin| pin.id == pick.local.id);
    let pin = Pin {
        cell: target.cell.clone(),
        image_type: target.image_type,
        image,
        stated_label,
        version: from.and_then(|pin| pin.version),
        release: pick.release.clone(),
        instance_type: target.instance_type.clone(),
        id: pick.local.id,
        published: from.and_then(|pin| pin.published).or(pick.published),
    };
    Pin { version: version_of(&pin, catalog), ..pin }
}

/// The version of a pin, if the lock or the Marketplace says: a version with another date is not the pinned one.
fn version_of(pin: &Pin, catalog: &Catalog) -> Option<VersionId> {
    let listed = || catalog.version_of(&pin.image, pin.id).filter(|version| version.published == pin.published);
    pin.version.or_else(|| listed().map(|version| version.id))
}

/// Adds the versions that are known by now to the pins that stay, if the lock is written in any case. Alone, they are not a
/// reason to write it.
pub(crate) fn add_versions(changes: &mut [Change], is_written: bool, catalog: &Catalog) {
    for Change { from, to, .. } in changes {
        if let Some(to) = to {
            let before = from.as_ref().and_then(|from| from.version);
            to.version = if is_written { version_of(to, catalog) } else { before };
        }
    }
}

/// Warns of new pins without a date if a query failed. If the Marketplace answers without a date, none is missing.
pub(crate) fn missing_date_warning<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    catalog: &Catalog,
) -> Option<Problem> {
    let new = changes.into_iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved));
    let undated = new.filter(|change| change.to.as_ref().is_some_and(|pin| pin.published.is_none()));
    let names: BTreeSet<&str> = undated.map(|change| change.cell.name.as_str()).collect();
    let failure = catalog.first_missing_date_error().filter(|_| !names.is_empty())?;
    let problem = Problem::new("pinned without publication dates, which could not be learnt").note(&failure.cause);
    let help = Help::from("once the Marketplace tells them, ")
        .then_run(Command::new("upgrade").names(names))
        .then(" adds them, and moves what is outdated by then");
    Some(problem.help(help))
}
