//! A new lock and what changes on the way to it: what `resolve` and `adopt` produce.

use std::collections::BTreeSet;

use crate::domain::ImageRef;
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sentence::arguments;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::Match;

/// What resolving comes to: the new lock, and what changes on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The lock that satisfies the manifest.
    pub lock: Lock,
    /// One change a cell of the old or the new lock, sorted by cell.
    pub changes: Vec<Change>,
    /// What somebody should know of what is pinned anew.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Whether the lock comes out other than it was.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::Kept)
    }
}

/// The pin of a target for the local image that was picked.
pub(crate) fn pin(target: &Target, pick: &Match<'_>, from: Option<&Pin>) -> Pin {
    let (image, stated_label) = match &target.wanted {
        // A range's pick comes from the listing of the label that won.
        ImageSelector::Label(_) | ImageSelector::Release(..) => (pick.image.clone(), None),
        ImageSelector::Image(id) => (ImageRef::Id(*id), pick.local.label.clone()),
        ImageSelector::Version(id) => (ImageRef::Version(*id), pick.local.label.clone()),
    };
    // What was known of an ID once stands: a date that is told later may be that of a newer version.
    let known = from.filter(|pin| pin.id == pick.local.id).and_then(|pin| pin.published);
    Pin {
        cell: target.cell.clone(),
        image_type: target.image_type,
        image,
        stated_label,
        release: pick.release.clone(),
        instance_type: target.instance_type.clone(),
        id: pick.local.id,
        published: known.or(pick.published),
    }
}

/// Warns of what is pinned anew without a date because the Marketplace did not answer. Where it answers without a date,
/// there is none to miss.
pub(crate) fn missing_date_warning<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    catalog: &Catalog,
) -> Option<Problem> {
    let anew = changes.into_iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved));
    let undated = anew.filter(|change| change.to.as_ref().is_some_and(|pin| pin.published.is_none()));
    let names: BTreeSet<&str> = undated.map(|change| change.cell.name.as_str()).collect();
    let failure = catalog.silence().filter(|_| !names.is_empty())?;
    let problem = Problem::new("pinned without publication dates, which could not be learnt").note(&failure.cause);
    let names = arguments(names);
    Some(problem.help(format!(
        "once the Marketplace tells them, `imagelock resolve --upgrade {names}` adds them, and moves what is outdated by then"
    )))
}
