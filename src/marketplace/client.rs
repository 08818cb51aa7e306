//! The HTTP client: HTTPS, one pool of connections, bounded concurrency, retries, deadlines, capped answers.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Certificate, StatusCode, Url};

use super::paging::{Rows, read_all};
use super::retry::{ATTEMPTS, backoff, is_transient, retry_after};
use super::wire::{ErrorBody, ImageRow, LocalImageRow};
use crate::domain::catalog::{Answer, Failure, Image, Listing, LocalImage};
use crate::domain::words::visible;
use crate::domain::{ImageRef, Label, LocalImageId};

/// How many requests are under way at once. A whole catalog is some thirty labels: one round of latency.
const CONCURRENCY: usize = 32;

/// The most that one answer may hold, unpacked. A full page is about 200 KB; together with [`CONCURRENCY`] this
/// bounds the memory that a hostile answer can cost.
const LARGEST_ANSWER: usize = 2 << 20;

/// Where the API is. HTTPS, or plain HTTP on a loopback address; without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim_end_matches('/')).map_err(|error| format!("{error}; write it like https://api.scaleway.com"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the Marketplace needs no credentials; remove them from the URL".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("expected the base of the API, without `?` and `#`".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            "http" => Err("plain http is accepted for loopback addresses alone; write https".to_owned()),
            scheme => Err(format!("expected https, found {scheme}")),
        }
    }
}

impl ApiUrl {
    fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One request, from connecting to the last byte.
    pub request: Duration,
    /// All requests of a run together, retries and waits included.
    pub run: Duration,
}

/// Is told each request and what came of it, in a line.
pub type Observer = std::rc::Rc<dyn Fn(&str)>;

/// What a client needs to know.
pub struct Settings {
    /// Where the API is.
    pub api_url: ApiUrl,
    /// How long things may take.
    pub limits: Limits,
    /// A PEM file of certificates to trust beside those of the system. Read at the first question.
    pub extra_roots: Option<PathBuf>,
    /// Is told what happens.
    pub observer: Option<Observer>,
}

/// An HTTP client with the memory of one run.
pub(super) struct Client {
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    base: String,
    limits: Limits,
    deadline: Instant,
    /// Set by a 429: nobody sends before.
    not_before: Cell<Instant>,
    /// Set when a request has used up its attempts: the service is down, and the others need not try as often.
    down: Cell<bool>,
    observer: Option<Observer>,
}

/// A whole answer of status 200.
pub(super) struct Body {
    pub(super) body: Vec<u8>,
    content_type: String,
    request_id: Option<String>,
}

