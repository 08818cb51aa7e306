//! The responses of the Marketplace in memory: the index of all images, their versions, listings of local images, and
//! local images by ID.
//!
//! A catalog distinguishes what does not exist from what is unknown. A failed query has the result [`Lookup::Failed`],
//! and so has a query that was never sent. A [`Listing`] that may be incomplete says so ([`Listing::doubt`]).

pub mod identify;
mod listing;
mod query;
mod query_error;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::types::{ImageId, ImageRef, Label, LocalImageId, VersionId};
pub use listing::{Image, Listing, LocalImage, StatedType, Version};
pub use query::{Lookup, Query, Response};
pub use query_error::QueryError;

/// The responses of the Marketplace in one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    listings: BTreeMap<ImageRef, Lookup<Listing>>,
    versions: BTreeMap<ImageId, Lookup<Vec<Version>>>,
    local_images: BTreeMap<LocalImageId, Lookup<LocalImage>>,
    /// The index, sorted by label.
    images: Option<Lookup<Vec<Image>>>,
    /// For each image ID, the position of the image in the index.
    by_id: BTreeMap<ImageId, usize>,
}

impl Catalog {
    /// Adds a response.
    pub fn record(&mut self, response: Response) {
        match response {
            Response::Index(images) => {
                self.images = Some(images.map(|mut images| {
                    // If an end-of-life image and its successor share a label, the label means the successor.
                    images.sort_by_key(|image| (image.label.clone(), image.valid_until.is_some(), image.id));
                    images.dedup_by(|later, first| later.label == first.label);
                    images
                }));
                let positions = self.images().iter().enumerate().rev().map(|(position, image)| (image.id, position));
                self.by_id = positions.collect();
            }
            Response::Listing(image, listing) => drop(self.listings.insert(image, listing)),
            // Every image in the index has versions.
            Response::Versions(id, Lookup::NotFound) if self.by_id.contains_key(&id) => {
                let how = format!("the index contains the image {id}, but its versions were not found");
                self.versions.insert(id, Lookup::Failed(QueryError::invalid_response(how)));
            }
            Response::Versions(image, versions) => {
                let newest_first = versions.map(|mut versions| {
                    versions.sort_by(|a, b| b.cmp(a));
                    // If a version is listed with two dates, the later one counts: it must not appear older than it is.
                    let mut seen = BTreeSet::new();
                    versions.retain(|version| seen.insert(version.id));
                    versions
                });
                self.versions.insert(image, newest_first);
            }
            Response::LocalImage(id, local) => drop(self.local_images.insert(id, local)),
        }
    }

    /// Whether a query has a result. A failure is also a result.
    pub fn is_answered(&self, query: &Query) -> bool {
        match query {
            Query::Index => self.images.is_some(),
            Query::Listing(image) => self.listings.contains_key(image),
            Query::Versions(image) => self.versions.contains_key(image),
            Query::LocalImage(id) => self.local_images.contains_key(id),
        }
    }

    /// Of these queries, those that have no result yet.
    pub fn unanswered(&self, mut queries: BTreeSet<Query>) -> BTreeSet<Query> {
        queries.retain(|query| !self.is_answered(query));
        queries
    }

    /// The local images of an image or a version.
    pub fn listing(&self, image: &ImageRef) -> Lookup<&Listing> {
        look_up(self.listings.get(image))
    }

    /// The local image with an ID.
    pub fn local_image(&self, id: LocalImageId) -> Lookup<&LocalImage> {
        look_up(self.local_images.get(&id))
    }

    /// All images, sorted by label.
    pub fn index(&self) -> Lookup<&Vec<Image>> {
        look_up(self.images.as_ref())
    }

    /// All images, sorted by label; empty if the index is unknown.
    pub fn images(&self) -> &[Image] {
        if let Some(Lookup::Found(images)) = &self.images { images } else { &[] }
    }

    /// The image with a label, an image ID or a version, as far as the index and the listings show.
    pub fn image(&self, image: &ImageRef) -> Option<&Image> {
        match image {
            ImageRef::Label(label) => {
                let position = self.images().binary_search_by(|known| known.label.cmp(label)).ok()?;
                self.images().get(position)
            }
            ImageRef::Id(id) => self.images().get(*self.by_id.get(id)?),
            ImageRef::Version(id) => {
                let label =
                    self.found_listing(image).and_then(Listing::label).or_else(|| self.label_of_version(*id))?;
                self.image(&ImageRef::Label(label.clone()))
            }
        }
    }

    /// The listing of an image or a version, if it was found.
    fn found_listing(&self, image: &ImageRef) -> Option<&Listing> {
        if let Lookup::Found(listing) = self.listings.get(image)? { Some(listing) } else { None }
    }

