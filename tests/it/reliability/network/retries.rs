//! Which errors are retried, and for how long.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::fake_marketplace::{FakeMarketplace, Reply};
use crate::support::fixtures::listing_response::{noble, refusal, succeeds};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn transient_errors_are_retried() {
    for status in [408, 429, 500, 502, 503, 504] {
        let requests = succeeds(move |_, times, _| match times {
            1 | 2 => Reply::Raw(status, "text/plain", Vec::new()),
            _ => Reply::Normal,
        });
        assert_eq!(requests.len(), 3, "{status}");
    }
    assert_eq!(succeeds(|_, times, _| if times == 1 { Reply::Half } else { Reply::Normal }).len(), 2);
}

#[test]
fn permanent_errors_are_not_retried() {
    for status in [400, 401, 403, 404, 410, 501] {
        let marketplace = FakeMarketplace::offering([noble()]);
        marketplace.respond_to_listings(move |_, _, _| Reply::Raw(status, "text/plain", Vec::new()));
        Sandbox::with(WEB).asking(&marketplace).fails("resolve");
        assert_eq!(marketplace.listings().len(), 1, "{status}");
    }
}

#[test]
fn retry_after_is_honored() {
    let started = std::time::Instant::now();
    succeeds(|_, times, _| if times == 1 { Reply::Header(429, "retry-after", "1") } else { Reply::Normal });
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_persistent_error_is_reported() {
    let body = json!({"message": "internal error", "type": "internal"}).to_string();
    let message = refusal(move |_, _, _| Reply::Raw(500, "application/json", body.clone().into()));
    // The number of attempts within two seconds depends on chance.
    let message: Vec<&str> = message.lines().filter(|line| !line.contains("attempt")).collect();
    assert_snapshot!(message.join("\n"), @"
    error: the Marketplace responded with 500 Internal Server Error (internal: internal error)
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again later; for the state of the Marketplace, see https://status.scaleway.com
    ");
}

#[test]
fn an_error_with_a_large_body_is_retried_and_keeps_its_status() {
    let page = || vec![b'x'; 3 << 20];
    for status in [429, 500, 503] {
        let requests = succeeds(move |_, times, _| match times {
            1 => Reply::Raw(status, "text/html", page()),
            _ => Reply::Normal,
        });
        assert_eq!(requests.iter().filter(|path| path.contains("image_label")).count(), 2, "{status}: {requests:?}");
    }
    for (status, cause) in [(503, "responded with 503 Service Unavailable"), (403, "responded with 403 Forbidden")] {
        let message = refusal(move |_, _, _| Reply::Raw(status, "text/html", page()));
        assert!(message.contains(cause), "{message}");
    }
}

#[test]
fn a_missing_response_ends_the_run_at_the_timeout() {
    let started = std::time::Instant::now();
    assert_snapshot!(refusal(|_, _, _| Reply::Silence), @"
    error: [API]/marketplace/v2 did not send a complete response within 2 s
     |
     = note: needed for the image `ubuntu_noble`
     = note: gave up after 1 attempt, because the run is limited to 2 s (`--timeout`)
     = help: check the network and run imagelock again
    ");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_refused_connection_is_reported() {
    let message = Sandbox::with(WEB).fails("resolve --api-url http://127.0.0.1:1 --timeout 1");
    assert!(
        message.contains("cannot connect to http://127.0.0.1:1/marketplace/v2: the connection was refused\n"),
        "{message}"
    );
}

#[test]
fn a_server_without_tls_is_reported_at_once() {
    let marketplace = FakeMarketplace::offering([noble()]);
    let url = marketplace.url().replace("http:", "https:");
    let sandbox = Sandbox::with(WEB).env("SCW_API_URL", &url);
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: [API]/marketplace/v2 does not use TLS, so it is not an https server
     |
     = note: needed for the image `ubuntu_noble`
     = help: check `--api-url`, SCW_API_URL and HTTPS_PROXY
    ");
}
