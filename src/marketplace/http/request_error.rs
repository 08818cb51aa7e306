//! Why an attempt at a request failed, as a [`QueryError`] that says what happened and what to do next.

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};

use super::body::ErrorBody;
use super::certificate;
use super::proxy::Proxy;
use super::retry::{is_transient, retry_after};
use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::visible;

/// Why one attempt at a request failed.
pub(super) struct RequestError {
    /// The error of the query if there is no other attempt.
    pub(super) error: QueryError,
    /// Whether another attempt may succeed.
    pub(super) transient: bool,
    /// Whether the attempt took too long.
    pub(super) timed_out: bool,
    /// The status, if there was a response.
    pub(super) status: Option<StatusCode>,
    /// How long the service asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// Where requests are sent.
pub(super) struct Endpoint {
    /// The API's root.
    pub(super) base: String,
    /// The proxy to connect through.
    pub(super) proxy: Option<Proxy>,
}

impl RequestError {
    /// An error that every other attempt would have, too.
    pub(super) fn permanent(error: QueryError) -> Self {
        Self { error, transient: false, timed_out: false, status: None, retry_after: None }
    }

    /// There was no whole response.
    fn no_response(cause: String, help: &str, transient: bool) -> Self {
        Self { transient, ..Self::permanent(QueryError::new(cause, help)) }
    }

    /// The reason in a few words.
    pub(super) fn short_reason(&self) -> String {
        match self.status {
            Some(status) => status.as_u16().to_string(),
            None if self.timed_out => "a silence".to_owned(),
            None => "a broken connection".to_owned(),
        }
    }

    /// The connection failed, or the response did not arrive in time or in full.
    pub(super) fn from_reqwest(error: &reqwest::Error, endpoint: &Endpoint, timeout: Duration) -> Self {
        let (cause, base) = (root_cause(error), &endpoint.base);
        if error.is_timeout() {
            Self::timeout(base, timeout)
        } else if let Some(tls) = tls_error(error) {
            Self::from_tls(tls, base)
        } else if let (Some(proxy), Some(refusal)) = (&endpoint.proxy, cause.strip_prefix("tunnel error: ")) {
            let help = "check the proxy and its login; NO_PROXY names hosts that need none";
            let wants_login = refusal.contains("authorization");
            let why = if wants_login { "it asks for a login" } else { "it refuses" };
            Self::no_response(format!("{proxy} does not lead to {base}: {why}"), help, !wants_login)
        } else if let (Some(proxy), true) = (endpoint.proxy.as_ref().filter(|it| it.is_for_all()), error.is_connect()) {
            let help = "check the network and the proxy; NO_PROXY names hosts that need none";
            Self::no_response(format!("could not connect to {base} through {proxy}: {cause}"), help, true)
        } else if error.is_connect() {
            let help = "check the network, HTTPS_PROXY and `--api-url`; `--catalog FILE` works from a snapshot";
            Self::no_response(format!("could not connect to {base}: {cause}"), help, true)
        } else {
            let cause = format!("the connection to {base} broke off: {cause}");
            Self::no_response(cause, "check the network and run imagelock again", true)
        }
    }

    /// No whole response arrived in time.
    pub(super) fn timeout(base: &str, timeout: Duration) -> Self {
        let cause = format!("no whole answer from {base} within {} s", timeout.as_secs_f32().ceil());
        Self { timed_out: true, ..Self::no_response(cause, "check the network and run imagelock again", true) }
    }

    /// The deadline of the run had passed before the request was sent.
    pub(super) fn deadline_passed(run: Duration) -> Self {
        let cause = format!("the {} s of this run (`--timeout`) were over before this could be asked", run.as_secs());
        Self::no_response(cause, "check the network; `--timeout DURATION` allows a run more time", false)
    }

    /// The TLS handshake failed. A retry helps only if the server refuses HTTP/2.
    fn from_tls(error: &rustls::Error, base: &str) -> Self {
        use rustls::{AlertDescription, Error};
        match error {
            Error::InvalidCertificate(error) => {
                let (why, help) = certificate::explain(error);
                Self::no_response(format!("the certificate of {base} was refused: {why}"), help, false)
            }
            Error::InvalidMessage(_) => {
                let help = "check the address and HTTPS_PROXY: is it one of https?";
                Self::no_response(format!("{base} does not speak TLS"), help, false)
            }
            other => {
                let cause = format!("could not speak TLS with {base}: {}", visible(&other.to_string()));
                let transient = matches!(other, Error::AlertReceived(AlertDescription::NoApplicationProtocol));
                Self::no_response(cause, "check the address and HTTPS_PROXY", transient)
            }
        }
    }

    /// The status is neither 200 nor the API's own 404.
    pub(super) fn from_status(status: StatusCode, headers: &HeaderMap, body: &ErrorBody) -> Self {
        let mut cause = format!("it answered {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let description = body.describe();
        if !description.is_empty() {
            cause = format!("{cause} ({description})");
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
            error: QueryError { request_id: request_id(headers), ..QueryError::new(cause, help) },
            transient: is_transient(status),
            timed_out: false,
            status: Some(status),
            retry_after: header(headers, RETRY_AFTER.as_str()).and_then(|value| retry_after(&value, Timestamp::now())),
        }
    }

    /// The response exceeds a limit.
    pub(super) fn too_large(headers: &HeaderMap, cause: String) -> Self {
        let help = "check `--api-url` and the proxy; this is not how the Marketplace answers";
        Self::permanent(QueryError { request_id: request_id(headers), ..QueryError::new(cause, help) })
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

/// The innermost error. The outer ones only say "error sending request".
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    visible(&innermost.to_string())
}

/// The TLS error that caused this one, if there is one.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // `source` of an I/O error does not return the error that it wraps.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}
