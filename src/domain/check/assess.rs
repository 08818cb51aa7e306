//! The status of one pin: what the Marketplace offers, compared with what the policy allows.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, LocalImage, Lookup, QueryError};
use crate::domain::check::report::Finding;
use crate::domain::diagnostics::{and_more, count, quoted};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::{
    Match, NoMatch, Outcome, boots, is_changed_in_place, latest, mismatch, missing_id, missing_listing, of_type,
    pinned_image, releases, select, unknown_index,
};
use crate::domain::types::{Cause, Cell, ImageRef, Status};

/// Assesses a pin.
///
/// # Errors
/// If the Marketplace did not respond to a query that decides the status, or its response is incomplete.
pub(crate) fn assess(pin: &Pin, target: &Target, now: Timestamp, catalog: &Catalog) -> Result<Finding, QueryError> {
    let image = pinned_image(pin, target);
    let listing = catalog.listing(&image).known()?;
    let is_listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let looked_up = if is_listed { None } else { look_up(pin, "pinned IDs", catalog)? };
    if let Some(mismatch) = mismatch(pin, target, catalog) {
        return Ok(Finding::new(target, Some(pin), Status::Mismatch, [mismatch]));
    }
    let missing_id = || if is_listed || looked_up.is_some() { None } else { missing_id(pin.id, catalog) };
    if let Some(failure) = missing_listing(&image, now, catalog).or_else(missing_id) {
        return Err(failure);
    }
    let selection = select(target, Some(pin), now, catalog);
    let outcome = selection.outcome();
    let latest = match &outcome {
        Outcome::Match(found) if found.local.id != pin.id => Some(latest(found, pin, catalog)),
        _ => None,
    };
    let outside = outside_range(pin, target, catalog);
    let current = Finding { latest, ..Finding::new(target, Some(pin), Status::Current, outside) };
    let Some(listing) = listing else {
        // With a wrong API URL, no label is found. So a missing label counts only if the index of all images is known.
        return match unknown_index(catalog) {
            Some(failure) => Err(failure),
            None => Ok(current.caused_by(Cause::LabelGone, gone(&image))),
        };
    };
    let here = of_type(listing, target).find(|local| local.id == pin.id);
    if let (Some(local), Some(wanted)) = (here, &target.instance_type)
        && !boots(local, target)
    {
        return Ok(current.with_status(
            Status::Incompatible,
            [format!("the pinned image no longer lists the Instance type {wanted}")],
        ));
    }
    match outcome {
        Outcome::Match(found) if found.local.id != pin.id => Ok(outdated(current, pin, target, &found, now, catalog)),
        Outcome::Match(_) | Outcome::Keep => Ok(match selection.held_back() {
            None => current,
            Some((latest, note)) => Finding { latest: Some(latest), ..current.with_status(Status::Cooling, [note]) },
        }),
        Outcome::Failed(failure) => Err(failure),
        _ if here.is_some() => Ok(current),
        // An empty listing counts only if the index of all images is known: a wrong API URL also gives empty listings.
        Outcome::NoMatch(listing, _)
            if listing.local_images().is_empty()
                && let Some(failure) = unknown_index(catalog) =>
        {
            Err(failure)
        }
        Outcome::NoMatch(listing, _) if let Some(doubt) = listing.doubt() => Err(doubt),
        outcome => Ok(irreplaceable(current, outcome, target, looked_up, now)),
    }
}

/// The note on an image that the Marketplace no longer has in any zone.
pub(crate) fn gone(image: &ImageRef) -> String {
    let what = if matches!(image, ImageRef::Label(_)) { "label" } else { "image" };
    format!("the Marketplace no longer has this {what}")
}

