//! Finds the local image that `min-age` holds back, and until when.

use crate::domain::lock::diff::Latest;
use crate::domain::select::outcome::Outcome;
use crate::domain::select::replacement::{is_changed_in_place, latest};
use crate::domain::select::selection::Selection;
use crate::domain::select::source::Inputs;
use crate::domain::types::minute;

/// Why `min-age` holds back another local image of the pinned version.
pub(crate) const CHANGED_IN_PLACE: &str = "the version was changed in place; its age is unknown";

impl Selection<'_, '_> {
    /// The local image that would replace the pin without `min-age`, and the reason why it does not replace it yet.
    pub(crate) fn held_back(&self) -> Option<(Latest, String)> {
        let Inputs { target, pin, catalog, .. } = self.inputs;
        let (Some(age), Some(pin)) = (target.policy.min_age, pin) else { return None };
        let Outcome::Match(found) = self.outcome_without_age() else { return None };
        let latest = latest(&found, pin, catalog);
        if is_changed_in_place(&found.image, found.local.id, pin, catalog) {
            return Some((latest, CHANGED_IN_PLACE.to_owned()));
        }
        if found.local.id == pin.id {
            return None;
        }
        let dates = catalog.known_versions(&found.image).iter().filter_map(|version| version.published);
        let pinned = pin.published.filter(|_| pin.image == found.image);
        // The oldest of the newer versions reaches the age first, so it is pinned next.
        let first = dates.filter(|date| pinned.is_none_or(|pinned| *date > pinned)).min();
        // No version is newer if the Marketplace withdrew the pinned one. Then the one that it offers instead counts.
        let note = match found.published.map(|published| first.unwrap_or(published)) {
            Some(first) => format!("cooling until {} UTC (`min-age` {age})", minute(age.after(first))),
            None => format!("the newer one has no publication date, and `min-age` requires {age}"),
        };
        Some((latest, note))
    }
}
