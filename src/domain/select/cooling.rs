//! Local images that `min-age` holds back, and until when.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::manifest::Target;
use crate::domain::select::{Decision, decide, is_changed_in_place, latest};
use crate::domain::types::timestamp::minute;

/// Why an age holds back another local image of the pinned version.
pub(crate) const IN_PLACE: &str = "changed in place; its age is unknown";

/// What would take a pin's place if no age were asked for, and when it will be old enough.
pub(crate) fn too_young(pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) -> Option<(Latest, String)> {
    let age = target.policy.min_age?;
    match decide(target, Some(pin), now, None, catalog) {
        Decision::Pin(pick) if is_changed_in_place(&pick, pin, catalog) => {
            Some((latest(&pick, pin, catalog), IN_PLACE.to_owned()))
        }
        Decision::Pin(pick) if pick.local.id != pin.id => {
            let newer = match catalog.versions(&pick.image) {
                Lookup::Found(versions) => versions.iter().filter_map(|version| version.published).collect(),
                Lookup::NotFound | Lookup::Failed(_) => Vec::new(),
            };
            let pinned = pin.published.filter(|_| pin.is_of(&pick.image));
            // The first of the newer ones to be old enough is the one that will be taken.
            let first = newer.into_iter().filter(|time| pinned.is_none_or(|pinned| *time > pinned)).min();
            // Where the Marketplace went back, it is what it went back to.
            let note = match pick.published.map(|published| first.unwrap_or(published)) {
                Some(first) => format!("cooling until {} UTC (`min-age` {age})", minute(age.after(first))),
                None => format!("the newer one has no known date, and `min-age` asks for {age}"),
            };
            Some((latest(&pick, pin, catalog), note))
        }
        _ => None,
    }
}
