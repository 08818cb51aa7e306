//! One request at a time, made to succeed: retries, deadlines, capped answers, and a pause for all when the service
//! asks for one.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;

use super::api_url::ApiUrl;
use super::authorities::Authorities;
use super::budget::{Budget, LimitExceeded};
use super::connector::Connector;
use super::proxy::Proxy;
use super::request_error::{Body, Endpoint, RequestError, header, request_id};
use super::retry::{ATTEMPTS, backoff, is_transient};
use super::wire::ErrorBody;
use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::sanitize::visible;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// One request, from connecting to the last byte.
    pub request: Duration,
    /// When all requests of the run must be answered, retries and waits included.
    pub deadline: Instant,
    /// How long that was from the start, for messages.
    pub run: Duration,
}

/// How much time a question is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// Nothing can be done without the answer.
    Much,
    /// The answer informs: silence is taken for one after two tries of five seconds.
    Little,
}

/// What happens while the API is asked.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// So many more queries are put.
    Asking(usize),
    /// One of them has its answer, be it a failure.
    Answered,
    /// A moment has passed.
    Waiting,
    /// A request was sent, and came to this: a line.
    Request(&'a str),
    /// A request will be sent again, because of this: `429`.
    Retrying(&'a str),
}

/// Is told what happens.
pub type Observer = Rc<dyn Fn(Event<'_>)>;

/// What a client of the API needs to know.
pub struct Settings {
    /// Where the API is.
    pub api_url: String,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Certificate authorities to trust in addition to those of the system.
    pub authorities: Option<Authorities>,
    /// The proxy to connect through. The client does not look for another.
    pub proxy: Option<Proxy>,
    /// Is told what happens.
    pub observer: Option<Observer>,
}

/// HTTP with the memory of one run.
pub(super) struct Http {
    connector: Connector,
    peer: Endpoint,
    timeouts: Timeouts,
    /// Set by a 429: nobody sends before.
    not_before: Cell<Instant>,
    budget: Budget,
    /// Set when a request has used up its attempts: the service is down, and the others need not try as often.
    down: Cell<bool>,
    observer: Option<Observer>,
}

impl Http {
    /// Sets up TLS.
    pub(super) fn new(settings: &Settings) -> Result<Self, QueryError> {
        let api_url: ApiUrl = settings.api_url.parse().map_err(|why| {
            let cause = format!("the address of the API, `{}`, cannot be used: {why}", visible(&settings.api_url));
            QueryError::new(cause, "check `--api-url` and SCW_API_URL")
        })?;
        // Plain http stays on this machine.
        let proxy = settings.proxy.clone().filter(|proxy| api_url.is_https() && !proxy.is_for_none());
        Ok(Self {
            connector: Connector::new(&api_url, settings, proxy.clone())?,
            peer: Endpoint { base: format!("{api_url}/marketplace/v2"), proxy },
            timeouts: settings.timeouts,
            not_before: Cell::new(Instant::now()),
            budget: Budget::default(),
            down: Cell::new(false),
            observer: settings.observer.clone(),
        })
    }

    /// Gets a path below the API's root. `None` means that the API says there is no such thing.
    pub(super) async fn get(&self, path: &str, worth: Priority) -> Result<Option<Body>, QueryError> {
        let (mut attempts, mut silences, mut earlier) = (0, 0, None::<RequestError>);
        loop {
            attempts += 1;
            self.wait_for_leave().await;
            let insisted = self.connector.insists();
            let started = Instant::now();
            let outcome = self.attempt(path, worth).await;
            self.observe(path, started, &outcome);
            let trouble = match outcome {
                Ok(body) => return Ok(body),
                Err(trouble) if insisted && self.connector.yields(&trouble) => {
                    attempts -= 1;
                    continue;
                }
                // That time ran out in the end says less than what came before.
                Err(trouble) if trouble.status.is_none() && Instant::now() >= self.timeouts.deadline => {
                    earlier.take().unwrap_or(trouble)
                }
                Err(trouble) => trouble,
            };
            silences += u32::from(trouble.timed_out);
            let enough = worth == Priority::Little && silences >= 2;
            let asked = trouble.retry_after.unwrap_or_default();
            if trouble.status == Some(StatusCode::TOO_MANY_REQUESTS) {
                self.not_before.set(self.not_before.get().max(Instant::now() + asked));
            }
            let wait = asked + backoff(attempts, trouble.status, fastrand::f64());
            let out_of_time = Instant::now() + wait >= self.timeouts.deadline;
            if trouble.transient && attempts < ATTEMPTS && !self.down.get() && !out_of_time && !enough {
                self.tell(Event::Retrying(&trouble.in_short()));
                tokio::time::sleep(wait).await;
                earlier = Some(trouble);
                continue;
            }
            // That the service is slow to inform does not mean that it is down.
            self.down.set(self.down.get() || trouble.transient && worth == Priority::Much);
            let effort = self.effort(attempts, trouble.transient && out_of_time);
            return Err(QueryError { effort, ..trouble.failure });
        }
    }

    /// How hard it was tried, if there is something to say of it.
    fn effort(&self, attempts: u32, out_of_time: bool) -> Option<String> {
        if out_of_time {
            let run = self.timeouts.run.as_secs();
            return Some(format!(
                "attempt {attempts}; the {run} s of this run (`--timeout`) leave no time for another"
            ));
        }
        (attempts > 1).then(|| format!("{attempts} attempts came to the same"))
    }

    /// Waits out the pause that a 429 asked of all.
    async fn wait_for_leave(&self) {
        let until = self.not_before.get().min(self.timeouts.deadline);
        // The timer counts whole milliseconds: a sleep that is over already takes one of them.
        if until > Instant::now() {
            tokio::time::sleep_until(until.into()).await;
        }
    }

    async fn attempt(&self, path: &str, worth: Priority) -> Result<Option<Body>, RequestError> {
        let started = Instant::now();
        let longest = if worth == Priority::Little { Duration::from_secs(5) } else { self.timeouts.request };
        let timeout = longest.min(self.timeouts.deadline.saturating_duration_since(started));
        if timeout.is_zero() {
            return Err(RequestError::too_late(self.timeouts.run));
        }
        let disturbed = |error: reqwest::Error| RequestError::disturbed(&error, &self.peer, timeout);
        let request = self.connector.client()?.get(format!("{}{path}", self.peer.base)).timeout(timeout);
        let mut response = request.send().await.map_err(disturbed)?;
        self.connector.was_answered();
        let status = response.status();
        let headers = response.headers().clone();
        let mut reading = self.budget.answer();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => match reading.take(&chunk) {
                    Ok(()) => {}
                    Err(too_much) if status == StatusCode::OK => {
                        return Err(RequestError::too_large(&headers, too_much));
                    }
                    // The status of an error counts, whatever its body is; what it says is in the first part.
                    Err(_) => break,
                },
                Ok(None) => break,
                Err(_) if is_transient(status) => break,
                Err(error) => return Err(disturbed(error)),
            }
            // Unpacking does not wait for anything, and where nothing waits, no timer rings.
            if started.elapsed() >= timeout {
                if is_transient(status) {
                    break;
                }
                return Err(RequestError::silence(&self.peer.base, timeout));
            }
        }
        let bytes = reading.finish();
        if status == StatusCode::OK {
            let content_type = header(&headers, CONTENT_TYPE.as_str()).unwrap_or_default();
            return Ok(Some(Body { bytes, content_type, request_id: request_id(&headers) }));
        }
        let error = ErrorBody::read(&bytes);
        if status == StatusCode::NOT_FOUND && error.is_not_found() {
            return Ok(None);
        }
        Err(RequestError::refused(status, &headers, &error))
    }

    /// Counts so many rows and bytes of text among what this run keeps, if that is not too much.
    pub(super) fn keep(&self, rows: usize, text: usize) -> Result<(), LimitExceeded> {
        self.budget.keep(rows, text)
    }

    /// Tells the observer what happens.
    pub(super) fn tell(&self, event: Event<'_>) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    fn observe(&self, path: &str, started: Instant, outcome: &Result<Option<Body>, RequestError>) {
        let took = started.elapsed().as_millis();
        let what = match outcome {
            Ok(Some(body)) => format!("200, {} bytes", body.bytes.len()),
            Ok(None) => "404, not found".to_owned(),
            Err(trouble) => trouble.failure.cause.clone(),
        };
        self.tell(Event::Request(&format!("GET {}{path}: {what}, {took} ms", self.peer.base)));
    }
}