/// Why one attempt came to nothing.
struct Attempt {
    failure: Failure,
    /// Another attempt may fare better.
    transient: bool,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, Failure> {
        let setup = |cause: String| Failure {
            cause,
            help: "check the certificates of this system, and SSL_CERT_FILE if it is set".to_owned(),
            request_id: None,
        };
        // An error means that the program that embeds imagelock has chosen a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("imagelock/", env!("CARGO_PKG_VERSION"), " (lockfile for Marketplace images)"))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.limits.request.min(Duration::from_secs(10)));
        if !settings.api_url.is_https() {
            // Nothing will be verified, so no certificate needs to be loaded.
            http = http.tls_certs_only([]);
        } else if let Some(path) = &settings.extra_roots {
            let failed = |why: String| setup(format!("could not read the certificates in `{}`: {why}", path.display()));
            let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
            let roots = Certificate::from_pem_bundle(&pem).map_err(|error| failed(root_cause(&error)))?;
            http = http.tls_certs_merge(roots);
        }
        let http = http.build().map_err(|error| setup(format!("could not set up TLS: {}", root_cause(&error))))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| setup(format!("could not start the network runtime: {error}")))?;
        let now = Instant::now();
        Ok(Self {
            runtime,
            http,
            base: format!("{}/marketplace/v2", settings.api_url),
            limits: settings.limits,
            deadline: now + settings.limits.run,
            not_before: Cell::new(now),
            down: Cell::new(false),
            observer: settings.observer.clone(),
        })
    }

    /// One listing an image: it serves all zones, architectures and types.
    pub(super) fn list(&self, images: &BTreeSet<ImageRef>) -> Vec<(ImageRef, Answer<Listing>)> {
        self.all(images.iter().map(|image| async move {
            let (query, asked) = match image {
                ImageRef::Label(label) => (format!("image_label={label}"), Some(label)),
                ImageRef::Id(id) => (format!("image_id={id}"), None),
            };
            let answer = read_all::<LocalImageRow>(self, "/local-images", &query).await;
            (image.clone(), answered(answer, |rows| listing(rows, asked)))
        }))
    }

    /// One request an ID.
    pub(super) fn look_up(&self, ids: &BTreeSet<LocalImageId>) -> Vec<(LocalImageId, Answer<LocalImage>)> {
        self.all(ids.iter().map(|id| async move { (*id, self.look_up_one(*id).await) }))
    }

    async fn look_up_one(&self, id: LocalImageId) -> Answer<LocalImage> {
        let body = match self.get(&format!("/local-images/{id}")).await {
            Ok(Some(body)) => body,
            Ok(None) => return Answer::NotFound,
            Err(failure) => return Answer::Failed(failure),
        };
        match serde_json::from_slice::<LocalImageRow>(&body.body) {
            Err(error) => Answer::Failed(body.unreadable(&error)),
            Ok(row) => match row.read(None) {
                Ok(Some(local)) if local.id == id => Answer::Found(local),
                Ok(_) => Answer::Failed(body.strange(format!("it is not about {id}"))),
                Err(doubt) => Answer::Failed(body.strange(doubt)),
            },
        }
    }

    /// The index of all images, past their end of life or not.
    pub(super) fn index(&self) -> Answer<Vec<Image>> {
        let answer = self.runtime.block_on(read_all::<ImageRow>(self, "/images", "include_eol=true"));
        answered(answer, |rows| {
            let mut images: Vec<Image> = rows.rows.into_iter().filter_map(ImageRow::read).collect();
            images.sort();
            images
        })
    }

    /// Runs questions side by side, [`CONCURRENCY`] at a time.
    fn all<T>(&self, questions: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        self.runtime.block_on(stream::iter(questions).buffer_unordered(CONCURRENCY).collect())
    }

    /// Gets a path below the API's root. `None` means that the API says there is no such thing.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Body>, Failure> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.wait_until(self.not_before.get()).await;
            let started = Instant::now();
            let outcome = self.attempt(path).await;
            self.observe(path, started, &outcome);
            let failed = match outcome {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            let wait = failed.retry_after.unwrap_or_default() + backoff(attempt, failed.status, fastrand::f64());
            if failed.status == Some(StatusCode::TOO_MANY_REQUESTS) {
                let pause = Instant::now() + failed.retry_after.unwrap_or_default();
                self.not_before.set(self.not_before.get().max(pause));
            }
            let out_of_attempts = attempt >= ATTEMPTS || self.down.get();
            let out_of_time = Instant::now() + wait >= self.deadline;
            if !failed.transient || out_of_attempts || out_of_time {
                self.down.set(self.down.get() || failed.transient);
                return Err(after(failed.failure, attempt, failed.transient && out_of_time, self.limits.run));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn wait_until(&self, instant: Instant) {
        let wait = instant.min(self.deadline).saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, path: &str) -> Result<Option<Body>, Attempt> {
        let time_left = self.deadline.saturating_duration_since(Instant::now());
        let timeout = self.limits.request.min(time_left);
        let request = self.http.get(format!("{}{path}", self.base)).timeout(timeout);
        let mut response = request.send().await.map_err(|error| self.disturbed(&error, timeout))?;
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.disturbed(&error, timeout))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Attempt::definite(too_large(&headers)));
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::OK {
            return Ok(Some(Body {
                body,
                content_type: header(&headers, CONTENT_TYPE.as_str()).unwrap_or_default(),
                request_id: request_id(&headers),
            }));
        }
        let error = ErrorBody::read(&body);
        if status == StatusCode::NOT_FOUND && error.is_not_found() {
            return Ok(None);
        }
        Err(refused(status, &headers, &error))
    }

    /// The failure of an exchange that broke off: no connection, no time, half an answer.
    fn disturbed(&self, error: &reqwest::Error, timeout: Duration) -> Attempt {
        let cause = root_cause(error);
        let (cause, help, transient) = if error.is_timeout() {
            let cause = format!("no whole answer from {} within {} s", self.base, timeout.as_secs_f32().ceil());
            (cause, "check the network; `--timeout SECONDS` allows a run more time", true)
        } else if is_certificate(error) {
            let cause = format!("the certificate of {} was refused: {cause}", self.base);
            (cause, "behind a proxy that signs with a company CA, name its PEM file in SSL_CERT_FILE", false)
        } else if error.is_connect() {
            let cause = format!("could not connect to {}: {cause}", self.base);
            (cause, "check the network, HTTPS_PROXY and `--api-url`; `--catalog FILE` works from a snapshot", true)
        } else {
            let cause = format!("the connection to {} broke off: {cause}", self.base);
            (cause, "check the network and run imagelock again", true)
        };
        let failure = Failure { cause, help: help.to_owned(), request_id: None };
        Attempt { failure, transient, status: None, retry_after: None }
    }

    fn observe(&self, path: &str, started: Instant, outcome: &Result<Option<Body>, Attempt>) {
        let Some(observer) = &self.observer else { return };
        let took = started.elapsed().as_millis();
        let what = match outcome {
            Ok(Some(body)) => format!("200, {} bytes", body.body.len()),
            Ok(None) => "404, not found".to_owned(),
            Err(attempt) => attempt.failure.cause.clone(),
        };
        observer(&format!("GET {}{path}: {what}, {took} ms", self.base));
    }
}

