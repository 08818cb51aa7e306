//! Sends a request until it succeeds or until all attempts have failed: retries, deadlines, size limits, and a pause of all
//! requests if the server asks for one.

mod api_url;
mod authorities;
mod body;
mod certificate;
mod connector;
mod proxy;
mod request_error;
mod retry;
mod settings;

use std::cell::Cell;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;

use super::limits::{RunLimit, check_response};
use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::{count, visible};

pub use api_url::ApiUrl;
pub use authorities::Authorities;
pub(super) use body::{Body, ErrorBody};
use connector::Connector;
pub use proxy::Proxy;
use request_error::{Endpoint, RequestError, header, request_id};
use retry::{ATTEMPTS, backoff, is_transient};
pub use settings::{Event, Observer, Settings, Timeouts};

/// How important a response is, which decides how long imagelock waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// The run fails without a response.
    Required,
    /// The response only adds information. After two attempts that time out, it is given up.
    Optional,
}

/// The timeout of one attempt at a request with [`Priority::Optional`].
const OPTIONAL_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends the requests of one run.
pub(super) struct Http {
    connector: Connector,
    endpoint: Endpoint,
    timeouts: Timeouts,
    /// No request is sent before this time. A response with status 429 sets it.
    not_before: Cell<Instant>,
    /// The memory of the rows that the run keeps.
    pub(super) kept: RunLimit,
    /// Whether a request has used all its attempts. The service is then considered down, and no request is retried.
    down: Cell<bool>,
    observer: Option<Observer>,
}

impl Http {
    /// Checks the settings and reads the trusted certificates.
    pub(super) fn new(settings: &Settings) -> Result<Self, QueryError> {
        let api_url: ApiUrl = settings.api_url.parse().map_err(|why| {
            let cause = format!("the API URL `{}` is invalid: {why}", visible(&settings.api_url));
            QueryError::new(cause, "check `--api-url` and SCW_API_URL")
        })?;
        // Plain http is only accepted for this machine, which needs no proxy.
        let proxy = settings.proxy.clone().filter(|proxy| api_url.is_https() && !proxy.is_disabled());
        Ok(Self {
            connector: Connector::new(&api_url, settings, proxy.clone())?,
            endpoint: Endpoint { base: format!("{api_url}/marketplace/v2"), proxy },
            timeouts: settings.timeouts,
            not_before: Cell::new(Instant::now()),
            kept: RunLimit::default(),
            down: Cell::new(false),
            observer: settings.observer.clone(),
        })
    }

    /// Sends a GET request for a path of the API. `None` means that the API itself responded with "not found".
    pub(super) async fn get(&self, path: &str, priority: Priority) -> Result<Option<Body>, QueryError> {
        let (mut attempts, mut timeouts, mut earlier) = (0, 0, None::<RequestError>);
        loop {
            attempts += 1;
            self.wait_for_rate_limit().await;
            let required_http2 = self.connector.requires_http2.get();
            let started = Instant::now();
            let outcome = self.attempt(path, priority).await;
            self.notify_request(path, started, &outcome);
            let error = match outcome {
                Ok(body) => return Ok(body),
                Err(error) if required_http2 && self.connector.falls_back(&error) => {
                    attempts -= 1;
                    continue;
                }
                // The earlier error is more informative than a timeout at the deadline.
                Err(error) if error.status.is_none() && Instant::now() >= self.timeouts.deadline => {
                    earlier.take().unwrap_or(error)
                }
                Err(error) => error,
            };
            timeouts += u32::from(error.timed_out);
            let enough = priority == Priority::Optional && timeouts >= 2;
            let retry_after = error.retry_after.unwrap_or_default();
            if error.status == Some(StatusCode::TOO_MANY_REQUESTS) {
                self.not_before.set(self.not_before.get().max(Instant::now() + retry_after));
            }
            let wait = retry_after + backoff(attempts, error.status, fastrand::f64());
            let out_of_time = Instant::now() + wait >= self.timeouts.deadline;
            if error.transient && attempts < ATTEMPTS && !self.down.get() && !out_of_time && !enough {
                self.notify(Event::Retrying(&error.short_reason()));
                tokio::time::sleep(wait).await;
                earlier = Some(error);
                continue;
            }
            // A service that is slow to send optional responses is not down.
            self.down.set(self.down.get() || error.transient && priority == Priority::Required);
            let run = self.timeouts.run.as_secs();
            let attempts = if error.transient && out_of_time {
                let attempts = count(usize::try_from(attempts).unwrap_or(usize::MAX), "attempt");
                Some(format!("gave up after {attempts}, because the run is limited to {run} s (`--timeout`)"))
            } else {
                (attempts > 1).then(|| format!("gave up after {attempts} attempts"))
            };
            return Err(QueryError { attempts, ..error.error });
        }
    }

    /// Waits for the end of the pause that a response with status 429 asked for.
    async fn wait_for_rate_limit(&self) {
        let until = self.not_before.get().min(self.timeouts.deadline);
        // The timer counts whole milliseconds, so that a sleep of zero would take one.
        if until > Instant::now() {
            tokio::time::sleep_until(until.into()).await;
        }
    }

    async fn attempt(&self, path: &str, priority: Priority) -> Result<Option<Body>, RequestError> {
        let started = Instant::now();
        let longest = if priority == Priority::Optional { OPTIONAL_TIMEOUT } else { self.timeouts.request };
        let timeout = longest.min(self.timeouts.deadline.saturating_duration_since(started));
        if timeout.is_zero() {
            return Err(RequestError::deadline_passed(self.timeouts.run));
        }
        let failed = |error: reqwest::Error| RequestError::from_reqwest(&error, &self.endpoint, timeout);
        let request = self.connector.client()?.get(format!("{}{path}", self.endpoint.base)).timeout(timeout);
        let mut response = request.send().await.map_err(failed)?;
        self.connector.responded.set(true);
        let status = response.status();
        let headers = response.headers().clone();
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => match check_response(bytes.len() + chunk.len()) {
                    Ok(()) => bytes.extend_from_slice(&chunk),
                    Err(limit) if status == StatusCode::OK => return Err(RequestError::too_large(&headers, limit)),
                    // For an error, the status and the start of the body are enough.
                    Err(_) => break,
                },
                Ok(None) => break,
                Err(_) if is_transient(status) => break,
                Err(error) => return Err(failed(error)),
            }
            // The timer of the request cannot fire while a large body is decompressed, because that never waits.
            if started.elapsed() >= timeout {
                if is_transient(status) {
                    break;
                }
                return Err(RequestError::timeout(&self.endpoint.base, timeout));
            }
        }
        if status == StatusCode::OK {
            let content_type = header(&headers, CONTENT_TYPE.as_str()).unwrap_or_default();
            return Ok(Some(Body { bytes, content_type, request_id: request_id(&headers) }));
        }
        let body = ErrorBody::read(&bytes);
        if status == StatusCode::NOT_FOUND && body.is_not_found() {
            return Ok(None);
        }
        Err(RequestError::from_status(status, &headers, &body))
    }

    /// Notifies the observer of an event.
    pub(super) fn notify(&self, event: Event<'_>) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    fn notify_request(&self, path: &str, started: Instant, outcome: &Result<Option<Body>, RequestError>) {
        let took = started.elapsed().as_millis();
        let result = match outcome {
            Ok(Some(body)) => format!("200, {} bytes", body.bytes.len()),
            Ok(None) => "404, not found".to_owned(),
            Err(error) => error.error.cause.clone(),
        };
        self.notify(Event::Request(&format!("GET {}{path}: {result}, {took} ms", self.endpoint.base)));
    }
}
