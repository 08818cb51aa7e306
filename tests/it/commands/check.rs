//! `imagelock check`: every status, and what it says.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Local, Marketplace, Reply, id, image_id, local, row};
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"

[images.db]
label = "debian_bookworm"
instance-type = "PRO2-S"
"#;

fn noble() -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", 1)
}

fn bookworm() -> Local {
    local("debian_bookworm", "fr-par-1", "x86_64", 2)
}

/// A sandbox whose lock pins what is offered.
fn resolved() -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([noble(), bookworm()]);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.requests();
    (sandbox, marketplace)
}

#[test]
fn an_up_to_date_pin_is_current() {
    let (sandbox, marketplace) = resolved();
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED
    current  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown
    current  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown

    2 pins: all current
    --- exit 0
    ");
    // The index, and for each label its local images and its versions: nothing is asked twice.
    assert_eq!(marketplace.requests().len(), 5);
}

#[test]
fn an_outdated_pin_cannot_be_verified_if_no_lookup_finds_its_id() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  LATEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    00000011
    current   db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 outdated, 1 current
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
    // The pin was looked up by its ID: that is what tells a superseded pin from a swapped one.
    assert!(marketplace.requests().contains(&format!("/marketplace/v2/local-images/{}", id(1))));
}

#[test]
fn an_outdated_pin_is_verified_if_a_lookup_finds_its_id() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    let old = row(&noble());
    marketplace
        .answers(move |path, _, _| if path.ends_with(&id(1)) { Reply::Json(old.clone()) } else { Reply::Normal });
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  LATEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    00000011

    1 pin: 1 outdated
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn an_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = resolved();
    mismatch(&sandbox, 1, 2);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble     00000002  unknown    the pinned ID is `debian_bookworm`, not `ubuntu_noble`
    current   db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 mismatch, 1 current
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn an_id_of_another_zone_arch_and_type_is_a_mismatch() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([
        noble(),
        bookworm(),
        local("ubuntu_noble", "nl-ams-1", "arm64", 9).of_type(Some("instance_local")),
    ]);
    mismatch(&sandbox, 1, 9);
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000009  unknown    the pinned ID is in nl-ams-1, not fr-par-1, for arm64, not x86_64 and of type instance_local, not instance_sbs

    1 pin: 1 mismatch
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock resolve --upgrade web
    --- exit 2
    ");
}

/// Pins another ID in an honest-looking block: its digest is right.
fn mismatch(sandbox: &Sandbox, from: u32, to: u32) {
    let lock = imagelock::domain::lock::Lock::parse(&sandbox.lock()).unwrap();
    let pins = lock.pins().iter().cloned().map(|mut pin| {
        if pin.id.to_string() == id(from) {
            pin.id = id(to).parse().unwrap();
        }
        pin
    });
    sandbox.write("images.lock", imagelock::domain::lock::Lock::new(pins).write());
}

#[test]
fn a_block_that_does_not_match_its_digest_is_edited() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    edited   web   fr-par-1  x86_64  ubuntu_noble     00000007  unknown    the block does not match its digest: edited by hand, or by a merge
    current  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 edited, 1 current
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn an_edit_that_swaps_in_the_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(2)));
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000002  unknown    the pinned ID is `debian_bookworm`, not `ubuntu_noble`

    1 pin: 1 mismatch
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn an_image_without_its_label_is_withdrawn_and_one_without_its_zone_is_retired() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("debian_bookworm", "fr-par-2", "x86_64", 3)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS     NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    withdrawn  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    the Marketplace no longer has this image
    retired    db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    no longer offered in fr-par-1 for x86_64 with type instance_sbs

    2 pins: 1 withdrawn, 1 retired
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    to see what there is instead of `db`: imagelock search debian
    to see what there is instead of `web`: imagelock search ubuntu
    --- exit 2
    ");
}

#[test]
fn a_pin_that_does_not_boot_the_instance_type_is_incompatible() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(), bookworm().boots(&["DEV1-S"])]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    no longer lists the Instance type PRO2-S

    1 pin: 1 incompatible
    to see what there is instead of `db`: imagelock search debian
    --- exit 2
    ");
    // Superseded by one that does not boot on it, too.
    marketplace.offers([noble(), local("debian_bookworm", "fr-par-1", "x86_64", 12).boots(&["DEV1-S"])]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    what is offered now does not boot on PRO2-S

    1 pin: 1 incompatible
    the Marketplace does not list the ID of 1 pin (`db`), so it cannot be verified
    to see what there is instead of `db`: imagelock search debian
    --- exit 2
    ");
}

