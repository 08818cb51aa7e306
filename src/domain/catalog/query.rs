//! Queries to the Marketplace and their results.

use crate::domain::catalog::listing::{Image, Listing, LocalImage, Version};
use crate::domain::catalog::query_error::QueryError;
use crate::domain::types::{ImageId, ImageRef, LocalImageId};

/// A query to the Marketplace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// The index: all images, including those that have reached their end of life.
    Index,
    /// The local images of an image or a version.
    Listing(ImageRef),
    /// The versions of an image.
    Versions(ImageId),
    /// The local image with an ID.
    LocalImage(LocalImageId),
}

impl Query {
    /// The query for the local images of a version.
    pub(crate) fn version(version: &Version) -> Self {
        Self::Listing(ImageRef::Version(version.id))
    }
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
    /// The result of a query that failed.
    pub fn failed(query: Query, error: QueryError) -> Self {
        match query {
            Query::Index => Self::Index(Lookup::Failed(error)),
            Query::Listing(image) => Self::Listing(image, Lookup::Failed(error)),
            Query::Versions(image) => Self::Versions(image, Lookup::Failed(error)),
            Query::LocalImage(id) => Self::LocalImage(id, Lookup::Failed(error)),
        }
    }
}

/// The result of looking something up in the Marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<T> {
    /// It exists.
    Found(T),
    /// According to the Marketplace, it does not exist.
    NotFound,
    /// No response is usable, so it is unknown whether it exists.
    Failed(QueryError),
}

impl<T> Lookup<T> {
    /// The value if it was found, or else `None`.
    pub fn found(self) -> Option<T> {
        if let Self::Found(found) = self { Some(found) } else { None }
    }

    /// The value, or `None` if it does not exist.
    ///
    /// # Errors
    /// If no response is usable.
    pub fn known(self) -> Result<Option<T>, QueryError> {
        match self {
            Self::Found(found) => Ok(Some(found)),
            Self::NotFound => Ok(None),
            Self::Failed(error) => Err(error),
        }
    }

    /// The error, if the lookup failed.
    pub(super) fn error(&self) -> Option<&QueryError> {
        if let Self::Failed(error) = self { Some(error) } else { None }
    }

    /// Converts from `&Lookup<T>` to `Lookup<&T>`.
    pub(super) fn as_ref(&self) -> Lookup<&T> {
        match self {
            Self::Found(found) => Lookup::Found(found),
            Self::NotFound => Lookup::NotFound,
            Self::Failed(error) => Lookup::Failed(error.clone()),
        }
    }

    /// Changes the value, if it was found.
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