    /// Whether the listing of an image or a version contains a local image; `None` if the listing is missing.
    pub(crate) fn lists(&self, image: &ImageRef, id: LocalImageId) -> Option<bool> {
        self.found_listing(image).map(|listing| listing.has(id))
    }

    /// All local images in the listings, each with its label: first those of listings by label, then by image ID, then
    /// by version.
    pub fn listed(&self) -> impl Iterator<Item = (&LocalImage, Option<&Label>)> {
        let found = self.listings.keys().filter_map(|image| Some((image, self.found_listing(image)?)));
        found.flat_map(|(image, listing)| {
            let of_listing = match image {
                ImageRef::Label(label) => Some(label),
                ImageRef::Id(_) => self.image(image).map(|image| &image.label),
                ImageRef::Version(id) => listing.label().or_else(|| self.label_of_version(*id)),
            };
            listing.local_images().iter().map(move |local| (local, local.label.as_ref().or(of_listing)))
        })
    }

    /// The label of the image that has a version, as far as versions are known.
    pub fn label_of_version(&self, id: VersionId) -> Option<&Label> {
        let has = |image: &&Image| match self.versions.get(&image.id) {
            Some(Lookup::Found(versions)) => versions.iter().any(|version| version.id == id),
            _ => false,
        };
        self.images().iter().find(has).map(|image| &image.label)
    }

    /// The versions of an image, newest first.
    pub fn versions(&self, image: &ImageRef) -> Lookup<&Vec<Version>> {
        match (self.image(image), self.index()) {
            (Some(image), _) => look_up(self.versions.get(&image.id)),
            (None, Lookup::Failed(error)) => Lookup::Failed(error),
            (None, _) => Lookup::NotFound,
        }
    }

    /// The versions of an image, newest first; empty if they are unknown.
    pub(crate) fn known_versions(&self, image: &ImageRef) -> &[Version] {
        self.versions(image).found().map_or(&[], Vec::as_slice)
    }

    /// The query for the versions of an image; `None` if the image is not in the index.
    pub(crate) fn versions_query(&self, image: &ImageRef) -> Option<Query> {
        self.image(image).map(|image| Query::Versions(image.id))
    }

    /// The version of `image` to which a local image belongs, if that is known.
    ///
    /// A local image does not name its version; the listing of a version shows its local images. If several versions
    /// contain a local image, the oldest one introduced it. If an image has only one version, its current local images
    /// belong to that version.
    pub fn version_of(&self, image: &ImageRef, id: LocalImageId) -> Option<&Version> {
        let versions = self.known_versions(image);
        let has = |image: &ImageRef| self.lists(image, id);
        let of = |version: &&Version| has(&ImageRef::Version(version.id)) == Some(true);
        versions.iter().rev().find(of).or(match versions {
            [only] if has(image) == Some(true) && has(&ImageRef::Version(only.id)).is_none() => Some(only),
            _ => None,
        })
    }

    /// The first image whose current listing contains a local image.
    pub fn listed_by(&self, id: LocalImageId) -> Option<&ImageRef> {
        let mut current = self.listings.keys().filter(|image| !matches!(image, ImageRef::Version(_)));
        current.find(|image| self.lists(image, id) == Some(true))
    }

    /// The reason why something that no response shows may still exist: a query failed, or a listing may be incomplete.
    pub fn first_error(&self) -> Option<QueryError> {
        let doubt = |listing: &Lookup<Listing>| match listing {
            Lookup::Found(listing) => listing.doubt(),
            other => other.error().cloned(),
        };
        self.errors().next().cloned().or_else(|| self.listings.values().find_map(doubt))
    }

    /// The reason why publication dates may be missing: the query for the index, for the versions of an image, or for
    /// the local images of a version failed.
    pub fn first_missing_date_error(&self) -> Option<&QueryError> {
        let of_versions = self.listings.iter().filter(|(image, _)| matches!(image, ImageRef::Version(_)));
        self.errors().chain(of_versions.filter_map(|(_, listing)| listing.error())).next()
    }

    /// The errors of the queries for the index and for versions.
    fn errors(&self) -> impl Iterator<Item = &QueryError> {
        self.images.iter().filter_map(Lookup::error).chain(self.versions.values().filter_map(Lookup::error))
    }

    /// When the version of a local image of `image` was published, if that is known.
    pub fn published(&self, image: &ImageRef, id: LocalImageId) -> Option<Timestamp> {
        self.version_of(image, id).and_then(|version| version.published)
    }
}

/// The recorded result of a query, or an error if the query was never sent.
fn look_up<T>(result: Option<&Lookup<T>>) -> Lookup<&T> {
    result.map_or_else(|| Lookup::Failed(QueryError::not_queried()), Lookup::as_ref)
}
