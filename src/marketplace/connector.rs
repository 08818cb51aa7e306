//! Which HTTP is spoken, and whom TLS trusts.
//!
//! A client that may speak HTTP/1.1 or HTTP/2 opens a connection for each of its first requests, since it learns only
//! later that one would have served all. So HTTP/2 is insisted on at first, and negotiated only where that fails.

use std::cell::{Cell, OnceCell};
use std::path::Path;
use std::time::Duration;

use reqwest::{Certificate, Client};

use super::api_url::ApiUrl;
use super::http::Settings;
use super::trouble::{Trouble, root_cause};
use crate::domain::catalog::Failure;
use crate::domain::words::shown;

/// Makes the connections.
pub(super) struct Connector {
    https: bool,
    connect_timeout: Duration,
    roots: Vec<Certificate>,
    /// Whether HTTP/2 is still insisted on.
    insists: Cell<bool>,
    /// Whether anything was answered: then what breaks is not for the version of HTTP.
    answered: Cell<bool>,
    http2: OnceCell<Client>,
    negotiating: OnceCell<Client>,
}

impl Connector {
    /// Reads the certificates that TLS shall trust beside those of the system.
    pub(super) fn new(api_url: &ApiUrl, settings: &Settings) -> Result<Self, Failure> {
        // An error means that the program that embeds imagelock has chosen a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let https = api_url.is_https();
        let roots = settings.extra_roots.as_deref().filter(|_| https).map(certificates).transpose()?;
        Ok(Self {
            https,
            connect_timeout: settings.limits.request.min(Duration::from_secs(10)),
            roots: roots.unwrap_or_default(),
            insists: Cell::new(https),
            answered: Cell::new(false),
            http2: OnceCell::new(),
            negotiating: OnceCell::new(),
        })
    }

    /// Whether the next request will be sent over HTTP/2 or not at all.
    pub(super) fn insists(&self) -> bool {
        self.insists.get()
    }

    /// Notes that the server answered.
    pub(super) fn was_answered(&self) {
        self.answered.set(true);
    }

    /// After trouble with a request that insisted: whether to try it again without. A server that ever answered speaks
    /// HTTP/2, and one that cannot be trusted is not to be spoken to.
    pub(super) fn yields(&self, trouble: &Trouble) -> bool {
        let yields = !self.answered.get() && trouble.transient && !trouble.timed_out;
        self.insists.set(self.insists.get() && !yields);
        yields
    }

    /// The client for the next request.
    pub(super) fn client(&self) -> Result<&Client, Trouble> {
        let insists = self.insists.get();
        let cell = if insists { &self.http2 } else { &self.negotiating };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("imagelock/", env!("CARGO_PKG_VERSION"), " (lockfile for Marketplace images)"))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout);
        if insists {
            builder = builder.http2_prior_knowledge();
        }
        builder = if self.https {
            builder.tls_certs_merge(self.roots.iter().cloned())
        } else {
            // Plain http stays on this machine, where no proxy is. Nothing is verified, so no certificate is loaded.
            builder.no_proxy().tls_certs_only([])
        };
        let client = builder
            .build()
            .map_err(|error| Trouble::definite(setup(format!("could not set up TLS: {}", root_cause(&error)))))?;
        Ok(cell.get_or_init(|| client))
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let failed = |why: String| setup(format!("could not read the certificates in `{}`: {why}", shown(path)));
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| failed(root_cause(&error)))?;
    if certificates.is_empty() { Err(failed("it holds none".to_owned())) } else { Ok(certificates) }
}

fn setup(cause: String) -> Failure {
    Failure::new(cause, "check the certificates of this system, and SSL_CERT_FILE if it is set")
}
