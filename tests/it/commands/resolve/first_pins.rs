//! What the first `resolve` pins.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, image_id, local};
use crate::support::fixtures::two_images::{WEB_AND_DB, offers};
use crate::support::sandbox::Sandbox;

#[test]
fn a_first_resolve_pins_every_image() {
    let marketplace = FakeMarketplace::offering(offers());
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
    version = 2 # read by imagelock 0.1.0 and later

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
    let marketplace = FakeMarketplace::offering(offers());
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
fn an_unstated_type_matches_and_an_unrecognized_type_does_not() {
    let marketplace = FakeMarketplace::offering([
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
fn an_image_can_be_declared_by_its_image_id() {
    let marketplace = FakeMarketplace::offering(offers());
    let id = image_id("ubuntu_noble");
    let sandbox = Sandbox::with(&format!("[images.web]\nimage-id = \"{id}\"\nzone = \"fr-par-1\"\narch = \"arm64\"\n"))
        .asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 2 # read by imagelock 0.1.0 and later

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
    STATUS   NAME  ZONE      ARCH   LABEL         PINNED    PUBLISHED
    current  web   fr-par-1  arm64  ubuntu_noble  00000002  unknown

    1 pin: all current
    --- exit 0
    ");
}

#[test]
fn legacy_zone_names_are_translated() {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_jammy", "par1", "x86_64", 1),
        local("ubuntu_jammy", "ams1", "x86_64", 2),
    ]);
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
fn a_known_date_is_kept_if_the_marketplace_no_longer_reports_it() {
    let dated = || [local("ubuntu_noble", "fr-par-1", "x86_64", 1).published("2026-09-02T08:30:55Z")];
    let marketplace = FakeMarketplace::offering(dated());
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    sandbox.ok("resolve");
    let before = sandbox.lock();
    assert!(before.contains("published = 2026-09-02T08:30:55Z"));
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    sandbox.ok("upgrade");
    assert_eq!(sandbox.lock(), before);
}
