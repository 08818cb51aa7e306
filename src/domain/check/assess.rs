//! The status of one pin, by what the Marketplace offers and the policy allows.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, LocalImage, Lookup, QueryError};
use crate::domain::diagnostics::{and_more, count, quoted};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::{
    Match, NoMatch, Outcome, Selection, boots, is_changed_in_place, latest, mismatch, missing_id, missing_listing,
    of_type, pinned_image, releases, select, unknown_index,
};
use crate::domain::types::{Cell, Status};

/// The status of a pin, and the notes on it.
pub(crate) struct Assessment {
    pub(crate) status: Status,
    /// The local image that an upgrade would pin, now or once it is old enough.
    pub(crate) latest: Option<Latest>,
    /// A clause each.
    pub(crate) notes: Vec<String>,
}

impl Assessment {
    pub(crate) fn new(status: Status, notes: Vec<String>) -> Self {
        Self { status, latest: None, notes }
    }
}

/// Assesses a pin.
pub(crate) fn assess(pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) -> Result<Assessment, QueryError> {
    let listing = match catalog.listing(&pinned_image(pin, target)) {
        Lookup::Found(listing) => Some(listing),
        Lookup::NotFound => None,
        Lookup::Failed(failure) => return Err(failure),
    };
    let listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let looked_up = if listed { None } else { look_up(pin, catalog)? };
    if let Some(mismatch) = mismatch(pin, target, catalog) {
        return Ok(Assessment::new(Status::Mismatch, vec![mismatch]));
    }
    if let Some(failure) = missing_listing(&pinned_image(pin, target), now, catalog) {
        return Err(failure);
    }
    if !listed
        && looked_up.is_none()
        && let Some(failure) = missing_id(pin.id, catalog)
    {
        return Err(failure);
    }
    let selection = select(target, Some(pin), now, catalog);
    let outcome = selection.outcome();
    let mut notes = outside_range(pin, target, catalog);
    let latest = match &outcome {
        Outcome::Match(found) if found.local.id != pin.id => Some(latest(found, pin, catalog)),
        _ => None,
    };
    let Some(listing) = listing else {
        // A wrong address gives such a response to every query.
        if let Some(failure) = unknown_index(catalog) {
            return Err(failure);
        }
        notes.insert(0, "the Marketplace no longer has this image".to_owned());
        return Ok(Assessment { status: Status::Withdrawn, latest, notes });
    };
    let here = of_type(listing, target).find(|local| local.id == pin.id);
    if let (Some(local), Some(wanted)) = (here, &target.instance_type)
        && !boots(local, target)
    {
        notes.insert(0, format!("no longer lists the Instance type {wanted}"));
        return Ok(Assessment { status: Status::Incompatible, latest, notes });
    }
    match outcome {
        Outcome::Match(found) if found.local.id != pin.id => Ok(outdated(pin, target, &found, now, catalog, notes)),
        Outcome::Match(_) | Outcome::Keep => Ok(up_to_date(&selection, notes)),
        Outcome::Failed(failure) => Err(failure),
        _ if here.is_some() => Ok(Assessment::new(Status::Current, notes)),
        // That an image is offered nowhere is believed only of a Marketplace that says which images it has.
        Outcome::NoMatch(listing, _)
            if listing.local_images().is_empty()
                && let Some(failure) = unknown_index(catalog) =>
        {
            Err(failure)
        }
        outcome => irreplaceable(outcome, target, looked_up, now, notes),
    }
}

/// Assesses a pin that an upgrade would move.
fn outdated(
    pin: &Pin,
    target: &Target,
    found: &Match<'_>,
    now: Timestamp,
    catalog: &Catalog,
    mut notes: Vec<String>,
) -> Assessment {
    let newer = latest(found, pin, catalog);
    notes.splice(0..0, versions_behind(pin, catalog));
    if is_changed_in_place(&found.image, found.local.id, pin, catalog) {
        notes.insert(0, "changed in place".to_owned());
    }
    if newer.is_older {
        notes.insert(0, "the Marketplace went back to an older version".to_owned());
    }
    let latest = Some(newer);
    match &target.policy.freeze {
        Some(freeze) if freeze.holds(now) => {
            notes.insert(0, freeze.note());
            return Assessment { status: Status::Frozen, latest, notes };
        }
        Some(freeze) => notes.push(format!("the freeze ended on {}", freeze.until)),
        None => {}
    }
    Assessment { status: Status::Outdated, latest, notes }
}