#[test]
fn missing_pins_are_unlocked_and_extra_pins_are_undeclared() {
    let (sandbox, _marketplace) = resolved();
    let manifest = MANIFEST.replace("[images.db]", "[images.cache]").replace("ubuntu_noble", "ubuntu_jammy");
    sandbox.write("images.toml", manifest);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS      NAME   ZONE      ARCH    LABEL            LOCKED    PUBLISHED  DETAIL
    unlocked    cache  fr-par-1  x86_64  debian_bookworm                       declared, but not in the lock
    unlocked    web    fr-par-1  x86_64  ubuntu_jammy     00000001  unknown    locked for `ubuntu_noble`, now declared as `ubuntu_jammy`
    undeclared  db     fr-par-1  x86_64  debian_bookworm  00000002  unknown    in the lock, but not declared

    3 pins: 2 unlocked, 1 undeclared
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
}

#[test]
fn every_image_is_unlocked_without_a_lockfile_and_no_request_is_sent() {
    let sandbox = Sandbox::with(MANIFEST);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            DETAIL
    unlocked  db    fr-par-1  x86_64  debian_bookworm  declared, but not in the lock
    unlocked  web   fr-par-1  x86_64  ubuntu_noble     declared, but not in the lock

    2 pins: 2 unlocked
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
}

#[test]
fn names_select_images_and_unknown_names_are_refused() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED
    current  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    1 pin: all current
    --- exit 0
    ");
    assert_snapshot!(sandbox.fails("check dbb"), @"
    error: no image is named `dbb`
     |
     = help: did you mean `db`?
    ");
}

#[test]
fn exit_zero_reports_without_failing_and_quiet_shows_only_drift() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    assert_eq!(sandbox.run("check --exit-zero").status, Some(0));
    assert_snapshot!(sandbox.run("check --quiet"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  LATEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    00000011
    --- exit 2
    ");
    marketplace.offers([noble(), bookworm()]);
    assert_snapshot!(sandbox.run("check --quiet"), @"--- exit 0");
}

#[test]
fn json_has_one_object_per_pin() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    assert_snapshot!(sandbox.run("check --format json"), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": true,
      "errors": [],
      "pins": [
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
          "instance_type": null,
          "status": "outdated",
          "statuses": [
            "outdated"
          ],
          "drift": true,
          "locked": {
            "id": "00000001-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
            "published": null
          },
          "listed": false,
          "latest": {
            "id": "00000011-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000011-0000-4000-8000-000000000000",
            "published": null
          },
          "latest_release": null,
          "end_of_life": {
            "date": "2029-05-31",
            "source": "distro-info-data (Ubuntu 24.04 LTS)"
          },
          "notes": []
        },
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
          "instance_type": "PRO2-S",
          "status": "current",
          "statuses": [
            "current"
          ],
          "drift": false,
          "locked": {
            "id": "00000002-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000",
            "published": null
          },
          "listed": true,
          "latest": null,
          "latest_release": null,
          "end_of_life": {
            "date": "2028-06-30",
            "source": "distro-info-data (Debian 12)"
          },
          "notes": []
        }
      ],
      "notices": [],
      "changed_since": null
    }
    --- exit 2
    "#);
}

#[test]
fn several_newer_local_images_are_reported_and_none_is_chosen() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([
        local("ubuntu_noble", "fr-par-1", "x86_64", 11).boots(&["DEV1-S"]),
        local("ubuntu_noble", "fr-par-1", "x86_64", 12).boots(&["PRO2-S"]),
        bookworm(),
    ]);
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    2 local images could replace it, and `instance-type` must choose

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    --- exit 2
    ");
}

#[test]
fn an_incomplete_listing_never_makes_a_pin_retired() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([local("ubuntu_noble", "fr-par-2", "x86_64", 3), bookworm()]);
    marketplace.answers(|path, _, value| {
        let mut value = value.clone();
        if path.contains("image_label=ubuntu_noble") {
            value["total_count"] = 9.into();
        }
        Reply::Json(value)
    });
    assert_snapshot!(sandbox.fails("check"), @r#"
    error: the Marketplace gave no usable answer about `ubuntu_noble`
     --> images.toml:7:9
      |
    7 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ asked for this image
      |
      = note: looking up pinned IDs that are not listed: the answer cannot be used: it holds a local image whose ID is no UUID: ``
      = note: request ID req-1
      = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
}

