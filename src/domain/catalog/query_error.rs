//! Why a query has no usable response, and what to do next.

use std::collections::BTreeSet;

use crate::domain::diagnostics::{Problem, and_more, quoted};

/// The most images that an error names.
const MAX_NAMED_IMAGES: usize = 6;

const REPORT_TO_SCALEWAY: &str = "run imagelock again; if the response stays the same, report it to Scaleway support";

/// Why a query has no usable response. The cause is the request or the response, never a line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryError {
    /// What went wrong: a sentence in lower case, without a full stop.
    pub cause: String,
    /// What to do next.
    pub help: String,
    /// The ID that the server assigned to the request. Scaleway support can look it up.
    pub request_id: Option<String>,
    /// A note on the number of attempts, if a retry was possible.
    pub attempts: Option<String>,
}

impl QueryError {
    /// An error without a request ID and without retries.
    pub fn new(cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: cause.into(), help: help.into(), request_id: None, attempts: None }
    }

    /// The response is malformed or contradicts another one.
    pub fn invalid_response(why: impl std::fmt::Display) -> Self {
        Self::new(format!("the response of the Marketplace is invalid: {why}"), REPORT_TO_SCALEWAY)
    }

    /// The response may lack some rows; `doubts` say why.
    pub fn incomplete_response(doubts: &[String]) -> Self {
        Self::new(
            format!("the response of the Marketplace may be incomplete: {}", doubts.join("; ")),
            REPORT_TO_SCALEWAY,
        )
    }

    /// The query was never sent, which is a bug.
    pub fn not_queried() -> Self {
        Self::new("imagelock did not query the Marketplace", "this is a bug in imagelock: report it to its authors")
    }

    /// The error of all these images. It has no span, because no line of the manifest causes it.
    pub fn problem(&self, images: &BTreeSet<String>) -> Problem {
        let names = and_more(images.iter().map(quoted), MAX_NAMED_IMAGES);
        let images = match images.len() {
            0 => None,
            1 => Some(format!("needed for the image {names}")),
            count => Some(format!("needed for {count} images: {names}")),
        };
        let mut problem = Problem::new(&self.cause).help(&self.help);
        problem.notes = images.into_iter().chain(self.details()).collect();
        problem
    }

    /// The notes on the attempts and on the request ID.
    pub fn details(&self) -> Vec<String> {
        self.attempts.iter().cloned().chain(self.request_id.as_ref().map(|id| format!("request ID {id}"))).collect()
    }

    /// The warning that publication dates are missing because of this error.
    pub fn missing_dates_warning(&self) -> Problem {
        let problem = Problem::new("publication dates are unavailable").note(&self.cause);
        problem.help("run imagelock again; everything else in the output is correct without them")
    }
}
