//! A stand-in for the Marketplace: API v2 over real HTTP and TLS, with the catalog and the manners that a test wants.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One local image on offer.
#[derive(Clone)]
pub struct Local {
    pub label: &'static str,
    pub zone: &'static str,
    pub arch: &'static str,
    pub image_type: Option<&'static str>,
    pub id: String,
    pub boots: Vec<&'static str>,
    /// When its version was published; no date, no version.
    pub published: Option<&'static str>,
    /// Of an older version: no longer listed by its label.
    pub superseded: bool,
}

/// A local image of the default type; `number` makes its ID.
pub fn local(label: &'static str, zone: &'static str, arch: &'static str, number: u32) -> Local {
    Local {
        label,
        zone,
        arch,
        image_type: Some("instance_sbs"),
        id: id(number),
        boots: vec!["DEV1-S", "PRO2-S"],
        published: None,
        superseded: false,
    }
}

impl Local {
    pub fn of_type(self, image_type: Option<&'static str>) -> Self {
        Self { image_type, ..self }
    }

    pub fn published(self, date: &'static str) -> Self {
        Self { published: Some(date), ..self }
    }

    pub fn superseded(self) -> Self {
        Self { superseded: true, ..self }
    }

    pub fn boots(self, boots: &[&'static str]) -> Self {
        Self { boots: boots.to_vec(), ..self }
    }
}

/// A UUID that begins with its number, so that it is told apart in a table.
pub fn id(number: u32) -> String {
    format!("{number:08}-0000-4000-8000-000000000000")
}

/// The ID of the image with a label: stable, and not that of any local image.
pub fn image_id(label: &str) -> String {
    let sum = label.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{sum:08x}-1111-4000-8000-000000000000")
}

/// The ID of the version of a label that was published then.
pub fn version_id(label: &str, published: &str) -> String {
    image_id(&format!("{label} {published}")).replace("-1111-", "-2222-")
}

/// How a request is answered.
pub enum Reply {
    /// As the API would.
    Normal,
    /// With this value in place of what the API would say.
    Json(Value),
    /// With this status, content type and body.
    Raw(u16, &'static str, Vec<u8>),
    /// With a status and one header.
    Header(u16, &'static str, &'static str),
    /// With half of what the API would say; then the connection breaks.
    Half,
    /// As the API would, but so much later.
    Late(Duration),
    /// Never.
    Silence,
    /// A body of so many bytes that says nothing.
    Endless(usize),
    /// In gzip.
    Gzip,
    /// With this body, which is said to be gzip.
    Packed(Vec<u8>),
    /// In gzip, a body that unpacks to so many MiB and says nothing.
    Bomb(usize),
    /// Not at all: over HTTP/2 the stream is reset, over HTTP/1.1 the connection closed.
    Reset(h2::Reason),
    /// As the API would; and then no more over this connection.
    GoAway,
    /// Not at all, and neither is what else is under way over this connection.
    HangUp,
}

/// How a connection is to end.
#[derive(Default)]
struct End {
    go_away: AtomicBool,
    hang_up: AtomicBool,
}

/// Decides how a request is answered: the path with its query, how often it came (from 1), what the API would say.
type Manner = Box<dyn FnMut(&str, usize, &Value) -> Reply + Send>;

#[derive(Default)]
struct State {
    locals: Vec<Local>,
    /// What the index says of a label beyond the ordinary: its name, its end.
    details: BTreeMap<&'static str, (Option<&'static str>, Option<&'static str>)>,
    manner: Option<Manner>,
    log: Vec<String>,
    headers: Vec<hyper::HeaderMap>,
    versions: Vec<hyper::Version>,
    connections: usize,
    /// How many requests a connection may have under way over HTTP/2, if that is bounded.
    streams: Option<u32>,
    /// How many requests must be there before any of a round is answered.
    rounds: VecDeque<usize>,
    /// A request whose path holds this is of no round.
    beside: Option<&'static str>,
    /// Those of the round that are there.
    held: Vec<tokio::sync::oneshot::Sender<()>>,
}

impl State {
    /// What a request has to wait for, and sets the round free if that was the last of it.
    fn round(&mut self, path: &str) -> Option<tokio::sync::oneshot::Receiver<()>> {
        if self.beside.is_some_and(|beside| path.contains(beside)) {
            return None;
        }
        let size = *self.rounds.front()?;
        let (go, wait) = tokio::sync::oneshot::channel();
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

/// A running stand-in. It stops with the test.
pub struct Marketplace {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    scheme: &'static str,
    // Dropping it ends the server's thread.
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Marketplace {
    pub fn offering(locals: impl IntoIterator<Item = Local>) -> Self {
        Self::start(locals.into_iter().collect(), None)
    }

    /// The same over TLS.
    pub fn with_tls(locals: impl IntoIterator<Item = Local>, tls: TlsAcceptor) -> Self {
        Self::start(locals.into_iter().collect(), Some(tls))
    }

    fn start(locals: Vec<Local>, tls: Option<TlsAcceptor>) -> Self {
        let state = Arc::new(Mutex::new(State { locals, ..State::default() }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                futures_util::future::select(std::pin::pin!(accept(listener, tls, shared)), stopped).await;
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

    /// Gives an image a name for people.
    pub fn named(self, label: &'static str, name: &'static str) -> Self {
        self.state().details.entry(label).or_default().0 = Some(name);
        self
    }

    /// Gives an image an end.
    pub fn valid_until(self, label: &'static str, time: &'static str) -> Self {
        self.state().details.entry(label).or_default().1 = Some(time);
        self
    }

    /// Replaces the whole catalog, as an update of the Marketplace does.
    pub fn offers(&self, locals: impl IntoIterator<Item = Local>) {
        self.state().locals = locals.into_iter().collect();
    }

    /// Bounds the requests that a new connection may have under way over HTTP/2.
    pub fn carries(self, streams: u32) -> Self {
        self.state().streams = Some(streams);
        self
    }

    /// Sets the manners; the catalog stays.
    pub fn answers(&self, manner: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) {
        let mut state = self.state();
        state.manner = Some(Box::new(manner));
        state.log.clear();
    }

    /// Sets the manners for listings of labels alone; all else is answered as the API would.
    pub fn lists(&self, mut manner: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) {
        self.answers(move |path, times, value| {
            if path.contains("/local-images?image_label=") { manner(path, times, value) } else { Reply::Normal }
        });
    }

    /// Answers in rounds: none of a round has its answer before so many requests are there. What comes after the last
    /// round is answered at once.
    pub fn gathers(&self, rounds: impl IntoIterator<Item = usize>) {
        let mut state = self.state();
        state.rounds = rounds.into_iter().collect();
        state.beside = None;
        state.log.clear();
    }

    /// The same, but for requests whose path holds this: they are answered at once.
    pub fn gathers_all_but(&self, beside: &'static str, rounds: impl IntoIterator<Item = usize>) {
        self.gathers(rounds);
        self.state().beside = Some(beside);
    }

    /// The listings of labels that were asked for so far; forgets all requests.
    pub fn listings(&self) -> Vec<String> {
        self.requests().into_iter().filter(|path| path.contains("/local-images?image_label=")).collect()
    }

    /// Every request so far, path and query, and forgets them.
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

type Body = UnsyncBoxBody<Bytes, io::Error>;
type Broken = Box<dyn std::error::Error + Send + Sync>;

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Else a part of an answer waits for the client to acknowledge the one before.
                stream.set_nodelay(true).unwrap();
                state.lock().unwrap().connections += 1;
                let (tls, state) = (tls.clone(), Arc::clone(&state));
                tokio::task::spawn_local(async move {
                    let end = Arc::new(End::default());
                    let ending = Arc::clone(&end);
                    let streams = state.lock().unwrap().streams;
                    let serve = service_fn(move |request| answer(request, Arc::clone(&state), Arc::clone(&ending)));
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http2().max_concurrent_streams(streams);
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                                carry(builder.http2_only().serve_connection(TokioIo::new(stream), serve), &end).await;
                            }
                            Ok(stream) => {
                                carry(builder.http1_only().serve_connection(TokioIo::new(stream), serve), &end).await;
                            }
                            // A client that refuses the certificate is part of the tests.
                            Err(_) => {}
                        },
                        None => carry(builder.serve_connection(TokioIo::new(stream), serve), &end).await,
                    }
                });
            }
        })
        .await;
}

/// Serves a connection to its end, or to the one that is set for it.
async fn carry<S, I>(connection: auto::Connection<'_, I, S, TokioExecutor>, end: &End)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Broken, Future: Send + 'static>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    let mut connection = std::pin::pin!(connection);
    std::future::poll_fn(|context| {
        let served = connection.as_mut().poll(context);
        if end.hang_up.load(Ordering::Relaxed) {
            return Poll::Ready(());
        }
        if end.go_away.swap(false, Ordering::Relaxed) {
            connection.as_mut().graceful_shutdown();
            context.waker().wake_by_ref();
        }
        // A client that goes away is part of the tests.
        served.map(|_| ())
    })
    .await;
}

async fn answer(request: Request<Incoming>, state: Arc<Mutex<State>>, end: Arc<End>) -> Result<Response<Body>, Broken> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let round = state.lock().unwrap().round(&path);
    if let Some(round) = round {
        let _ = round.await;
    }
    let (status, value, reply) = {
        let mut state = state.lock().unwrap();
        state.log.push(path.clone());
        state.headers.push(request.headers().clone());
        state.versions.push(request.version());
        let times = state.log.iter().filter(|earlier| **earlier == path).count();
        let (status, value) = route(&state, request.uri().path(), request.uri().query().unwrap_or_default());
        let reply = state.manner.as_mut().map_or(Reply::Normal, |manner| manner(&path, times, &value));
        (status, value, reply)
    };
    let response = Response::builder().header("x-request-id", "req-1");
    let whole = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync();
    let json = "application/json";
    Ok(match reply {
        Reply::Reset(reason) => return Err(h2::Error::from(reason).into()),
        Reply::HangUp => {
            end.hang_up.store(true, Ordering::Relaxed);
            return Err(h2::Error::from(h2::Reason::CANCEL).into());
        }
        Reply::GoAway => {
            end.go_away.store(true, Ordering::Relaxed);
            response.status(status).header("content-type", json).body(whole(value.to_string().into()))
        }
        Reply::Normal => response.status(status).header("content-type", json).body(whole(value.to_string().into())),
        Reply::Late(delay) => {
            tokio::time::sleep(delay).await;
            response.status(status).header("content-type", json).body(whole(value.to_string().into()))
        }
        Reply::Json(value) => response.header("content-type", json).body(whole(value.to_string().into())),
        Reply::Raw(status, kind, body) => response.status(status).header("content-type", kind).body(whole(body)),
        Reply::Header(status, name, value) => response.status(status).header(name, value).body(whole(Vec::new())),
        Reply::Half => {
            let half = Bytes::from(value.to_string()[..value.to_string().len() / 2].to_owned());
            let broken = [Ok(Frame::data(half)), Err(io::Error::other("broken"))];
            response
                .header("content-type", json)
                .body(StreamBody::new(futures_util::stream::iter(broken)).boxed_unsync())
        }
        Reply::Silence => {
            tokio::time::sleep(Duration::from_mins(10)).await;
            response.body(whole(Vec::new()))
        }
        Reply::Endless(bytes) => {
            response.header("content-type", json).body(repeated(vec![b' '; 1 << 16], bytes >> 16, Vec::new()))
        }
        Reply::Gzip => response
            .header("content-type", json)
            .header("content-encoding", "gzip")
            .body(whole(gzip(value.to_string().as_bytes()))),
        Reply::Packed(bytes) => {
            response.header("content-type", json).header("content-encoding", "gzip").body(whole(bytes))
        }
        Reply::Bomb(mib) => {
            let (start, block) = bomb();
            let body = repeated(block, mib, start);
            response.header("content-type", json).header("content-encoding", "gzip").body(body)
        }
    }
    .unwrap())
}

/// A chunk so many times, after a start.
fn repeated(chunk: Vec<u8>, times: usize, start: Vec<u8>) -> Body {
    let chunks = std::iter::once(start.into()).chain(std::iter::repeat_n(Bytes::from(chunk), times));
    StreamBody::new(futures_util::stream::iter(chunks.map(|chunk| Ok(Frame::data(chunk))))).boxed_unsync()
}

/// Bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The start of a gzip file, and a block that can follow any number of times: it unpacks to a MiB.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    deflate.compress_vec(&vec![b' '; 1 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    (gzip(b"")[..10].to_vec(), block)
}

