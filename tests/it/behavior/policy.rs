//! `freeze` holds a pin, and `accept` accepts a finding, for a limited time and with a reason.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest, outdated_pin};
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

#[test]
fn a_freeze_holds_through_its_last_day() {
    let (sandbox, _marketplace) =
        outdated_pin("freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }\n");
    let before = sandbox.lock();
    assert_snapshot!(sandbox.run("check --now 2026-12-31T23:59:59Z"), @"
    STATUS  NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    frozen  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); frozen until 2026-12-31: kernel regression, ticket 4711; 1 version behind

    1 pin: 1 frozen
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("upgrade web --now 2026-12-31T23:59:59Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001  frozen until 2026-12-31: kernel regression, ticket 4711

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), before);
    assert_snapshot!(sandbox.run("check --now 2027-01-01T00:00:00Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; the freeze ended on 2026-12-31

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
    sandbox.ok("upgrade --now 2027-01-01T00:00:00Z");
    assert_ne!(sandbox.lock(), before);
}

#[test]
fn a_frozen_image_moves_only_if_its_declaration_requires_it() {
    let freeze = "freeze = { reason = \"ticket 4711\", until = 2026-12-31 }\n";
    let (sandbox, marketplace) = outdated_pin(freeze);
    // An upgrade without a name overwrites no edited block.
    let good = sandbox.lock();
    sandbox.write("images.lock", good.replace(&id(1), &id(7)));
    assert!(sandbox.fails("upgrade").contains("does not match its digest"));
    sandbox.write("images.lock", good);
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded().boots(&["DEV1-S"])]);
    sandbox.write("images.toml", manifest(&format!("{freeze}instance-type = \"PRO2-S\"\n")));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20, Instance type none → PRO2-S, moved despite the freeze, because its declaration changed or its block was edited

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn an_accepted_finding_is_not_drift_through_its_last_day() {
    let (sandbox, marketplace) = outdated_pin(&accept("web", "outdated", "ticket 4712", "2026-12-31"));
    assert_snapshot!(sandbox.run("check --now 2026-12-31T23:59:59Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; outdated accepted until 2026-12-31: ticket 4712

    1 pin: 1 outdated (accepted)
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check --now 2027-01-01T00:00:00Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    --- stderr
    warning: images.toml:6:1: the acceptance of `outdated` for `web` ended on 2026-12-31
      = help: remove it, or set a later `until`
    --- exit 2
    ");
    // An acceptance without a matching finding is reported as well.
    marketplace.offers([docker(1).published(OLD)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED
    current  web   fr-par-1  x86_64  docker  00000001  2026-10-01

    1 pin: all current
    --- stderr
    warning: images.toml:6:1: the acceptance of `outdated` for `web` matches no finding
      = help: remove it
    --- exit 0
    ");
}

#[test]
fn an_acceptance_covers_only_its_status() {
    let eol = accept("web", "eol", "ticket 4712", "2026-12-31");
    let (sandbox, marketplace) = outdated_pin(&format!("eol = 2026-11-01\n{eol}"));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); support ended on 2026-11-01, according to the manifest; also outdated; 1 version behind; eol accepted until 2026-12-31: ticket 4712

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    to find a successor for `web`: imagelock search docker
    --- exit 2
    ");
    marketplace.offers([docker(1).published(OLD)]);
    assert_snapshot!(sandbox.run("check --format json"), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": false,
      "errors": [],
      "pins": [
        {
          "manifest": "images.toml",
          "name": "web",
          "label": "docker",
          "image_id": null,
          "version_id": "aab052a2-2222-4000-8000-000000000000",
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "status": "eol",
          "statuses": [
            "eol",
            "current"
          ],
          "cause": null,
          "drift": false,
          "locked": {
            "id": "00000001-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
            "published": "2026-10-01T08:00:00Z"
          },
          "listed": true,
          "latest": null,
          "latest_release": null,
          "end_of_life": {
            "date": "2026-11-01",
            "source": "the manifest"
          },
          "notes": [
            "support ended on 2026-11-01, according to the manifest",
            "eol accepted until 2026-12-31: ticket 4712"
          ]
        }
      ],
      "stale_outputs": null,
      "notices": [],
      "changed_since": null
    }
    --- exit 0
    "#);
}

#[test]
fn a_stale_pin_can_be_accepted_but_resolve_locked_still_fails() {
    let accept = accept("web", "stale", "nl-ams-1 opens in January", "2027-01-31");
    let (sandbox, marketplace) = outdated_pin(&accept);
    marketplace.offers([docker(1).published(OLD)]);
    let manifest = manifest(&accept).replace("zone = \"fr-par-1\"", "zones = [\"fr-par-1\", \"nl-ams-1\"]");
    sandbox.write("images.toml", &manifest);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   DETAIL
    stale    web   nl-ams-1  x86_64  docker                        declared, but not in the lockfile; stale accepted until 2027-01-31: nl-ams-1 opens in January
    current  web   fr-par-1  x86_64  docker  00000001  2026-10-01

    2 pins: 1 stale (accepted), 1 current
    --- exit 0
    ");
    assert_eq!(sandbox.run("resolve --locked").status, Some(2));
    // A pin of the image in a zone that is no longer declared can be accepted as well.
    sandbox.write("images.toml", manifest.replace("\"fr-par-1\", ", ""));
    let run = sandbox.run("check");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stdout.contains("in the lockfile, but not declared; stale accepted until 2027-01-31"), "{run}");
}

/// Acceptances of other images have no effect.
#[test]
fn the_first_active_acceptance_applies() {
    let accepted = [("over", "2026-01-01"), ("first", "2027-01-01"), ("second", "2028-01-01")];
    let accepted = accepted.map(|(reason, until)| accept("web", "outdated", reason, until));
    let (sandbox, _marketplace) = outdated_pin(&accepted.concat());
    sandbox.write("images.toml", sandbox.read("images.toml") + &manifest("").replace("images.web", "images.zeta"));
    sandbox.write("images.lock", sandbox.lock() + &zeta(&sandbox.lock()));
    let run = sandbox.run("check");
    assert!(run.stdout.contains("outdated accepted until 2027-01-01: first"), "{run}");
    assert!(!run.stdout.contains("second"), "{run}");
    assert!(run.stderr.contains("the acceptance of `outdated` for `web` ended on 2026-01-01"), "{run}");
    assert_eq!(run.status, Some(2), "the other image has no acceptance: {run}");
}

/// One acceptance can apply to several images. It counts as used if it matches a finding of one of them.
#[test]
fn an_acceptance_with_a_pattern_applies_to_all_matching_images() {
    let (sandbox, _marketplace) = outdated_pin("");
    let zeta = manifest("").replace("images.web", "images.zeta");
    let accepted = [("*", "outdated", "2026-12-31"), ("*e*", "eol", "2026-12-31"), ("z*", "eol-soon", "2026-01-31")];
    let accepted = accepted.map(|(image, status, until)| accept(image, status, "ticket 4712", until)).concat();
    sandbox.write("images.toml", format!("{}{zeta}{accepted}", sandbox.read("images.toml")));
    sandbox.write("images.lock", sandbox.lock() + &self::zeta(&sandbox.lock()));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; outdated accepted until 2026-12-31: ticket 4712
    outdated  zeta  fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; outdated accepted until 2026-12-31: ticket 4712

    2 pins: 2 outdated (accepted)
    the Marketplace does not list the IDs of 2 pins (`web` and `zeta`), so they cannot be verified
    --- stderr
    warning: images.toml:16:1: the acceptance of `eol` for `*e*` matches no finding
      = help: remove it
    warning: images.toml:22:1: the acceptance of `eol-soon` for `z*` ended on 2026-01-31
      = help: remove it, or set a later `until`
    --- exit 0
    ");
}

/// Exceptions are images with their own freeze, and images with `freeze = false`.
#[test]
fn a_freeze_in_the_defaults_applies_to_every_image_without_an_exception() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let freeze = "freeze = { reason = \"holidays\", until = 2027-01-06 }\n";
    let ended = "freeze = { reason = \"ticket 4711\", until = 2026-11-20 }\n";
    let images = [("db", ""), ("legacy", ended), ("web", "freeze = false\n")];
    let images = images.map(|(name, rest)| manifest(rest).replace("images.web", &format!("images.{name}")));
    let sandbox = Sandbox::with(&format!("[defaults]\n{freeze}{}", images.concat())).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    assert_snapshot!(sandbox.run("upgrade"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL   FROM      TO        DETAIL
    kept    db      fr-par-1  x86_64  docker  00000001            newer: 00000002, published 2026-10-01 → 2026-11-20, frozen until 2027-01-06: holidays
    moved   legacy  fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20
    moved   web     fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20

    3 pins: 2 moved, 1 kept
    --- exit 0
    ");
}

/// Returns the block of `web` under the name `zeta`.
fn zeta(lock: &str) -> String {
    let lock = imagelock::domain::lock::Lock::parse(lock).unwrap();
    let pins = lock.pins().iter().cloned().map(|mut pin| {
        pin.cell.name = "zeta".parse().unwrap();
        pin
    });
    let text = imagelock::domain::lock::Lock::new(pins).write();
    text[text.find("\n[[pin]]").unwrap()..].to_owned()
}