impl Attempt {
    fn definite(failure: Failure) -> Self {
        Self { failure, transient: false, status: None, retry_after: None }
    }
}

impl Body {
    /// The failure of an answer that is not the JSON it should be.
    pub(super) fn unreadable(&self, error: &serde_json::Error) -> Failure {
        let start = visible(&String::from_utf8_lossy(&self.body[..self.body.len().min(60)]));
        if self.content_type.starts_with("application/json") || self.body.is_empty() {
            return self.strange(format!("it is not the JSON expected ({error}): `{start}`"));
        }
        let mut failure = self.strange(format!("it is {}, not JSON: `{start}`", visible(&self.content_type)));
        "a proxy or a login page may answer in the Marketplace's place; check the network and `--api-url`"
            .clone_into(&mut failure.help);
        failure
    }

    fn strange(&self, how: impl fmt::Display) -> Failure {
        Failure {
            cause: format!("the answer cannot be used: {how}"),
            help: "run imagelock again; if the answer stays the same, tell Scaleway's support".to_owned(),
            request_id: self.request_id.clone(),
        }
    }
}

fn answered<R, T>(answer: Result<Option<R>, Failure>, read: impl FnOnce(R) -> T) -> Answer<T> {
    match answer {
        Ok(Some(rows)) => Answer::Found(read(rows)),
        Ok(None) => Answer::NotFound,
        Err(failure) => Answer::Failed(failure),
    }
}

/// Rows that are not believed become doubts.
fn listing(rows: Rows<LocalImageRow>, asked: Option<&Label>) -> Listing {
    let Rows { rows, mut doubts } = rows;
    let mut local_images = Vec::new();
    for row in rows {
        match row.read(asked) {
            Ok(local) => local_images.extend(local),
            Err(doubt) => doubts.push(doubt),
        }
    }
    Listing::new(local_images, doubts)
}

/// The failure of an answer that is neither 200 nor the API's own 404.
fn refused(status: StatusCode, headers: &HeaderMap, error: &ErrorBody) -> Attempt {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut cause = format!("it answered {} {reason}", status.as_u16());
    let said = error.describe();
    if !said.is_empty() {
        cause = format!("{cause} ({said})");
    }
    let help = match status.as_u16() {
        429 => "too many requests come from this address: wait a minute and run imagelock again",
        300..400 => {
            let target = header(headers, LOCATION.as_str()).unwrap_or_default();
            cause = format!("{cause}, to `{}`, and imagelock follows no redirect", visible(&target));
            "check `--api-url` and SCW_API_URL; a proxy or a login page may answer in the Marketplace's place"
        }
        401 | 403 | 404 | 407 => "check `--api-url`, SCW_API_URL and the proxy: the Marketplace itself needs no login",
        400 => "this release of imagelock may be too old for the Marketplace; look for a newer one",
        _ => "the Marketplace has trouble: run imagelock again later, and see https://status.scaleway.com",
    };
    Attempt {
        failure: Failure { cause, help: help.to_owned(), request_id: request_id(headers) },
        transient: is_transient(status),
        status: Some(status),
        retry_after: header(headers, RETRY_AFTER.as_str()).and_then(|value| retry_after(&value, Timestamp::now())),
    }
}

fn too_large(headers: &HeaderMap) -> Failure {
    Failure {
        cause: format!("the answer is larger than {} MiB, which no listing is", LARGEST_ANSWER >> 20),
        help: "check `--api-url` and the proxy; this is not how the Marketplace answers".to_owned(),
        request_id: request_id(headers),
    }
}

/// Adds to a failure how hard it was tried.
fn after(mut failure: Failure, attempts: u32, out_of_time: bool, run: Duration) -> Failure {
    if out_of_time {
        failure.cause = format!("{}; the {} s of this run are used up (`--timeout`)", failure.cause, run.as_secs());
    } else if attempts > 1 {
        failure.cause = format!("{}, {attempts} times in a row", failure.cause);
    }
    failure
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    header(headers, "x-request-id").map(|id| visible(&id))
}

/// The innermost error: the outer ones say no more than "error sending request".
fn root_cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    visible(&innermost.to_string())
}

/// Whether TLS failed because the server could not be verified: then no retry helps.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        // An I/O error hides what it wraps from `source`.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let inner: Option<&(dyn std::error::Error + 'static)> = inner.map(|inner| inner as _);
        for candidate in [Some(error), inner].into_iter().flatten() {
            if matches!(candidate.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
                return true;
            }
        }
        next = error.source();
    }
    false
}
