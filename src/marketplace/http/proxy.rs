//! A proxy for https: its address, which messages show without the login, and the hosts that need no proxy.

use std::fmt;
use std::net::Ipv6Addr;

use reqwest::{NoProxy, Url};

use crate::domain::catalog::QueryError;

/// A usable proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The environment variable with its address.
    variable: &'static str,
    url: Url,
    /// The hosts that need no proxy.
    exceptions: Option<String>,
}

impl Proxy {
    /// Checks the address in a variable.
    ///
    /// # Errors
    /// If the address cannot be used. The HTTP client would ignore the proxy.
    pub fn new(variable: &'static str, address: &str, exceptions: Option<String>) -> Result<Self, QueryError> {
        let has_scheme = address.contains("://");
        let address = if has_scheme { address.to_owned() } else { format!("http://{address}") };
        match address.parse() {
            Ok(url) if is_usable(&url) && !address.contains(char::is_whitespace) => {
                Ok(Self { variable, url, exceptions })
            }
            // The address is not shown: any part of it may be a password.
            _ => Err(QueryError::new(
                format!("the address of a proxy in {variable} cannot be used"),
                format!("write {variable} like http://proxy.example.org:3128, or unset it"),
            )),
        }
    }

    /// Whether no connection goes through it. In the HTTP client, `*` means all names, but no addresses.
    pub(super) fn is_for_none(&self) -> bool {
        self.exceptions.as_deref().is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*"))
    }

    /// Whether every connection goes through it.
    pub(super) fn is_for_all(&self) -> bool {
        self.exceptions.is_none()
    }

    /// The proxy as a setting of the HTTP client.
    pub(super) fn to_reqwest(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let exceptions = self.exceptions.as_deref().and_then(NoProxy::from_string);
        Ok(reqwest::Proxy::all(self.url.clone())?.no_proxy(exceptions))
    }
}

/// Whether the HTTP client can read the address, too. It reads hosts more strictly than [`Url`].
fn is_usable(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    in_brackets.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
        || host.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_'))
}

/// Without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "the proxy {}://{host}{port} of {}", self.url.scheme(), self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        for (address, shown) in [
            ("a:3128", "the proxy http://a:3128 of ALL_PROXY"),
            ("https://me:s3cret@[::1]:1/x?y", "the proxy https://[::1]:1 of ALL_PROXY"),
            ("me:s3cret@a_b.example.org", "the proxy http://a_b.example.org of ALL_PROXY"),
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
                assert_eq!(error.cause, "the address of a proxy in HTTPS_PROXY cannot be used", "{bad}");
            }
        }
    }
}
