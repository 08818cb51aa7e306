//! The queries, put to the live API: which request answers each, side by side, and what the answers mean.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tokio::runtime::{Builder, Runtime};

use super::http::{Event, Http, Priority, Settings};
use super::json::Object;
use super::paging::{Pages, Rows};
use super::wire::{ImageRow, LocalImageRow, Row, Seen, VersionRow};
use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Query, QueryError, Response, Version};
use crate::domain::{ImageId, ImageRef, LocalImageId};

/// How many requests are under way at once. A whole catalog is some thirty labels: one round of latency.
const CONCURRENCY: usize = 32;

/// How often the observer hears that nothing has happened.
const MOMENT: Duration = Duration::from_millis(100);

/// The API, ready to be asked.
pub(super) struct Client {
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
    http: Http,
}

impl Drop for Client {
    fn drop(&mut self) {
        // An ordinary drop waits for the runtime's threads, and one may be caught in a name server's silence long
        // after the deadline of the run.
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

    /// Asks these queries, and what `next` wants as answers come in, until it wants nothing that is not known.
    pub(super) fn fetch(
        &self,
        queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let Some(runtime) = &self.runtime else { return };
        runtime.block_on(async {
            match select(pin!(self.gather(queries, catalog, next)), pin!(self.moments())).await {
                Either::Left(((), _)) => {}
                Either::Right((never, _)) => match never {},
            }
        });
    }

    /// Has up to [`CONCURRENCY`] queries under way. What depends on the index is asked as soon as that is there, beside
    /// the listings that it did not depend on; all else when nothing is under way any more.
    async fn gather(
        &self,
        mut queries: BTreeSet<Query>,
        catalog: &mut Catalog,
        next: impl Fn(&Catalog) -> BTreeSet<Query>,
    ) {
        let (mut asked, mut waiting, mut under_way) = (BTreeSet::new(), VecDeque::new(), FuturesUnordered::new());
        loop {
            queries.retain(|query| asked.insert(query.clone()));
            self.http.tell(Event::Asking(queries.len()));
            waiting.extend(queries);
            queries = loop {
                while under_way.len() < CONCURRENCY
                    && let Some(query) = waiting.pop_front()
                {
                    under_way.push(self.answer(query));
                }
                let Some(told) = under_way.next().await else { return };
                self.http.tell(Event::Answered);
                let leads_on = matches!(told, Response::Index(_)) || under_way.is_empty() && waiting.is_empty();
                catalog.record(told);
                if leads_on {
                    break next(catalog);
                }
            };
        }
    }

    /// Tells the observer of each moment, for ever.
    async fn moments(&self) -> Infallible {
        loop {
            tokio::time::sleep(MOMENT).await;
            self.http.tell(Event::Waiting);
        }
    }

    async fn answer(&self, query: Query) -> Response {
        match query {
            Query::Index => Response::Index(answer(self.index().await)),
            Query::Listing(image) => {
                let listing = answer(self.list(&image).await);
                Response::Listing(image, listing)
            }
            Query::Versions(image) => Response::Versions(image, answer(self.versions(image).await)),
            Query::LocalImage(id) => Response::LocalImage(id, answer(self.local_image(id).await)),
        }
    }

    /// One listing serves all zones, architectures and types.
    async fn list(&self, image: &ImageRef) -> Result<Option<Listing>, QueryError> {
        let (query, asked) = match image {
            ImageRef::Label(label) => (format!("image_label={label}"), Some(label)),
            ImageRef::Id(id) => (format!("image_id={id}"), None),
            ImageRef::Version(id) => (format!("version_id={id}"), None),
        };
        let mut seen = Seen::default();
        let read = |row: LocalImageRow| row.read(asked, &mut seen);
        let pages = Pages { http: &self.http, path: "/local-images", query, worth: Priority::Much, read };
        Ok(pages.read_all().await?.map(|Rows { rows, doubts }| Listing::new(rows, doubts)))
    }

    async fn versions(&self, image: ImageId) -> Result<Option<Vec<Version>>, QueryError> {
        let query = format!("image_id={image}&order_by=created_at_desc");
        let pages =
            Pages { http: &self.http, path: "/versions", query, worth: Priority::Little, read: VersionRow::read };
        pages.read_all().await?.map(beyond_doubt).transpose()
    }

    async fn local_image(&self, id: LocalImageId) -> Result<Option<LocalImage>, QueryError> {
        let Some(body) = self.http.get(&format!("/local-images/{id}"), Priority::Much).await? else { return Ok(None) };
        let row = serde_json::from_slice(&body.bytes).map_err(|error| body.unreadable(&error))?;
        let Object(row): Object<LocalImageRow> = row;
        match row.read(None, &mut Seen::default()) {
            Ok(Row { thing: Some(local), .. }) if local.id == id => Ok(Some(local)),
            Ok(_) => Err(body.invalid(format!("it is not about {id}"))),
            Err(lie) => Err(body.invalid(lie)),
        }
    }

    /// The index of all images, those past their end of life too: one that is hidden still has its end to tell.
    async fn index(&self) -> Result<Option<Vec<Image>>, QueryError> {
        let query = "include_eol=true".to_owned();
        let pages = Pages { http: &self.http, path: "/images", query, worth: Priority::Little, read: ImageRow::read };
        let Some(rows) = pages.read_all().await? else {
            return Err(QueryError::invalid_response("it says that it has no list of images"));
        };
        let images = beyond_doubt(rows)?;
        if images.is_empty() {
            return Err(QueryError::invalid_response("it lists no image at all"));
        }
        Ok(Some(images))
    }
}

/// The rows of what is of no use unless it is whole.
fn beyond_doubt<T>(Rows { rows, doubts }: Rows<T>) -> Result<Vec<T>, QueryError> {
    if doubts.is_empty() { Ok(rows) } else { Err(QueryError::incomplete_response(&doubts)) }
}

fn answer<T>(answer: Result<Option<T>, QueryError>) -> Lookup<T> {
    match answer {
        Ok(Some(found)) => Lookup::Found(found),
        Ok(None) => Lookup::NotFound,
        Err(failure) => Lookup::Failed(failure),
    }
}