/// What the API says to a path: the status, and the body.
fn route(state: &State, path: &str, query: &str) -> (u16, Value) {
    let locals = &state.locals;
    let parameter = |wanted: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let Some(path) = path.strip_prefix("/marketplace/v2") else {
        return (404, json!({"message": "no such route", "type": "unknown_resource"}));
    };
    let page = |key: &str, rows: Vec<Value>| {
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<usize>().ok());
        let (size, number) = (number("page_size").unwrap_or(20), number("page").unwrap_or(1));
        let total = rows.len();
        let rows: Vec<Value> = rows.into_iter().skip((number - 1) * size).take(size).collect();
        (200, json!({key: rows, "total_count": total}))
    };
    if path == "/images" {
        let mut labels: Vec<&str> = locals.iter().map(|local| local.label).collect();
        labels.sort_unstable();
        labels.dedup();
        return page("images", labels.into_iter().map(|label| image(label, state)).collect());
    }
    if path == "/local-images" {
        let label = parameter("image_label");
        let id = parameter("image_id");
        let version = parameter("version_id");
        let of_version =
            |local: &Local| local.published.is_some_and(|date| version == Some(version_id(local.label, date).as_str()));
        let current = |local: &Local| {
            !local.superseded && (label == Some(local.label) || id == Some(image_id(local.label).as_str()))
        };
        let mut rows: Vec<&Local> = locals.iter().filter(|local| current(local) || of_version(local)).collect();
        if rows.is_empty() {
            return not_found("MarketplaceImage", label.or(id).unwrap_or_default());
        }
        let is = |name: &str, value: Option<&str>| parameter(name).is_none_or(|wanted| value == Some(wanted));
        rows.retain(|local| {
            is("zone", Some(local.zone)) && is("arch", Some(local.arch)) && is("type", local.image_type)
        });
        return page("local_images", rows.into_iter().map(row).collect());
    }
    if path == "/versions" {
        let of_image = |local: &&Local| parameter("image_id") == Some(image_id(local.label).as_str());
        let mut versions: Vec<(&str, &str)> =
            locals.iter().filter(of_image).filter_map(|local| Some((local.published?, local.label))).collect();
        versions.sort_unstable();
        versions.dedup();
        let row =
            |(published, label): (&str, &str)| json!({"id": version_id(label, published), "published_at": published});
        return page("versions", versions.into_iter().map(row).collect());
    }
    if let Some(id) = path.strip_prefix("/local-images/") {
        return match locals.iter().find(|local| local.id == id && !local.superseded) {
            Some(local) => (200, row(local)),
            None => not_found("MarketplaceLocalImage", id),
        };
    }
    (404, json!({"message": "no such route", "type": "unknown_resource"}))
}

fn image(label: &str, state: &State) -> Value {
    let (name, valid_until) = state.details.get(label).copied().unwrap_or_default();
    json!({
        "id": image_id(label), "label": label, "name": name.map_or_else(|| label.replace('_', " "), str::to_owned), "description": "", "logo": "",
        "categories": ["distribution"], "valid_until": valid_until,
        "created_at": "2024-04-24T10:00:00Z", "updated_at": "2026-10-01T10:00:00Z",
    })
}

/// A local image as the API writes it.
pub fn row(local: &Local) -> Value {
    let mut row = json!({
        "id": local.id, "label": local.label, "zone": local.zone, "arch": local.arch,
        "compatible_commercial_types": local.boots,
    });
    if let Some(image_type) = local.image_type {
        row["type"] = image_type.into();
    }
    row
}

fn not_found(resource: &str, id: &str) -> (u16, Value) {
    (404, json!({"message": "resource is not found", "resource": resource, "resource_id": id, "type": "not_found"}))
}
