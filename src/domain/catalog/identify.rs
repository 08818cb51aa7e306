//! What a UUID is that somebody found somewhere: a local image, a version, an image, or nothing that the Marketplace knows.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError};
use crate::domain::lock::{Lock, Pin};
use crate::domain::{Expected, ImageId, ImageRef, Label, LocalImageId, VersionId};

/// What a UUID is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdKind {
    /// A local image: what a pin pins, and an Instance boots.
    LocalImage {
        /// The local image.
        local: LocalImage,
        /// When its version was published, if that is known.
        published: Option<Timestamp>,
    },
    /// A version of an image.
    Version {
        /// Its image's label, if that is known.
        label: Option<Label>,
        /// When it was published, if that is known.
        published: Option<Timestamp>,
        /// How many local images it has.
        local_images: usize,
    },
    /// An image over all its versions.
    Image(Image),
    /// Nothing that the Marketplace describes.
    Unknown,
}

/// The three things that a UUID may be the ID of.
#[derive(Debug, Clone, Copy)]
pub struct UnknownId {
    local: LocalImageId,
    version: VersionId,
    image: ImageId,
}

impl UnknownId {
    /// Reads a UUID; `None` if the text is something else.
    ///
    /// # Errors
    /// If it is a UUID that nothing has.
    pub fn parse(text: &str) -> Option<Result<Self, Expected>> {
        match text.parse() {
            Ok(local) => Some(Ok(Self::of(local))),
            Err(expected) => Uuid::try_parse(text).is_ok_and(|_| text.len() == 36).then_some(Err(expected)),
        }
    }

    /// What may be a local image, and may be something else.
    pub fn of(local: LocalImageId) -> Self {
        Self { local, version: VersionId::from(local), image: ImageId::from(local) }
    }

    /// It as the ID of an image.
    pub fn image(self) -> ImageId {
        self.image
    }

    /// The pins that pin it, or that are of it.
    pub fn pins(self, lock: &Lock) -> impl Iterator<Item = &Pin> {
        let asked_by = [ImageRef::Version(self.version), ImageRef::Id(self.image)];
        lock.pins().iter().filter(move |pin| pin.id == self.local || asked_by.iter().any(|image| pin.is_of(image)))
    }
}

/// How many versions of an image are searched for a local image, the newest first.
const MOST_VERSIONS: usize = 32;

/// How many of them are asked for before their answers are awaited.
const AT_ONCE: usize = 4;

/// What must be asked to identify a UUID that the user typed.
pub fn identity_questions(id: UnknownId, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries =
        BTreeSet::from([Query::Index, Query::LocalImage(id.local), Query::Listing(ImageRef::Version(id.version))]);
    let of_local = local_image(id, catalog).and_then(|local| local.label).map(ImageRef::Label);
    for image in [of_local, Some(ImageRef::Version(id.version))].into_iter().flatten() {
        queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
        if matches!(image, ImageRef::Label(_)) {
            // A local image does not say of which version it is: the versions' listings do.
            if let Lookup::Found(versions) = catalog.versions(&image) {
                queries.extend(versions.iter().map(|it| Query::Listing(ImageRef::Version(it.id))));
            }
            queries.insert(Query::Listing(image));
        }
    }
    if is_not_found(id, catalog) {
        queries.extend(search(catalog));
    }
    catalog.unanswered(queries)
}

/// Whether the Marketplace says that a UUID is neither of the three. A superseded local image may still be listed by its
/// version.
fn is_not_found(id: UnknownId, catalog: &Catalog) -> bool {
    matches!(catalog.index(), Lookup::Found(_))
        && matches!(catalog.local_image(id.local), Lookup::NotFound)
        && matches!(version(id, catalog), Lookup::NotFound)
        && catalog.image(&ImageRef::Id(id.image)).is_none()
        && local_image(id, catalog).is_none()
}

/// The local images of the version with the ID. A version that no image has is not one, even if it is answered with an empty
/// listing.
fn version(id: UnknownId, catalog: &Catalog) -> Lookup<&Listing> {
    match catalog.listing(&ImageRef::Version(id.version)) {
        Lookup::Found(listing) => {
            let is_one = !listing.local_images().is_empty() || catalog.label_of_version(id.version).is_some();
            if is_one { Lookup::Found(listing) } else { listing.doubt().map_or(Lookup::NotFound, Lookup::Failed) }
        }
        other => other,
    }
}

/// The listings in which a local image may be that its ID does not find: of all images, and of their newest versions.
fn search(catalog: &Catalog) -> impl Iterator<Item = Query> {
    catalog.images().iter().flat_map(|image| {
        let label = ImageRef::Label(image.label.clone());
        let versions = match catalog.versions(&label) {
            Lookup::Found(versions) => &versions[..],
            Lookup::NotFound | Lookup::Failed(_) => &[],
        };
        let listings = versions.iter().take(MOST_VERSIONS).map(|it| Query::Listing(ImageRef::Version(it.id)));
        let next = listings.filter(|query| !catalog.knows(query)).take(AT_ONCE);
        [Query::Listing(label), Query::Versions(image.id)].into_iter().chain(next)
    })
}

/// The local image with the ID: looked up, or of any listing.
fn local_image(id: UnknownId, catalog: &Catalog) -> Option<LocalImage> {
    match catalog.local_image(id.local) {
        Lookup::Found(local) => Some(local.clone()),
        Lookup::NotFound | Lookup::Failed(_) => {
            let (local, label) = catalog.listed().find(|(local, _)| local.id == id.local)?;
            Some(LocalImage { label: label.cloned(), ..local.clone() })
        }
    }
}

/// Identifies a UUID.
///
/// # Errors
/// Where the Marketplace did not answer, so that what was not found may exist all the same.
pub fn identify(id: UnknownId, catalog: &Catalog) -> Result<IdKind, QueryError> {
    if let Some(local) = local_image(id, catalog) {
        let published = local.label.clone().and_then(|label| catalog.published(&ImageRef::Label(label), id.local));
        return Ok(IdKind::LocalImage { local, published });
    }
    if let Some(image) = catalog.image(&ImageRef::Id(id.image)) {
        return Ok(IdKind::Image(image.clone()));
    }
    if let Lookup::Found(listing) = version(id, catalog) {
        listing.doubt().map_or(Ok(()), Err)?;
        let label = listing.label().or_else(|| catalog.label_of_version(id.version)).cloned();
        let of_image = label.clone().map(|label| catalog.versions(&ImageRef::Label(label)));
        let published = match of_image.unwrap_or(Lookup::NotFound) {
            Lookup::Found(versions) => versions.iter().find(|it| it.id == id.version).and_then(|it| it.published),
            Lookup::NotFound | Lookup::Failed(_) => None,
        };
        return Ok(IdKind::Version { label, published, local_images: listing.local_images().len() });
    }
    let lookup = match catalog.local_image(id.local) {
        Lookup::Failed(failure) => Some(failure),
        Lookup::Found(_) | Lookup::NotFound => None,
    };
    lookup.or_else(|| catalog.first_failure()).map_or(Ok(IdKind::Unknown), Err)
}