/// The finding for a pin that an upgrade would move.
fn outdated(
    current: Finding,
    pin: &Pin,
    target: &Target,
    found: &Match<'_>,
    now: Timestamp,
    catalog: &Catalog,
) -> Finding {
    let is_older = current.latest.as_ref().is_some_and(|latest| latest.is_older);
    let is_in_place = is_changed_in_place(&found.image, found.local.id, pin, catalog);
    let (status, frozen) = movable(target, now);
    let notes = [
        frozen,
        is_older.then(|| "the Marketplace went back to an older version".to_owned()),
        is_in_place.then(|| "the Marketplace replaced the local image of this version".to_owned()),
        versions_behind(pin, catalog),
    ];
    let mut finding = current.with_status(status, notes.into_iter().flatten());
    let ended = target.policy.freeze.as_ref().filter(|freeze| !freeze.holds(now));
    finding.notes.extend(ended.map(|freeze| format!("the freeze ended on {}", freeze.until)));
    finding
}

/// The status of a pin that could move, and the note on its freeze if it is frozen.
fn movable(target: &Target, now: Timestamp) -> (Status, Option<String>) {
    match target.policy.frozen(now) {
        Some(freeze) => (Status::Frozen, Some(freeze.note())),
        None => (Status::Outdated, None),
    }
}

/// The number of versions after the pinned one, if the Marketplace lists the pinned one too.
fn versions_behind(pin: &Pin, catalog: &Catalog) -> Option<String> {
    let Lookup::Found(versions) = catalog.versions(&pin.image) else { return None };
    let pinned = pin.published.or_else(|| catalog.published(&pin.image, pin.id))?;
    let listed = versions.iter().any(|version| version.published == Some(pinned));
    let newer = versions.iter().filter(|version| version.published > Some(pinned)).count();
    (listed && newer > 0).then(|| format!("{} behind", count(newer, "version")))
}

/// The finding for a superseded pin without a single replacement. `looked_up` is the pinned local image, if the
/// Marketplace still has it.
fn irreplaceable(
    mut current: Finding,
    outcome: Outcome<'_>,
    target: &Target,
    looked_up: Option<&LocalImage>,
    now: Timestamp,
) -> Finding {
    match outcome {
        Outcome::Several(several) => {
            let several = count(several.len(), "local image");
            current.notes.push(format!("{several} could replace it; set `instance-type` to choose one"));
            let (status, frozen) = movable(target, now);
            current.with_status(status, frozen)
        }
        Outcome::NoMatch(_, NoMatch::NotBootable(_)) => {
            let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
            if looked_up.is_some_and(|local| boots(local, target)) {
                current.notes.push(format!("a newer local image exists, but it does not boot on {wanted}"));
                return current;
            }
            current.with_status(
                Status::Incompatible,
                [format!("the local image that is offered now does not boot on {wanted}")],
            )
        }
        Outcome::TooYoung(_) => current.with_status(
            Status::Cooling,
            ["every local image that could replace it is younger than `min-age`".to_owned()],
        ),
        Outcome::SameRelease(labels) => {
            let labels = and_more(labels.iter().map(quoted), 6);
            current.notes.push(format!("{labels} have the same release; narrow the pattern in `label` to choose one"));
            current.with_status(Status::Outdated, None)
        }
        _ => {
            let Cell { zone, arch, .. } = &target.cell;
            let note = format!("no longer offered in {zone} for {arch} with type {}", target.image_type);
            current.caused_by(Cause::NotOffered, note)
        }
    }
}

/// The note on a release that is newer than the pinned one but outside the range. Such a release is not drift.
fn outside_range(pin: &Pin, target: &Target, catalog: &Catalog) -> Option<String> {
    let ImageSelector::Release(pattern, range) = &target.selector else { return None };
    let pinned = pin.release.as_ref()?;
    let releases = releases(pattern, catalog).filter_map(|(release, _)| release);
    let beyond = releases.filter(|release| release > pinned && !range.contains(release)).max()?;
    Some(format!("release {beyond} exists, but it is outside `{range}`"))
}

/// The response to a lookup of the pinned ID: the local image, or `None` if the Marketplace has none with this ID. `ids` says
/// in the error which IDs were looked up.
pub(crate) fn look_up<'c>(pin: &Pin, ids: &str, catalog: &'c Catalog) -> Result<Option<&'c LocalImage>, QueryError> {
    catalog.local_image(pin.id).known().map_err(|failure| {
        let cause = format!("{} (while looking up {ids} that are not listed)", failure.cause);
        QueryError { cause, ..failure }
    })
}
