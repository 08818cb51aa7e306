//! The statuses that result from the Marketplace and the manifest.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{Local, Reply, id, local, row};
use crate::support::fixtures::current_pins::{manifest, resolved};
use crate::support::fixtures::two_images::{bookworm, noble};
use crate::support::sandbox::Sandbox;

#[test]
fn an_up_to_date_pin_is_current() {
    let (sandbox, marketplace) = resolved();
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED
    current  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown
    current  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown

    2 pins: all current
    --- exit 0
    ");
    // One request for the index, and two per label: for its local images and its versions. No request is sent twice.
    assert_eq!(marketplace.requests().len(), 5);
}

#[test]
fn an_outdated_pin_cannot_be_verified_if_no_lookup_finds_its_id() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(11), bookworm(2)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  NEWEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    00000011
    current   db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 outdated, 1 current
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
    // The look-up by ID distinguishes a superseded pin from a swapped one.
    assert!(marketplace.requests().contains(&format!("/marketplace/v2/local-images/{}", id(1))));
}

#[test]
fn an_outdated_pin_is_verified_if_a_lookup_finds_its_id() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(11), bookworm(2)]);
    let old = row(&noble(1));
    marketplace
        .respond(move |path, _, _| if path.ends_with(&id(1)) { Reply::Json(old.clone()) } else { Reply::Normal });
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  NEWEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    00000011

    1 pin: 1 outdated
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn an_image_is_unavailable_if_its_label_or_its_zone_is_gone() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("debian_bookworm", "fr-par-2", "x86_64", 3)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS       NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    unavailable  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    no longer offered in fr-par-1 for x86_64 with type instance_sbs
    unavailable  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    the Marketplace no longer has this label

    2 pins: 2 unavailable
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    to find a replacement for `db`: imagelock search debian
    to find a replacement for `web`: imagelock search ubuntu
    --- exit 2
    ");
}

/// Returns the name, status and cause of each finding in the JSON report.
fn causes(sandbox: &Sandbox) -> Value {
    let report: Value = serde_json::from_str(&sandbox.run("check --format json").stdout).unwrap();
    report["pins"].as_array().unwrap().iter().map(|pin| json!([pin["name"], pin["status"], pin["cause"]])).collect()
}

#[test]
fn json_has_the_cause_of_unavailable_and_stale_pins() {
    let (sandbox, marketplace) = resolved();
    assert_eq!(causes(&sandbox), json!([["db", "current", null], ["web", "current", null]]));
    marketplace.offers([local("debian_bookworm", "fr-par-2", "x86_64", 3)]);
    assert_eq!(causes(&sandbox), json!([["db", "unavailable", "not-offered"], ["web", "unavailable", "label-gone"]]));
    sandbox.write(
        "images.toml",
        manifest().replace("[images.db]", "[images.cache]").replace("ubuntu_noble", "ubuntu_jammy"),
    );
    assert_eq!(
        causes(&sandbox),
        json!([
            ["cache", "stale", "not-locked"],
            ["db", "stale", "not-declared"],
            ["web", "stale", "declared-differently"]
        ])
    );
}

#[test]
fn a_pin_that_does_not_boot_the_instance_type_is_incompatible() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(1), bookworm(2).boots(&["DEV1-S"])]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    the pinned image no longer lists the Instance type PRO2-S

    1 pin: 1 incompatible
    to find a replacement for `db`: imagelock search debian
    --- exit 2
    ");
    // The status is the same if the newer image does not boot on the Instance type either.
    marketplace.offers([noble(1), bookworm(12).boots(&["DEV1-S"])]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    the local image that is offered now does not boot on PRO2-S

    1 pin: 1 incompatible
    the Marketplace does not list the ID of 1 pin (`db`), so it cannot be verified
    to find a replacement for `db`: imagelock search debian
    --- exit 2
    ");
}

#[test]
fn missing_changed_and_extra_pins_are_stale() {
    let (sandbox, _marketplace) = resolved();
    let manifest = manifest().replace("[images.db]", "[images.cache]").replace("ubuntu_noble", "ubuntu_jammy");
    sandbox.write("images.toml", manifest);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME   ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    stale   cache  fr-par-1  x86_64  debian_bookworm                       declared, but not in the lockfile
    stale   db     fr-par-1  x86_64  debian_bookworm  00000002  unknown    in the lockfile, but not declared
    stale   web    fr-par-1  x86_64  ubuntu_jammy     00000001  unknown    pinned for `ubuntu_noble`, now declared as `ubuntu_jammy`

    3 pins: 3 stale
    to update the lockfile: imagelock resolve
    --- exit 2
    ");
}

#[test]
fn every_image_is_stale_without_a_lockfile_and_no_request_is_sent() {
    let sandbox = Sandbox::with(&manifest());
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL            DETAIL
    stale   db    fr-par-1  x86_64  debian_bookworm  declared, but not in the lockfile
    stale   web   fr-par-1  x86_64  ubuntu_noble     declared, but not in the lockfile

    2 pins: 2 stale
    to update the lockfile: imagelock resolve
    --- stderr
    warning: cannot find the lockfile `images.lock`
      = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    --- exit 2
    ");
}

#[test]
fn several_newer_local_images_are_reported_and_none_is_chosen() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(11).boots(&["DEV1-S"]), noble(12).boots(&["PRO2-S"]), bookworm(2)]);
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    2 local images could replace it; set `instance-type` to choose one

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    --- exit 2
    ");
}

#[test]
fn an_incomplete_listing_never_makes_a_pin_unavailable() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-2", "x86_64", 3), bookworm(2)]);
    marketplace.respond(|path, _, value| {
        let mut value = value.clone();
        if path.contains("image_label=ubuntu_noble") {
            value["total_count"] = 9.into();
        }
        Reply::Json(value)
    });
    assert_snapshot!(sandbox.fails("check"), @"
    error: the response of the Marketplace is invalid: the ID of a local image is not a UUID: `` (while looking up pinned IDs that are not listed)
     |
     = note: needed for the image `ubuntu_noble`
     = note: request ID req-1
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
}

#[test]
fn an_incompatible_pin_can_be_upgraded_to_another_local_image() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([bookworm(2).boots(&["DEV1-S"]), bookworm(12)]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  NEWEST    DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    00000012  the pinned image no longer lists the Instance type PRO2-S

    1 pin: 1 incompatible
    to upgrade to the newest version: imagelock upgrade db
    --- exit 2
    ");
    sandbox.ok("upgrade db");
    assert_eq!(sandbox.run("check db").status, Some(0));
}

#[test]
fn an_id_that_is_also_listed_in_another_zone_is_current() {
    let (sandbox, marketplace) = resolved();
    let elsewhere = Local { zone: "aa-aaa-1", ..noble(1) };
    marketplace.offers([elsewhere, noble(1), bookworm(2)]);
    assert_eq!(sandbox.run("check").status, Some(0));
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    sandbox.ok("resolve");
}

#[test]
fn an_empty_index_never_makes_a_pin_unavailable() {
    let (sandbox, marketplace) = resolved();
    marketplace.respond(|path, _, _| {
        let key = if path.contains("/v2/images") { "images" } else { "local_images" };
        if path.contains("/local-images/") {
            Reply::Normal
        } else {
            Reply::Json(serde_json::json!({key: [], "total_count": 0}))
        }
    });
    assert_snapshot!(sandbox.fails("check"), @"
    error: the response of the Marketplace is invalid: the list of images is empty
     |
     = note: needed for 2 images: `debian_bookworm` and `ubuntu_noble`
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    ");
}
