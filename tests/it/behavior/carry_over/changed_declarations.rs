//! Changed declarations: a pin keeps its ID, or at least its version, if the new declaration allows it.

use imagelock::domain::types::ImageRef;
use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, image_id, local, version_id};
use crate::support::fixtures::one_pin::{NEW, OLD, docker};
use crate::support::fixtures::two_zones::{BOTH, PARIS, amsterdam, ids, image, newer_offers, pinned};
use crate::support::forged_lock::forge;
use crate::support::sandbox::Sandbox;

#[test]
fn a_changed_label_takes_the_newest_version_in_old_and_new_zones() {
    let (sandbox, marketplace) = pinned("web", "");
    let gitlab = |zone, number| local("gitlab", zone, "x86_64", number);
    marketplace.offers([gitlab("fr-par-1", 31).published(NEW), gitlab("nl-ams-1", 32).published(NEW)]);
    sandbox.write("images.toml", image("web", BOTH, "").replace("docker", "gitlab"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [31, 32]);
}

#[test]
fn a_changed_declaration_keeps_the_id_that_it_still_allows() {
    let by_id =
        image("web", PARIS, "").replace("label = \"docker\"", &format!("image-id = \"{}\"", image_id("docker")));
    let declarations = [
        (image("web", PARIS, "instance-type = \"PRO2-S\"\nmin-age = \"90d\"\n"), "1 amended"),
        (by_id, "1 amended"),
        (image("web", PARIS, ""), "1 amended"),
    ];
    let (sandbox, _marketplace) = pinned("web", "");
    // All of them declare the pinned image.
    for (declaration, change) in declarations {
        sandbox.write("images.toml", &declaration);
        let message = sandbox.ok("resolve");
        assert_eq!(ids(&sandbox), [1], "{declaration}{message}");
        assert!(message.contains(change), "{declaration}{message}");
        assert_eq!(sandbox.run("resolve --locked").status, Some(0), "{declaration}");
    }
}

#[test]
fn a_label_that_becomes_a_range_keeps_its_release() {
    let fedora = |label, number| local(label, "fr-par-1", "x86_64", number).published(OLD);
    let marketplace = FakeMarketplace::offering([fedora("fedora_44", 44)]);
    let sandbox = Sandbox::with(&image("web", PARIS, "").replace("docker", "fedora_44")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([
        fedora("fedora_44", 46).published(NEW),
        fedora("fedora_44", 44).superseded(),
        fedora("fedora_45", 45),
    ]);
    let range = image("web", PARIS, "").replace("\"docker\"", "\"fedora_*\"\nrelease = \">=44\"");
    sandbox.write("images.toml", &range);
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [44]);
    sandbox.ok("upgrade web");
    assert_eq!(ids(&sandbox), [45]);
}

#[test]
fn a_changed_type_takes_the_local_images_of_the_same_version() {
    let (sandbox, marketplace) = pinned("web", "");
    let other = |local: Local| local.of_type(Some("instance_local"));
    marketplace.offers(newer_offers().into_iter().chain([
        other(docker(3)).published(OLD).superseded(),
        other(docker(4)).published(NEW),
        other(amsterdam(13)).published(OLD).superseded(),
        other(amsterdam(14)).published(NEW),
    ]));
    sandbox.write("images.toml", image("web", BOTH, "type = \"instance_local\"\n"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [3, 13]);
}

#[test]
fn a_changed_declaration_that_the_pin_does_not_satisfy_takes_the_newest_version() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded().boots(&["DEV1-S"])]);
    sandbox.write("images.toml", image("web", PARIS, "instance-type = \"PRO2-S\"\n"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn a_changed_declaration_with_a_new_zone_keeps_the_version_in_both() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("web", BOTH, "instance-type = \"PRO2-S\"\n"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11]);
}

#[test]
fn a_changed_declaration_with_a_failed_query_is_an_error() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.respond(|path, _, _| {
        if path.contains("/versions?") { Reply::Raw(403, "text/plain", Vec::new()) } else { Reply::Normal }
    });
    sandbox.write("images.toml", image("web", PARIS, "instance-type = \"PRO2-S\"\n"));
    assert!(sandbox.fails("resolve").contains("responded with 403 Forbidden"));
}

/// Formats 1 and 2 can contain blocks of images that were declared by version ID, with or without a label.
#[test]
fn a_pin_of_an_exact_version_is_kept_when_its_label_is_declared() {
    let (sandbox, _marketplace) = pinned("web", "");
    let [old, new] = ["docker", "gitlab"].map(|label| image("web", PARIS, "").replace("docker", label));
    let with_label = sandbox.lock();
    forge(&sandbox, "images.lock", |pin| pin.image = ImageRef::Version(version_id("docker", OLD).parse().unwrap()));
    let without_label = sandbox.lock();
    assert!(!without_label.contains("label") && without_label.contains("version-id"), "{without_label}");
    for format in ["version = 1", "version = 2"] {
        for lock in [&with_label, &without_label] {
            sandbox.write("images.lock", lock.replace("version = 2", format));
            sandbox.write("images.toml", &old);
            sandbox.ok("resolve");
            assert_eq!(ids(&sandbox), [1], "{lock}");
            assert_eq!(sandbox.run("resolve --locked").status, Some(0), "{lock}");
        }
    }
    // Such a block is listed. It is removed together with its image.
    sandbox.write("images.lock", &without_label);
    sandbox.write("images.toml", new.replace("images.web", "images.other"));
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS  NAME   ZONE      ARCH    LABEL                                         PINNED    PUBLISHED   DETAIL
    stale   other  fr-par-1  x86_64  gitlab                                                              declared, but not in the lockfile
    stale   web    fr-par-1  x86_64  version aab052a2-2222-4000-8000-000000000000  00000001  2026-10-01  in the lockfile, but not declared

    the lockfile does not match the manifest: 2 differences
    to update the lockfile: imagelock resolve
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("list"), @"
    NAME  ZONE      ARCH    TYPE          LABEL                                         ID                                    PUBLISHED
    web   fr-par-1  x86_64  instance_sbs  version aab052a2-2222-4000-8000-000000000000  00000001-0000-4000-8000-000000000000  2026-10-01
    --- stderr
    warning: the lockfile does not match `images.toml`: 2 differences
      = note: `other` (fr-par-1, x86_64): declared, but not in the lockfile
      = note: `web` (fr-par-1, x86_64): in the lockfile, but not declared
      = help: to update the lockfile: `imagelock resolve`
    --- exit 0
    ");
}
