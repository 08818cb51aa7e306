//! The base of the API's addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

/// The base of the API's addresses: HTTPS, or plain HTTP on a loopback address; without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url =
            Url::parse(text.trim_end_matches('/')).map_err(|_| "expected a URL, like `https://api.scaleway.com`")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("expected a URL without credentials; the Marketplace needs none".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("expected the base URL of the API, without `?` and `#`".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            "http" => Err("expected https; http is only accepted for loopback addresses".to_owned()),
            _ => Err("expected https".to_owned()),
        }
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
    fn http_is_only_for_loopback_addresses() {
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

    fn good_path() -> Result<ApiUrl, String> {
        "https://gateway.example.org/scaleway".parse()
    }
}
