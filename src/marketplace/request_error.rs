//! What HTTP and TLS do instead of answering -> a [`QueryError`] that says what came back and what to do next.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};

use super::budget::LimitExceeded;
use super::certificate::refusal;
use super::proxy::Proxy;
use super::retry::{is_transient, retry_after};
use super::wire::ErrorBody;
use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::sanitize::visible;

/// Why one attempt at a request came to nothing.
pub(super) struct RequestError {
    pub(super) failure: QueryError,
    /// Another attempt may fare better.
    pub(super) transient: bool,
    /// The time was up.
    pub(super) timed_out: bool,
    /// The status, if there was an answer.
    pub(super) status: Option<StatusCode>,
    /// How long the service asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// With whom the exchange is.
pub(super) struct Endpoint {
    /// The API's root.
    pub(super) base: String,
    /// Who leads there.
    pub(super) proxy: Option<Proxy>,
}

impl RequestError {
    /// What no other attempt mends.
    pub(super) fn definite(failure: QueryError) -> Self {
        Self { failure, transient: false, timed_out: false, status: None, retry_after: None }
    }

    /// No answer at all, or a part of one.
    fn without_answer(cause: String, help: &str, transient: bool) -> Self {
        Self { transient, ..Self::definite(QueryError::new(cause, help)) }
    }

    /// In a word or two.
    pub(super) fn in_short(&self) -> String {
        match self.status {
            Some(status) => status.as_u16().to_string(),
            None if self.timed_out => "a silence".to_owned(),
            None => "a broken connection".to_owned(),
        }
    }

    /// The exchange broke off: no connection, no time, half an answer.
    pub(super) fn disturbed(error: &reqwest::Error, peer: &Endpoint, timeout: Duration) -> Self {
        let (cause, base) = (root_cause(error), &peer.base);
        if error.is_timeout() {
            Self::silence(base, timeout)
        } else if let Some(tls) = tls_error(error) {
            Self::tls(tls, base)
        } else if let (Some(proxy), Some(refusal)) = (&peer.proxy, cause.strip_prefix("tunnel error: ")) {
            let help = "check the proxy and its login; NO_PROXY names hosts that need none";
            let wants_login = refusal.contains("authorization");
            let why = if wants_login { "it asks for a login" } else { "it refuses" };
            Self::without_answer(format!("{proxy} does not lead to {base}: {why}"), help, !wants_login)
        } else if let (Some(proxy), true) = (peer.proxy.as_ref().filter(|it| it.is_for_all()), error.is_connect()) {
            let help = "check the network and the proxy; NO_PROXY names hosts that need none";
            Self::without_answer(format!("could not connect to {base} through {proxy}: {cause}"), help, true)
        } else if error.is_connect() {
            let help = "check the network, HTTPS_PROXY and `--api-url`; `--catalog FILE` works from a snapshot";
            Self::without_answer(format!("could not connect to {base}: {cause}"), help, true)
        } else {
            let cause = format!("the connection to {base} broke off: {cause}");
            Self::without_answer(cause, "check the network and run imagelock again", true)
        }
    }

    /// `base` did not answer in time, or not to the end.
    pub(super) fn silence(base: &str, timeout: Duration) -> Self {
        let cause = format!("no whole answer from {base} within {} s", timeout.as_secs_f32().ceil());
        Self { timed_out: true, ..Self::without_answer(cause, "check the network and run imagelock again", true) }
    }

    /// The time of the run was over before anything was asked.
    pub(super) fn too_late(run: Duration) -> Self {
        let cause = format!("the {} s of this run (`--timeout`) were over before this could be asked", run.as_secs());
        Self::without_answer(cause, "check the network; `--timeout SECONDS` allows a run more time", false)
    }

