//! New zones: they get the version of the image's other pins.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply, local};
use crate::support::fixtures::one_pin::{NEW, OLD, docker};
use crate::support::fixtures::two_zones::{BOTH, PARIS, amsterdam, ids, image, newer_offers, pinned};
use crate::support::sandbox::Sandbox;

#[test]
fn a_new_zone_takes_the_version_of_the_other_pins_despite_min_age() {
    for rest in ["", "min-age = \"90d\"\n", "freeze = { reason = \"r\", until = 2027-01-31 }\n"] {
        let (sandbox, _marketplace) = pinned("web", "");
        sandbox.write("images.toml", image("web", BOTH, rest));
        let run = sandbox.run("resolve");
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{run}");
        assert_eq!(ids(&sandbox), [1, 11], "{rest}");
        assert_eq!(sandbox.lock().matches("published = 2026-10-01T08:00:00Z").count(), 2);
    }
}

#[test]
fn a_new_zone_takes_the_newest_version_of_the_other_pins() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD), amsterdam(12).published(NEW)]);
    let zones = "\"fr-par-1\", \"nl-ams-1\", \"pl-waw-1\"";
    let sandbox = Sandbox::with(&image("web", BOTH, "")).asking(&marketplace);
    let warsaw = |number| local("docker", "pl-waw-1", "x86_64", number);
    marketplace.offers([
        docker(1).published(OLD),
        amsterdam(12).published(NEW),
        docker(9).published("2026-09-01T08:00:00Z").superseded(),
    ]);
    sandbox.ok("resolve");
    marketplace.offers([
        docker(3).published("2026-11-23T08:00:00Z"),
        amsterdam(13).published("2026-11-23T08:00:00Z"),
        warsaw(23).published("2026-11-23T08:00:00Z"),
        docker(1).published(OLD).superseded(),
        warsaw(21).published(OLD).superseded(),
        amsterdam(12).published(NEW).superseded(),
        warsaw(22).published(NEW).superseded(),
    ]);
    sandbox.write("images.toml", image("web", zones, ""));
    sandbox.run("resolve");
    assert_eq!(ids(&sandbox), [1, 12, 22]);
}

#[test]
fn a_new_zone_without_the_version_of_the_other_pins_takes_the_newest_with_a_warning() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.offers(newer_offers().into_iter().take(3));
    sandbox.write("images.toml", image("web", BOTH, ""));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001            newer: 00000002, published 2026-10-01 → 2026-11-20
    added   web   nl-ams-1  x86_64  docker            00000012  published 2026-11-20

    2 pins: 1 added, 1 kept
    --- stderr
    warning: images.toml:3:22: the version of the other pins of `web` is not offered in nl-ams-1 for x86_64
      = note: the version of the other pins was published on 2026-10-01
      = note: the newest version is pinned there
      = help: to upgrade the other pins: `imagelock upgrade web`
    --- exit 0
    ");
}

#[test]
fn one_warning_about_a_missing_version_names_all_images() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let manifest = |zones| ["a", "b", "c"].map(|name| image(name, zones, "")).concat();
    let sandbox = Sandbox::with(&manifest(PARIS)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(newer_offers().into_iter().take(3));
    sandbox.write("images.toml", manifest(BOTH));
    assert_snapshot!(sandbox.run("resolve").stderr, @"
    warning: images.toml:3:22: the version of the other pins of `a`, `b` and `c` is not offered in nl-ams-1 for x86_64
      = note: the version of the other pins was published on 2026-10-01
      = note: the newest version is pinned there
      = help: to upgrade the other pins: `imagelock upgrade a b c`
    ");
}

#[test]
fn one_warning_about_different_versions_names_all_images() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let manifest = ["a", "b"].map(|name| image(name, BOTH, "")).concat();
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded(), amsterdam(11).published(OLD)]);
    assert_snapshot!(sandbox.run("upgrade").stderr, @"
    warning: images.toml:2:9: the pins of `a` and `b` have different versions
      = note: `a`, published 2026-10-01: nl-ams-1 (x86_64)
      = note: `a`, published 2026-11-20: fr-par-1 (x86_64)
      = note: `b`, published 2026-10-01: nl-ams-1 (x86_64)
      = note: `b`, published 2026-11-20: fr-par-1 (x86_64)
      = help: to move them to one version, if possible: `imagelock upgrade a b`
    ");
}

#[test]
fn a_new_zone_without_the_version_of_the_frozen_pins_is_an_error() {
    let freeze = "freeze = { reason = \"bad kernel\", until = 2027-01-31 }\n";
    let (sandbox, marketplace) = pinned("web", freeze);
    marketplace.offers(newer_offers().into_iter().take(3));
    sandbox.write("images.toml", image("web", BOTH, freeze));
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `web` is frozen, but the version of its pins is not offered in nl-ams-1 for x86_64
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "nl-ams-1"]
      |                      ^^^^^^^^^^ cannot be pinned during the freeze
      |
      = note: the version of the other pins was published on 2026-10-01
      = note: frozen until 2027-01-31: bad kernel
      = help: remove the zone or architecture until the freeze ends, or write `freeze = false` in [images.web] to pin the newest version there
    "#);
}

/// A failed query does not mean that the version is not offered.
#[test]
fn a_failed_query_for_the_version_of_the_other_pins_is_an_error() {
    for (part, status) in [("/versions?", 403), ("version_id=", 403)] {
        let (sandbox, marketplace) = pinned("web", "");
        marketplace.respond(move |path, _, _| {
            if path.contains(part) { Reply::Raw(status, "text/plain", Vec::new()) } else { Reply::Normal }
        });
        sandbox.write("images.toml", image("web", BOTH, ""));
        let message = sandbox.fails("resolve");
        assert!(message.contains("responded with 403 Forbidden"), "{part}: {message}");
    }
}

#[test]
fn an_upgrade_in_a_new_zone_takes_no_version_older_than_the_other_pins() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("web", BOTH, ""));
    sandbox.ok("upgrade");
    assert_eq!(ids(&sandbox), [2, 12]);
    // The other pins already have the November version. `min-age` alone would give the new zone the October version.
    sandbox.write("images.toml", image("web", PARIS, ""));
    sandbox.ok("resolve");
    sandbox.write("images.toml", image("web", BOTH, "min-age = \"10d\"\n"));
    sandbox.ok("upgrade");
    assert_eq!(ids(&sandbox), [2, 12]);
}

#[test]
fn a_range_of_releases_keeps_its_release_in_a_new_zone() {
    let fedora = |label, zone, number| local(label, zone, "x86_64", number).published(OLD);
    let marketplace =
        FakeMarketplace::offering([fedora("fedora_44", "fr-par-1", 44), fedora("fedora_44", "nl-ams-1", 54)]);
    let manifest = |zones| {
        let release = "label = \"fedora_*\"\nrelease = \">=44\"";
        image("web", zones, "eol = 2030-01-01\n").replace("label = \"docker\"", release)
    };
    let sandbox = Sandbox::with(&manifest(PARIS)).asking(&marketplace);
    sandbox.ok("resolve");
    let (old, new) = ("fedora_44", "fedora_45");
    marketplace.offers([
        fedora(old, "fr-par-1", 44),
        fedora(old, "nl-ams-1", 54),
        fedora(new, "fr-par-1", 45),
        fedora(new, "nl-ams-1", 55),
    ]);
    sandbox.write("images.toml", manifest(BOTH));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [44, 54]);
    sandbox.write("images.toml", manifest(BOTH).replace("images.web", "images.front"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [44, 54]);
}
