//! The bodies of responses: of those with the requested value, and of the API's errors.

use std::fmt;

use serde::Deserialize;

use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::visible;
use crate::marketplace::json::{List, Object};

/// The whole body of a response with status 200.
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
    pub(crate) request_id: Option<String>,
}

impl Body {
    /// Reads the JSON object that the body is.
    pub(crate) fn read_object<'b, T: Deserialize<'b>>(&'b self) -> Result<T, QueryError> {
        serde_json::from_slice(&self.bytes).map(|Object(value)| value).map_err(|error| self.unreadable(&error))
    }

    /// The body is not the expected JSON.
    fn unreadable(&self, error: &serde_json::Error) -> QueryError {
        let start = visible(&String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(60)]));
        if self.content_type.starts_with("application/json") || self.bytes.is_empty() {
            // The error may quote a value of any length.
            let error = visible(&error.to_string());
            return self.invalid(format!("it is not the JSON expected ({error}): `{start}`"));
        }
        let help = "a proxy or a login page may answer in the Marketplace's place; check the network and `--api-url`";
        let error = self.invalid(format!("it is {}, not JSON: `{start}`", visible(&self.content_type)));
        QueryError { help: help.to_owned(), ..error }
    }

    /// The body is well formed, but not an answer to the query.
    pub(crate) fn invalid(&self, why: impl fmt::Display) -> QueryError {
        QueryError { request_id: self.request_id.clone(), ..QueryError::invalid_response(why) }
    }
}

/// The body of an error. Every part of it may be missing.
#[derive(Default, Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
    #[serde(default)]
    details: List<Object<Detail>>,
}

#[derive(Deserialize)]
struct Detail {
    argument_name: Option<String>,
    help_message: Option<String>,
    reason: Option<String>,
}

impl ErrorBody {
    /// Reads the body of an error; empty if it is not JSON.
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).map(|Object(error)| error).unwrap_or_default()
    }

    /// Whether the API says that a thing does not exist. A 404 without this comes from a wrong address or a proxy, and
    /// says nothing about images.
    pub(crate) fn is_not_found(&self) -> bool {
        self.kind.as_deref() == Some("not_found")
    }

    /// The error as a clause to print after the status; may be empty.
    pub(crate) fn describe(&self) -> String {
        let detail = |detail: &Detail| clause([&detail.argument_name, &detail.reason, &detail.help_message], " ");
        let details = self.details.0.iter().take(3).map(|Object(it)| Some(detail(it)));
        let parts: Vec<_> = [self.kind.clone(), self.message.clone()].into_iter().chain(details).collect();
        clause(&parts, ": ")
    }
}

/// Joins the parts that are not empty, safe to print.
fn clause<'a>(parts: impl IntoIterator<Item = &'a Option<String>>, separator: &str) -> String {
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.map(|part| visible(part)).collect::<Vec<_>>().join(separator)
}
