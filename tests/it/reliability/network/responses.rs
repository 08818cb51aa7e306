//! Responses that the API would not send: each is refused with its cause and its request ID, and never pinned.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{FakeMarketplace, Reply, id, local};
use crate::support::fixtures::listing_response::{noble, refusal, succeeds};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn an_invalid_argument_is_reported_with_the_message_of_the_api() {
    let body = json!({
        "type": "invalid_arguments", "message": "invalid argument(s)",
        "details": [{"argument_name": "image_label", "reason": "format", "help_message": "too long"}],
    });
    assert_snapshot!(refusal(move |_, _, _| Reply::Raw(400, "application/json", body.to_string().into())), @"
    error: the Marketplace responded with 400 Bad Request (invalid_arguments: invalid argument(s): image_label format too long)
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: this release of imagelock may be too old for the Marketplace; look for a newer release
    ");
}

#[test]
fn a_login_page_is_refused() {
    let page = b"<!DOCTYPE html><html><title>Log in</title></html>".to_vec();
    assert_snapshot!(refusal(move |_, _, _| Reply::Raw(200, "text/html", page.clone())), @"
    error: the response of the Marketplace is invalid: it is text/html, not JSON: `<!DOCTYPE html><html><title>Log in</title></html>`
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: a proxy or a login page may have responded instead of the Marketplace; check the network and `--api-url`
    ");
}

#[test]
fn a_404_from_another_server_never_means_a_missing_image() {
    assert_snapshot!(refusal(|_, _, _| Reply::Raw(404, "text/html", b"<h1>Not Found</h1>".to_vec())), @"
    error: the Marketplace responded with 404 Not Found
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login
    ");
}

#[test]
fn unexpected_json_is_refused() {
    assert_snapshot!(refusal(|_, _, _| Reply::Raw(200, "application/json", b"{\"local_images\":[{".to_vec())), @r#"
    error: the response of the Marketplace is invalid: its JSON ends too early, at line 1, column 18: `{"local_images":[{`
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    "#);
    for body in ["", "null", "[]", "{}", "{\"local_images\":null}", "{\"local_images\":[1]}", "\u{feff}{}"] {
        let message = refusal(move |_, _, _| Reply::Raw(200, "application/json", body.into()));
        assert!(message.contains("the response of the Marketplace is invalid: it "), "{body}: {message}");
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
        assert!(message.contains("(invalid type: sequence, expected an object)"), "{message}");
    }
    // An error that is a list does not mean that the image does not exist.
    let message = refusal(|_, _, _| Reply::Raw(404, "application/json", br#"["not_found", "gone", []]"#.into()));
    assert!(message.contains("responded with 404 Not Found\n"), "{message}");
    // If only dates depend on the answer, they are missing.
    let marketplace = FakeMarketplace::offering([noble().published("2026-10-05T08:00:00Z")]);
    marketplace.respond(|path, _, value| match path {
        _ if path.contains("/versions") => {
            let version = &value["versions"][0];
            Reply::Json(json!({"versions": [[version["id"], version["published_at"]]], "total_count": 1}))
        }
        _ => Reply::Normal,
    });
    let run = Sandbox::with(WEB).asking(&marketplace).run("resolve");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stderr.contains("expected an object"), "{run}");
}

#[test]
fn an_endless_response_is_refused() {
    assert_snapshot!(refusal(|_, _, _| Reply::Endless(1 << 30)), @"
    error: the response of the Marketplace is larger than 1 MiB, the limit of imagelock
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: check `--api-url` and the proxy; the real Marketplace does not send such responses
    ");
    let packed = refusal(|_, _, _| Reply::Bomb(4 << 10));
    assert!(packed.contains("is larger than 1 MiB"), "{packed}");
}

/// Images that are hidden by an invalid row must not be reported as missing.
#[test]
fn invalid_rows_are_never_pinned() {
    let lie = |key: &'static str, value: Value| {
        move |_: &str, _: usize, response: &Value| {
            let mut response = response.clone();
            response["local_images"][0][key] = value.clone();
            Reply::Json(response)
        }
    };
    assert_snapshot!(refusal(lie("id", json!("$(touch /tmp/x)"))), @"
    error: the response of the Marketplace is invalid: the ID of a local image is not a UUID: `$(touch /tmp/x)`
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
    assert_snapshot!(refusal(lie("id", json!(null))), @"
    error: the response of the Marketplace is invalid: the ID of a local image is not a UUID: ``
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
    assert_snapshot!(refusal(lie("label", json!("ubuntu_noble\u{1b}[2J"))), @r"
    error: the response of the Marketplace is invalid: a local image has another label: `ubuntu_noble\u{1b}[2J`
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
    assert_snapshot!(refusal(lie("zone", json!("nl-ams-1"))), @r#"
    error: `ubuntu_noble` is not offered for x86_64 in fr-par-1
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ not offered here for x86_64
      |
      = note: it is offered with type instance_sbs for x86_64 in nl-ams-1
      = help: change the zone or the architecture in [images.web], or choose another label
    "#);
    assert_snapshot!(refusal(lie("arch", json!("arm64"))), @r#"
    error: `ubuntu_noble` is not offered for x86_64 in fr-par-1
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ not offered here for x86_64
      |
      = note: it is offered with type instance_sbs for arm64 in fr-par-1
      = help: change the zone or the architecture in [images.web], or choose another label
    "#);
    // A missing field gets the value of the query. Unknown fields are ignored.
    succeeds(lie("label", json!(null)));
    succeeds(lie("type", json!(null)));
    succeeds(lie("compatible_commercial_types", json!(null)));
    succeeds(lie("state", json!({"nested": [1, 2.5, null, true]})));
}

#[test]
fn rows_of_unknown_kinds_are_skipped() {
    succeeds(|_, _, response| {
        let mut response = response.clone();
        let row = response["local_images"][0].clone();
        let rows = response["local_images"].as_array_mut().unwrap();
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
        response["total_count"] = 5.into();
        Reply::Json(response)
    });
}

#[test]
fn failures_with_the_same_cause_are_reported_together() {
    let marketplace = FakeMarketplace::offering([noble()]);
    marketplace.respond(|_, _, _| Reply::Raw(403, "text/plain", Vec::new()));
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\na.label = \"a\"\nb.label = \"b\"\nc.label = \"c\"\n";
    assert_snapshot!(Sandbox::with(manifest).asking(&marketplace).fails("resolve"), @"
    error: the Marketplace responded with 403 Forbidden
     |
     = note: needed for 3 images: `a`, `b` and `c`
     = note: request ID req-1
     = help: check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login
    ");
}

#[test]
fn a_listing_with_one_invalid_row_is_refused() {
    // The invalid row may be a second candidate, so the first one must not be pinned either.
    let marketplace = FakeMarketplace::offering([noble(), local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    marketplace.respond_to_listings(|_, _, response| {
        let mut response = response.clone();
        response["local_images"][1]["id"] = "not-a-uuid".into();
        Reply::Json(response)
    });
    assert_snapshot!(Sandbox::with(WEB).asking(&marketplace).fails("resolve"), @"
    error: the response of the Marketplace is invalid: the ID of a local image is not a UUID: `not-a-uuid`
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
}

#[test]
fn one_failed_request_is_one_error_for_all_images_and_manifests() {
    let marketplace = FakeMarketplace::offering([noble()]);
    marketplace.respond(|_, _, _| Reply::Raw(403, "text/plain", Vec::new()));
    let manifest = |first: u32| {
        let images: Vec<String> = (first..first + 10).map(|n| format!("label-{n}.label = \"label_{n}\"\n")).collect();
        format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\n{}", images.concat())
    };
    let sandbox = Sandbox::with(&manifest(0)).asking(&marketplace);
    for name in ["a", "b"] {
        std::fs::create_dir(sandbox.path(name)).unwrap();
        sandbox.write(&format!("{name}/images.toml"), manifest(10));
    }
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: the Marketplace responded with 403 Forbidden
     |
     = note: needed for 10 images: `label_0`, `label_1`, `label_2`, `label_3`, `label_4`, `label_5` and 4 more
     = note: request ID req-1
     = help: check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login
    ");
    assert_snapshot!(sandbox.fails("resolve --recursive"), @"
    error: the Marketplace responded with 403 Forbidden
     |
     = note: needed for 10 images: `label_10`, `label_11`, `label_12`, `label_13`, `label_14`, `label_15` and 4 more
     = note: request ID req-1
     = note: 2 other manifests have the same error
     = help: check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login

    errors in 3 of 3 manifests; nothing was changed
    ");
}
