//! What the Marketplace offers, as far as it was asked: listings by image, look-ups by ID, the index of all images.
//!
//! A catalog never guesses. What was not asked is absent, what was asked and went wrong is [`Lookup::Failed`], and a
//! listing that cannot be the whole truth says so in its doubts.

pub mod identify;
pub mod listing;
pub mod query_error;
pub mod word_set;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use crate::domain::catalog::listing::{Listing, LocalImage, StatedType};
pub use crate::domain::catalog::query_error::QueryError;
use crate::domain::catalog::word_set::WordSet;
use crate::domain::{ImageId, ImageRef, Label, LocalImageId, VersionId};

/// One published build of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When it was published, where the Marketplace says; to the second.
    pub published: Option<Timestamp>,
    /// Its ID.
    pub id: VersionId,
}

/// What the Marketplace said to one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<T> {
    /// It knows the thing.
    Found(T),
    /// It says that there is no such thing.
    NotFound,
    /// It did not answer, or not in a way that can be used.
    Failed(QueryError),
}

impl<T> Lookup<T> {
    /// Why there is no usable answer.
    fn failure(&self) -> Option<&QueryError> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Found(_) | Self::NotFound => None,
        }
    }
}

/// One image of the index: what exists, under which label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// Its label.
    pub label: Label,
    /// The ID of the image over all versions.
    pub id: ImageId,
    /// Its name for people: `Ubuntu 24.04 Noble Numbat`. Changes without notice.
    pub name: String,
    /// What kind of image it is: `distribution`, `instantapp`.
    pub categories: WordSet,
    /// When the Marketplace stops listing it.
    pub valid_until: Option<Timestamp>,
}

/// One thing to ask the Marketplace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// Which images there are, those past their end of life included.
    Index,
    /// Which local images there are of something.
    Listing(ImageRef),
    /// Which versions an image has.
    Versions(ImageId),
    /// Whose a local image is.
    LocalImage(LocalImageId),
}

/// What was learnt by asking one thing.
#[derive(Debug, Clone)]
pub enum Response {
    /// All images.
    Index(Lookup<Vec<Image>>),
    /// The local images of something.
    Listing(ImageRef, Lookup<Listing>),
    /// The versions of an image.
    Versions(ImageId, Lookup<Vec<Version>>),
    /// A local image.
    LocalImage(LocalImageId, Lookup<LocalImage>),
}

/// Everything that was learnt about the Marketplace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    listings: BTreeMap<ImageRef, Lookup<Listing>>,
    versions: BTreeMap<ImageId, Lookup<Vec<Version>>>,
    lookups: BTreeMap<LocalImageId, Lookup<LocalImage>>,
    /// Sorted by label.
    images: Option<Lookup<Vec<Image>>>,
    /// The places of the images in the index.
    by_id: BTreeMap<ImageId, usize>,
}

impl Catalog {
    /// Takes in an answer.
    pub fn record(&mut self, told: Response) {
        match told {
            Response::Index(answer) => {
                self.images = Some(map(answer, |mut images| {
                    // Where a dead image and its successor share a label, the label is the living one's.
                    images.sort_by_key(|image| (image.label.clone(), image.valid_until.is_some(), image.id));
                    images.dedup_by(|later, first| later.label == first.label);
                    images
                }));
                let places = self.images().iter().enumerate().rev().map(|(place, image)| (image.id, place));
                self.by_id = places.collect();
            }
            Response::Listing(image, answer) => drop(self.listings.insert(image, answer)),
            // An image that the index lists exists, and so do its versions.
            Response::Versions(id, Lookup::NotFound) if self.by_id.contains_key(&id) => {
                let how = format!("the index lists the image {id}, and its versions are not found");
                self.versions.insert(id, Lookup::Failed(QueryError::invalid_response(how)));
            }
            Response::Versions(image, answer) => {
                let newest_first = map(answer, |mut versions| {
                    versions.sort_by(|a, b| b.cmp(a));
                    // Of two dates of one version the younger counts: an age must not be made up.
                    let mut seen = BTreeSet::new();
                    versions.retain(|version| seen.insert(version.id));
                    versions
                });
                self.versions.insert(image, newest_first);
            }
            Response::LocalImage(id, answer) => drop(self.lookups.insert(id, answer)),
        }
    }

    /// Whether a question was answered already, well or badly.
    pub fn is_answered(&self, query: &Query) -> bool {
        match query {
            Query::Index => self.images.is_some(),
            Query::Listing(image) => self.listings.contains_key(image),
            Query::Versions(image) => self.versions.contains_key(image),
            Query::LocalImage(id) => self.lookups.contains_key(id),
        }
    }

    /// Those of the queries that are not answered yet.
    pub fn unanswered(&self, mut queries: BTreeSet<Query>) -> BTreeSet<Query> {
        queries.retain(|query| !self.is_answered(query));
        queries
    }

    /// The local images of something. What was never asked has failed, here and below.
    pub fn listing(&self, image: &ImageRef) -> Lookup<&Listing> {
        look(self.listings.get(image))
    }

    /// The local image with an ID.
    pub fn local_image(&self, id: LocalImageId) -> Lookup<&LocalImage> {
        look(self.lookups.get(&id))
    }

