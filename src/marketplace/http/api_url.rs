//! The base URL of the API.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

type UrlError = <Url as FromStr>::Err;

const EXPECTED: &str = "expected a URL like https://api.scaleway.com";

/// The base URL of the API: `https`, or `http` for a loopback address only; without credentials, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim_end_matches('/')).map_err(syntax_error)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("expected a URL without credentials; the Marketplace needs none".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("expected a base URL without `?` and `#`".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            "http" => Err("plain http is accepted only for loopback addresses; use https".to_owned()),
            _ if !text.contains("://") => Err(EXPECTED.to_owned()),
            scheme => Err(format!("expected https, found {scheme}")),
        }
    }
}

/// What is wrong with a text that is not a URL.
fn syntax_error(error: UrlError) -> String {
    match error {
        UrlError::InvalidPort => "expected a port from 1 to 65535".to_owned(),
        UrlError::EmptyHost => "expected a host name after `://`".to_owned(),
        UrlError::InvalidIpv4Address | UrlError::InvalidIpv6Address => "expected a valid IP address".to_owned(),
        UrlError::IdnaError | UrlError::InvalidDomainCharacter => "expected a valid host name".to_owned(),
        _ => EXPECTED.to_owned(),
    }
}

impl ApiUrl {
    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_accepted_only_for_loopback_addresses() {
        for good in [
            "https://api.scaleway.com",
            "http://127.0.0.1:9001/",
            "http://127.8.8.8",
            "http://[::1]:81",
            "http://localhost:1",
        ] {
            assert_eq!(good.parse::<ApiUrl>().map(|url| url.to_string()), Ok(good.trim_end_matches('/').to_owned()));
        }
        assert!(good_path().is_ok());
        for bad in [
            "http://api.scaleway.com",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "http://192.168.1.1",
            "ftp://api.scaleway.com",
            "https://user:secret@api.scaleway.com",
            "https://api.scaleway.com?x=1",
            "api.scaleway.com",
            "",
        ] {
            assert!(bad.parse::<ApiUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn syntax_errors_are_explained_in_our_own_words() {
        for (bad, message) in [
            ("api.scaleway.com", EXPECTED),
            ("api.scaleway.com:443", EXPECTED),
            ("//api.scaleway.com", EXPECTED),
            ("", EXPECTED),
            ("https://", "expected a host name after `://`"),
            ("https://a:99999", "expected a port from 1 to 65535"),
            ("https://[::1", "expected a valid IP address"),
            ("https://a b", "expected a valid host name"),
            ("http://api.scaleway.com", "plain http is accepted only for loopback addresses; use https"),
        ] {
            assert_eq!(bad.parse::<ApiUrl>().unwrap_err(), message, "{bad}");
        }
    }

    fn good_path() -> Result<ApiUrl, String> {
        "https://gateway.example.org/scaleway".parse()
    }
}
