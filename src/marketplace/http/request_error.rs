//! Why an attempt at a request failed, as a [`QueryError`] with the cause and the next step.

use std::error::Error;
use std::io::{self, ErrorKind};
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
    /// The error of the query, unless another attempt succeeds.
    pub(super) error: QueryError,
    /// Whether another attempt may succeed.
    pub(super) transient: bool,
    /// Whether the attempt took too long.
    pub(super) timed_out: bool,
    /// The status, if there was a response.
    pub(super) status: Option<StatusCode>,
    /// How long to wait before the next attempt, as the server asks for it.
    pub(super) retry_after: Option<Duration>,
}

/// Where requests are sent.
pub(super) struct Endpoint {
    /// The root URL of the API.
    pub(super) base: String,
    /// The proxy to connect through.
    pub(super) proxy: Option<Proxy>,
}

impl RequestError {
    /// An error that another attempt would repeat.
    pub(super) fn permanent(error: QueryError) -> Self {
        Self { error, transient: false, timed_out: false, status: None, retry_after: None }
    }

    /// The error of a missing or incomplete response.
    fn no_response(cause: String, help: &str, transient: bool) -> Self {
        Self { transient, ..Self::permanent(QueryError::new(cause, help)) }
    }

    /// The reason in a few words, for the progress line.
    pub(super) fn short_reason(&self) -> String {
        match self.status {
            Some(status) => status.as_u16().to_string(),
            None if self.timed_out => "a timeout".to_owned(),
            None => "a connection error".to_owned(),
        }
    }

    /// The error of a failed connection, or of a response that did not arrive in time or in full.
    pub(super) fn from_reqwest(error: &reqwest::Error, endpoint: &Endpoint, timeout: Duration) -> Self {
        let (cause, base) = (root_cause(error), &endpoint.base);
        if error.is_timeout() {
            return Self::timeout(base, timeout);
        }
        if let Some(tls) = find_source(error) {
            return Self::from_tls(tls, base);
        }
        if let (Some(proxy), Some(refusal)) = (&endpoint.proxy, cause.strip_prefix("tunnel error: ")) {
            let help = "check the proxy and its credentials; to reach a host without the proxy, add it to NO_PROXY";
            let needs_login = refusal.contains("authorization");
            let why = if needs_login { "it requires a login" } else { "it refused the request" };
            return Self::no_response(format!("{proxy} did not connect to {base}: {why}"), help, !needs_login);
        }
        let reason = explain(error, &cause);
        if !error.is_connect() {
            let cause = format!("the connection to {base} was interrupted: {reason}");
            return Self::no_response(cause, "check the network and run imagelock again", true);
        }
        let (target, help) = match endpoint.proxy.as_ref().filter(|proxy| proxy.is_unconditional()) {
            Some(proxy) => (
                format!("{base} through {proxy}"),
                "check the network and the proxy; to reach a host without the proxy, add it to NO_PROXY",
            ),
            None => (
                base.clone(),
                "check the network, HTTPS_PROXY and `--api-url`; to work without a network, use a snapshot: `--catalog FILE`",
            ),
        };
        Self::no_response(format!("cannot connect to {target}: {reason}"), help, true)
    }

    /// The error of a response that did not arrive in full within `timeout`.
    pub(super) fn timeout(base: &str, timeout: Duration) -> Self {
        let cause = format!("{base} did not send a complete response within {} s", timeout.as_secs_f32().ceil());
        Self { timed_out: true, ..Self::no_response(cause, "check the network and run imagelock again", true) }
    }

    /// The error of a request that was not sent, because the deadline of the run had passed.
    pub(super) fn deadline_passed(run: Duration) -> Self {
        let cause = format!("the time limit of this run, {} s, passed before all requests were sent", run.as_secs());
        Self::no_response(cause, "check the network, or allow more time: `--timeout DURATION`", false)
    }