/// How many versions the Marketplace lists after the pinned one, if it lists that too.
fn versions_behind(pin: &Pin, catalog: &Catalog) -> Option<String> {
    let Lookup::Found(versions) = catalog.versions(&pin.image) else { return None };
    let pinned = pin.published.or_else(|| catalog.published(&pin.image, pin.id))?;
    let listed = versions.iter().any(|version| version.published == Some(pinned));
    let newer = versions.iter().filter(|version| version.published > Some(pinned)).count();
    (listed && newer > 0).then(|| format!("{} behind", count(newer, "version")))
}

/// Assesses a pin that an upgrade would keep.
fn up_to_date(selection: &Selection<'_, '_>, mut notes: Vec<String>) -> Assessment {
    match selection.held_back() {
        None => Assessment::new(Status::Current, notes),
        Some((latest, note)) => {
            notes.insert(0, note);
            Assessment { status: Status::Cooling, latest: Some(latest), notes }
        }
    }
}

/// Assesses a superseded pin that nothing on offer can replace.
fn irreplaceable(
    outcome: Outcome<'_>,
    target: &Target,
    looked_up: Option<&LocalImage>,
    now: Timestamp,
    mut notes: Vec<String>,
) -> Result<Assessment, QueryError> {
    let Cell { zone, arch, .. } = &target.cell;
    match outcome {
        Outcome::Failed(failure) => Err(failure),
        Outcome::Several(several) => {
            let several = count(several.len(), "local image");
            notes.push(format!("{several} could replace it, and `instance-type` must choose"));
            if let Some(freeze) = target.policy.frozen(now) {
                notes.insert(0, freeze.note());
                return Ok(Assessment::new(Status::Frozen, notes));
            }
            Ok(Assessment::new(Status::Outdated, notes))
        }
        Outcome::NoMatch(listing, _) if listing.doubt().is_some() => {
            Err(listing.doubt().unwrap_or_else(QueryError::not_queried))
        }
        Outcome::NoMatch(_, NoMatch::NotBootable(_)) => {
            let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
            if looked_up.is_some_and(|local| boots(local, target)) {
                notes.push(format!("a newer local image exists, but does not boot on {wanted}"));
                return Ok(Assessment::new(Status::Current, notes));
            }
            notes.insert(0, format!("what is offered now does not boot on {wanted}"));
            Ok(Assessment::new(Status::Incompatible, notes))
        }
        Outcome::TooYoung(_) => {
            notes.insert(0, "what could replace it is too young".to_owned());
            Ok(Assessment::new(Status::Cooling, notes))
        }
        Outcome::SameRelease(labels) => {
            let labels = and_more(labels.iter().map(quoted), 6);
            notes.push(format!("{labels} have the same release, and a narrower `label` must choose"));
            Ok(Assessment::new(Status::Outdated, notes))
        }
        Outcome::Match(_) | Outcome::Keep | Outcome::NoMatch(..) | Outcome::NoRelease | Outcome::Unknown => {
            notes.insert(0, format!("no longer offered in {zone} for {arch} with type {}", target.image_type));
            Ok(Assessment::new(Status::Retired, notes))
        }
    }
}

/// A note on a release that is newer than the pinned one and outside the range. It is not drift.
fn outside_range(pin: &Pin, target: &Target, catalog: &Catalog) -> Vec<String> {
    let (ImageSelector::Release(pattern, range), Some(pinned)) = (&target.selector, &pin.release) else {
        return Vec::new();
    };
    let beyond = releases(pattern, catalog)
        .filter_map(|(release, _)| release)
        .filter(|release| release > pinned && !range.contains(release));
    beyond.max().map(|release| format!("release {release} exists, outside `{range}`")).into_iter().collect()
}

/// The response to the look-up by ID: the local image, or `None` if there is none with this ID.
fn look_up<'c>(pin: &Pin, catalog: &'c Catalog) -> Result<Option<&'c LocalImage>, QueryError> {
    match catalog.local_image(pin.id) {
        Lookup::Found(local) => Ok(Some(local)),
        Lookup::NotFound => Ok(None),
        Lookup::Failed(failure) => {
            let cause = format!("looking up pinned IDs that are not listed: {}", failure.cause);
            Err(QueryError { cause, ..failure })
        }
    }
}
