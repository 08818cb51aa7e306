//! Queries to the Marketplace, and what they result in.

use crate::domain::catalog::image::{Image, Version};
use crate::domain::catalog::listing::{Listing, LocalImage};
use crate::domain::catalog::query_error::QueryError;
use crate::domain::types::{ImageId, ImageRef, LocalImageId};

/// One thing to ask the Marketplace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// All images, including those past their end of life.
    Index,
    /// The local images of an image or a version.
    Listing(ImageRef),
    /// The versions of an image.
    Versions(ImageId),
    /// The local image with an ID.
    LocalImage(LocalImageId),
}

/// The result of one query.
#[derive(Debug, Clone)]
pub enum Response {
    /// All images.
    Index(Lookup<Vec<Image>>),
    /// The local images of an image or a version.
    Listing(ImageRef, Lookup<Listing>),
    /// The versions of an image.
    Versions(ImageId, Lookup<Vec<Version>>),
    /// The local image with an ID.
    LocalImage(LocalImageId, Lookup<LocalImage>),
}

impl Response {
    /// The response to a query that could not be sent.
    pub fn failed(query: Query, error: QueryError) -> Self {
        match query {
            Query::Index => Self::Index(Lookup::Failed(error)),
            Query::Listing(image) => Self::Listing(image, Lookup::Failed(error)),
            Query::Versions(image) => Self::Versions(image, Lookup::Failed(error)),
            Query::LocalImage(id) => Self::LocalImage(id, Lookup::Failed(error)),
        }
    }
}

/// What the Marketplace says about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<T> {
    /// The thing exists.
    Found(T),
    /// The Marketplace says that the thing does not exist.
    NotFound,
    /// There is no usable answer.
    Failed(QueryError),
}

impl<T> Lookup<T> {
    /// The thing, if it exists.
    ///
    /// # Errors
    /// If there is no usable answer.
    pub fn known(self) -> Result<Option<T>, QueryError> {
        match self {
            Self::Found(found) => Ok(Some(found)),
            Self::NotFound => Ok(None),
            Self::Failed(error) => Err(error),
        }
    }

    /// Why there is no usable answer.
    pub(super) fn error(&self) -> Option<&QueryError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Found(_) | Self::NotFound => None,
        }
    }

    /// The same lookup, of a reference to the thing.
    pub(super) fn as_ref(&self) -> Lookup<&T> {
        match self {
            Self::Found(found) => Lookup::Found(found),
            Self::NotFound => Lookup::NotFound,
            Self::Failed(error) => Lookup::Failed(error.clone()),
        }
    }

    /// Changes the thing, if it was found.
    pub(super) fn map(self, change: impl FnOnce(T) -> T) -> Self {
        match self {
            Self::Found(found) => Self::Found(change(found)),
            other => other,
        }
    }
}

impl<T> From<Result<Option<T>, QueryError>> for Lookup<T> {
    fn from(result: Result<Option<T>, QueryError>) -> Self {
        match result {
            Ok(found) => found.map_or(Self::NotFound, Self::Found),
            Err(error) => Self::Failed(error),
        }
    }
}
