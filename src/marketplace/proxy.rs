//! The proxy that the environment names: its address, judged, and fit to be shown. To go through it is reqwest's part.

use std::fmt;

use reqwest::Url;

use crate::domain::catalog::Failure;
use crate::domain::words::visible;

/// The variables that name a proxy for https, the first that is set before the others.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A proxy as the environment has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    variable: &'static str,
    address: String,
    /// Whether some hosts are spoken to without it.
    has_exceptions: bool,
}

impl Proxy {
    /// Reads the variables of an environment.
    pub fn of(environment: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let value = |name: &str| environment(name).filter(|value| !value.is_empty());
        let (variable, address) = VARIABLES.into_iter().find_map(|name| Some((name, value(name)?)))?;
        let has_exceptions = ["NO_PROXY", "no_proxy"].into_iter().any(|name| value(name).is_some());
        Some(Self { variable, address, has_exceptions })
    }

    /// Whether every connection goes through it.
    pub(super) fn is_for_all(&self) -> bool {
        !self.has_exceptions
    }

    /// Refuses an address that would be passed over in silence.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.has_exceptions || self.url().is_some() {
            return Ok(());
        }
        // What cannot be read may hide a password anywhere.
        let cause = format!("the address of a proxy in {} cannot be used", self.variable);
        Err(Failure::new(cause, format!("write {} like http://proxy.example.org:3128, or unset it", self.variable)))
    }

    fn url(&self) -> Option<Url> {
        let has_scheme = self.address.contains("://");
        let url = if has_scheme { self.address.clone() } else { format!("http://{}", self.address) };
        url.parse().ok().filter(|url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host())
    }
}

/// Without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(url) = self.url() else { return write!(f, "the proxy of {}", self.variable) };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = visible(url.host_str().unwrap_or_default());
        write!(f, "the proxy {}://{host}{port} of {}", url.scheme(), self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(environment: &[(&str, &str)]) -> Option<Proxy> {
        let find = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        Proxy::of(find)
    }

    #[test]
    fn the_first_variable_counts_and_no_credential_is_shown() {
        assert_eq!(proxy(&[("HTTP_PROXY", "http://a")]), None);
        let shown = |environment: &[(&str, &str)]| proxy(environment).unwrap().to_string();
        assert_eq!(shown(&[("all_proxy", "a:3128"), ("https_proxy", "")]), "the proxy http://a:3128 of all_proxy");
        assert_eq!(
            shown(&[("ALL_PROXY", "http://a"), ("HTTPS_PROXY", "https://me:s3cret@[::1]:1/x?y")]),
            "the proxy https://[::1]:1 of HTTPS_PROXY"
        );
        assert_eq!(shown(&[("HTTPS_PROXY", "me:s3cret@")]), "the proxy of HTTPS_PROXY");
    }

    #[test]
    fn what_cannot_be_used_is_refused_unless_it_may_not_be_needed() {
        for bad in ["http://", "socks5://a:1", "ftp://a", "http://a b", "me:s3cret@"] {
            let failure = proxy(&[("HTTPS_PROXY", bad)]).unwrap().check().unwrap_err();
            assert_eq!(failure.cause, "the address of a proxy in HTTPS_PROXY cannot be used", "{bad}");
            assert_eq!(proxy(&[("HTTPS_PROXY", bad), ("no_proxy", "a")]).unwrap().check(), Ok(()));
        }
        assert_eq!(proxy(&[("HTTPS_PROXY", "a:3128")]).unwrap().check(), Ok(()));
    }
}