    /// The error of a failed TLS handshake. Another attempt helps only if the server does not support HTTP/2.
    fn from_tls(error: &rustls::Error, base: &str) -> Self {
        use rustls::{AlertDescription, Error};
        if let Error::InvalidCertificate(error) = error {
            let (why, help) = certificate::explain(error);
            return Self::no_response(format!("the certificate of {base} was rejected: {why}"), help, false);
        }
        let details = visible(&error.to_string());
        let cause = match error {
            Error::InvalidMessage(_) => format!("{base} does not use TLS, so it is not an https server"),
            Error::AlertReceived(_) => format!("{base} refused the TLS handshake ({details})"),
            Error::PeerIncompatible(_) => format!("{base} supports no TLS version that imagelock supports ({details})"),
            _ => format!("the TLS handshake with {base} failed ({details})"),
        };
        let transient = matches!(error, Error::AlertReceived(AlertDescription::NoApplicationProtocol));
        Self::no_response(cause, "check `--api-url`, SCW_API_URL and HTTPS_PROXY", transient)
    }

    /// The error of a status that is neither 200 nor a "not found" of the API.
    pub(super) fn from_status(status: StatusCode, headers: &HeaderMap, body: &ErrorBody) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        let mut cause = format!("the Marketplace responded with {} {reason}", status.as_u16()).trim_end().to_owned();
        let description = body.describe();
        if !description.is_empty() {
            cause = format!("{cause} ({description})");
        }
        let help = match status.as_u16() {
            429 => "this network address sends too many requests: wait a minute and run imagelock again",
            300..400 => {
                if let Some(target) = header(headers, LOCATION.as_str()) {
                    cause = format!("{cause} to `{}`; imagelock does not follow redirects", visible(&target));
                }
                "check `--api-url` and SCW_API_URL; a proxy or a login page may have responded instead of the Marketplace"
            }
            401 | 403 | 404 | 407 => {
                "check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login"
            }
            400 => "this release of imagelock may be too old for the Marketplace; look for a newer release",
            _ => "run imagelock again later; for the state of the Marketplace, see https://status.scaleway.com",
        };
        Self {
            error: QueryError { request_id: request_id(headers), ..QueryError::new(cause, help) },
            transient: is_transient(status),
            timed_out: false,
            status: Some(status),
            retry_after: header(headers, RETRY_AFTER.as_str()).and_then(|value| retry_after(&value, Timestamp::now())),
        }
    }

    /// The error of a response that is larger than the limit.
    pub(super) fn too_large(headers: &HeaderMap, cause: String) -> Self {
        let help = "check `--api-url` and the proxy; the real Marketplace does not send such responses";
        Self::permanent(QueryError { request_id: request_id(headers), ..QueryError::new(cause, help) })
    }
}

/// The value of a header as text.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The ID that the server assigned to the request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    header(headers, "x-request-id").map(|id| visible(&id))
}

/// The innermost error. The outer ones only say "error sending request".
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    sources(error).last().map_or_else(String::new, |error| visible(&error.to_string()))
}

/// Why a connection failed or ended, in plain words; `cause` is the innermost error. The text of a library is only
/// used if nothing else is known.
fn explain(error: &reqwest::Error, cause: &str) -> String {
    if sources(error).any(|error| error.to_string() == "dns error") {
        return "its host name cannot be resolved".to_owned();
    }
    // The outer I/O errors only wrap the innermost one.
    let io = sources(error).filter_map(|error| error.downcast_ref::<io::Error>()).last();
    let reason = match io.map(io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => "the connection was refused",
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            "the server reset the connection"
        }
        Some(ErrorKind::HostUnreachable) => "the host cannot be reached",
        Some(ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown) => "the network cannot be reached",
        Some(ErrorKind::TimedOut) => "the connection timed out",
        Some(ErrorKind::PermissionDenied) => "this system does not permit the connection",
        Some(ErrorKind::UnexpectedEof) if error.is_connect() => {
            "the server closed the connection during the TLS handshake"
        }
        Some(ErrorKind::UnexpectedEof) => "the server closed the connection too early",
        _ if error.is_decode() => return format!("the response cannot be decoded ({cause})"),
        _ => return format!("the response is incomplete or invalid ({cause})"),
    };
    reason.to_owned()
}

/// The first error of a type among an error and its sources.
fn find_source<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    sources(error).find_map(|error| error.downcast_ref())
}

/// An error and its sources, from the outermost to the innermost.
fn sources<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let outermost: &'e (dyn Error + 'static) = error;
    std::iter::successors(Some(outermost), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        // `source` of an I/O error does not return the error that it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
    })
}
