//! Which local images of a listing can fill a target, and which one does. Never "the first".

use super::catalog::{Listing, LocalImage, StatedType};
use super::manifest::Target;

/// The outcome of looking for a target's local image.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'c> {
    /// Exactly one fits.
    One(&'c LocalImage),
    /// Several fit, and nothing in the manifest tells them apart.
    Several(Vec<&'c LocalImage>),
    /// None fits.
    None(Miss<'c>),
}

/// Why no local image fits.
#[derive(Debug, PartialEq, Eq)]
pub enum Miss<'c> {
    /// The image is not offered in this zone for this architecture.
    NoCell,
    /// It is, but only of these types.
    OtherTypes(Vec<&'c StatedType>),
    /// It is, but these local images cannot boot the declared Instance type.
    NotBootable(Vec<&'c LocalImage>),
}

/// The local images of the target's zone, architecture and type, whatever they can boot.
pub fn candidates<'c>(listing: &'c Listing, target: &Target) -> Vec<&'c LocalImage> {
    in_cell(listing, target).filter(|local| local.image_type.fits(target.image_type)).collect()
}

/// Whether a local image can boot the Instance type that the target declares, if it declares one.
pub fn boots(local: &LocalImage, target: &Target) -> bool {
    target.instance_type.as_ref().is_none_or(|wanted| local.commercial_types.contains(wanted.as_str()))
}

/// Chooses the local image that fills a target.
pub fn choose<'c>(listing: &'c Listing, target: &Target) -> Choice<'c> {
    let candidates = candidates(listing, target);
    if candidates.is_empty() {
        let types: Vec<_> = in_cell(listing, target).map(|local| &local.image_type).collect();
        return Choice::None(if types.is_empty() { Miss::NoCell } else { Miss::OtherTypes(types) });
    }
    let fitting: Vec<_> = candidates.iter().copied().filter(|local| boots(local, target)).collect();
    match fitting[..] {
        [] => Choice::None(Miss::NotBootable(candidates)),
        [one] => Choice::One(one),
        _ => Choice::Several(fitting),
    }
}

fn in_cell<'c>(listing: &'c Listing, target: &Target) -> impl Iterator<Item = &'c LocalImage> {
    listing.local_images().iter().filter(|local| local.zone == target.cell.zone && local.arch == target.cell.arch)
}
