//! Which HTTP is spoken, and whom TLS trusts.
//!
//! A client that may speak HTTP/1.1 or HTTP/2 opens a connection for each of its first requests, since it learns only
//! later that one would have served all. So HTTP/2 is insisted on at first, and negotiated only where that fails.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use reqwest::Client;

use super::api_url::ApiUrl;
use super::authorities::{Trust, setup};
use super::http::Settings;
use super::proxy::Proxy;
use super::request_error::{RequestError, root_cause};
use crate::domain::catalog::QueryError;

/// Makes the connections.
pub(super) struct Connector {
    connect_timeout: Duration,
    /// Whom TLS trusts; for plain http nobody.
    trust: Option<Trust>,
    proxy: Option<Proxy>,
    /// Whether HTTP/2 is still insisted on.
    insists: Cell<bool>,
    /// Whether anything was answered: then what breaks is not for the version of HTTP.
    answered: Cell<bool>,
    http2: OnceCell<Client>,
    negotiating: OnceCell<Client>,
}

impl Connector {
    /// Reads the certificates that TLS trusts.
    pub(super) fn new(api_url: &ApiUrl, settings: &Settings, proxy: Option<Proxy>) -> Result<Self, QueryError> {
        // An error means that the program that embeds imagelock has chosen a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let https = api_url.is_https();
        Ok(Self {
            connect_timeout: settings.timeouts.request.min(Duration::from_secs(10)),
            trust: https.then(|| Trust::new(settings.authorities.as_ref())).transpose()?,
            proxy,
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
    pub(super) fn yields(&self, trouble: &RequestError) -> bool {
        let yields = !self.answered.get() && trouble.transient && !trouble.timed_out;
        self.insists.set(self.insists.get() && !yields);
        yields
    }

    /// The client for the next request.
    pub(super) fn client(&self) -> Result<&Client, RequestError> {
        let insists = self.insists.get();
        let cell = if insists { &self.http2 } else { &self.negotiating };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("imagelock/", env!("CARGO_PKG_VERSION"), " (lockfile for Marketplace images)"))
            .redirect(reqwest::redirect::Policy::none())
            // Else it looks for a proxy in the environment, by rules of its own.
            .no_proxy()
            .connect_timeout(self.connect_timeout);
        if insists {
            builder = builder.http2_prior_knowledge();
        }
        let failed =
            |error| RequestError::definite(setup(format!("could not set up the HTTP client: {}", root_cause(&error))));
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.configured().map_err(failed)?);
        }
        builder = match &self.trust {
            Some(trust) => trust.apply(builder),
            None => builder.tls_certs_only([]),
        };
        let client = builder.build().map_err(failed)?;
        Ok(cell.get_or_init(|| client))
    }
}
