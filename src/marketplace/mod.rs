//! The backends that answer queries: the live API, a snapshot, or none.
//!
//! A [`Catalog`] collects the responses. A failed query is a response, too.

mod client;
#[cfg(fuzzing)]
mod fuzzing;
mod http;
mod json;
mod limits;
mod paging;
mod snapshot;
mod wire;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::deadline;
use crate::domain::catalog::{Catalog, Query, QueryError, Response};

use client::Client;
#[cfg(fuzzing)]
pub use fuzzing::read;
pub use http::{ApiUrl, Authorities, Event, Observer, Proxy, Settings, Timeouts};
pub use snapshot::{Snapshot, SnapshotError};

/// What answers queries about the Marketplace, as the user chose it (`--api-url`, `--catalog`, `--offline`).
pub enum Backend {
    /// The API, over HTTPS.
    Live(Box<Live>),
    /// A saved catalog.
    Snapshot(Snapshot),
    /// Nothing: every query fails.
    Offline,
}

/// The live API. No file is read and no connection opened before the first query.
pub struct Live {
    settings: Box<dyn Fn() -> Result<Settings, QueryError>>,
    client: OnceCell<Result<Client, QueryError>>,
}

impl Live {
    /// Prepares a client. The settings are read at the first query, so that invalid ones do not affect a run without
    /// queries.
    pub fn new(settings: impl Fn() -> Result<Settings, QueryError> + 'static) -> Self {
        Self { settings: Box::new(settings), client: OnceCell::new() }
    }

    fn client(&self) -> Result<&Client, QueryError> {
        deadline::arm();
        self.client.get_or_init(|| Client::new(&(self.settings)()?)).as_ref().map_err(Clone::clone)
    }
}

impl Backend {
    /// Sends the queries that `next` returns for the catalog so far, until it returns none without a response.
    pub fn fetch(&self, catalog: &mut Catalog, next: impl Fn(&Catalog) -> BTreeSet<Query>) {
        let next = |catalog: &Catalog| catalog.unanswered(next(catalog));
        let queries = next(catalog);
        if queries.is_empty() {
            return;
        }
        match self {
            Self::Live(live) => match live.client() {
                Ok(client) => client.fetch(queries, catalog, next),
                Err(error) => answer(queries, catalog, next, |query| Response::failed(query, error.clone())),
            },
            Self::Snapshot(snapshot) => answer(queries, catalog, next, |query| snapshot.answer(query)),
            Self::Offline => answer(queries, catalog, next, |query| Response::failed(query, offline())),
        }
    }

    /// When the responses were true, if that is not now.
    pub fn taken(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.taken),
            Self::Live(_) | Self::Offline => None,
        }
    }
}

/// Answers the queries without a network, and those that follow from the responses.
fn answer(
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

fn offline() -> QueryError {
    let help = "run without `--offline`, or answer from a snapshot with `--catalog FILE`";
    QueryError::new("`--offline` forbids to ask", help)
}
