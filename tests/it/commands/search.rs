//! `imagelock search` and `imagelock snapshot`: the images of the Marketplace, on the terminal and in a file.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply, local};
use crate::support::sandbox::Sandbox;

fn marketplace() -> FakeMarketplace {
    FakeMarketplace::offering([
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
    --- stderr
    no label or name contains `windows`
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
fn search_counts_the_end_of_life_labels_that_it_leaves_out() {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_focal", "fr-par-1", "x86_64", 2),
        local("fedora_37", "fr-par-1", "x86_64", 3),
        local("fedora_38", "fr-par-1", "x86_64", 4),
    ]);
    let sandbox = Sandbox::new().asking(&marketplace);
    assert_snapshot!(sandbox.run("search ubuntu"), @"
    LABEL         IMAGE         END OF LIFE  TYPE          ARCH    ZONES
    ubuntu_noble  ubuntu noble  2029-05-31   instance_sbs  x86_64  fr-par-1
    --- stderr
    1 end-of-life label matches; to include it: imagelock search ubuntu --eol
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("search fedora --zone fr-par-1"), @"
    no image matches
    --- stderr
    2 end-of-life labels match; to include them: imagelock search fedora --zone fr-par-1 --eol
    --- exit 0
    ");
    let included = sandbox.run("search fedora --zone fr-par-1 --eol");
    assert!(included.stdout.contains("fedora_37") && included.stderr.is_empty(), "{included}");
}

#[test]
fn a_search_without_results_says_which_filter_left_nothing() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let searches = [
        "ubuntu_nobel",
        "ubuntu*",
        "ubuntu --category instantapp",
        "--zone pl-waw-1",
        "ubuntu --zone pl-waw-1",
        "gpu --zone fr-par-1",
        "ubuntu --zone nl-ams-1 --arch arm64",
        "ubuntu --zone nl-ams-1 --type instance_local",
        "noble --zone nl-ams-1 --instance-type PRO2-M",
    ];
    let runs = searches.map(|search| format!("search {search}\n{}", sandbox.run(&format!("search {search}")).stderr));
    assert_snapshot!(runs.join("\n"), @"
    search ubuntu_nobel
    no label or name contains `ubuntu_nobel`; did you mean `ubuntu_noble`?

    search ubuntu*
    no label matches `ubuntu*`; `*` matches one part of a label between underscores

    search ubuntu --category instantapp
    error: the Marketplace has no category `instantapp`
     |
     = help: the only category is `distribution`

    search --zone pl-waw-1
    no image is offered in pl-waw-1; possible zones: `fr-par-1`, `fr-par-2` and `nl-ams-1`

    search ubuntu --zone pl-waw-1
    2 images match `ubuntu`, but none of them is offered in pl-waw-1; possible zones: `fr-par-1`, `fr-par-2` and `nl-ams-1`

    search gpu --zone fr-par-1
    `ubuntu_noble_gpu_os_12` matches, but is not offered in fr-par-1; possible zones: `fr-par-2`

    search ubuntu --zone nl-ams-1 --arch arm64
    2 images match `ubuntu`, but none of them is offered in nl-ams-1 for arm64; possible architectures: `x86_64`

    search ubuntu --zone nl-ams-1 --type instance_local
    2 images match `ubuntu`, but none of them is offered in nl-ams-1 with type instance_local; possible types: `instance_sbs`

    search noble --zone nl-ams-1 --instance-type PRO2-M
    2 images match `noble`, but none of them is offered in nl-ams-1 for the Instance type PRO2-M; did you mean `PRO2-S`?
    ");
    assert_eq!(sandbox.run("search windows --format json").status, Some(0));
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
    marketplace.respond(|path, _, value| {
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
fn a_snapshot_gives_the_same_results_as_the_marketplace() {
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
        let live = sandbox.ok("search");
        marketplace.requests();
        live
    });
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn snapshot_overwrites_only_another_snapshot() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    let first = sandbox.read("today.json");
    sandbox.ok("snapshot today.json");
    assert_eq!(sandbox.read("today.json"), first);
    sandbox.write("precious.json", "{}");
    assert_snapshot!(sandbox.fails("snapshot precious.json"), @"
    error: `precious.json` was not written by imagelock; refusing to overwrite it
     |
     = help: choose another name, or move the file away first
    ");
    assert_eq!(sandbox.read("precious.json"), "{}");
}

#[test]
fn an_incomplete_catalog_is_not_saved() {
    let marketplace = marketplace();
    marketplace.respond(|path, _, value| {
        let mut value = value.clone();
        if path.contains("image_label=debian_bookworm") {
            value["local_images"][0]["id"] = "no-uuid".into();
        }
        Reply::Json(value)
    });
    assert_snapshot!(Sandbox::new().asking(&marketplace).fails("snapshot today.json"), @"
    error: cannot list the local images of `debian_bookworm`: the response of the Marketplace is invalid: the ID of a local image is not a UUID: `no-uuid`
     |
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
}

#[test]
fn a_file_that_is_not_a_snapshot_is_refused() {
    let sandbox = Sandbox::with("[images.a]\nlabel = \"a\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    assert_snapshot!(sandbox.fails("resolve --catalog absent.json"), @"
    error: cannot read `absent.json`: it does not exist
     |
     = help: check the path
    ");
    sandbox.write("page.json", "<html>");
    assert_snapshot!(sandbox.fails("resolve --catalog page.json"), @"
    error: cannot use `page.json`: it is not a snapshot of the Marketplace: it is not valid JSON at line 1, column 1
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    sandbox.write("newer.json", "{\"imagelock_snapshot\": 9}");
    assert_snapshot!(sandbox.fails("resolve --catalog newer.json"), @"
    error: cannot use `newer.json`: it has snapshot format 9, but imagelock 0.1.0 only reads format 1
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    sandbox.write("odd.json", "{\"imagelock_snapshot\": 1, \"taken\": \"yesterday\", \"images\": []}");
    assert_snapshot!(sandbox.fails("resolve --catalog odd.json"), @"
    error: cannot use `odd.json`: taken `yesterday`: expected a time like 2026-10-05T08:00:00Z
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
}

#[test]
fn an_incomplete_index_never_overwrites_a_snapshot() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    let good = sandbox.read("today.json");
    for (key, value) in [("id", "no-uuid".into()), ("label", serde_json::Value::Null), ("label", "a\u{1b}".into())] {
        marketplace.respond(move |path, _, response| {
            let mut response = response.clone();
            if path.contains("/images?") {
                response["images"][0][key] = value.clone();
            }
            Reply::Json(response)
        });
        sandbox.fails("snapshot today.json");
        sandbox.fails("search");
    }
    marketplace.offers([]);
    marketplace.respond(|_, _, _| Reply::Normal);
    assert_snapshot!(sandbox.fails("snapshot today.json"), @"
    error: cannot list the images of the Marketplace: the response of the Marketplace is invalid: the list of images is empty
     |
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
    assert_eq!(sandbox.read("today.json"), good);
}

#[test]
fn an_incomplete_listing_is_an_error() {
    let marketplace = marketplace();
    marketplace.respond(|path, _, response| {
        let mut response = response.clone();
        if path.contains("image_label=debian_bookworm") {
            response["total_count"] = 9.into();
        }
        Reply::Json(response)
    });
    assert_snapshot!(Sandbox::new().asking(&marketplace).fails("search"), @"
    error: cannot list the local images of `debian_bookworm`: the response of the Marketplace may be incomplete: its stated row count is 9, but the actual count is 1
     |
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
}

#[test]
fn a_copied_snapshot_keeps_its_date_and_a_newer_format_is_never_overwritten() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot today.json");
    sandbox.write("empty.json", "");
    sandbox.ok("snapshot empty.json --catalog today.json --now 2027-01-01T00:00:00Z");
    assert_eq!(sandbox.read("empty.json"), sandbox.read("today.json"));
    let newer = r#"{"imagelock_snapshot": 7, "precious": 1}"#;
    sandbox.write("newer.json", newer);
    assert_snapshot!(sandbox.fails("snapshot newer.json"), @"
    error: cannot use `newer.json`: it has snapshot format 7, but imagelock 0.1.0 only reads format 1
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    assert_eq!(sandbox.read("newer.json"), newer);
}
