//! Sends queries to the live API, several at a time: which request answers which query, and what the response means.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::http::{Body, Event, Http, Priority, Settings};
use super::json::SharedSets;
use super::paging::{Pages, Rows};
use super::wire::{ImageRow, LocalImageRow, Row, VersionRow, read_page};
use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Query, QueryError, Response, Version};
use crate::domain::types::{ImageId, ImageRef, LocalImageId};

/// The most requests at a time. A whole catalog is some thirty labels: one round of latency.
const CONCURRENCY: usize = 32;

/// How often the observer is notified while nothing else happens.
const TICK: Duration = Duration::from_millis(100);

/// A client of the API.
pub(super) struct Client {
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
    http: Http,
}

impl Drop for Client {
    fn drop(&mut self) {
        // An ordinary drop waits for the runtime's threads, and one may wait for a name server long after the deadline
        // of the run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, QueryError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            QueryError::new(format!("could not start the network runtime: {error}"), "check the limits of this system")
        })?;
        Ok(Self { runtime: Some(runtime), http: Http::new(settings)? })
    }

    /// Sends these queries, and those that `next` returns as responses arrive, until it returns none.
    pub(super) fn fetch(
        &self,
        queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let Some(runtime) = &self.runtime else { return };
        runtime.block_on(self.gather(queries, catalog, next));
    }

    /// Keeps up to [`CONCURRENCY`] queries pending. Queries that depend on the index are sent as soon as it has
    /// arrived, next to the listings that do not depend on it; all others when nothing is pending.
    async fn gather(
        &self,
        mut queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let (mut known, mut queue, mut pending) = (BTreeSet::new(), VecDeque::new(), FuturesUnordered::new());
        loop {
            queries.retain(|query| known.insert(query.clone()));
            self.http.notify(Event::Asking(queries.len()));
            queue.extend(queries);
            queries = loop {
                while pending.len() < CONCURRENCY
                    && let Some(query) = queue.pop_front()
                {
                    pending.push(self.send(query));
                }
                let response = loop {
                    match timeout(TICK, pending.next()).await {
                        Ok(Some(response)) => break response,
                        Ok(None) => return,
                        Err(_) => self.http.notify(Event::Waiting),
                    }
                };
                self.http.notify(Event::Answered);
                let has_next = matches!(response, Response::Index(_)) || pending.is_empty() && queue.is_empty();
                catalog.record(response);
                if has_next {
                    break next(catalog);
                }
            };
        }
    }

    async fn send(&self, query: Query) -> Response {
        match query {
            Query::Index => Response::Index(self.index().await.into()),
            Query::Listing(image) => {
                let listing = self.listing(&image).await.into();
                Response::Listing(image, listing)
            }
            Query::Versions(image) => Response::Versions(image, self.versions(image).await.into()),
            Query::LocalImage(id) => Response::LocalImage(id, self.local_image(id).await.into()),
        }
    }

    /// One listing has all zones, architectures and types.
    async fn listing(&self, image: &ImageRef) -> Result<Option<Listing>, QueryError> {
        let (query, label) = match image {
            ImageRef::Label(label) => (format!("image_label={label}"), Some(label)),
            ImageRef::Id(id) => (format!("image_id={id}"), None),
            ImageRef::Version(id) => (format!("version_id={id}"), None),
        };
        let mut sets = SharedSets::default();
        let read = |body: &Body| read_page(body, |row: LocalImageRow<'_>| row.read(label, &mut sets));
        let pages = Pages { http: &self.http, path: "/local-images", query, priority: Priority::Required, read };
        Ok(pages.read_all().await?.map(|Rows { values, doubts }| Listing::new(values, doubts)))
    }

    async fn versions(&self, image: ImageId) -> Result<Option<Vec<Version>>, QueryError> {
        let query = format!("image_id={image}&order_by=created_at_desc");
        let read = |body: &Body| read_page(body, VersionRow::read);
        let pages = Pages { http: &self.http, path: "/versions", query, priority: Priority::Optional, read };
        pages.read_all().await?.map(require_complete).transpose()
    }

    async fn local_image(&self, id: LocalImageId) -> Result<Option<LocalImage>, QueryError> {
        let path = format!("/local-images/{id}");
        let Some(body) = self.http.get(&path, Priority::Required).await? else { return Ok(None) };
        let row: LocalImageRow<'_> = body.read_object()?;
        match row.read(None, &mut SharedSets::default()) {
            Ok(Row { value: Some(local), .. }) if local.id == id => Ok(Some(local)),
            Ok(_) => Err(body.invalid(format!("it is not about {id}"))),
            Err(why) => Err(body.invalid(why)),
        }
    }

    /// The index of all images. It includes those past their end of life, because it says when that was.
    async fn index(&self) -> Result<Option<Vec<Image>>, QueryError> {
        let query = "include_eol=true".to_owned();
        let read = |body: &Body| read_page(body, |row: ImageRow<'_>| row.read());
        let pages = Pages { http: &self.http, path: "/images", query, priority: Priority::Optional, read };
        let Some(rows) = pages.read_all().await? else {
            return Err(QueryError::invalid_response("it says that it has no list of images"));
        };
        let images = require_complete(rows)?;
        if images.is_empty() {
            return Err(QueryError::invalid_response("it lists no image at all"));
        }
        Ok(Some(images))
    }
}

/// The values of a listing that is of no use if some may be missing.
fn require_complete<T>(Rows { values, doubts }: Rows<T>) -> Result<Vec<T>, QueryError> {
    if doubts.is_empty() { Ok(values) } else { Err(QueryError::incomplete_response(&doubts)) }
}
