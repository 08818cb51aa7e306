//! The outside world that answers: the live API, a snapshot of it, or nobody.
//!
//! The three are one enum, because which of them answers is a choice of the user (`--api-url`, `--catalog`,
//! `--offline`). Answers are gathered in a [`Catalog`]; what goes wrong is an answer too.

mod api_url;
mod client;
mod connector;
mod http;
mod paging;
mod retry;
mod snapshot;
mod trouble;
mod wire;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Answer, Catalog, Failure};
use crate::domain::{ImageRef, LocalImageId};

pub use api_url::ApiUrl;
use client::Client;
pub use http::{Limits, Observer, Settings};
pub use snapshot::{Malformed, Snapshot};

/// Who answers questions about the Marketplace.
pub enum Marketplace {
    /// The API, over HTTPS.
    Live(Box<Live>),
    /// A saved catalog.
    Snapshot(Snapshot),
    /// Nobody: every question fails.
    Offline,
}

/// The live API. Nothing is opened, loaded or started before the first question.
pub struct Live {
    settings: Settings,
    client: OnceCell<Result<Client, Failure>>,
}

impl Live {
    /// Prepares to ask the API.
    pub fn new(settings: Settings) -> Self {
        Self { settings, client: OnceCell::new() }
    }

    fn client(&self) -> Result<&Client, Failure> {
        self.client.get_or_init(|| Client::new(&self.settings)).as_ref().map_err(Clone::clone)
    }
}

impl Marketplace {
    /// Asks for the current local images of each of `images`.
    pub fn list(&self, images: &BTreeSet<ImageRef>, catalog: &mut Catalog) {
        if images.is_empty() {
            return;
        }
        match self {
            Self::Live(live) => match live.client() {
                Ok(client) => catalog.listings.extend(client.list(images)),
                Err(failure) => {
                    catalog
                        .listings
                        .extend(images.iter().map(|image| (image.clone(), Answer::Failed(failure.clone()))));
                }
            },
            Self::Snapshot(snapshot) => {
                catalog.listings.extend(images.iter().map(|image| (image.clone(), snapshot.list(image))));
            }
            Self::Offline => {
                catalog.listings.extend(images.iter().map(|image| (image.clone(), Answer::Failed(offline()))));
            }
        }
    }

    /// When the answers were true, where that is not now.
    pub fn taken(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.taken),
            Self::Live(_) | Self::Offline => None,
        }
    }

    /// Asks for single local images by their IDs.
    pub fn look_up(&self, ids: &BTreeSet<LocalImageId>, catalog: &mut Catalog) {
        if ids.is_empty() {
            return;
        }
        match self {
            Self::Live(live) => match live.client() {
                Ok(client) => catalog.lookups.extend(client.look_up(ids)),
                Err(failure) => catalog.lookups.extend(ids.iter().map(|id| (*id, Answer::Failed(failure.clone())))),
            },
            Self::Snapshot(snapshot) => catalog.lookups.extend(ids.iter().map(|id| (*id, snapshot.look_up(*id)))),
            Self::Offline => catalog.lookups.extend(ids.iter().map(|id| (*id, Answer::Failed(offline())))),
        }
    }

    /// Asks for the index of all images, those past their end of life included.
    pub fn index(&self, catalog: &mut Catalog) {
        catalog.images = Some(match self {
            Self::Live(live) => live.client().map_or_else(Answer::Failed, Client::index),
            Self::Snapshot(snapshot) => Answer::Found(snapshot.index()),
            Self::Offline => Answer::Failed(offline()),
        });
    }
}

fn offline() -> Failure {
    let help = "run without `--offline`, or answer from a snapshot with `--catalog FILE`";
    Failure::new("`--offline` forbids to ask", help)
}
