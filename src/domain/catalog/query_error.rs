//! A question to the Marketplace that has no usable answer: why, and what to do next.

use crate::domain::diagnostics::problem::Problem;

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryError {
    /// What came back instead, or what got in the way.
    pub cause: String,
    /// What to do next.
    pub help: String,
    /// The ID that the service gave the request, for its support.
    pub request_id: Option<String>,
    /// How hard it was tried, if more than once; a clause.
    pub effort: Option<String>,
}

impl QueryError {
    /// A failure at the first attempt.
    pub fn new(cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: cause.into(), help: help.into(), request_id: None, effort: None }
    }

    /// The failure of an answer that is well formed, but cannot be true.
    pub fn invalid_response(how: impl std::fmt::Display) -> Self {
        let help = "run imagelock again; if the answer stays the same, tell Scaleway's support";
        Self::new(format!("the answer cannot be used: {how}"), help)
    }

    /// The failure of an answer that cannot be taken for the whole truth.
    pub fn incomplete_response(doubts: &[String]) -> Self {
        let cause = format!("the Marketplace's answer may not be whole: {}", doubts.join("; "));
        Self::new(cause, "run imagelock again; if the answer stays the same, tell Scaleway's support")
    }

    /// The attempts and the ID, for those who look closer; a clause each.
    pub fn details(&self) -> Vec<String> {
        self.effort.iter().cloned().chain(self.request_id.as_ref().map(|id| format!("request ID {id}"))).collect()
    }

    /// The failure of a question that nobody asked.
    pub fn not_queried() -> Self {
        Self::new("the Marketplace was not asked", "report this to the authors of imagelock")
    }

    /// The warning where publication dates are missing for it.
    pub fn missing_dates_warning(&self) -> Problem {
        let problem = Problem::new("publication dates could not be learnt").note(&self.cause);
        problem.help("run imagelock again; what is told without them is right")
    }
}
