//! Builds the HTTP client: the version of HTTP, the proxy and the certificates.
//!
//! A client that negotiates the version opens one connection per request at first, because it does not know yet that one
//! HTTP/2 connection can carry them all. So HTTP/2 is required at first, and the version is negotiated only if that fails.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use reqwest::{Certificate, Client};

use super::api_url::ApiUrl;
use super::authorities::{setup_error, trust, trusted};
use super::proxy::Proxy;
use super::request_error::{RequestError, root_cause};
use super::settings::Settings;
use crate::domain::catalog::QueryError;

/// Builds the HTTP clients.
pub(super) struct Connector {
    connect_timeout: Duration,
    /// The certificates that TLS trusts; `None` for plain http.
    trusted: Option<Vec<Certificate>>,
    proxy: Option<Proxy>,
    /// Whether HTTP/2 is still required.
    pub(super) requires_http2: Cell<bool>,
    /// Whether the server has responded. If so, no later failure is due to the version of HTTP.
    pub(super) responded: Cell<bool>,
    http2: OnceCell<Client>,
    negotiating: OnceCell<Client>,
}

impl Connector {
    /// Reads the certificates that TLS trusts.
    pub(super) fn new(api_url: &ApiUrl, settings: &Settings, proxy: Option<Proxy>) -> Result<Self, QueryError> {
        // An error means that the program that embeds imagelock has already chosen a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let https = api_url.is_https();
        Ok(Self {
            connect_timeout: settings.timeouts.request.min(Duration::from_secs(10)),
            trusted: https.then(|| trusted(settings.authorities.as_ref())).transpose()?,
            proxy,
            requires_http2: Cell::new(https),
            responded: Cell::new(false),
            http2: OnceCell::new(),
            negotiating: OnceCell::new(),
        })
    }

    /// Whether to send a failed request again without requiring HTTP/2. A server that has responded supports HTTP/2, and a
    /// server that is not trusted gets no second request.
    pub(super) fn falls_back(&self, error: &RequestError) -> bool {
        let falls_back = !self.responded.get() && error.transient && !error.timed_out;
        self.requires_http2.set(self.requires_http2.get() && !falls_back);
        falls_back
    }

    /// The client for the next request.
    pub(super) fn client(&self) -> Result<&Client, RequestError> {
        let requires_http2 = self.requires_http2.get();
        let cell = if requires_http2 { &self.http2 } else { &self.negotiating };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("imagelock/", env!("CARGO_PKG_VERSION"), " (lockfile for Marketplace images)"))
            .redirect(reqwest::redirect::Policy::none())
            // Otherwise the library looks for a proxy in the environment by its own rules.
            .no_proxy()
            .connect_timeout(self.connect_timeout);
        if requires_http2 {
            builder = builder.http2_prior_knowledge();
        }
        let failed = |error| {
            let cause = format!("cannot set up the HTTP client ({})", root_cause(&error));
            RequestError::permanent(setup_error(cause))
        };
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.to_reqwest().map_err(failed)?);
        }
        builder = match &self.trusted {
            Some(trusted) => trust(builder, trusted),
            None => builder.tls_certs_only([]),
        };
        let client = builder.build().map_err(failed)?;
        Ok(cell.get_or_init(|| client))
    }
}
