//! The local image that `min-age` holds back, and until when.

use crate::domain::lock::diff::Latest;
use crate::domain::select::outcome::Outcome;
use crate::domain::select::replacement::{is_changed_in_place, latest};
use crate::domain::select::selection::Selection;
use crate::domain::select::source::Inputs;
use crate::domain::types::minute;

/// Why an age holds back another local image of the pinned version.
pub(crate) const CHANGED_IN_PLACE: &str = "changed in place; its age is unknown";

impl Selection<'_, '_> {
    /// The local image that would replace the pin if no age were declared, and why it does not yet.
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
        // The first of the newer versions to be old enough will be pinned.
        let first = dates.filter(|date| pinned.is_none_or(|pinned| *date > pinned)).min();
        // If the Marketplace went back, it is the version to which it went back.
        let note = match found.published.map(|published| first.unwrap_or(published)) {
            Some(first) => format!("cooling until {} UTC (`min-age` {age})", minute(age.after(first))),
            None => format!("the newer one has no known date, and `min-age` asks for {age}"),
        };
        Some((latest, note))
    }
}
