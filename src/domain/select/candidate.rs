//! The rules for one local image, the verdicts on it, and what a listing offers by these rules.

use jiff::Timestamp;

use crate::domain::catalog::{Listing, LocalImage};
use crate::domain::manifest::Target;
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::types::Label;

/// Why a local image is pinned for a target, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It states another label than that of its image.
    OtherLabel,
    /// It is not of the declared type.
    WrongType,
    /// It cannot boot the declared Instance type.
    CannotBoot,
    /// It replaced the pinned local image within one version, so that its age is unknown.
    ChangedInPlace,
    /// Its date is unknown, and `min-age` is declared.
    Undated,
    /// It is younger than `min-age`, until this time.
    TooYoung {
        /// When it is old enough.
        until: Timestamp,
    },
    /// The Marketplace went back to an older version.
    Withdrawn,
    /// It fits. The outcome of the selection refines this to one of the verdicts below.
    Fits,
    /// It is the newest that fits.
    Wins,
    /// It is pinned and stays, though it would not be selected again.
    Kept,
    /// It is one of several that fit equally well.
    Tied,
    /// Its label is one of several with the newest release.
    SameRelease,
    /// A newer release has a local image that fits.
    OlderRelease,
    /// Another version has a local image that is selected instead.
    OlderVersion,
}

/// A local image in the zone and for the architecture of a target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'c> {
    pub(crate) local: &'c LocalImage,
    /// Whether the current listing of the image has it, not only that of a version.
    pub(crate) is_current: bool,
    pub(crate) verdict: Verdict,
}

/// The local images that a listing offers for a target, at least one; or why it offers none.
pub(crate) type Offer<'c> = Result<Vec<&'c LocalImage>, Outcome<'c>>;

/// The local images of a listing in the zone and for the architecture of a target, each judged by what it is: its age
/// and its version are not considered.
pub(crate) fn judge<'c>(
    listing: &'c Listing,
    target: &Target,
    label: Option<&Label>,
) -> Vec<(&'c LocalImage, Verdict)> {
    let judge = |local: &LocalImage| {
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
    in_cell(listing, target).map(|local| (local, judge(local))).collect()
}

/// What a listing offers, given its judged local images.
pub(crate) fn offer<'c>(listing: &'c Listing, judged: &[(&'c LocalImage, Verdict)]) -> Offer<'c> {
    let with = |verdict: Verdict| -> Vec<&'c LocalImage> {
        judged.iter().filter(|(_, own)| *own == verdict).map(|(local, _)| *local).collect()
    };
    let (fitting, not_bootable) = (with(Verdict::Fits), with(Verdict::CannotBoot));
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    let no_match = if !not_bootable.is_empty() {
        NoMatch::NotBootable(not_bootable)
    } else if judged.is_empty() {
        NoMatch::NoCell
    } else {
        NoMatch::OtherTypes(judged.iter().map(|(local, _)| &local.image_type).collect())
    };
    Err(Outcome::NoMatch(listing, no_match))
}

/// The local images of the target's zone, architecture and type, whatever they can boot.
pub(crate) fn of_type<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    in_cell(listing, target).filter(|local| local.image_type.fits(target.image_type))
}

/// Whether a local image can boot the Instance type that the target declares, if it declares one.
pub(crate) fn boots(local: &LocalImage, target: &Target) -> bool {
    target.instance_type.as_ref().is_none_or(|wanted| local.commercial_types.contains(wanted.as_str()))
}

fn in_cell<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    listing.local_images().iter().filter(|local| local.zone == target.cell.zone && local.arch == target.cell.arch)
}
