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
mod lenient;
mod lines;
mod paging;
mod places;
mod proxy;
mod retry;
mod snapshot;
mod trouble;
mod wire;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::deadline;
use crate::domain::catalog::{Answer, Catalog, Failure, Question, Told};

pub use api_url::ApiUrl;
pub use authorities::Authorities;
use client::Client;
#[cfg(fuzzing)]
pub use fuzzing::read;
pub use http::{Event, Limits, Observer, Settings};
pub use proxy::Proxy;
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
    settings: Box<dyn Fn() -> Result<Settings, Failure>>,
    client: OnceCell<Result<Client, Failure>>,
}

impl Live {
    /// Prepares to ask the API. The settings are wanted at the first question: those that cannot be used are not in
    /// the way of a run that asks nothing.
    pub fn new(settings: impl Fn() -> Result<Settings, Failure> + 'static) -> Self {
        Self { settings: Box::new(settings), client: OnceCell::new() }
    }

    fn client(&self) -> Result<&Client, Failure> {
        deadline::arm();
        self.client.get_or_init(|| Client::new(&(self.settings)()?)).as_ref().map_err(Clone::clone)
    }
}

impl Marketplace {
    /// Asks until `next`, which is given what is known so far, wants nothing that is not known.
    pub fn inquire(&self, catalog: &mut Catalog, next: impl Fn(&Catalog) -> BTreeSet<Question>) {
        let next = |catalog: &Catalog| -> BTreeSet<_> {
            next(catalog).into_iter().filter(|question| !catalog.knows(question)).collect()
        };
        let questions = next(catalog);
        if questions.is_empty() {
            return;
        }
        match self {
            Self::Live(live) => match live.client() {
                Ok(client) => client.inquire(questions, catalog, next),
                Err(failure) => settle(questions, catalog, next, |question| failed(question, &failure)),
            },
            Self::Snapshot(snapshot) => settle(questions, catalog, next, |question| snapshot.answer(question)),
            Self::Offline => settle(questions, catalog, next, |question| failed(question, &offline())),
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

/// Lets somebody who need not wait answer the questions, and those that their answers raise.
fn settle(
    mut questions: BTreeSet<Question>,
    catalog: &mut Catalog,
    next: impl Fn(&Catalog) -> BTreeSet<Question>,
    answer: impl Fn(Question) -> Told,
) {
    while !questions.is_empty() {
        for question in questions {
            catalog.learn(answer(question));
        }
        questions = next(catalog);
    }
}

/// The answer to a question that could not be put.
fn failed(question: Question, failure: &Failure) -> Told {
    match question {
        Question::Index => Told::Index(Answer::Failed(failure.clone())),
        Question::Listing(image) => Told::Listing(image, Answer::Failed(failure.clone())),
        Question::Versions(image) => Told::Versions(image, Answer::Failed(failure.clone())),
        Question::LocalImage(id) => Told::LocalImage(id, Answer::Failed(failure.clone())),
    }
}

fn offline() -> Failure {
    let help = "run without `--offline`, or answer from a snapshot with `--catalog FILE`";
    Failure::new("`--offline` forbids to ask", help)
}
