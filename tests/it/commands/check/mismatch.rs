//! Pins that do not match their block: edited blocks and IDs of other images.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, image_id, local};
use crate::support::fixtures::current_pins::resolved;
use crate::support::fixtures::two_images::{bookworm, noble};
use crate::support::forged_lock::forge;
use crate::support::sandbox::Sandbox;

/// Pins another ID, with a valid digest.
fn swap_id(sandbox: &Sandbox, from: u32, to: u32) {
    forge(sandbox, "images.lock", |pin| {
        if pin.id.to_string() == id(from) {
            pin.id = id(to).parse().unwrap();
        }
    });
}

#[test]
fn an_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = resolved();
    swap_id(&sandbox, 1, 2);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble     00000002  unknown    the pinned ID is `debian_bookworm` instead of `ubuntu_noble`
    current   db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 mismatch, 1 current
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn an_id_of_another_zone_arch_and_type_is_a_mismatch() {
    let (sandbox, marketplace) = resolved();
    marketplace.offers([
        noble(1),
        bookworm(2),
        local("ubuntu_noble", "nl-ams-1", "arm64", 9).of_type(Some("instance_local")),
    ]);
    swap_id(&sandbox, 1, 9);
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000009  unknown    the pinned ID is in nl-ams-1 instead of fr-par-1, for arm64 instead of x86_64 and of type instance_local instead of instance_sbs

    1 pin: 1 mismatch
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn a_block_that_does_not_match_its_digest_is_edited() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED  DETAIL
    edited   web   fr-par-1  x86_64  ubuntu_noble     00000007  unknown    the block does not match its digest; it was edited by hand or by a merge
    current  db    fr-par-1  x86_64  debian_bookworm  00000002  unknown

    2 pins: 1 edited, 1 current
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn an_edited_block_with_the_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(2)));
    assert_snapshot!(sandbox.run("check web"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000002  unknown    the pinned ID is `debian_bookworm` instead of `ubuntu_noble`

    1 pin: 1 mismatch
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn an_image_declared_by_its_image_id_can_be_a_mismatch() {
    let marketplace = FakeMarketplace::offering([noble(1), local("ubuntu_jammy", "fr-par-1", "x86_64", 5)]);
    let image = image_id("ubuntu_noble");
    let manifest = format!("[images.web]\nimage-id = \"{image}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    swap_id(&sandbox, 1, 5);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    mismatch  web   fr-par-1  x86_64  ubuntu_noble  00000005  unknown    the pinned ID is `ubuntu_jammy` instead of `ubuntu_noble`

    1 pin: 1 mismatch
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
}

/// A block counts as edited even if its image is no longer declared, and its ID can also be a mismatch.
#[test]
fn an_edited_block_of_an_undeclared_image_can_be_a_mismatch() {
    let ours = || local("docker", "fr-par-1", "x86_64", 1);
    let marketplace = FakeMarketplace::offering([ours(), local("gitlab", "fr-par-1", "x86_64", 9)]);
    let image = |name: &str| format!("[images.{name}]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = Sandbox::with(&(image("db") + &image("web"))).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("images.toml", image("web"));
    let lock = sandbox.lock();
    let db = lock.find("name = \"web\"").unwrap();
    let with = |number| lock[..db].replace(&id(1), &id(number)) + &lock[db..];
    sandbox.write("images.lock", with(3));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED  DETAIL
    edited   db    fr-par-1  x86_64  docker  00000003  unknown    the block does not match its digest; it was edited by hand or by a merge; in the lockfile, but not declared
    current  web   fr-par-1  x86_64  docker  00000001  unknown

    2 pins: 1 edited, 1 current
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log db
    to update the lockfile: imagelock resolve
    --- exit 2
    ");
    sandbox.write("images.lock", with(9));
    assert!(sandbox.run("check").stdout.contains("the pinned ID is `gitlab` instead of `docker`"));
    let json: serde_json::Value = serde_json::from_str(&sandbox.run("check --format json").stdout).unwrap();
    assert_eq!(json["pins"][0]["statuses"], serde_json::json!(["mismatch", "edited", "stale"]), "{json}");
    // The report says that `resolve` removes the pin.
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock().matches("[[pin]]").count(), 1);
}
