//! Which requests are sent, and to which addresses.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply};
use crate::support::fixtures::listing_response::{noble, refusal};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn a_redirect_is_not_followed() {
    assert_snapshot!(refusal(|_, _, _| Reply::Header(302, "location", "http://127.0.0.1:1/")), @"
    error: the Marketplace responded with 302 Found to `http://127.0.0.1:1/`; imagelock does not follow redirects
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: check `--api-url` and SCW_API_URL; a proxy or a login page may have responded instead of the Marketplace
    ");
}

#[test]
fn gzip_is_requested_and_decoded() {
    let marketplace = FakeMarketplace::offering([noble()]);
    marketplace.respond(|_, _, _| Reply::Gzip);
    Sandbox::with(WEB).asking(&marketplace).ok("resolve");
    let headers = &marketplace.headers()[0];
    assert_eq!(headers["accept-encoding"], "gzip");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("imagelock/"));
}

#[test]
fn no_credential_is_sent() {
    let marketplace = FakeMarketplace::offering([noble()]);
    let sandbox = Sandbox::with(WEB).asking(&marketplace).env("SCW_SECRET_KEY", "s3cret").env("SCW_ACCESS_KEY", "SCWX");
    sandbox.ok("resolve");
    for headers in marketplace.headers() {
        assert!(!headers.contains_key("x-auth-token") && !headers.contains_key("authorization"), "{headers:?}");
        assert!(!format!("{headers:?}").contains("s3cret"));
    }
    assert_snapshot!(sandbox.run("resolve --api-url https://me:secret@127.0.0.1"), @"
    --- stderr
    error: the value of `--api-url` contains credentials
     |
     = help: remove them; the Marketplace needs no credentials
    --- exit 1
    ");
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    assert_snapshot!(Sandbox::with(WEB).run("resolve --api-url http://api.example.org"), @"
    --- stderr
    error: invalid value `http://api.example.org` for `--api-url`
     |
     = help: plain http is accepted only for loopback addresses; use https
    --- exit 1
    ");
}

#[test]
fn offline_names_the_image_that_needs_a_request() {
    assert_snapshot!(Sandbox::with(WEB).fails("resolve --offline"), @"
    error: `--offline` does not allow queries to the Marketplace
     |
     = note: needed for the image `ubuntu_noble`
     = help: run without `--offline`, or use a snapshot: `--catalog FILE`
    ");
}

#[test]
fn verbose_shows_each_request() {
    let marketplace = FakeMarketplace::offering([noble()]);
    let run = Sandbox::with(WEB).asking(&marketplace).run("resolve --verbose");
    let line = run.stderr.lines().find(|line| line.contains("image_label")).unwrap().split(", ").next().unwrap();
    assert_eq!(line, "GET [API]/marketplace/v2/local-images?image_label=ubuntu_noble&page_size=100&page=1: 200");
}

#[test]
fn plain_http_to_loopback_never_uses_a_proxy() {
    let (marketplace, proxy) = (FakeMarketplace::offering([noble()]), FakeMarketplace::offering([]));
    let url = proxy.url();
    let sandbox = Sandbox::with(WEB).asking(&marketplace).env("HTTP_PROXY", &url).env("ALL_PROXY", &url);
    sandbox.env("http_proxy", &url).ok("resolve");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn an_invalid_address_is_an_error_only_for_commands_that_use_it() {
    let marketplace = FakeMarketplace::offering([noble()]);
    let sandbox = Sandbox::with(WEB).asking(&marketplace);
    sandbox.ok("resolve");
    let lock = sandbox.lock();
    let with = |url: &str| {
        let sandbox = Sandbox::with(WEB).env("SCW_API_URL", url);
        sandbox.write("images.lock", &lock);
        sandbox
    };
    for url in ["", "nonsense", "http://intranet.example.org"] {
        with(url).ok("resolve");
        with(url).ok("get web");
    }
    assert_snapshot!(with("http://intranet.example.org").fails("check"), @"
    error: the API URL `[API]` is invalid: plain http is accepted only for loopback addresses; use https
     |
     = note: needed for the image `ubuntu_noble`
     = help: check `--api-url` and SCW_API_URL
    ");
}
