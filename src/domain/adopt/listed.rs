//! What the listings say that were fetched: which local images there are, and where and with which type a label is offered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::catalog::{Catalog, LocalImage, Lookup, QueryError, StatedType};
use crate::domain::lock::Lock;
use crate::domain::types::{Arch, ImageRef, ImageType, Label, LocalImageId, Zone};

/// Every local image that is listed, and those that the lock pins, by ID.
pub(super) struct Listed<'c> {
    rows: BTreeMap<LocalImageId, (&'c LocalImage, Option<&'c Label>)>,
    pinned: BTreeMap<LocalImageId, LocalImage>,
    /// Why that may not be all.
    doubt: Option<QueryError>,
}

impl<'c> Listed<'c> {
    pub(super) fn new(lock: &Lock, catalog: &'c Catalog) -> Self {
        let mut rows = BTreeMap::new();
        for (local, label) in catalog.listed() {
            rows.entry(local.id).or_insert((local, label));
        }
        let pinned = lock.pins().iter().filter(|pin| !lock.is_edited(&pin.cell)).filter_map(|pin| {
            let (zone, arch) = (pin.cell.zone.clone(), pin.cell.arch.clone());
            Some((pin.id, local_image(pin.id, pin.label()?.clone(), zone, arch, pin.image_type)))
        });
        let mut listed = Self { rows, pinned: pinned.collect(), doubt: None };
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
        let row = self.rows.get(&id).map(|(local, label)| LocalImage { label: label.cloned(), ..(*local).clone() });
        match (row.or_else(|| self.pinned.get(&id).cloned()), &self.doubt) {
            (None, Some(doubt)) => Err(doubt.clone()),
            (found, _) => Ok(found),
        }
    }

    /// The labels of those of the IDs that are listed.
    pub(super) fn labels(&self, ids: impl Iterator<Item = LocalImageId>) -> BTreeSet<Label> {
        ids.filter_map(|id| self.rows.get(&id)?.1.cloned()).collect()
    }
}

pub(super) fn local_image(id: LocalImageId, label: Label, zone: Zone, arch: Arch, image_type: ImageType) -> LocalImage {
    let image_type = StatedType::Known(image_type);
    LocalImage { id, label: Some(label), zone, arch, image_type, commercial_types: Arc::default() }
}

/// What is offered under a label: in its listing, and in those of its versions that were fetched.
pub(super) struct Offers<'c> {
    /// What its own listing has: what is offered now.
    pub(super) now: &'c [LocalImage],
    /// What the listings of its versions have.
    pub(super) earlier: Vec<&'c LocalImage>,
}

impl<'c> Offers<'c> {
    /// # Errors
    /// If the label's listing was not fetched, or is not whole.
    pub(super) fn of(label: &Label, catalog: &'c Catalog) -> Result<Self, QueryError> {
        let now = match catalog.listing(&ImageRef::Label(label.clone())) {
            Lookup::Found(listing) => listing.doubt().map_or(Ok(listing.local_images()), Err)?,
            Lookup::NotFound => &[],
            Lookup::Failed(failure) => return Err(failure),
        };
        let all = catalog.listed().filter(|(_, of)| *of == Some(label));
        Ok(Self { now, earlier: all.map(|(local, _)| local).collect() })
    }

    /// The types that the label is offered with in a cell: now, else earlier, else elsewhere for the architecture.
    pub(super) fn types(&self, zone: &Zone, arch: &Arch) -> BTreeSet<ImageType> {
        let in_cell = |local: &&&LocalImage| (&local.zone, &local.arch) == (zone, arch);
        let now = || self.now.iter();
        let first = [
            types(now().filter(|local| in_cell(&local))),
            types(self.earlier.iter().filter(in_cell).copied()),
            types(now().filter(|local| local.arch == *arch)),
            types(now()),
        ];
        first.into_iter().find(|types| !types.is_empty()).unwrap_or_default()
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
