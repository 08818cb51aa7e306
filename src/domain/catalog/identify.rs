//! Identifies a UUID of unknown kind: a local image, a version, an image, or none of these.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError};
use crate::domain::types::{Expected, ImageId, ImageRef, Label, LocalImageId, VersionId};

/// The kind of thing that a UUID identifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdKind {
    /// A local image, which is what a pin holds and an Instance boots from.
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
    /// Nothing that the Marketplace lists.
    Unknown,
}

/// A UUID as the ID of each kind of thing that it may identify.
#[derive(Debug, Clone, Copy)]
pub struct UnknownId {
    local: LocalImageId,
    version: VersionId,
    image: ImageId,
}

impl UnknownId {
    /// Parses a UUID; `None` if the text is something else.
    ///
    /// # Errors
    /// If the UUID cannot be an ID.
    pub fn parse(text: &str) -> Option<Result<Self, Expected>> {
        match text.parse() {
            Ok(local) => Some(Ok(Self::of(local))),
            Err(expected) => Uuid::try_parse(text).is_ok_and(|_| text.len() == 36).then_some(Err(expected)),
        }
    }

    /// The ID of a local image, which may be the ID of something else.
    pub fn of(local: LocalImageId) -> Self {
        Self { local, version: VersionId::from(local), image: ImageId::from(local) }
    }

    /// The UUID as the ID of an image.
    pub fn image(self) -> ImageId {
        self.image
    }

    /// The UUID as the ID of a local image.
    pub fn local_image(self) -> LocalImageId {
        self.local
    }

    /// The UUID as the ID of a version.
    pub fn version(self) -> VersionId {
        self.version
    }
}

/// How many versions of an image are searched for a local image, newest first.
const MAX_VERSIONS: usize = 32;

/// How many of their listings are requested at a time.
const VERSIONS_AT_ONCE: usize = 4;

/// The queries whose results are still needed to identify a UUID.
pub fn identify_queries(id: UnknownId, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries =
        BTreeSet::from([Query::Index, Query::LocalImage(id.local), Query::Listing(ImageRef::Version(id.version))]);
    let of_local = local_image(id, catalog).and_then(|local| local.label).map(ImageRef::Label);
    for image in [of_local, Some(ImageRef::Version(id.version))].into_iter().flatten() {
        queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
        if matches!(image, ImageRef::Label(_)) {
            // A local image does not say its version; the listings of the versions show their local images.
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

/// Whether the Marketplace does not know a UUID as an ID of any kind. It may still be a superseded local image that only
/// the listing of its version shows.
fn is_not_found(id: UnknownId, catalog: &Catalog) -> bool {
    matches!(catalog.index(), Lookup::Found(_))
        && matches!(catalog.local_image(id.local), Lookup::NotFound)
        && matches!(version(id, catalog), Lookup::NotFound)
        && catalog.image(&ImageRef::Id(id.image)).is_none()
        && local_image(id, catalog).is_none()
}

/// The local images of the version with the ID. An empty listing of a version that no image has means that the version
/// does not exist.
fn version(id: UnknownId, catalog: &Catalog) -> Lookup<&Listing> {
    match catalog.listing(&ImageRef::Version(id.version)) {
        Lookup::Found(listing) => {
            let exists = !listing.local_images().is_empty() || catalog.label_of_version(id.version).is_some();
            if exists { Lookup::Found(listing) } else { listing.doubt().map_or(Lookup::NotFound, Lookup::Failed) }
        }
        other => other,
    }
}

/// The listings that may show a local image that cannot be looked up: those of all images and of their newest versions.
fn search(catalog: &Catalog) -> impl Iterator<Item = Query> {
    catalog.images().iter().flat_map(|image| {
        let label = ImageRef::Label(image.label.clone());
        let versions = match catalog.versions(&label) {
            Lookup::Found(versions) => &versions[..],
            Lookup::NotFound | Lookup::Failed(_) => &[],
        };
        let listings = versions.iter().take(MAX_VERSIONS).map(|it| Query::Listing(ImageRef::Version(it.id)));
        let next = listings.filter(|query| !catalog.is_answered(query)).take(VERSIONS_AT_ONCE);
        [Query::Listing(label), Query::Versions(image.id)].into_iter().chain(next)
    })
}

/// The local image with the ID: looked up, or found in any listing.
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
/// If it was not found, and a failed query or an incomplete listing may be the reason.
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
        let versions = label.clone().map(|label| catalog.versions(&ImageRef::Label(label)));
        let published = match versions.unwrap_or(Lookup::NotFound) {
            Lookup::Found(versions) => versions.iter().find(|it| it.id == id.version).and_then(|it| it.published),
            Lookup::NotFound | Lookup::Failed(_) => None,
        };
        return Ok(IdKind::Version { label, published, local_images: listing.local_images().len() });
    }
    let error = catalog.local_image(id.local).error().cloned();
    error.or_else(|| catalog.first_error()).map_or(Ok(IdKind::Unknown), Err)
}
