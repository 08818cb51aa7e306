//! Answers that are not what the API sends: each is refused with its cause and its request ID, and never pinned.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{Marketplace, Reply, id, local};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;
use crate::support::scenes::answered::{noble, refusal, succeeds};

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
    // An error that is a list does not mean that the image does not exist.
    let message = refusal(|_, _, _| Reply::Raw(404, "application/json", br#"["not_found", "gone", []]"#.into()));
    assert!(message.contains("it answered 404 Not Found\n"), "{message}");
    // If only dates depend on the answer, they are missing.
    let marketplace = Marketplace::offering([noble().published("2026-10-05T08:00:00Z")]);
    marketplace.answers(|path, _, value| match path {
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

/// Invalid rows are never pinned, and images that they hide are not reported as missing.
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
    // Missing fields take the value of the query; unknown fields are ignored.
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
fn a_listing_with_one_invalid_row_is_refused() {
    // The invalid row may be a second candidate, so that the first one is not pinned either.
    let marketplace = Marketplace::offering([noble(), local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    marketplace.answers_listings(|_, _, answer| {
        let mut answer = answer.clone();
        answer["local_images"][1]["id"] = "not-a-uuid".into();
        Reply::Json(answer)
    });
    assert_snapshot!(Sandbox::with(WEB).asking(&marketplace).fails("resolve"), @r#"
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
