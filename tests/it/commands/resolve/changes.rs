//! What a later `resolve` or `upgrade` keeps, moves and removes.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::two_images::{WEB_AND_DB, offers, updated};
use crate::support::sandbox::Sandbox;

#[test]
fn an_up_to_date_lockfile_is_not_rewritten_and_no_request_is_sent() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.requests();
    marketplace.offers(updated());
    let modified = || std::fs::metadata(sandbox.path("images.lock")).unwrap().modified().unwrap();
    let before = modified();
    assert_snapshot!(sandbox.run("resolve"), @"
    nothing to change: 2 pins
    --- exit 0
    ");
    assert_eq!(modified(), before);
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn upgrade_moves_only_the_named_image() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("upgrade web"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000011

    2 pins: 1 moved, 1 kept
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("list"), @"
    NAME  ZONE      ARCH    TYPE          LABEL            ID
    db    fr-par-1  x86_64  instance_sbs  debian_bookworm  00000005-0000-4000-8000-000000000000
    web   fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000011-0000-4000-8000-000000000000
    --- exit 0
    ");
}

#[test]
fn upgrade_without_a_name_moves_every_image() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            FROM      TO
    moved   db    fr-par-1  x86_64  debian_bookworm  00000005  00000015
    moved   web   fr-par-1  x86_64  ubuntu_noble     00000001  00000011

    2 pins: 2 moved
    --- exit 0
    ");
}

#[test]
fn upgrade_of_an_unknown_name_lists_the_known_names() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.fails("upgrade wbe cache"), @"
    error: no image is named `wbe`
     |
     = help: did you mean `web`?

    error: no image is named `cache`
     |
     = help: the images are `db` and `web`

    2 errors in all; nothing was changed
    ");
}

#[test]
fn a_dry_run_shows_the_changes_and_writes_nothing() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve --dry-run"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO
    added   db    fr-par-1  x86_64  debian_bookworm  00000005
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001

    2 pins: 2 added (dry run, nothing was written)
    --- exit 0
    ");
    assert_eq!(sandbox.files(), ["images.toml"]);
}

#[test]
fn a_new_zone_is_added_and_existing_pins_are_kept() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    sandbox
        .write("images.toml", WEB_AND_DB.replace("[images.web]", "[images.web]\nzones = [\"fr-par-1\", \"nl-ams-1\"]"));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    web   fr-par-1  x86_64  ubuntu_noble  00000001            newer: 00000011
    added   web   nl-ams-1  x86_64  ubuntu_noble            00000013

    3 pins: 1 added, 2 kept
    --- stderr
    warning: images.toml:7:22: the version of the other pins of `web` is not offered in nl-ams-1 for x86_64
      = note: the Marketplace does not list the version of the other pins
      = note: the newest version is pinned there
      = help: to upgrade the other pins: `imagelock upgrade web`
    --- exit 0
    ");
}

#[test]
fn an_undeclared_pin_is_removed_without_the_network() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.requests();
    sandbox.write("images.toml", WEB_AND_DB.split("[images.db]").next().unwrap());
    assert_snapshot!(sandbox.run("resolve --offline"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL            FROM
    removed  db    fr-par-1  x86_64  debian_bookworm  00000005

    1 pin: 1 removed, 1 kept
    --- exit 0
    ");
    assert!(!sandbox.lock().contains("debian_bookworm"));
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn a_changed_declaration_moves_only_its_own_pin() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(
        updated().into_iter().chain([local("ubuntu_noble", "fr-par-1", "x86_64", 14).of_type(Some("instance_local"))]),
    );
    sandbox.write("images.toml", WEB_AND_DB.replace("[images.web]", "[images.web]\ntype = \"instance_local\""));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000014  type instance_sbs → instance_local

    2 pins: 1 moved, 1 kept
    --- exit 0
    ");
}

#[test]
fn a_new_instance_type_that_the_pin_supports_changes_the_block_but_not_the_id() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("images.toml", WEB_AND_DB.replace("[images.web]", "[images.web]\ninstance-type = \"PRO2-S\""));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000001  Instance type none → PRO2-S

    2 pins: 1 amended, 1 kept
    --- exit 0
    ");
    // If the Instance type is no longer required, it is removed from the block without a request.
    sandbox.write("images.toml", WEB_AND_DB);
    assert_snapshot!(sandbox.run("resolve --offline"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000001  Instance type PRO2-S → none

    2 pins: 1 amended, 1 kept
    --- exit 0
    ");
}

#[test]
fn locked_exits_with_2_on_any_difference_and_sends_no_request() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS  NAME  ZONE      ARCH    LABEL            DETAIL
    stale   db    fr-par-1  x86_64  debian_bookworm  declared, but not in the lockfile
    stale   web   fr-par-1  x86_64  ubuntu_noble     declared, but not in the lockfile

    the lockfile does not match the manifest: 2 differences
    to update the lockfile: imagelock resolve
    --- stderr
    warning: cannot find the lockfile `images.lock`
      = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    --- exit 2
    ");
    sandbox.ok("resolve");
    marketplace.requests();
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    the lockfile matches the manifest: 2 pins
    --- exit 0
    ");
    sandbox.write(
        "images.toml",
        WEB_AND_DB.replace("[images.db]", "[images.cache]").replace("ubuntu_noble", "ubuntu_jammy"),
    );
    let before = sandbox.lock();
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS  NAME   ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    stale   cache  fr-par-1  x86_64  debian_bookworm                       declared, but not in the lockfile
    stale   db     fr-par-1  x86_64  debian_bookworm  00000005  unknown    in the lockfile, but not declared
    stale   web    fr-par-1  x86_64  ubuntu_jammy     00000001  unknown    pinned for `ubuntu_noble`, now declared as `ubuntu_jammy`

    the lockfile does not match the manifest: 3 differences
    to update the lockfile: imagelock resolve
    --- exit 2
    ");
    assert_eq!(sandbox.lock(), before);
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn json_has_every_field() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("upgrade web --format json"), @r#"
    {
      "schema": "imagelock.resolve/1",
      "dry_run": false,
      "changed": true,
      "pins": [
        {
          "manifest": "images.toml",
          "name": "db",
          "label": "debian_bookworm",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "action": "kept",
          "from": {
            "id": "00000005-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000005-0000-4000-8000-000000000000",
            "published": null
          },
          "to": {
            "id": "00000005-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000005-0000-4000-8000-000000000000",
            "published": null
          },
          "newer": null,
          "note": null
        },
        {
          "manifest": "images.toml",
          "name": "web",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "action": "moved",
          "from": {
            "id": "00000001-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
            "published": null
          },
          "to": {
            "id": "00000011-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000011-0000-4000-8000-000000000000",
            "published": null
          },
          "newer": null,
          "note": null
        }
      ],
      "warnings": []
    }
    --- exit 0
    "#);
}
