//! The outside world that answers: the live API, a snapshot of it, or nobody.
//!
//! The three are one enum, because which of them answers is a choice of the user (`--api-url`, `--catalog`,
//! `--offline`). Answers are gathered in a [`Catalog`]; what goes wrong is an answer too.

mod api_url;
mod authorities;
mod budget;
mod certificate;
mod client;
mod connector;
#[cfg(fuzzing)]
mod fuzzing;
mod http;
mod json;
mod lines;
mod paging;
mod places;
mod proxy;
mod request_error;
mod retry;
mod snapshot;
mod wire;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::deadline;
use crate::domain::catalog::{Catalog, Lookup, Query, QueryError, Response};

pub use api_url::ApiUrl;
pub use authorities::Authorities;
use client::Client;
#[cfg(fuzzing)]
pub use fuzzing::read;
pub use http::{Event, Observer, Settings, Timeouts};
pub use proxy::Proxy;
pub use snapshot::{Snapshot, SnapshotError};

/// Who answers queries about the Marketplace.
pub enum Backend {
    /// The API, over HTTPS.
    Live(Box<Live>),
    /// A saved catalog.
    Snapshot(Snapshot),
    /// Nobody: every question fails.
    Offline,
}

/// The live API. Nothing is opened, loaded or started before the first query.
pub struct Live {
    settings: Box<dyn Fn() -> Result<Settings, QueryError>>,
    client: OnceCell<Result<Client, QueryError>>,
}

impl Live {
    /// Prepares to ask the API. The settings are wanted at the first query: those that cannot be used are not in
    /// the way of a run that asks nothing.
    pub fn new(settings: impl Fn() -> Result<Settings, QueryError> + 'static) -> Self {
        Self { settings: Box::new(settings), client: OnceCell::new() }
    }

    fn client(&self) -> Result<&Client, QueryError> {
        deadline::arm();
        self.client.get_or_init(|| Client::new(&(self.settings)()?)).as_ref().map_err(Clone::clone)
    }
}

impl Backend {
    /// Asks until `next`, which is given what is known so far, wants nothing that is not known.
    pub fn fetch(&self, catalog: &mut Catalog, next: impl Fn(&Catalog) -> BTreeSet<Query>) {
        let next = |catalog: &Catalog| -> BTreeSet<_> {
            next(catalog).into_iter().filter(|query| !catalog.is_answered(query)).collect()
        };
        let queries = next(catalog);
        if queries.is_empty() {
            return;
        }
        match self {
            Self::Live(live) => match live.client() {
                Ok(client) => client.fetch(queries, catalog, next),
                Err(failure) => settle(queries, catalog, next, |query| failed(query, &failure)),
            },
            Self::Snapshot(snapshot) => settle(queries, catalog, next, |query| snapshot.answer(query)),
            Self::Offline => settle(queries, catalog, next, |query| failed(query, &offline())),
        }
    }

    /// When the answers were true, where that is not now.
    pub fn taken(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.taken),
            Self::Live(_) | Self::Offline => None,
        }
    }
}

/// Lets somebody who need not wait answer the queries, and those that their answers raise.
fn settle(
    mut queries: BTreeSet<Query>,
    catalog: &mut Catalog,
    next: impl Fn(&Catalog) -> BTreeSet<Query>,
    answer: impl Fn(Query) -> Response,
) {
    while !queries.is_empty() {
        for query in queries {
            catalog.record(answer(query));
        }
        queries = next(catalog);
    }
}

/// The answer to a question that could not be put.
fn failed(query: Query, failure: &QueryError) -> Response {
    match query {
        Query::Index => Response::Index(Lookup::Failed(failure.clone())),
        Query::Listing(image) => Response::Listing(image, Lookup::Failed(failure.clone())),
        Query::Versions(image) => Response::Versions(image, Lookup::Failed(failure.clone())),
        Query::LocalImage(id) => Response::LocalImage(id, Lookup::Failed(failure.clone())),
    }
}

fn offline() -> QueryError {
    let help = "run without `--offline`, or answer from a snapshot with `--catalog FILE`";
    QueryError::new("`--offline` forbids to ask", help)
}
