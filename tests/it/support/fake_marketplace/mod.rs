//! A fake Marketplace: API v2 over real HTTP and TLS, with the catalog and the responses that a test sets.

mod catalog;
mod reply;
mod routes;
mod server;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

pub use catalog::{Local, id, image_id, local, row, version_id};
pub use reply::{Reply, gzip};

/// Decides the response to a request. The arguments are the path with the query, how many times this path has been
/// requested (from 1), and the value that the API would return.
type Responder = Box<dyn FnMut(&str, usize, &Value) -> Reply + Send>;

#[derive(Default)]
struct State {
    locals: Vec<Local>,
    /// The display name and the end of life in the index, for labels that do not have the defaults.
    details: BTreeMap<&'static str, (Option<&'static str>, Option<&'static str>)>,
    responder: Option<Responder>,
    log: Vec<String>,
    headers: Vec<hyper::HeaderMap>,
    versions: Vec<hyper::Version>,
    connections: usize,
    /// The limit on concurrent requests per HTTP/2 connection.
    max_streams: Option<u32>,
    /// For each round, the number of requests that must arrive before any of them gets a response.
    rounds: VecDeque<usize>,
    /// Requests whose path contains this text belong to no round.
    exempt: Option<&'static str>,
    /// The requests of the current round that have arrived.
    held: Vec<oneshot::Sender<()>>,
}

impl State {
    /// Makes a request wait for its round. If the request completes the round, the whole round is released.
    fn round(&mut self, path: &str) -> Option<oneshot::Receiver<()>> {
        if self.exempt.is_some_and(|exempt| path.contains(exempt)) {
            return None;
        }
        let size = *self.rounds.front()?;
        let (go, wait) = oneshot::channel();
        self.held.push(go);
        if self.held.len() == size {
            self.rounds.pop_front();
            for go in self.held.drain(..) {
                let _ = go.send(());
            }
        }
        Some(wait)
    }
}

/// A running fake Marketplace. It stops when it is dropped.
pub struct FakeMarketplace {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    scheme: &'static str,
    // Dropping the sender ends the thread of the server.
    _stop: oneshot::Sender<()>,
}

impl FakeMarketplace {
    pub fn offering(locals: impl IntoIterator<Item = Local>) -> Self {
        Self::start(locals.into_iter().collect(), None)
    }

    /// Like `offering`, but over TLS.
    pub fn with_tls(locals: impl IntoIterator<Item = Local>, tls: TlsAcceptor) -> Self {
        Self::start(locals.into_iter().collect(), Some(tls))
    }

    fn start(locals: Vec<Local>, tls: Option<TlsAcceptor>) -> Self {
        let state = Arc::new(Mutex::new(State { locals, ..State::default() }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                futures_util::future::select(std::pin::pin!(server::accept(listener, tls, shared)), stopped).await;
            });
        });
        Self { state, address, scheme, _stop: stop }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.address.port())
    }

    /// Sets the display name of an image.
    pub fn named(self, label: &'static str, name: &'static str) -> Self {
        self.state().details.entry(label).or_default().0 = Some(name);
        self
    }

    /// Sets the end of life of an image.
    pub fn valid_until(self, label: &'static str, time: &'static str) -> Self {
        self.state().details.entry(label).or_default().1 = Some(time);
        self
    }

    /// Replaces the whole catalog, like an update of the Marketplace.
    pub fn offers(&self, locals: impl IntoIterator<Item = Local>) {
        self.state().locals = locals.into_iter().collect();
    }

    /// Limits the concurrent requests on each new HTTP/2 connection.
    pub fn with_max_streams(self, max_streams: u32) -> Self {
        self.state().max_streams = Some(max_streams);
        self
    }

    /// Sets the responses to all requests. The catalog stays the same.
    pub fn respond(&self, responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) {
        let mut state = self.state();
        state.responder = Some(Box::new(responder));
        state.log.clear();
    }

    /// Sets the responses to requests for the listing of a label. Other requests get the normal response.
    pub fn respond_to_listings(&self, mut responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) {
        self.respond(move |path, times, value| {
            if path.contains("/local-images?image_label=") { responder(path, times, value) } else { Reply::Normal }
        });
    }

    /// Responds in rounds: a request gets its response only after all requests of its round have arrived. Requests
    /// after the last round get their response at once.
    pub fn respond_in_rounds(&self, rounds: impl IntoIterator<Item = usize>) {
        let mut state = self.state();
        state.rounds = rounds.into_iter().collect();
        state.exempt = None;
        state.log.clear();
    }

    /// Like `respond_in_rounds`, but requests whose path contains `exempt` get their response at once.
    pub fn respond_in_rounds_except(&self, exempt: &'static str, rounds: impl IntoIterator<Item = usize>) {
        self.respond_in_rounds(rounds);
        self.state().exempt = Some(exempt);
    }

    /// Returns the requests for listings of labels, and forgets all requests.
    pub fn listings(&self) -> Vec<String> {
        self.requests().into_iter().filter(|path| path.contains("/local-images?image_label=")).collect()
    }

    /// Returns all requests as path and query, and forgets them.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    pub fn headers(&self) -> Vec<hyper::HeaderMap> {
        self.state().headers.clone()
    }

    pub fn versions(&self) -> Vec<hyper::Version> {
        self.state().versions.clone()
    }

    pub fn connections(&self) -> usize {
        self.state().connections
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}
