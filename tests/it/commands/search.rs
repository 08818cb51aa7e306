//! `imagelock search` and `imagelock snapshot`: the images of the Marketplace, on the terminal and in a file.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Marketplace, Reply, local};
use crate::support::sandbox::Sandbox;

fn marketplace() -> Marketplace {
    Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2),
        local("ubuntu_noble", "fr-par-1", "arm64", 3),
        local("ubuntu_noble", "fr-par-1", "x86_64", 4).of_type(Some("instance_local")),
        local("ubuntu_noble_gpu_os_12", "fr-par-2", "x86_64", 5),
        local("debian_bookworm", "fr-par-1", "x86_64", 6).of_type(None),
    ])
}

#[test]
fn search_lists_every_image() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    assert_snapshot!(sandbox.run("search"), @"
    LABEL                   IMAGE                   END OF LIFE  TYPE            ARCH    ZONES
    debian_bookworm         debian bookworm         2028-06-30   unknown_type    x86_64  fr-par-1
    ubuntu_noble            ubuntu noble            2029-05-31   instance_local  x86_64  fr-par-1
                                                                 instance_sbs    arm64   fr-par-1
                                                                 instance_sbs    x86_64  fr-par-1 nl-ams-1
    ubuntu_noble_gpu_os_12  ubuntu noble gpu os 12  2029-05-31   instance_sbs    x86_64  fr-par-2
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("search ubuntu_*"), @"
    LABEL         IMAGE         END OF LIFE  TYPE            ARCH    ZONES
    ubuntu_noble  ubuntu noble  2029-05-31   instance_local  x86_64  fr-par-1
                                             instance_sbs    arm64   fr-par-1
                                             instance_sbs    x86_64  fr-par-1 nl-ams-1
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("search windows"), @"
    no image matches
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("search debian --format json"), @r#"
    {
      "schema": "imagelock.search/1",
      "images": [
        {
          "label": "debian_bookworm",
          "id": "8b634bc6-1111-4000-8000-000000000000",
          "name": "debian bookworm",
          "categories": [
            "distribution"
          ],
          "release": null,
          "published": null,
          "valid_until": null,
          "end_of_life": "2028-06-30",
          "local_images": [
            {
              "zone": "fr-par-1",
              "arch": "x86_64",
              "type": "unknown_type",
              "id": "00000006-0000-4000-8000-000000000000",
              "zoned_id": "fr-par-1/00000006-0000-4000-8000-000000000000",
              "commercial_types": [
                "DEV1-S",
                "PRO2-S"
              ]
            }
          ]
        }
      ]
    }
    --- exit 0
    "#);
}

#[test]
fn search_queries_only_the_matching_labels() {
    let marketplace = marketplace();
    Sandbox::new().asking(&marketplace).ok("search debian");
    let mut requests = marketplace.requests();
    requests.sort();
    assert_eq!(
        requests,
        [
            "/marketplace/v2/images?include_eol=true&page_size=100&page=1",
            "/marketplace/v2/local-images?image_label=debian_bookworm&page_size=100&page=1",
            "/marketplace/v2/versions?image_id=8b634bc6-1111-4000-8000-000000000000&order_by=created_at_desc&page_size=100&page=1",
        ]
    );
}

