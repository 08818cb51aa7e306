//! `imagelock resolve`: what it pins, keeps, moves, drops, and refuses.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Local, Marketplace, image_id, local};
use crate::support::sandbox::Sandbox;

const WEB_AND_DB: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"

[images.db]
label = "debian_bookworm"
"#;

pub fn marketplace() -> Marketplace {
    Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "fr-par-1", "arm64", 2),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 3),
        local("ubuntu_noble", "fr-par-1", "x86_64", 4).of_type(Some("instance_local")),
        local("debian_bookworm", "fr-par-1", "x86_64", 5),
    ])
}

/// The Marketplace after new versions of both images came out.
fn updated() -> [Local; 3] {
    [
        local("ubuntu_noble", "fr-par-1", "x86_64", 11),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 13),
        local("debian_bookworm", "fr-par-1", "x86_64", 15),
    ]
}

#[test]
fn a_first_resolve_pins_every_image() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO
    added   db    fr-par-1  x86_64  debian_bookworm  00000005
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001

    2 pins: 2 added
    --- exit 0
    ");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 1 # read by imagelock 0.1.0 and later

    [[pin]]
    name = "db"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "debian_bookworm"
    id = "00000005-0000-4000-8000-000000000000"
    digest = "sha256:004461f79921e35d324e48f5ee4256ec36b35c9563483b81d5119c2df0c73b7a"

    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    id = "00000001-0000-4000-8000-000000000000"
    digest = "sha256:5985a26ac667b9b993f0c0a7e63906ad889ca823a8694736c3fa11b9de9e986c"
    "#);
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

#[test]
fn one_request_per_label_serves_all_zones_and_archs() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(
        r#"
[images.web]
label = "ubuntu_noble"
zones = ["fr-par-1", "nl-ams-1"]
arch = "x86_64"
[images.runner]
label = "ubuntu_noble"
zone = "fr-par-1"
arch = ["arm64", "x86_64"]
"#,
    )
    .asking(&marketplace);
    sandbox.ok("resolve");
    assert_eq!(marketplace.listings(), ["/marketplace/v2/local-images?image_label=ubuntu_noble&page_size=100&page=1"]);
}

#[test]
fn a_satisfied_lock_sends_no_request_and_is_not_rewritten() {
    let marketplace = marketplace();
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
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("resolve --upgrade web"), @"
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
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("resolve --upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            FROM      TO
    moved   db    fr-par-1  x86_64  debian_bookworm  00000005  00000015
    moved   web   fr-par-1  x86_64  ubuntu_noble     00000001  00000011

    2 pins: 2 moved
    --- exit 0
    ");
}

#[test]
fn upgrade_of_an_unknown_name_lists_the_known_names() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve --upgrade wbe cache"), @"
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
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve --dry-run"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO
    added   db    fr-par-1  x86_64  debian_bookworm  00000005
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001

    dry run, nothing was written; would be: 2 added
    --- exit 0
    ");
    assert_eq!(sandbox.files(), ["images.toml"]);
}

#[test]
fn a_new_zone_is_added_and_existing_pins_are_kept() {
    let marketplace = marketplace();
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
      = note: the Marketplace does not say which version they are of
      = help: `imagelock resolve --upgrade web` upgrades the other pins
    --- exit 0
    ");
}

