//! Identifies a UUID of unknown kind: whether it is the ID of a local image, a version, an image, or none of these.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError};
use crate::domain::types::{Expected, ImageRef, Label, LocalImageId, VersionId};

/// What a UUID identifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdKind {
    /// A local image. Pins contain its ID, and Instances boot from it.
    LocalImage {
        /// The local image.
        local: LocalImage,
        /// When the Marketplace published its version, if that is known.
        published: Option<Timestamp>,
    },
    /// A version of an image.
    Version {
        /// The label of its image, if that is known.
        label: Option<Label>,
        /// When the Marketplace published it, if that is known.
        published: Option<Timestamp>,
        /// The number of its local images.
        local_images: usize,
    },
    /// A Marketplace image, which has one or more versions.
    Image {
        /// The image.
        image: Image,
        /// The local images that are currently offered, sorted by zone, architecture and type, each with the
        /// publication date of its version, if that is known.
        local_images: Vec<(LocalImage, Option<Timestamp>)>,
    },
    /// Nothing that the Marketplace lists.
    Unknown,
}

/// Parses a UUID of unknown kind. It has the type of a local image's ID, which converts to the other kinds of IDs.
/// `None` if the text is not a UUID.
///
/// # Errors
/// If the text is a UUID that cannot be an ID: all zeros or all ones.
pub fn parse_id(text: &str) -> Option<Result<LocalImageId, Expected>> {
    let id = text.parse();
    (id.is_ok() || (text.len() == 36 && Uuid::try_parse(text).is_ok())).then_some(id)
}

/// How many versions of each image are searched for a local image, newest first.
const MAX_VERSIONS: usize = 32;

/// How many listings of versions are requested for each image in one round.
const VERSIONS_AT_ONCE: usize = 4;

/// The queries that are still needed to identify a UUID.
pub fn identify_queries(id: LocalImageId, catalog: &Catalog) -> BTreeSet<Query> {
    let of_version = ImageRef::Version(id.into());
    let mut queries = BTreeSet::from([Query::Index, Query::LocalImage(id), Query::Listing(of_version.clone())]);
    queries.extend(catalog.versions_query(&of_version));
    if let Some(label) = local_image(id, catalog).and_then(|local| local.label) {
        let image = ImageRef::Label(label);
        queries.extend(catalog.versions_query(&image));
        // A local image does not name its version. Only the listings of the versions show their local images.
        queries.extend(catalog.known_versions(&image).iter().map(Query::version));
        queries.insert(Query::Listing(image));
    }
    if let Some(image) = catalog.image(&ImageRef::Id(id.into())) {
        queries.extend([Query::Listing(ImageRef::Label(image.label.clone())), Query::Versions(image.id)]);
    }
    if is_not_found(id, catalog) {
        queries.extend(search(catalog));
    }
    catalog.unanswered(queries)
}

/// Whether no direct lookup finds a UUID. It may still be a superseded local image, which only the listing of its
/// version shows.
fn is_not_found(id: LocalImageId, catalog: &Catalog) -> bool {
    matches!(catalog.index(), Lookup::Found(_))
        && matches!(catalog.local_image(id), Lookup::NotFound)
        && matches!(version(id.into(), catalog), Lookup::NotFound)
        && catalog.image(&ImageRef::Id(id.into())).is_none()
        && local_image(id, catalog).is_none()
}

/// The local images of a version. If the listing is empty and no image has the version, the version does not exist.
fn version(id: VersionId, catalog: &Catalog) -> Lookup<&Listing> {
    match catalog.listing(&ImageRef::Version(id)) {
        Lookup::Found(listing) if listing.local_images().is_empty() && catalog.label_of_version(id).is_none() => {
            listing.doubt().map_or(Lookup::NotFound, Lookup::Failed)
        }
        other => other,
    }
}

/// The queries to search for a local image that a lookup by ID does not find: in the listings of all images and of
/// their newest versions.
fn search(catalog: &Catalog) -> impl Iterator<Item = Query> {
    catalog.images().iter().flat_map(|image| {
        let label = ImageRef::Label(image.label.clone());
        let listings = catalog.known_versions(&label).iter().take(MAX_VERSIONS).map(Query::version);
        let next = listings.filter(|query| !catalog.is_answered(query)).take(VERSIONS_AT_ONCE);
        [Query::Listing(label), Query::Versions(image.id)].into_iter().chain(next)
    })
}

/// The local image with the ID, from a lookup or from any listing.
fn local_image(id: LocalImageId, catalog: &Catalog) -> Option<LocalImage> {
    catalog.local_image(id).found().cloned().or_else(|| {
        let (local, label) = catalog.listed().find(|(local, _)| local.id == id)?;
        Some(LocalImage { label: label.cloned(), ..local.clone() })
    })
}

/// Identifies a UUID from the responses in the catalog.
///
/// # Errors
/// If the UUID was not found, and a failed query or an incomplete listing may be the reason.
pub fn identify(id: LocalImageId, catalog: &Catalog) -> Result<IdKind, QueryError> {
    if let Some(local) = local_image(id, catalog) {
        let published = local.label.clone().and_then(|label| catalog.published(&ImageRef::Label(label), id));
        return Ok(IdKind::LocalImage { local, published });
    }
    if let Some(image) = catalog.image(&ImageRef::Id(id.into())) {
        let label = ImageRef::Label(image.label.clone());
        let listing = catalog.listing(&label).known()?.map_or(&[][..], Listing::local_images);
        let dated = |local: &LocalImage| (local.clone(), catalog.published(&label, local.id));
        let mut local_images: Vec<_> = listing.iter().map(dated).collect();
        local_images.sort_by(|(a, _), (b, _)| {
            (&a.zone, &a.arch, a.image_type.as_str()).cmp(&(&b.zone, &b.arch, b.image_type.as_str()))
        });
        return Ok(IdKind::Image { image: image.clone(), local_images });
    }
    let version_id = VersionId::from(id);
    if let Lookup::Found(listing) = version(version_id, catalog) {
        listing.doubt().map_or(Ok(()), Err)?;
        let label = listing.label().or_else(|| catalog.label_of_version(version_id)).cloned();
        let image = label.clone().map(ImageRef::Label);
        let versions = image.map_or(&[][..], |image| catalog.known_versions(&image));
        let published = versions.iter().find(|it| it.id == version_id).and_then(|it| it.published);
        return Ok(IdKind::Version { label, published, local_images: listing.local_images().len() });
    }
    catalog.local_image(id).known()?;
    catalog.first_error().map_or(Ok(IdKind::Unknown), Err)
}