#[test]
fn control_characters_in_names_are_escaped() {
    let marketplace = marketplace();
    marketplace.answers(|path, _, value| {
        let mut value = value.clone();
        if path.contains("/images?") {
            value["images"][0]["name"] = "\u{1b}[31mred\r\n\u{202e}".into();
        }
        Reply::Json(value)
    });
    let sandbox = Sandbox::new().asking(&marketplace);
    assert_snapshot!(sandbox.run("search debian"), @r"
    LABEL            IMAGE                            END OF LIFE  TYPE          ARCH    ZONES
    debian_bookworm  \u{1b}[31mred\u{d}\u{a}\u{202e}  2028-06-30   unknown_type  x86_64  fr-par-1
    --- exit 0
    ");
}

#[test]
fn a_snapshot_answers_like_the_marketplace() {
    let marketplace = marketplace();
    let manifest = "[images.web]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    assert_snapshot!(sandbox.run("snapshot today.json"), @"
    --- stderr
    wrote `today.json` with 6 local images of 3 images; to use it: `--catalog today.json`
    --- exit 0
    ");
    assert_snapshot!("today.json", sandbox.read("today.json"));
    sandbox.ok("resolve");
    let live = sandbox.lock();
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    marketplace.requests();
    sandbox.ok("resolve --catalog today.json");
    assert_eq!(sandbox.lock(), live);
    sandbox.ok("check --catalog today.json");
    assert_eq!(sandbox.ok("search --catalog today.json"), {
        let asked = sandbox.ok("search");
        marketplace.requests();
        asked
    });
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn a_snapshot_replaces_only_a_snapshot() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    let first = sandbox.read("today.json");
    sandbox.ok("snapshot today.json");
    assert_eq!(sandbox.read("today.json"), first);
    sandbox.write("precious.json", "{}");
    assert_snapshot!(sandbox.fails("snapshot precious.json"), @"
    error: `precious.json` holds something that imagelock did not write, and is left as it is
     |
     = help: choose another name, or move the file away first
    ");
    assert_eq!(sandbox.read("precious.json"), "{}");
}

#[test]
fn an_incomplete_catalog_is_not_saved() {
    let marketplace = marketplace();
    marketplace.answers(|path, _, value| {
        let mut value = value.clone();
        if path.contains("image_label=debian_bookworm") {
            value["local_images"][0]["id"] = "no-uuid".into();
        }
        Reply::Json(value)
    });
    assert_snapshot!(Sandbox::new().asking(&marketplace).fails("snapshot today.json"), @"
    error: could not list the local images of `debian_bookworm`: the answer cannot be used: it holds a local image whose ID is no UUID: `no-uuid`
     |
     = note: request ID req-1
     = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    ");
}

#[test]
fn a_file_that_is_not_a_snapshot_is_refused() {
    let sandbox = Sandbox::with("[images.a]\nlabel = \"a\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    assert_snapshot!(sandbox.fails("resolve --catalog absent.json"), @"
    error: could not read `absent.json`: No such file or directory (os error 2)
     |
     = help: check the path
    ");
    sandbox.write("page.json", "<html>");
    assert_snapshot!(sandbox.fails("resolve --catalog page.json"), @"
    error: `page.json`: it is no snapshot of the Marketplace: expected value at line 1 column 1
     |
     = help: `imagelock snapshot FILE` writes one
    ");
    sandbox.write("newer.json", "{\"imagelock_snapshot\": 9}");
    assert_snapshot!(sandbox.fails("resolve --catalog newer.json"), @"
    error: `newer.json`: it has snapshot format 9, and imagelock 0.1.0 reads format 1; upgrade imagelock
     |
     = help: `imagelock snapshot FILE` writes one
    ");
    sandbox.write("odd.json", "{\"imagelock_snapshot\": 1, \"taken\": \"yesterday\", \"images\": []}");
    assert_snapshot!(sandbox.fails("resolve --catalog odd.json"), @"
    error: `odd.json`: taken `yesterday`: expected a time like 2026-10-05T08:00:00Z
     |
     = help: `imagelock snapshot FILE` writes one
    ");
}

#[test]
fn an_incomplete_index_never_replaces_a_snapshot() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    let good = sandbox.read("today.json");
    for (key, value) in [("id", "no-uuid".into()), ("label", serde_json::Value::Null), ("label", "a\u{1b}".into())] {
        marketplace.answers(move |path, _, answer| {
            let mut answer = answer.clone();
            if path.contains("/images?") {
                answer["images"][0][key] = value.clone();
            }
            Reply::Json(answer)
        });
        sandbox.fails("snapshot today.json");
        sandbox.fails("search");
    }
    marketplace.offers([]);
    marketplace.answers(|_, _, _| Reply::Normal);
    assert_snapshot!(sandbox.fails("snapshot today.json"), @"
    error: could not list the images of the Marketplace: the answer cannot be used: it lists no image at all
     |
     = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    ");
    assert_eq!(sandbox.read("today.json"), good);
}

#[test]
fn an_incomplete_listing_is_an_error() {
    let marketplace = marketplace();
    marketplace.answers(|path, _, answer| {
        let mut answer = answer.clone();
        if path.contains("image_label=debian_bookworm") {
            answer["total_count"] = 9.into();
        }
        Reply::Json(answer)
    });
    assert_snapshot!(Sandbox::new().asking(&marketplace).fails("search"), @"
    error: could not list the local images of `debian_bookworm`: the Marketplace's answer may not be whole: it counts 9 rows, and sent 1
     |
     = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    ");
}

#[test]
fn a_copied_snapshot_keeps_its_date_and_a_newer_format_is_never_replaced() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    sandbox.write("empty.json", "");
    sandbox.ok("snapshot empty.json --catalog today.json --now 2027-01-01T00:00:00Z");
    assert_eq!(sandbox.read("empty.json"), sandbox.read("today.json"));
    let newer = r#"{"imagelock_snapshot": 7, "precious": 1}"#;
    sandbox.write("newer.json", newer);
    assert_snapshot!(sandbox.fails("snapshot newer.json"), @"
    error: `newer.json`: it has snapshot format 7, and imagelock 0.1.0 reads format 1; upgrade imagelock
     |
     = help: `imagelock snapshot FILE` writes one
    ");
    assert_eq!(sandbox.read("newer.json"), newer);
}