    /// All images, sorted by label.
    pub fn index(&self) -> Lookup<&Vec<Image>> {
        look(self.images.as_ref())
    }

    /// The images of the index; none where it is not known.
    pub fn images(&self) -> &[Image] {
        match self.index() {
            Lookup::Found(images) => images,
            Lookup::NotFound | Lookup::Failed(_) => &[],
        }
    }

    /// The image that something is of, as far as the index and the listings tell.
    pub fn image(&self, image: &ImageRef) -> Option<&Image> {
        match image {
            ImageRef::Label(label) => {
                let place = self.images().binary_search_by(|known| known.label.cmp(label)).ok()?;
                self.images().get(place)
            }
            ImageRef::Id(id) => self.images().get(*self.by_id.get(id)?),
            ImageRef::Version(_) => match self.listing(image) {
                Lookup::Found(listing) => self.image(&ImageRef::Label(listing.label()?.clone())),
                Lookup::NotFound | Lookup::Failed(_) => None,
            },
        }
    }

    /// Every row that was listed, with its label: those of labels first, then those of versions.
    pub fn listed(&self) -> impl Iterator<Item = (&LocalImage, Option<&Label>)> {
        let found = self.listings.iter().filter_map(|(image, listing)| match listing {
            Lookup::Found(listing) => Some((image, listing)),
            Lookup::NotFound | Lookup::Failed(_) => None,
        });
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

    /// Why what is not found anywhere may exist all the same: a request failed, or a listing may not be whole.
    pub fn first_error(&self) -> Option<QueryError> {
        let doubt = |listing: &Lookup<Listing>| match listing {
            Lookup::Found(listing) => listing.doubt(),
            other => other.failure().cloned(),
        };
        let failures = [self.images.as_ref().and_then(Lookup::failure)].into_iter();
        let failures = failures.chain(self.versions.values().map(Lookup::failure)).flatten().cloned();
        failures.chain(self.listings.values().filter_map(doubt)).next()
    }

    /// The versions of the image that something is of, the newest first.
    pub fn versions(&self, image: &ImageRef) -> Lookup<&Vec<Version>> {
        match (self.image(image), self.index()) {
            (Some(image), _) => look(self.versions.get(&image.id)),
            (None, Lookup::Failed(failure)) => Lookup::Failed(failure),
            (None, _) => Lookup::NotFound,
        }
    }

    /// The version that a local image of `image` is of, as far as that is known.
    ///
    /// A local image does not say its version; the listing of a version does. Of several versions that share it, the
    /// oldest is the one that brought it. Where an image has one version alone, its current local images are of that.
    pub fn version_of(&self, image: &ImageRef, id: LocalImageId) -> Option<&Version> {
        let Lookup::Found(versions) = self.versions(image) else { return None };
        let has = |image: &ImageRef| match self.listings.get(image) {
            Some(Lookup::Found(listing)) => Some(listing.with_id(id).next().is_some()),
            _ => None,
        };
        let of = |version: &&Version| has(&ImageRef::Version(version.id)) == Some(true);
        versions.iter().rev().find(of).or(match &versions[..] {
            [only] if has(image) == Some(true) && has(&ImageRef::Version(only.id)).is_none() => Some(only),
            _ => None,
        })
    }

    /// The first image whose current listing has a local image.
    pub fn listed_by(&self, id: LocalImageId) -> Option<&ImageRef> {
        let current = self.listings.iter().filter(|(image, _)| !matches!(image, ImageRef::Version(_)));
        let has = |answer: &Lookup<Listing>| matches!(answer, Lookup::Found(it) if it.with_id(id).next().is_some());
        current.filter(|(_, listing)| has(listing)).map(|(image, _)| image).next()
    }

    /// Why dates of publication may be missing: the index, the versions of an image, or what is of one, was asked for in
    /// vain.
    pub fn first_missing_date_error(&self) -> Option<&QueryError> {
        let of_versions = self.listings.iter().filter(|(image, _)| matches!(image, ImageRef::Version(_)));
        let failures = [self.images.as_ref().and_then(Lookup::failure)].into_iter();
        let failures = failures.chain(self.versions.values().map(Lookup::failure));
        failures.chain(of_versions.map(|(_, listing)| listing.failure())).flatten().next()
    }

    /// When a local image of `image` was published, as far as that is known.
    pub fn published(&self, image: &ImageRef, id: LocalImageId) -> Option<Timestamp> {
        self.version_of(image, id).and_then(|version| version.published)
    }
}

fn look<T>(answer: Option<&Lookup<T>>) -> Lookup<&T> {
    match answer {
        Some(Lookup::Found(found)) => Lookup::Found(found),
        Some(Lookup::NotFound) => Lookup::NotFound,
        Some(Lookup::Failed(failure)) => Lookup::Failed(failure.clone()),
        None => Lookup::Failed(QueryError::not_queried()),
    }
}

fn map<T>(answer: Lookup<T>, change: impl FnOnce(T) -> T) -> Lookup<T> {
    match answer {
        Lookup::Found(found) => Lookup::Found(change(found)),
        other => other,
    }
}
