//! What the listings say that were fetched: which local images there are, and where and with which type a label is offered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Request;
use crate::domain::catalog::{Catalog, Listing, LocalImage, Lookup, QueryError, StatedType};
use crate::domain::diagnostics::{Problem, and, and_more, quoted};
use crate::domain::lock::Lock;
use crate::domain::types::{Arch, ImageRef, ImageType, Label, LocalImageId, Zone};

/// Every local image that is listed, and those that the lock pins, by ID.
pub(super) struct Listed {
    rows: BTreeMap<LocalImageId, LocalImage>,
    /// Why that may not be all.
    doubt: Option<QueryError>,
}

impl Listed {
    pub(super) fn new(lock: &Lock, catalog: &Catalog) -> Self {
        let listed = catalog.listed().map(|(local, label)| LocalImage { label: label.cloned(), ..local.clone() });
        let pinned = lock.pins().iter().rev().filter(|pin| !lock.is_edited(&pin.cell)).filter_map(|pin| {
            let (zone, arch) = (pin.cell.zone.clone(), pin.cell.arch.clone());
            Some(local_image(pin.id, pin.label()?.clone(), zone, arch, pin.image_type))
        });
        let mut rows = BTreeMap::new();
        for local in listed.chain(pinned) {
            rows.entry(local.id).or_insert(local);
        }
        let mut listed = Self { rows, doubt: None };
        for image in catalog.images() {
            match catalog.listing(&ImageRef::Label(image.label.clone())) {
                Lookup::Found(listing) => listed.doubt = listed.doubt.or_else(|| listing.doubt()),
                Lookup::NotFound => {}
                Lookup::Failed(failure) => listed.doubt = Some(failure),
            }
        }
        listed
    }

    /// The local image with an ID. `None` if it is not listed and not pinned.
    ///
    /// # Errors
    /// If it may be in a listing that was not fetched.
    pub(super) fn get(&self, id: LocalImageId) -> Result<Option<LocalImage>, QueryError> {
        match (self.rows.get(&id), &self.doubt) {
            (None, Some(doubt)) => Err(doubt.clone()),
            (found, _) => Ok(found.cloned()),
        }
    }

    /// The labels of those of the IDs that are listed.
    pub(super) fn labels(&self, ids: impl Iterator<Item = LocalImageId>) -> BTreeSet<Label> {
        ids.filter_map(|id| self.rows.get(&id)?.label.clone()).collect()
    }
}

pub(super) fn local_image(id: LocalImageId, label: Label, zone: Zone, arch: Arch, image_type: ImageType) -> LocalImage {
    let image_type = StatedType::Known(image_type);
    LocalImage { id, label: Some(label), zone, arch, image_type, commercial_types: Arc::default() }
}

/// What is offered under a label: in its listing, and in those of its versions that were fetched.
pub(super) struct Offers<'c> {
    label: &'c Label,
    /// What its own listing has: what is offered now.
    now: &'c [LocalImage],
    /// What the listings of its versions have.
    earlier: Vec<&'c LocalImage>,
}

impl<'c> Offers<'c> {
    /// # Errors
    /// If the label's listing was not fetched, or is not whole.
    pub(super) fn of(label: &'c Label, catalog: &'c Catalog) -> Result<Self, QueryError> {
        let listing = catalog.listing(&ImageRef::Label(label.clone())).known()?;
        listing.and_then(Listing::doubt).map_or(Ok(()), Err)?;
        let all = catalog.listed().filter(|(_, of)| *of == Some(label));
        let now = listing.map_or(&[][..], Listing::local_images);
        Ok(Self { label, now, earlier: all.map(|(local, _)| local).collect() })
    }

    /// The one type that the label is offered with in a cell: now, else earlier, else elsewhere for the architecture.
    ///
    /// # Errors
    /// If there is none, or more than one.
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
            Some(_) => format!("`{label}` is offered as {}", and(types.iter().map(quoted))),
            None => format!("`{label}` is not offered now"),
        };
        let problem =
            Problem::new(format!("{}the type of {} is unknown: {offered}", request.origin(), request.zoned()));
        let [sbs, local] = ImageType::ALL;
        Err(problem.help(format!(
            "add `--type {sbs}` if its root volume is on Block Storage (`{}`), or `--type {local}` if it is local (`{}`)",
            sbs.volume_type(),
            local.volume_type()
        )))
    }

    /// What to warn of: an image that is offered otherwise now may have been offered so before.
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
            "{} is pinned as `{}` in {zone} for {arch} ({image_type}), which is not offered now",
            request.zoned(),
            self.label
        ))
        .help(
            "if that is a mistake, run the command again with other options: it corrects the declaration and the pin",
        );
        let offered: BTreeSet<String> =
            self.now.iter().map(|it| format!("{} for {} ({})", it.zone, it.arch, it.image_type.as_str())).collect();
        Some(if offered.is_empty() {
            problem
        } else {
            problem.note(format!("it is offered in {}", and_more(offered, 6)))
        })
    }
}

/// The types of local images. A row without a type fits any; it is taken for the default only if no row states one.
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
