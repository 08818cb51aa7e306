//! The bodies of responses: requested values, and errors of the API.

use std::fmt;

use serde::Deserialize;

use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::visible;
use crate::marketplace::json::{List, Object, explain_syntax};

/// The whole body of a response with status 200.
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
    pub(crate) request_id: Option<String>,
}

impl Body {
    /// Parses the body as a JSON object.
    pub(crate) fn read_object<'b, T: Deserialize<'b>>(&'b self) -> Result<T, QueryError> {
        serde_json::from_slice(&self.bytes).map(|Object(value)| value).map_err(|error| self.unreadable(&error))
    }

    /// The error of a body that is not the expected JSON.
    fn unreadable(&self, error: &serde_json::Error) -> QueryError {
        let start = visible(&String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(60)]));
        if self.content_type.starts_with("application/json") || self.bytes.is_empty() {
            return self.invalid(format!("{}: `{start}`", explain_syntax(error)));
        }
        let help =
            "a proxy or a login page may have responded instead of the Marketplace; check the network and `--api-url`";
        let error = self.invalid(format!("it is {}, not JSON: `{start}`", visible(&self.content_type)));
        QueryError { help: help.to_owned(), ..error }
    }

    /// The error of a body that is well formed but does not answer the query.
    pub(crate) fn invalid(&self, why: impl fmt::Display) -> QueryError {
        QueryError { request_id: self.request_id.clone(), ..QueryError::invalid_response(why) }
    }
}

/// The body of an error response. Every field may be missing.
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
    /// Parses the body of an error response. Every field is missing if the body is not JSON.
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).map(|Object(error)| error).unwrap_or_default()
    }

    /// Whether the API reports that an image or version does not exist. A 404 without this type comes from a wrong address or
    /// from a proxy, so it does not mean that the image is missing.
    pub(crate) fn is_not_found(&self) -> bool {
        self.kind.as_deref() == Some("not_found")
    }

    /// The error as text to print after the status. It may be empty.
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