#[test]
fn an_image_that_is_declared_by_its_id_can_be_a_mismatch() {
    let marketplace = Marketplace::offering([noble(), local("ubuntu_jammy", "fr-par-1", "x86_64", 5)]);
    let image = image_id("ubuntu_noble");
    let manifest = format!("[images.web]\nimage-id = \"{image}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    mismatch(&sandbox, 1, 5);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000005  unknown    the pinned ID is `ubuntu_jammy`, not `ubuntu_noble`

    1 pin: 1 mismatch
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn suggested_commands_work_in_the_order_in_which_they_are_printed() {
    let (sandbox, marketplace) = resolved();
    let sandbox = repository(sandbox);
    commit(&sandbox, "2026-11-10", "Pin the images");
    sandbox.write("images.lock", sandbox.lock().replace(&id(2), &id(7)));
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11), bookworm()]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  LATEST    DETAIL
    edited    db    fr-par-1  x86_64  debian_bookworm  00000007  unknown              the block does not match its digest: edited by hand, or by a merge
    outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    00000011

    2 pins: 1 edited, 1 outdated
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log db
    restore the file from version control, or pin these images again: imagelock resolve --upgrade db
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
    for line in sandbox.run("check").stdout.lines() {
        if let Some((_, command)) = line.split_once(": imagelock ") {
            sandbox.ok(command);
        }
    }
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn an_incompatible_pin_can_be_upgraded_to_another_local_image() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([bookworm().boots(&["DEV1-S"]), local("debian_bookworm", "fr-par-1", "x86_64", 12)]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS        NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED  LATEST    DETAIL
    incompatible  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown    00000012  no longer lists the Instance type PRO2-S

    1 pin: 1 incompatible
    to move to the latest: imagelock resolve --upgrade db
    --- exit 2
    ");
    sandbox.ok("resolve --upgrade db");
    assert_eq!(sandbox.run("check db").status, Some(0));
}

#[test]
fn an_id_that_is_also_listed_in_another_zone_is_current() {
    let (sandbox, marketplace) = resolved();
    let elsewhere = Local { zone: "aa-aaa-1", ..noble() };
    marketplace.offers([elsewhere, noble(), bookworm()]);
    assert_eq!(sandbox.run("check").status, Some(0));
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    sandbox.ok("resolve");
}

#[test]
fn an_empty_index_never_makes_a_pin_withdrawn() {
    let (sandbox, marketplace) = resolved();
    marketplace.answers(|path, _, _| {
        let key = if path.contains("/v2/images") { "images" } else { "local_images" };
        if path.contains("/local-images/") {
            Reply::Normal
        } else {
            Reply::Json(serde_json::json!({key: [], "total_count": 0}))
        }
    });
    assert_snapshot!(sandbox.fails("check"), @r#"
    error: the Marketplace gave no usable answer about `debian_bookworm` and `ubuntu_noble`
      --> images.toml:10:9
       |
    10 | label = "debian_bookworm"
       |         ^^^^^^^^^^^^^^^^^ asked for this image
       |
       = note: the answer cannot be used: it lists no image at all
       = help: run imagelock again; if the answer stays the same, tell Scaleway's support
    "#);
}

/// An edited block stays one if its image is not declared anymore, and its ID may be any.
#[test]
fn an_edited_block_of_an_undeclared_image_has_every_status() {
    let ours = || local("docker", "fr-par-1", "x86_64", 1);
    let marketplace = Marketplace::offering([ours(), local("gitlab", "fr-par-1", "x86_64", 9)]);
    let image = |name: &str| format!("[images.{name}]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = Sandbox::with(&(image("db") + &image("web"))).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("images.toml", image("web"));
    let lock = sandbox.lock();
    let db = lock.find("name = \"web\"").unwrap();
    let with = |number| lock[..db].replace(&id(1), &id(number)) + &lock[db..];
    sandbox.write("images.lock", with(3));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED  DETAIL
    edited   db    fr-par-1  x86_64  docker  00000003  unknown    the block does not match its digest: edited by hand, or by a merge; in the lock, but not declared
    current  web   fr-par-1  x86_64  docker  00000001  unknown

    2 pins: 1 edited, 1 current
    the lockfile was changed by hand, or by a merge; to see who changed it: imagelock log db
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
    sandbox.write("images.lock", with(9));
    assert!(sandbox.run("check").stdout.contains("the pinned ID is `gitlab`, not `docker`"));
    let json: serde_json::Value = serde_json::from_str(&sandbox.run("check --format json").stdout).unwrap();
    assert_eq!(json["pins"][0]["statuses"], serde_json::json!(["mismatch", "edited", "undeclared"]), "{json}");
    // `resolve` drops it, as `check` says.
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock().matches("[[pin]]").count(), 1);
}
