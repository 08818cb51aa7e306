//! Why a query has no usable answer, and what to do next.

use crate::domain::diagnostics::Problem;

/// Why a query has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryError {
    /// What went wrong.
    pub cause: String,
    /// What to do next.
    pub help: String,
    /// The ID that the service gave the request, for its support.
    pub request_id: Option<String>,
    /// How often the request was sent, if more than once; a clause.
    pub attempts: Option<String>,
}

impl QueryError {
    /// An error of the first attempt.
    pub fn new(cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: cause.into(), help: help.into(), request_id: None, attempts: None }
    }

    /// The answer is well formed, but cannot be true.
    pub fn invalid_response(why: impl std::fmt::Display) -> Self {
        let help = "run imagelock again; if the answer stays the same, tell Scaleway's support";
        Self::new(format!("the answer cannot be used: {why}"), help)
    }

    /// The answer may lack something; `doubts` say why.
    pub fn incomplete_response(doubts: &[String]) -> Self {
        let cause = format!("the Marketplace's answer may not be whole: {}", doubts.join("; "));
        Self::new(cause, "run imagelock again; if the answer stays the same, tell Scaleway's support")
    }

    /// The query was never sent, which is a bug.
    pub fn not_queried() -> Self {
        Self::new("the Marketplace was not asked", "report this to the authors of imagelock")
    }

    /// The attempts and the request ID; a clause each.
    pub fn details(&self) -> Vec<String> {
        self.attempts.iter().cloned().chain(self.request_id.as_ref().map(|id| format!("request ID {id}"))).collect()
    }

    /// The warning that publication dates are missing because of this.
    pub fn missing_dates_warning(&self) -> Problem {
        let problem = Problem::new("publication dates could not be learnt").note(&self.cause);
        problem.help("run imagelock again; what is told without them is right")
    }
}
