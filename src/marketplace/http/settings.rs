//! The settings of an API client, and the events that it reports while it runs.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::authorities::Authorities;
use super::proxy::Proxy;

/// The settings of a client.
pub struct Settings {
    /// The base URL of the API: `--api-url`, else `SCW_API_URL`, else the real Marketplace.
    pub api_url: String,
    /// The time limits of requests.
    pub timeouts: Timeouts,
    /// Certificate authorities to trust in addition to those of the system: the file in `SSL_CERT_FILE`.
    pub authorities: Option<Authorities>,
    /// The proxy to connect through. The client ignores proxy settings elsewhere.
    pub proxy: Option<Proxy>,
    /// A callback that is notified of every event.
    pub observer: Option<Observer>,
}

/// The time limits of requests.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// The limit of one request, from connecting to the last byte.
    pub request: Duration,
    /// When all requests of the run must have ended, including retries and waits.
    pub deadline: Instant,
    /// The time from the start of the run to the deadline, as messages show it: `--timeout`.
    pub run: Duration,
}

/// An event while the client runs.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// This many more queries will be sent.
    Queued(usize),
    /// A query has received its response, which may be an error.
    Responded,
    /// Some time has passed without another event.
    Waiting,
    /// A request has ended. The text is one line with the request and its result.
    Request(&'a str),
    /// A request will be sent again for this reason, such as `429`.
    Retrying(&'a str),
}

/// A callback for events.
pub type Observer = Rc<dyn Fn(Event<'_>)>;
