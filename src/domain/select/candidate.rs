//! The rules that decide whether one local image fits a target.

use jiff::Timestamp;

use crate::domain::catalog::{Listing, LocalImage};
use crate::domain::manifest::Target;
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::types::Label;

/// Why a local image is or is not pinned for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The Marketplace lists it under one label, but it states another label.
    OtherLabel,
    /// It does not have the declared type.
    WrongType,
    /// The declared Instance type cannot boot it.
    CannotBoot,
    /// It replaced the pinned local image within the same version, so its age is unknown.
    ChangedInPlace,
    /// Its publication date is unknown, and `min-age` is declared.
    Undated,
    /// It is younger than `min-age`.
    TooYoung {
        /// The time at which it is old enough.
        until: Timestamp,
    },
    /// The Marketplace withdrew its version and offers an older one instead.
    Withdrawn,
    /// It fits. The outcome of the selection refines this to one of the verdicts below.
    Fits,
    /// It is the newest local image that fits.
    Wins,
    /// It is pinned and stays pinned, although a new selection would not choose it.
    Kept,
    /// It is one of several local images that fit equally well.
    Tied,
    /// Several labels have the newest release, and its label is one of them.
    SameRelease,
    /// A newer release has a local image that fits.
    OlderRelease,
    /// A local image of another version is selected.
    OlderVersion,
}

/// A local image in the zone and for the architecture of a target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'c> {
    pub(crate) local: &'c LocalImage,
    /// Whether the current listing of the image includes it. Otherwise, only the listing of a version does.
    pub(crate) is_current: bool,
    pub(crate) verdict: Verdict,
}

/// The local images that a listing offers for a target (at least one), or the reason why it offers none.
pub(crate) type Offer<'c> = Result<Vec<&'c LocalImage>, Outcome<'c>>;

/// The local images of a listing in the zone and for the architecture of a target, each with a verdict. The verdict
/// does not consider its age or its version.
pub(crate) fn verdicts<'c>(
    listing: &'c Listing,
    target: &Target,
    label: Option<&Label>,
) -> Vec<(&'c LocalImage, Verdict)> {
    let verdict = |local: &LocalImage| {
        let is_other = |label: &Label| local.label.as_ref().is_some_and(|stated| stated != label);
        if label.is_some_and(is_other) {
            Verdict::OtherLabel
        } else if !local.image_type.fits(target.image_type) {
            Verdict::WrongType
        } else if !boots(local, target) {
            Verdict::CannotBoot
        } else {
            Verdict::Fits
        }
    };
    in_cell(listing, target).map(|local| (local, verdict(local))).collect()
}

/// The local images that a listing offers, given the [`verdicts`] on them.
pub(crate) fn offer<'c>(listing: &'c Listing, verdicts: &[(&'c LocalImage, Verdict)]) -> Offer<'c> {
    let with = |verdict: Verdict| -> Vec<&'c LocalImage> {
        verdicts.iter().filter(|(_, own)| *own == verdict).map(|(local, _)| *local).collect()
    };
    let (fitting, not_bootable) = (with(Verdict::Fits), with(Verdict::CannotBoot));
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    let no_match = if !not_bootable.is_empty() {
        NoMatch::NotBootable(not_bootable)
    } else if verdicts.is_empty() {
        NoMatch::NotOffered
    } else {
        NoMatch::OtherTypes(verdicts.iter().map(|(local, _)| &local.image_type).collect())
    };
    Err(Outcome::NoMatch(listing, no_match))
}

/// The local images with the target's zone, architecture and type. Instance types are not considered.
pub(crate) fn of_type<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    in_cell(listing, target).filter(|local| local.image_type.fits(target.image_type))
}

/// Whether the Instance type that the target declares can boot a local image. True if the target declares none.
pub(crate) fn boots(local: &LocalImage, target: &Target) -> bool {
    target.instance_type.as_ref().is_none_or(|wanted| local.commercial_types.contains(wanted.as_str()))
}

fn in_cell<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    listing.local_images().iter().filter(|local| local.zone == target.cell.zone && local.arch == target.cell.arch)
}
