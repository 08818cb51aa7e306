//! The backends that respond to queries: the live API, a snapshot, or none.
//!
//! A [`Catalog`] collects the responses. The error of a failed query is also recorded as a response.

mod client;
#[cfg(fuzzing)]
mod fuzzing;
mod http;
mod json;
mod limits;
mod paging;
mod snapshot;
mod wire;

use std::cell::LazyCell;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::deadline;
use crate::domain::catalog::{Catalog, Query, QueryError, Response};

use client::Client;
#[cfg(fuzzing)]
pub use fuzzing::read;
pub use http::{ApiUrl, Authorities, Event, Observer, Proxy, Settings, Timeouts};
pub use snapshot::{Snapshot, SnapshotError};

/// The backend that responds to queries, as chosen by `--api-url`, `--catalog` and `--offline`.
pub enum Backend {
    /// The API, over HTTPS.
    Live(Box<Live>),
    /// A saved catalog: `--catalog`.
    Snapshot(Snapshot),
    /// No backend: every query fails. This is `--offline`.
    Offline,
}

/// A client, or the error that prevented it.
type Connection = Result<Client, QueryError>;

/// The live API. Before the first query, no file is read and no connection is opened.
pub struct Live(LazyCell<Connection, Box<dyn FnOnce() -> Connection>>);

impl Live {
    /// Prepares a client. `settings` is called at the first query, so that invalid settings do not affect a run without queries.
    pub fn new(settings: impl FnOnce() -> Result<Settings, QueryError> + 'static) -> Self {
        Self(LazyCell::new(Box::new(|| Client::new(&settings()?))))
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
            Self::Live(live) => {
                deadline::arm();
                match &*live.0 {
                    Ok(client) => client.fetch(queries, catalog, next),
                    Err(error) => answer(queries, catalog, next, |query| Response::failed(query, error.clone())),
                }
            }
            Self::Snapshot(snapshot) => answer(queries, catalog, next, |query| snapshot.answer(query)),
            Self::Offline => answer(queries, catalog, next, |query| Response::failed(query, offline())),
        }
    }

    /// When the snapshot was taken; `None` for the live API.
    pub fn taken(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.taken),
            Self::Live(_) | Self::Offline => None,
        }
    }
}

/// Responds to the queries, and to those that follow from the responses, without a network.
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
    let help = "run without `--offline`, or use a snapshot: `--catalog FILE`";
    QueryError::new("`--offline` does not allow queries to the Marketplace", help)
}