    /// TLS could not be spoken, or not with whom it should be. No retry helps, but for a server that refuses HTTP/2.
    fn tls(error: &rustls::Error, base: &str) -> Self {
        use rustls::{AlertDescription, Error};
        let (cause, help) = match error {
            Error::InvalidCertificate(refused) => {
                let (why, help) = refusal(refused);
                (format!("the certificate of {base} was refused: {why}"), help)
            }
            Error::InvalidMessage(_) => {
                let help = "check the address and HTTPS_PROXY: is it one of https?";
                (format!("{base} does not speak TLS"), help)
            }
            other => {
                let cause = format!("could not speak TLS with {base}: {}", visible(&other.to_string()));
                let transient = matches!(other, Error::AlertReceived(AlertDescription::NoApplicationProtocol));
                return Self::without_answer(cause, "check the address and HTTPS_PROXY", transient);
            }
        };
        Self::without_answer(cause, help, false)
    }

    /// An answer that is neither 200 nor the API's own 404.
    pub(super) fn refused(status: StatusCode, headers: &HeaderMap, body: &ErrorBody) -> Self {
        let mut cause = format!("it answered {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let said = body.describe();
        if !said.is_empty() {
            cause = format!("{cause} ({said})");
        }
        let help = match status.as_u16() {
            429 => "too many requests come from this address: wait a minute and run imagelock again",
            300..400 => {
                if let Some(target) = header(headers, LOCATION.as_str()) {
                    cause = format!("{cause}, to `{}`, and imagelock follows no redirect", visible(&target));
                }
                "check `--api-url` and SCW_API_URL; a proxy or a login page may answer in the Marketplace's place"
            }
            401 | 403 | 404 | 407 => {
                "check `--api-url`, SCW_API_URL and the proxy: the Marketplace itself needs no login"
            }
            400 => "this release of imagelock may be too old for the Marketplace; look for a newer one",
            _ => "the Marketplace has trouble: run imagelock again later, and see https://status.scaleway.com",
        };
        Self {
            failure: QueryError { request_id: request_id(headers), ..QueryError::new(cause, help) },
            transient: is_transient(status),
            timed_out: false,
            status: Some(status),
            retry_after: header(headers, RETRY_AFTER.as_str()).and_then(|value| retry_after(&value, Timestamp::now())),
        }
    }

    /// More than may be read.
    pub(super) fn too_large(headers: &HeaderMap, LimitExceeded(cause): LimitExceeded) -> Self {
        let help = "check `--api-url` and the proxy; this is not how the Marketplace answers";
        let mut trouble = Self::without_answer(cause, help, false);
        trouble.failure.request_id = request_id(headers);
        trouble
    }
}

/// A whole answer of status 200.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: String,
    pub(super) request_id: Option<String>,
}

impl Body {
    /// The failure of an answer that is not the JSON it should be.
    pub(super) fn unreadable(&self, error: &serde_json::Error) -> QueryError {
        let start = visible(&String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(60)]));
        if self.content_type.starts_with("application/json") || self.bytes.is_empty() {
            // It may quote what was found, at any length.
            let error = visible(&error.to_string());
            return self.invalid(format!("it is not the JSON expected ({error}): `{start}`"));
        }
        let mut failure = self.invalid(format!("it is {}, not JSON: `{start}`", visible(&self.content_type)));
        "a proxy or a login page may answer in the Marketplace's place; check the network and `--api-url`"
            .clone_into(&mut failure.help);
        failure
    }

    /// The failure of an answer that is well formed, but not what was asked for.
    pub(super) fn invalid(&self, how: impl fmt::Display) -> QueryError {
        QueryError { request_id: self.request_id.clone(), ..QueryError::invalid_response(how) }
    }
}

/// A header's value as text.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The ID that the service gave the request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    header(headers, "x-request-id").map(|id| visible(&id))
}

/// The innermost error: the outer ones say no more than "error sending request".
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    visible(&innermost.to_string())
}

/// What went wrong in TLS, if that is where it went wrong.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // An I/O error hides what it wraps from `source`.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}
