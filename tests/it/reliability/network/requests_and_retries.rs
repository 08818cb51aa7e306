//! What the network does to a run: the right lock, or exit 1 with the image, the cause and the request ID; in time.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{Local, Marketplace, Reply, id, local};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

fn noble() -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", 1)
}

/// What resolve says when every request is answered in this manner.
fn refusal(manner: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> String {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(manner);
    Sandbox::with(MANIFEST).asking(&marketplace).fails("resolve --timeout 2")
}

/// Asserts that a first resolve succeeds when requests are answered in this manner, and gives the requests.
#[track_caller]
fn succeeds(manner: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> Vec<String> {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(manner);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&noble().id));
    marketplace.listings()
}

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
        let marketplace = Marketplace::offering([noble()]);
        marketplace.answers_listings(move |_, _, _| Reply::Raw(status, "text/plain", Vec::new()));
        Sandbox::with(MANIFEST).asking(&marketplace).fails("resolve");
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
    // How often it was tried in the two seconds is chance.
    let message: Vec<&str> = message.lines().filter(|line| !line.contains("attempt")).collect();
    assert_snapshot!(message.join("\n"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: it answered 500 Internal Server Error (internal: internal error)
      = note: request ID req-1
      = help: the Marketplace has trouble: run imagelock again later, and see https://status.scaleway.com
    "#);
}

#[test]
fn an_invalid_argument_is_reported_with_the_message_of_the_api() {
    let body = json!({
        "type": "invalid_arguments", "message": "invalid argument(s)",
        "details": [{"argument_name": "image_label", "reason": "format", "help_message": "too long"}],
    });
    assert_snapshot!(refusal(move |_, _, _| Reply::Raw(400, "application/json", body.to_string().into())), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: it answered 400 Bad Request (invalid_arguments: invalid argument(s): image_label format too long)
      = note: request ID req-1
      = help: this release of imagelock may be too old for the Marketplace; look for a newer one
    "#);
}

#[test]
fn a_login_page_is_refused() {
    let page = b"<!DOCTYPE html><html><title>Log in</title></html>".to_vec();
    assert_snapshot!(refusal(move |_, _, _| Reply::Raw(200, "text/html", page.clone())), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it is text/html, not JSON: `<!DOCTYPE html><html><title>Log in</title></html>`
      = note: request ID req-1
      = help: a proxy or a login page may answer in the Marketplace's place; check the network and `--api-url`
    "#);
}

#[test]
fn a_404_from_another_server_never_means_a_missing_image() {
    assert_snapshot!(refusal(|_, _, _| Reply::Raw(404, "text/html", b"<h1>Not Found</h1>".to_vec())), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: it answered 404 Not Found
      = note: request ID req-1
      = help: check `--api-url`, SCW_API_URL and the proxy: the Marketplace itself needs no login
    "#);
}

#[test]
fn a_redirect_is_not_followed() {
    assert_snapshot!(refusal(|_, _, _| Reply::Header(302, "location", "http://127.0.0.1:1/")), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: it answered 302 Found, to `http://127.0.0.1:1/`, and imagelock follows no redirect
      = note: request ID req-1
      = help: check `--api-url` and SCW_API_URL; a proxy or a login page may answer in the Marketplace's place
    "#);
}

#[test]
fn unexpected_json_is_refused() {
    assert_snapshot!(refusal(|_, _, _| Reply::Raw(200, "application/json", b"{\"local_images\":[{".to_vec())), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it is not the JSON expected (EOF while parsing an object at line 1 column 18): `{"local_images":[{`
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
    for body in ["", "null", "[]", "{}", "{\"local_images\":null}", "{\"local_images\":[1]}", "\u{feff}{}"] {
        let message = refusal(move |_, _, _| Reply::Raw(200, "application/json", body.into()));
        assert!(message.contains("is not the JSON expected"), "{body}: {message}");
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    refusal(move |_, _, _| Reply::Raw(200, "application/json", deep.clone()));
}

#[test]
fn a_list_instead_of_a_row_or_a_page_is_refused() {
    let id = "00000001-0000-4000-8000-000000000000";
    let row = json!([id, "ubuntu_noble", "fr-par-1", "x86_64", "instance_sbs", ["DEV1-S"]]);
    for body in [json!({"local_images": [row], "total_count": 1}), json!([[row], 1]), json!([[], 0])] {
        let message = refusal(move |_, _, _| Reply::Json(body.clone()));
        assert!(
            message.contains("it is not the JSON expected (invalid type: sequence, expected an object"),
            "{message}"
        );
    }
    // An error that is a list says nothing, and least of all that there is no such image.
    let message = refusal(|_, _, _| Reply::Raw(404, "application/json", br#"["not_found", "gone", []]"#.into()));
    assert!(message.contains("it answered 404 Not Found\n"), "{message}");
    // Where only dates depend on it, its rows tell none.
    let marketplace = Marketplace::offering([noble().published("2026-10-05T08:00:00Z")]);
    marketplace.answers(|path, _, value| match path {
        _ if path.contains("/versions") => {
            let version = &value["versions"][0];
            Reply::Json(json!({"versions": [[version["id"], version["published_at"]]], "total_count": 1}))
        }
        _ => Reply::Normal,
    });
    let run = Sandbox::with(MANIFEST).asking(&marketplace).run("resolve");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stderr.contains("expected an object"), "{run}");
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
    for (status, cause) in [(503, "it answered 503 Service Unavailable"), (403, "it answered 403 Forbidden")] {
        let message = refusal(move |_, _, _| Reply::Raw(status, "text/html", page()));
        assert!(message.contains(cause), "{message}");
    }
}

#[test]
fn an_endless_answer_is_refused() {
    assert_snapshot!(refusal(|_, _, _| Reply::Endless(1 << 30)), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer is larger than 1 MiB, which the Marketplace's never are
      = note: request ID req-1
      = help: check `--api-url` and the proxy; this is not how the Marketplace answers
    "#);
    let packed = refusal(|_, _, _| Reply::Bomb(4 << 10));
    assert!(packed.contains("the answer is larger than 1 MiB"), "{packed}");
}

#[test]
fn a_missing_answer_ends_at_the_timeout() {
    let started = std::time::Instant::now();
    assert_snapshot!(refusal(|_, _, _| Reply::Silence), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: no whole answer from [API]/marketplace/v2 within 2 s
      = note: attempt 1; the 2 s of this run (`--timeout`) leave no time for another
      = help: check the network and run imagelock again
    "#);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_refused_connection_is_reported() {
    let message = Sandbox::with(MANIFEST).fails("resolve --api-url http://127.0.0.1:1 --timeout 1");
    assert!(
        message.contains("could not connect to http://127.0.0.1:1/marketplace/v2: Connection refused"),
        "{message}"
    );
}

#[test]
fn gzip_is_requested_and_decoded() {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers(|_, _, _| Reply::Gzip);
    Sandbox::with(MANIFEST).asking(&marketplace).ok("resolve");
    let headers = &marketplace.headers()[0];
    assert_eq!(headers["accept-encoding"], "gzip");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("imagelock/"));
}

#[test]
fn no_credential_is_sent() {
    let marketplace = Marketplace::offering([noble()]);
    let sandbox =
        Sandbox::with(MANIFEST).asking(&marketplace).env("SCW_SECRET_KEY", "s3cret").env("SCW_ACCESS_KEY", "SCWX");
    sandbox.ok("resolve");
    for headers in marketplace.headers() {
        assert!(!headers.contains_key("x-auth-token") && !headers.contains_key("authorization"), "{headers:?}");
        assert!(!format!("{headers:?}").contains("s3cret"));
    }
    assert_snapshot!(sandbox.run("resolve --api-url https://me:secret@127.0.0.1"), @"
    --- stderr
    error: invalid value 'https://me:secret@127.0.0.1' for '--api-url <URL>': the Marketplace needs no credentials; remove them from the URL

    For more information, try '--help'.
    --- exit 1
    ");
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    assert_snapshot!(Sandbox::with(MANIFEST).run("resolve --api-url http://api.example.org"), @"
    --- stderr
    error: invalid value 'http://api.example.org' for '--api-url <URL>': plain http is accepted for loopback addresses alone; write https

    For more information, try '--help'.
    --- exit 1
    ");
}

#[test]
fn offline_names_the_image_that_needs_an_answer() {
    assert_snapshot!(Sandbox::with(MANIFEST).fails("resolve --offline"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: `--offline` forbids to ask
      = help: run without `--offline`, or answer from a snapshot with `--catalog FILE`
    "#);
}

/// Rows that lie are never pinned, and what they hide is not called missing.
#[test]
fn invalid_rows_are_never_pinned() {
    let lie = |key: &'static str, value: Value| {
        move |_: &str, _: usize, answer: &Value| {
            let mut answer = answer.clone();
            answer["local_images"][0][key] = value.clone();
            Reply::Json(answer)
        }
    };
    assert_snapshot!(refusal(lie("id", json!("$(touch /tmp/x)"))), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it holds a local image whose ID is no UUID: `$(touch /tmp/x)`
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
    assert_snapshot!(refusal(lie("id", json!(null))), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it holds a local image whose ID is no UUID: ``
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
    assert_snapshot!(refusal(lie("label", json!("ubuntu_noble\u{1b}[2J"))), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it holds a local image of another label: `ubuntu_noble\u{1b}[2J`
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
    assert_snapshot!(refusal(lie("zone", json!("nl-ams-1"))), @r#"
    error: `ubuntu_noble` is not offered for x86_64 in fr-par-1
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ not offered here for x86_64
      |
      = note: of type instance_sbs it is offered for x86_64 in nl-ams-1
      = help: change zone or arch of `web`, or choose another label
    "#);
    assert_snapshot!(refusal(lie("arch", json!("arm64"))), @r#"
    error: `ubuntu_noble` is not offered for x86_64 in fr-par-1
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ not offered here for x86_64
      |
      = note: of type instance_sbs it is offered for arm64 in fr-par-1
      = help: change zone or arch of `web`, or choose another label
    "#);
    // What is not stated is taken at the query's word; what is new is no obstacle.
    succeeds(lie("label", json!(null)));
    succeeds(lie("type", json!(null)));
    succeeds(lie("compatible_commercial_types", json!(null)));
    succeeds(lie("state", json!({"nested": [1, 2.5, null, true]})));
}

#[test]
fn rows_of_unknown_kinds_are_skipped() {
    succeeds(|_, _, answer| {
        let mut answer = answer.clone();
        let row = answer["local_images"][0].clone();
        let rows = answer["local_images"].as_array_mut().unwrap();
        for (n, (key, value)) in
            [("type", "instance_future"), ("arch", "riscv64"), ("zone", "xx-new-1"), ("zone", "moon")]
                .iter()
                .enumerate()
        {
            let mut row = row.clone();
            row[key] = (*value).into();
            row["id"] = id(90 + u32::try_from(n).unwrap()).into();
            rows.push(row);
        }
        answer["total_count"] = 5.into();
        Reply::Json(answer)
    });
}

#[test]
fn failures_with_the_same_cause_are_reported_together() {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers(|_, _, _| Reply::Raw(403, "text/plain", Vec::new()));
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\na.label = \"a\"\nb.label = \"b\"\nc.label = \"c\"\n";
    assert_snapshot!(Sandbox::with(manifest).asking(&marketplace).fails("resolve"), @r#"
    error: the Marketplace gave no usable answer about `a`, `b` and `c`
     --> images.toml:5:11
      |
    5 | a.label = "a"
      |           ^^^ asked for this image
      |
      = note: it answered 403 Forbidden
      = note: request ID req-1
      = help: check `--api-url`, SCW_API_URL and the proxy: the Marketplace itself needs no login
    "#);
}

#[test]
fn verbose_shows_each_request() {
    let marketplace = Marketplace::offering([noble()]);
    let run = Sandbox::with(MANIFEST).asking(&marketplace).run("resolve --verbose");
    let line = run.stderr.lines().find(|line| line.contains("image_label")).unwrap().split(", ").next().unwrap();
    assert_eq!(line, "GET [API]/marketplace/v2/local-images?image_label=ubuntu_noble&page_size=100&page=1: 200");
}

#[test]
fn a_listing_with_one_invalid_row_is_refused() {
    // The row that lies may be a second candidate for the cell, and the first is never taken.
    let marketplace = Marketplace::offering([noble(), local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    marketplace.answers_listings(|_, _, answer| {
        let mut answer = answer.clone();
        answer["local_images"][1]["id"] = "not-a-uuid".into();
        Reply::Json(answer)
    });
    assert_snapshot!(Sandbox::with(MANIFEST).asking(&marketplace).fails("resolve"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the answer cannot be used: it holds a local image whose ID is no UUID: `not-a-uuid`
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
}

#[test]
fn plain_http_to_loopback_never_uses_a_proxy() {
    let (marketplace, proxy) = (Marketplace::offering([noble()]), Marketplace::offering([]));
    let url = proxy.url();
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace).env("HTTP_PROXY", &url).env("ALL_PROXY", &url);
    sandbox.env("http_proxy", &url).ok("resolve");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn an_invalid_address_is_an_error_only_for_commands_that_use_it() {
    let marketplace = Marketplace::offering([noble()]);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    let lock = sandbox.lock();
    let with = |url: &str| {
        let sandbox = Sandbox::with(MANIFEST).env("SCW_API_URL", url);
        sandbox.write("images.lock", &lock);
        sandbox
    };
    for url in ["", "nonsense", "http://intranet.example.org"] {
        with(url).ok("resolve");
        with(url).ok("get web");
    }
    assert_snapshot!(with("http://intranet.example.org").fails("check"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: the address of the API, `[API]`, cannot be used: plain http is accepted for loopback addresses alone; write https
      = help: check `--api-url` and SCW_API_URL
    "#);
}

#[test]
fn a_server_without_tls_is_reported_at_once() {
    let marketplace = Marketplace::offering([noble()]);
    let url = marketplace.url().replace("http:", "https:");
    let sandbox = Sandbox::with(MANIFEST).env("SCW_API_URL", &url);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: [API]/marketplace/v2 does not speak TLS
      = help: check the address and HTTPS_PROXY: is it one of https?
    "#);
}
