//! A proxy for https: its address, which messages show without credentials, and the hosts that are reached without it.

use std::fmt;
use std::net::Ipv6Addr;

use reqwest::{NoProxy, Url};

use crate::domain::catalog::QueryError;

/// A proxy whose address is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The environment variable that contains its address.
    variable: &'static str,
    url: Url,
    /// The hosts that are reached without the proxy: the value of `NO_PROXY`.
    exceptions: Option<String>,
}

impl Proxy {
    /// Checks the address in an environment variable. `exceptions` is the value of `NO_PROXY`.
    ///
    /// # Errors
    /// If the address is invalid. The HTTP client would silently ignore the proxy.
    pub fn new(variable: &'static str, address: &str, exceptions: Option<String>) -> Result<Self, QueryError> {
        let has_scheme = address.contains("://");
        let address = if has_scheme { address.to_owned() } else { format!("http://{address}") };
        match address.parse() {
            Ok(url) if is_usable(&url) && !address.contains(char::is_whitespace) => {
                Ok(Self { variable, url, exceptions })
            }
            // The address is not shown, because any part of it may be a password.
            _ => Err(QueryError::new(
                format!("the proxy address in {variable} is invalid"),
                format!("set {variable} to an address like http://proxy.example.org:3128, or unset it"),
            )),
        }
    }

    /// Whether `NO_PROXY` excludes all hosts. In the HTTP client, `*` would only exclude host names, but not IP addresses.
    pub(super) fn is_disabled(&self) -> bool {
        self.exceptions.as_deref().is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*"))
    }

    /// Whether every connection goes through the proxy.
    pub(super) fn is_unconditional(&self) -> bool {
        self.exceptions.is_none()
    }

    /// The proxy as a setting of the HTTP client.
    pub(super) fn to_reqwest(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let exceptions = self.exceptions.as_deref().and_then(NoProxy::from_string);
        Ok(reqwest::Proxy::all(self.url.clone())?.no_proxy(exceptions))
    }
}

/// Whether the HTTP client accepts the address. It is stricter about hosts than [`Url`].
fn is_usable(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    in_brackets.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
        || host.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_'))
}

/// The address is shown without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "the proxy {}://{host}{port} (from {})", self.url.scheme(), self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        for (address, shown) in [
            ("a:3128", "the proxy http://a:3128 (from ALL_PROXY)"),
            ("https://me:s3cret@[::1]:1/x?y", "the proxy https://[::1]:1 (from ALL_PROXY)"),
            ("me:s3cret@a_b.example.org", "the proxy http://a_b.example.org (from ALL_PROXY)"),
        ] {
            assert_eq!(Proxy::new("ALL_PROXY", address, None).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn unusable_addresses_are_refused_with_and_without_exceptions() {
        for bad in
            ["http://", "socks5://a:1", "ftp://a", "http://a b", "http://a\nb", "me:s3cret@", "a\"b", "a{b}", "a:99999"]
        {
            for exceptions in [None, Some("b".to_owned())] {
                let error = Proxy::new("HTTPS_PROXY", bad, exceptions).unwrap_err();
                assert_eq!(error.cause, "the proxy address in HTTPS_PROXY is invalid", "{bad}");
            }
        }
    }
}