#[test]
fn an_undeclared_pin_is_removed_without_the_network() {
    let marketplace = marketplace();
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
    let marketplace = marketplace();
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
fn an_instance_type_that_the_pin_boots_changes_its_block_and_not_its_id() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("images.toml", WEB_AND_DB.replace("[images.web]", "[images.web]\ninstance-type = \"PRO2-S\""));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000001  Instance type none → PRO2-S

    2 pins: 1 amended, 1 kept
    --- exit 0
    ");
    // No longer required, the Instance type leaves the block, and nobody needs to be asked.
    sandbox.write("images.toml", WEB_AND_DB);
    assert_snapshot!(sandbox.run("resolve --offline"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000001  Instance type PRO2-S → none

    2 pins: 1 amended, 1 kept
    --- exit 0
    ");
}

#[test]
fn locked_exits_with_2_on_every_difference_and_sends_no_request() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            DETAIL
    unlocked  db    fr-par-1  x86_64  debian_bookworm  declared, but not in the lock
    unlocked  web   fr-par-1  x86_64  ubuntu_noble     declared, but not in the lock

    the lockfile does not satisfy the manifest: 2 differences
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
    sandbox.ok("resolve");
    marketplace.requests();
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    the lockfile satisfies the manifest: 2 pins
    --- exit 0
    ");
    sandbox.write(
        "images.toml",
        WEB_AND_DB.replace("[images.db]", "[images.cache]").replace("ubuntu_noble", "ubuntu_jammy"),
    );
    let before = sandbox.lock();
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS      NAME   ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    unlocked    cache  fr-par-1  x86_64  debian_bookworm                       declared, but not in the lock
    unlocked    web    fr-par-1  x86_64  ubuntu_jammy     00000001  unknown    locked for `ubuntu_noble`, now declared as `ubuntu_jammy`
    undeclared  db     fr-par-1  x86_64  debian_bookworm  00000005  unknown    in the lock, but not declared

    the lockfile does not satisfy the manifest: 3 differences
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
    assert_eq!(sandbox.lock(), before);
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn an_unstated_type_fits_and_an_unknown_type_does_not() {
    let marketplace = Marketplace::offering([
        local("a", "fr-par-1", "x86_64", 1).of_type(None),
        local("b", "fr-par-1", "x86_64", 2).of_type(Some("unknown_type")),
        local("c", "fr-par-1", "x86_64", 3).of_type(Some("instance_future")),
        local("c", "fr-par-1", "x86_64", 4),
    ]);
    let sandbox = Sandbox::with(
        r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"
[images]
a.label = "a"
b.label = "b"
c.label = "c"
"#,
    )
    .asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL  TO
    added   a     fr-par-1  x86_64  a      00000001
    added   b     fr-par-1  x86_64  b      00000002
    added   c     fr-par-1  x86_64  c      00000004

    3 pins: 3 added
    --- exit 0
    ");
}

#[test]
fn an_image_can_be_declared_by_its_id() {
    let marketplace = marketplace();
    let id = image_id("ubuntu_noble");
    let sandbox = Sandbox::with(&format!("[images.web]\nimage-id = \"{id}\"\nzone = \"fr-par-1\"\narch = \"arm64\"\n"))
        .asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 1 # read by imagelock 0.1.0 and later

    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "arm64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    image-id = "c65540a2-1111-4000-8000-000000000000"
    id = "00000002-0000-4000-8000-000000000000"
    digest = "sha256:dbb1954046c22c2c0e3716172e3b6e0d10f3accc21ef512817688e7415d0891a"
    "#);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH   LABEL         LOCKED    PUBLISHED
    current  web   fr-par-1  arm64  ubuntu_noble  00000002  unknown

    1 pin: all current
    --- exit 0
    ");
}

#[test]
fn legacy_zone_names_are_translated() {
    let marketplace =
        Marketplace::offering([local("ubuntu_jammy", "par1", "x86_64", 1), local("ubuntu_jammy", "ams1", "x86_64", 2)]);
    let sandbox =
        Sandbox::with("[images.a]\nlabel = \"ubuntu_jammy\"\nzones = [\"fr-par-1\", \"ams1\"]\narch = \"x86_64\"\n")
            .asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO
    added   a     fr-par-1  x86_64  ubuntu_jammy  00000001
    added   a     nl-ams-1  x86_64  ubuntu_jammy  00000002

    2 pins: 2 added
    --- exit 0
    ");
}

#[test]
fn json_has_every_field() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(WEB_AND_DB).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(updated());
    assert_snapshot!(sandbox.run("resolve --upgrade web --format json"), @r#"
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

#[test]
fn a_known_date_is_kept_if_the_marketplace_no_longer_gives_it() {
    let dated = || [local("ubuntu_noble", "fr-par-1", "x86_64", 1).published("2026-09-02T08:30:55Z")];
    let marketplace = Marketplace::offering(dated());
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    sandbox.ok("resolve");
    let before = sandbox.lock();
    assert!(before.contains("published = 2026-09-02T08:30:55Z"));
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    sandbox.ok("resolve --upgrade");
    assert_eq!(sandbox.lock(), before);
}
