//! The local images in the fetched listings, by ID, and the zones, architectures and types in which a label is offered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Request;
use crate::domain::catalog::{Catalog, Listing, LocalImage, Lookup, QueryError, StatedType};
use crate::domain::diagnostics::{Problem, and, and_more, quoted};
use crate::domain::lock::Lock;
use crate::domain::types::{Arch, ImageRef, ImageType, Label, LocalImageId, Zone};

/// All local images in the listings and in the lockfile, by ID.
pub(super) struct Listed {
    local_images: BTreeMap<LocalImageId, LocalImage>,
    /// Why local images may be missing.
    doubt: Option<QueryError>,
}

impl Listed {
    /// Collects the local images of the listings and of the lockfile. Blocks that were edited are ignored.
    pub(super) fn new(lock: &Lock, catalog: &Catalog) -> Self {
        let listed = catalog.listed().map(|(local, label)| LocalImage { label: label.cloned(), ..local.clone() });
        let pinned = lock.pins().iter().rev().filter(|pin| !lock.is_edited(&pin.cell)).filter_map(|pin| {
            let (zone, arch) = (pin.cell.zone.clone(), pin.cell.arch.clone());
            Some(local_image(pin.id, pin.label()?.clone(), zone, arch, pin.image_type))
        });
        let mut local_images = BTreeMap::new();
        for local in listed.chain(pinned) {
            local_images.entry(local.id).or_insert(local);
        }
        let mut listed = Self { local_images, doubt: None };
        for image in catalog.images() {
            match catalog.listing(&ImageRef::Label(image.label.clone())) {
                Lookup::Found(listing) => listed.doubt = listed.doubt.or_else(|| listing.doubt()),
                Lookup::NotFound => {}
                Lookup::Failed(error) => listed.doubt = Some(error),
            }
        }
        listed
    }

    /// The local image with an ID; `None` if it is neither listed nor pinned.
    ///
    /// # Errors
    /// If it was not found, but a listing failed or may be incomplete.
    pub(super) fn get(&self, id: LocalImageId) -> Result<Option<LocalImage>, QueryError> {
        match (self.local_images.get(&id), &self.doubt) {
            (None, Some(doubt)) => Err(doubt.clone()),
            (found, _) => Ok(found.cloned()),
        }
    }

    /// The labels of the IDs that are listed.
    pub(super) fn labels(&self, ids: impl Iterator<Item = LocalImageId>) -> BTreeSet<Label> {
        ids.filter_map(|id| self.local_images.get(&id)?.label.clone()).collect()
    }
}

/// A local image as the lockfile or the user describes it.
pub(super) fn local_image(id: LocalImageId, label: Label, zone: Zone, arch: Arch, image_type: ImageType) -> LocalImage {
    let image_type = StatedType::Known(image_type);
    LocalImage { id, label: Some(label), zone, arch, image_type, commercial_types: Arc::default() }
}

/// The local images of a label, in its current listing and in the fetched listings of its versions.
pub(super) struct Offers<'c> {
    label: &'c Label,
    /// The local images that are currently offered.
    now: &'c [LocalImage],
    /// The local images in all fetched listings, including those of earlier versions.
    earlier: Vec<&'c LocalImage>,
}

impl<'c> Offers<'c> {
    /// Collects the local images of a label.
    ///
    /// # Errors
    /// If the query for the label's listing failed, or the listing may be incomplete.
    pub(super) fn of(label: &'c Label, catalog: &'c Catalog) -> Result<Self, QueryError> {
        let listing = catalog.listing(&ImageRef::Label(label.clone())).known()?;
        listing.and_then(Listing::doubt).map_or(Ok(()), Err)?;
        let all = catalog.listed().filter(|(_, of)| *of == Some(label));
        let now = listing.map_or(&[][..], Listing::local_images);
        Ok(Self { label, now, earlier: all.map(|(local, _)| local).collect() })
    }

    /// The only type with which the label is offered in a zone for an architecture: currently, or else earlier, or else
    /// currently in other zones, or else for other architectures.
    ///
    /// # Errors
    /// If no type or more than one matches.
    pub(super) fn only_type(&self, request: &Request, zone: &Zone, arch: &Arch) -> Result<ImageType, Problem> {
        let in_cell = |local: &&LocalImage| (&local.zone, &local.arch) == (zone, arch);
        let now = || self.now.iter();
        let first = [
            types(now().filter(in_cell)),
            types(self.earlier.iter().copied().filter(in_cell)),
            types(now().filter(|local| local.arch == *arch)),
            types(now()),
        ];
        let types = first.into_iter().find(|types| !types.is_empty()).unwrap_or_default();
        let label = self.label;
        let offered = match types.first() {
            Some(only) if types.len() == 1 => return Ok(*only),
            Some(_) => format!("`{label}` is offered with the types {}", and(types.iter().map(quoted))),
            None => format!("`{label}` is currently not offered"),
        };
        let problem =
            Problem::new(format!("{}the type of {} is unknown: {offered}", request.origin(), request.zoned()));
        let [sbs, local] = ImageType::ALL;
        Err(problem.help(format!(
            "type the ID as `NAME=UUID`, with `--type {sbs}` if the root volume of the server is on Block Storage (`{}`), or \
             with `--type {local}` if it is local (`{}`)",
            sbs.volume_type(),
            local.volume_type()
        )))
    }

    /// The warning if a label is currently not offered as the user describes an ID. It is not an error, because the label
    /// may have been offered so in the past.
    pub(super) fn warning(
        &self,
        request: &Request,
        zone: &Zone,
        arch: &Arch,
        image_type: ImageType,
    ) -> Option<Problem> {
        let is_so =
            |local: &LocalImage| (&local.zone, &local.arch) == (zone, arch) && local.image_type.fits(image_type);
        if self.now.iter().any(is_so) {
            return None;
        }
        let problem = Problem::new(format!(
            "{} is pinned as `{}` in {zone} for {arch} ({image_type}), which is currently not offered",
            request.zoned(),
            self.label
        ))
        .help("if this is wrong, run the command again with other options to correct the declaration and the pin");
        let offered: BTreeSet<String> =
            self.now.iter().map(|it| format!("{} for {} ({})", it.zone, it.arch, it.image_type.as_str())).collect();
        Some(if offered.is_empty() {
            problem
        } else {
            problem.note(format!("`{}` is offered in {}", self.label, and_more(offered, 6)))
        })
    }
}

/// The types of local images. If the Marketplace states none of them, the default type is assumed.
fn types<'c>(locals: impl Iterator<Item = &'c LocalImage>) -> BTreeSet<ImageType> {
    let (mut known, mut unstated) = (BTreeSet::new(), false);
    for local in locals {
        match local.image_type {
            StatedType::Known(image_type) => drop(known.insert(image_type)),
            StatedType::Unstated => unstated = true,
            StatedType::Other(_) => {}
        }
    }
    if known.is_empty() && unstated {
        known.insert(ImageType::InstanceSbs);
    }
    known
}
