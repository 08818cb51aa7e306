//! How one pin stands, judged by what the Marketplace offers and the policy allows.

use jiff::Timestamp;

use crate::domain::Cell;
use crate::domain::catalog::{Catalog, LocalImage, Lookup, QueryError};
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Latest;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::contradiction::{missing_id, missing_listing, unknown_index};
use crate::domain::select::cooling::too_young;
use crate::domain::select::latest;
use crate::domain::select::verify::{mismatch, own_image};
use crate::domain::select::{
    Choice, Decision, Match, NoMatch, boots, candidates, decide, is_changed_in_place, releases,
};
use crate::domain::types::status::Status;

/// How a pin stands, and what there is to say about it.
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

/// Judges a pin.
pub(crate) fn assess(pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) -> Result<Assessment, QueryError> {
    let listing = match catalog.listing(&own_image(pin, target)) {
        Lookup::Found(listing) => Some(listing),
        Lookup::NotFound => None,
        Lookup::Failed(failure) => return Err(failure),
    };
    let listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let looked_up = if listed { None } else { look_up(pin, catalog)? };
    if let Some(swap) = mismatch(pin, target, catalog) {
        return Ok(Assessment::new(Status::Mismatch, vec![swap]));
    }
    if let Some(failure) = missing_listing(&own_image(pin, target), now, catalog) {
        return Err(failure);
    }
    if !listed
        && looked_up.is_none()
        && let Some(failure) = missing_id(pin.id, catalog)
    {
        return Err(failure);
    }
    let decision = decide(target, Some(pin), now, target.policy.cutoff(now), catalog);
    let mut notes = outside_range(pin, target, catalog);
    let latest = match &decision {
        Decision::Pin(pick) if pick.local.id != pin.id => Some(latest(pick, pin, catalog)),
        _ => None,
    };
    if listing.is_none() {
        // A wrong address answers like this to everything.
        if let Some(failure) = unknown_index(catalog) {
            return Err(failure);
        }
        notes.insert(0, "the Marketplace no longer has this image".to_owned());
        return Ok(Assessment { status: Status::Withdrawn, latest, notes });
    }
    let here = listing.and_then(|listing| candidates(listing, target).into_iter().find(|local| local.id == pin.id));
    if let (Some(local), Some(wanted)) = (here, &target.instance_type)
        && !boots(local, target)
    {
        notes.insert(0, format!("no longer lists the Instance type {wanted}"));
        return Ok(Assessment { status: Status::Incompatible, latest, notes });
    }
    match decision {
        Decision::Pin(pick) if pick.local.id != pin.id => Ok(outdated(pin, target, &pick, now, catalog, notes)),
        Decision::Pin(_) | Decision::Keep => Ok(cooling(pin, target, now, catalog, notes)),
        Decision::Unresolvable(Choice::Failed(failure)) => Err(failure),
        Decision::Unresolvable(_) if here.is_some() => Ok(Assessment::new(Status::Current, notes)),
        // That an image is offered nowhere at all is believed of a Marketplace that tells which images it has.
        Decision::Unresolvable(Choice::NoMatch(listing, _))
            if listing.local_images().is_empty()
                && let Some(failure) = unknown_index(catalog) =>
        {
            Err(failure)
        }
        Decision::Unresolvable(choice) => irreplaceable(choice, target, looked_up, now, notes),
    }
}

/// Judges a pin that an upgrade would move.
fn outdated(
    pin: &Pin,
    target: &Target,
    pick: &Match<'_>,
    now: Timestamp,
    catalog: &Catalog,
    mut notes: Vec<String>,
) -> Assessment {
    let newer = latest(pick, pin, catalog);
    notes.splice(0..0, versions_behind(pin, catalog));
    if is_changed_in_place(pick, pin, catalog) {
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

/// How many versions the Marketplace lists after the pinned one, where it lists that too.
fn versions_behind(pin: &Pin, catalog: &Catalog) -> Option<String> {
    let Lookup::Found(versions) = catalog.versions(&pin.image) else { return None };
    let pinned = pin.published.or_else(|| catalog.published(&pin.image, pin.id))?;
    let listed = versions.iter().any(|version| version.published == Some(pinned));
    let newer = versions.iter().filter(|version| version.published > Some(pinned)).count();
    (listed && newer > 0).then(|| format!("{} behind", count(newer, "version")))
}

/// Judges a pin that an upgrade would leave where it is.
fn cooling(pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog, mut notes: Vec<String>) -> Assessment {
    match too_young(pin, target, now, catalog) {
        None => Assessment::new(Status::Current, notes),
        Some((latest, note)) => {
            notes.insert(0, note);
            Assessment { status: Status::Cooling, latest: Some(latest), notes }
        }
    }
}

/// Judges a superseded pin that nothing on offer can replace.
fn irreplaceable(
    choice: Choice<'_>,
    target: &Target,
    looked_up: Option<&LocalImage>,
    now: Timestamp,
    mut notes: Vec<String>,
) -> Result<Assessment, QueryError> {
    let Cell { zone, arch, .. } = &target.cell;
    match choice {
        Choice::Failed(failure) => Err(failure),
        Choice::Several(several) => {
            let several = count(several.len(), "local image");
            notes.push(format!("{several} could replace it, and `instance-type` must choose"));
            if let Some(freeze) = target.policy.frozen(now) {
                notes.insert(0, freeze.note());
                return Ok(Assessment::new(Status::Frozen, notes));
            }
            Ok(Assessment::new(Status::Outdated, notes))
        }
        Choice::NoMatch(listing, _) if listing.doubt().is_some() => {
            Err(listing.doubt().unwrap_or_else(QueryError::not_queried))
        }
        Choice::NoMatch(_, NoMatch::NotBootable(_)) => {
            let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
            if looked_up.is_some_and(|local| boots(local, target)) {
                notes.push(format!("a newer local image exists, but does not boot on {wanted}"));
                return Ok(Assessment::new(Status::Current, notes));
            }
            notes.insert(0, format!("what is offered now does not boot on {wanted}"));
            Ok(Assessment::new(Status::Incompatible, notes))
        }
        Choice::TooYoung(_) => {
            notes.insert(0, "what could replace it is too young".to_owned());
            Ok(Assessment::new(Status::Cooling, notes))
        }
        Choice::SameRelease(labels) => {
            let labels = and_more(labels.iter().map(quoted), 6);
            notes.push(format!("{labels} have the same release, and a narrower `label` must choose"));
            Ok(Assessment::new(Status::Outdated, notes))
        }
        Choice::One(_) | Choice::NoMatch(..) | Choice::NoRelease | Choice::Unknown => {
            notes.insert(0, format!("no longer offered in {zone} for {arch} with type {}", target.image_type));
            Ok(Assessment::new(Status::Retired, notes))
        }
    }
}

/// A release that is newer than the pinned one and outside the range: worth a word, and no drift.
fn outside_range(pin: &Pin, target: &Target, catalog: &Catalog) -> Vec<String> {
    let (ImageSelector::Release(pattern, range), Some(pinned)) = (&target.selector, &pin.release) else {
        return Vec::new();
    };
    let beyond = releases(pattern, catalog)
        .filter_map(|(release, _)| release)
        .filter(|release| release > pinned && !range.contains(release));
    beyond.max().map(|release| format!("release {release} exists, outside `{range}`")).into_iter().collect()
}

/// What the look-up by ID said: the local image, or that there is none by this ID.
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
