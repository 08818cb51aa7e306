//! How one pin stands, judged by what the Marketplace offers.

use super::catalog::{Answer, Catalog, Failure, Listing, LocalImage};
use super::lock::Pin;
use super::manifest::Target;
use super::select::{Choice, boots, candidates, choose};
use super::words::{and, count, visible};
use super::{Cell, ImageRef, Label};

/// How a pin stands; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The ID exists, but is not that label, zone, arch or type: somebody swapped a UUID.
    Mismatch,
    /// The block does not match its digest: a hand edit or a bad merge.
    Edited,
    /// The label is gone from the Marketplace.
    Withdrawn,
    /// The label lives, but no longer in this zone, arch or type.
    Retired,
    /// The pin no longer lists the declared Instance type.
    Incompatible,
    /// The manifest declares the cell, and the lock does not satisfy it.
    Unlocked,
    /// The lock has the cell, and the manifest does not declare it.
    Undeclared,
    /// A newer local image exists.
    Outdated,
    /// The newest there is.
    Current,
}

impl Status {
    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Edited => "edited",
            Self::Withdrawn => "withdrawn",
            Self::Retired => "retired",
            Self::Incompatible => "incompatible",
            Self::Unlocked => "unlocked",
            Self::Undeclared => "undeclared",
            Self::Outdated => "outdated",
            Self::Current => "current",
        }
    }

    /// Whether it is drift, and so makes `check` exit with 2.
    pub fn is_drift(self) -> bool {
        self != Self::Current
    }
}

/// How a pin stands, and what there is to say about it.
pub(super) struct Judgement {
    pub(super) status: Status,
    /// The local image that an upgrade would pin.
    pub(super) latest: Option<LocalImage>,
    /// A clause each.
    pub(super) notes: Vec<String>,
}

impl Judgement {
    fn new(status: Status, notes: Vec<String>) -> Self {
        Self { status, latest: None, notes }
    }
}

/// Judges a pin by what the Marketplace offers.
pub(super) fn judge(pin: &Pin, target: &Target, catalog: &Catalog) -> Result<Judgement, Failure> {
    let listing = match catalog.listing(&target.image) {
        Answer::Found(listing) => Some(listing),
        Answer::NotFound => None,
        Answer::Failed(failure) => return Err(failure),
    };
    let expected = expected_label(pin, target, listing);
    let mut listed_rows = listing.into_iter().flat_map(|listing| listing.with_id(pin.id)).peekable();
    if let Some(listing) = listing.filter(|_| listed_rows.peek().is_some()) {
        let swaps: Vec<_> = listed_rows.map(|local| (local, swapped(local, target, expected.as_ref()))).collect();
        return Ok(match swaps.iter().find(|(_, swap)| swap.is_none()) {
            Some((local, _)) => listed(local, target, listing),
            None => Judgement::new(Status::Mismatch, swaps.into_iter().filter_map(|(_, swap)| swap).take(1).collect()),
        });
    }
    let looked_up = look_up(pin, catalog)?;
    if let Some(swap) = looked_up.and_then(|local| swapped(local, target, expected.as_ref())) {
        return Ok(Judgement::new(Status::Mismatch, vec![swap]));
    }
    let Some(listing) = listing else {
        return Ok(Judgement::new(Status::Withdrawn, vec!["the Marketplace no longer has this image".to_owned()]));
    };
    let mut notes = Vec::new();
    if looked_up.is_none() {
        notes.push("the pinned ID is no longer described".to_owned());
    }
    match choose(listing, target) {
        Choice::One(latest) => Ok(Judgement { status: Status::Outdated, latest: Some(latest.clone()), notes }),
        Choice::Several(several) => {
            notes
                .push(format!("{} could replace it; `instance-type` must choose", count(several.len(), "local image")));
            Ok(Judgement::new(Status::Outdated, notes))
        }
        Choice::None(_) => irreplaceable(target, listing, looked_up, notes),
    }
}

/// Judges a pin that the listing still has, in its cell.
fn listed(local: &LocalImage, target: &Target, listing: &Listing) -> Judgement {
    match &target.instance_type {
        Some(wanted) if !boots(local, target) => Judgement {
            status: Status::Incompatible,
            latest: match choose(listing, target) {
                Choice::One(other) => Some(other.clone()),
                _ => None,
            },
            notes: vec![format!("no longer lists the Instance type {wanted}")],
        },
        _ => Judgement { status: Status::Current, latest: Some(local.clone()), notes: Vec::new() },
    }
}

/// Judges a superseded pin that nothing on offer can replace.
fn irreplaceable(
    target: &Target,
    listing: &Listing,
    looked_up: Option<&LocalImage>,
    mut notes: Vec<String>,
) -> Result<Judgement, Failure> {
    if let Some(doubt) = listing.doubt() {
        return Err(doubt);
    }
    let Some(wanted) = target.instance_type.as_ref().filter(|_| !candidates(listing, target).is_empty()) else {
        let Cell { zone, arch, .. } = &target.cell;
        notes.insert(0, format!("no longer offered in {zone} for {arch} with type {}", target.image_type));
        return Ok(Judgement::new(Status::Retired, notes));
    };
    if looked_up.is_some_and(|local| boots(local, target)) {
        notes.push(format!("a newer local image exists, but does not boot on {wanted}"));
        return Ok(Judgement::new(Status::Current, notes));
    }
    notes.insert(0, format!("what is offered now does not boot on {wanted}"));
    Ok(Judgement::new(Status::Incompatible, notes))
}

/// What the look-up by ID said: the local image, or that there is none by this ID.
fn look_up<'c>(pin: &Pin, catalog: &'c Catalog) -> Result<Option<&'c LocalImage>, Failure> {
    match catalog.lookups.get(&pin.id) {
        Some(Answer::Found(local)) => Ok(Some(local)),
        Some(Answer::NotFound) => Ok(None),
        Some(Answer::Failed(failure)) => {
            let cause = format!("looking up pinned IDs that are no longer listed: {}", failure.cause);
            Err(Failure { cause, ..failure.clone() })
        }
        None => Err(Failure::not_asked()),
    }
}

/// The label that the pinned ID must have. For an image that is declared by its ID, the Marketplace's own rows say.
fn expected_label(pin: &Pin, target: &Target, listing: Option<&Listing>) -> Option<Label> {
    match &target.image {
        ImageRef::Label(label) => Some(label.clone()),
        ImageRef::Id(_) => listing.and_then(Listing::label).or(pin.label.as_ref()).cloned(),
    }
}

/// How a local image is not what the target asks for, if it is not.
fn swapped(local: &LocalImage, target: &Target, expected: Option<&Label>) -> Option<String> {
    let mut parts = Vec::new();
    if let (Some(label), Some(expected)) = (&local.label, expected)
        && label != expected
    {
        parts.push(format!("`{label}`, not `{expected}`"));
    }
    if local.zone != target.cell.zone {
        parts.push(format!("in {}, not {}", local.zone, target.cell.zone));
    }
    if local.arch != target.cell.arch {
        parts.push(format!("for {}, not {}", local.arch, target.cell.arch));
    }
    if !local.image_type.fits(target.image_type) {
        let stated = visible(local.image_type.as_str());
        parts.push(format!("of type {stated}, not {}", target.image_type));
    }
    (!parts.is_empty()).then(|| format!("the pinned ID is {}", and(parts)))
}
