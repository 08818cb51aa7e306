//! What a client of the API needs to know, and what it reports while it runs.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::authorities::Authorities;
use super::proxy::Proxy;

/// The settings of a client.
pub struct Settings {
    /// The base of the API's addresses.
    pub api_url: String,
    /// How long requests may take.
    pub timeouts: Timeouts,
    /// Certificate authorities to trust in addition to those of the system.
    pub authorities: Option<Authorities>,
    /// The proxy to connect through. The client does not look for another.
    pub proxy: Option<Proxy>,
    /// Is notified of every event.
    pub observer: Option<Observer>,
}

/// How long requests may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// One request, from connecting to the last byte.
    pub request: Duration,
    /// When all requests of the run must have ended, retries and waits included.
    pub deadline: Instant,
    /// The time from the start of the run to the deadline, for messages.
    pub run: Duration,
}

/// What happens while the client runs.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// This many more queries will be sent.
    Asking(usize),
    /// A query has a response, which may be an error.
    Answered,
    /// Some time has passed.
    Waiting,
    /// A request has ended: what it was and its result, in one line.
    Request(&'a str),
    /// A request will be sent again, for this reason: `429`.
    Retrying(&'a str),
}

/// A callback for events.
pub type Observer = Rc<dyn Fn(Event<'_>)>;
