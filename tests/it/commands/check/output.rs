//! The output of `check`: image names, options, JSON and suggested commands.

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::fixtures::current_pins::resolved;
use crate::support::fixtures::two_images::{bookworm, noble};
use crate::support::git_repository::{commit, repository};

#[test]
fn names_select_images_and_unknown_names_are_refused() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(11), bookworm(2)]);
    assert_snapshot!(sandbox.run("check db"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED
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
    marketplace.offers([noble(11), bookworm(2)]);
    assert_eq!(sandbox.run("check --exit-zero").status, Some(0));
    assert_snapshot!(sandbox.run("check --quiet"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  NEWEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000001  unknown    00000011
    --- exit 2
    ");
    marketplace.offers([noble(1), bookworm(2)]);
    assert_snapshot!(sandbox.run("check --quiet"), @"--- exit 0");
}

#[test]
fn json_has_one_object_per_pin() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([noble(11), bookworm(2)]);
    assert_snapshot!(sandbox.run("check --format json"), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": true,
      "errors": [],
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
          "instance_type": "PRO2-S",
          "status": "current",
          "statuses": [
            "current"
          ],
          "cause": null,
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
          "instance_type": null,
          "status": "outdated",
          "statuses": [
            "outdated"
          ],
          "cause": null,
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
        }
      ],
      "stale_outputs": null,
      "notices": [],
      "changed_since": null
    }
    --- exit 2
    "#);
}

#[test]
fn suggested_commands_work_in_the_order_in_which_they_are_printed() {
    let (sandbox, marketplace) = resolved();
    let sandbox = repository(sandbox);
    commit(&sandbox, "2026-11-10", "Pin the images");
    sandbox.write("images.lock", sandbox.lock().replace(&id(2), &id(7)));
    marketplace.offers([noble(11), bookworm(2)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  NEWEST    DETAIL
    edited    db    fr-par-1  x86_64  debian_bookworm  00000007  unknown              the block does not match its digest; it was edited by hand or by a merge
    outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  unknown    00000011

    2 pins: 1 edited, 1 outdated
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log db
    restore the file from version control, or pin these images again: imagelock upgrade db
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
    for line in sandbox.run("check").stdout.lines() {
        if let Some((_, command)) = line.split_once(": imagelock ") {
            sandbox.ok(command);
        }
    }
    assert_eq!(sandbox.run("check").status, Some(0));
}
