//! Sends queries to the live API, several at a time: which request belongs to which query, and what the response means.

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

/// The maximum number of requests at a time. The whole catalog has about thirty labels, so it takes one round trip.
const CONCURRENCY: usize = 32;

/// How often the observer is notified while no other event happens.
const TICK: Duration = Duration::from_millis(100);

/// A client of the API.
pub(super) struct Client {
    /// `None` only while the client is dropped.
    runtime: Option<Runtime>,
    http: Http,
}

impl Drop for Client {
    fn drop(&mut self) {
        // An ordinary drop waits for the threads of the runtime. One of them may wait for a name server until long after the
        // deadline of the run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, QueryError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            let cause = format!("cannot start the network runtime ({error})");
            QueryError::new(cause, "check how many files and threads this process may open: `ulimit -a`")
        })?;
        Ok(Self { runtime: Some(runtime), http: Http::new(settings)? })
    }

    /// Sends these queries, and the queries that `next` returns when responses arrive, until it returns none.
    pub(super) fn fetch(
        &self,
        queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let Some(runtime) = &self.runtime else { return };
        runtime.block_on(self.gather(queries, catalog, next));
    }

    /// Keeps up to [`CONCURRENCY`] queries pending. Queries that depend on the index are sent when the index has arrived, while
    /// independent listings are still pending. All other new queries are sent when no query is pending.
    async fn gather(
        &self,
        mut queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let (mut known, mut queue, mut pending) = (BTreeSet::new(), VecDeque::new(), FuturesUnordered::new());
        loop {
            queries.retain(|query| known.insert(query.clone()));
            self.http.notify(Event::Queued(queries.len()));
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
                self.http.notify(Event::Responded);
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

    /// Fetches the local images of an image. One listing has all zones, architectures and types.
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
            Ok(_) => Err(body.invalid(format!("it is not about the ID {id}"))),
            Err(why) => Err(body.invalid(why)),
        }
    }

    /// Fetches the index of all images. It includes end-of-life images, because it has the dates of their end of life.
    async fn index(&self) -> Result<Option<Vec<Image>>, QueryError> {
        let query = "include_eol=true".to_owned();
        let read = |body: &Body| read_page(body, |row: ImageRow<'_>| row.read());
        let pages = Pages { http: &self.http, path: "/images", query, priority: Priority::Optional, read };
        let Some(rows) = pages.read_all().await? else {
            return Err(QueryError::invalid_response("the list of images does not exist"));
        };
        let images = require_complete(rows)?;
        if images.is_empty() {
            return Err(QueryError::invalid_response("the list of images is empty"));
        }
        Ok(Some(images))
    }
}

/// The values of a listing that cannot be used if some rows may be missing.
fn require_complete<T>(Rows { values, doubts }: Rows<T>) -> Result<Vec<T>, QueryError> {
    if doubts.is_empty() { Ok(values) } else { Err(QueryError::incomplete_response(&doubts)) }
}
