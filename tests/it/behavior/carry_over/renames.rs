//! Renames: the new name takes over the pin of the old name.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::fixtures::one_pin::{NEW, OLD, docker};
use crate::support::fixtures::two_zones::{BOTH, PARIS, amsterdam, ids, image, newer_offers, pinned};
use crate::support::sandbox::Sandbox;

#[test]
fn a_renamed_image_keeps_its_pin_without_the_network() {
    let (sandbox, marketplace) = pinned("web", "");
    let before = sandbox.lock();
    sandbox.write("images.toml", image("front", PARIS, ""));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE   NAME   ZONE      ARCH    LABEL   FROM      TO        DETAIL
    added    front  fr-par-1  x86_64  docker            00000001  published 2026-10-01, carried over from `web`
    removed  web    fr-par-1  x86_64  docker  00000001            published 2026-10-01, carried over to `front`

    1 pin: 1 added, 1 removed
    --- exit 0
    ");
    assert!(marketplace.requests().is_empty());
    let without = |text: &str| text.lines().filter(|line| !line.starts_with("digest")).collect::<Vec<_>>().join("\n");
    assert_eq!(without(&sandbox.lock()), without(&before).replace("\"web\"", "\"front\""));
}

#[test]
fn a_renamed_image_keeps_its_pin_despite_min_age_or_a_freeze() {
    for rest in ["min-age = \"90d\"\n", "freeze = { reason = \"r\", until = 2027-01-31 }\n"] {
        let (sandbox, _marketplace) = pinned("web", "");
        sandbox.write("images.toml", image("front", PARIS, rest));
        sandbox.ok("resolve");
        assert_eq!(ids(&sandbox), [1], "{rest}");
    }
}

#[test]
fn an_upgrade_moves_a_renamed_image_like_any_other() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("front", PARIS, "min-age = \"10d\"\n"));
    sandbox.ok("upgrade");
    assert_eq!(ids(&sandbox), [1], "the newer one is too young");
    sandbox.write("images.toml", image("back", PARIS, ""));
    sandbox.ok("upgrade");
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn several_new_names_take_over_the_same_pin_zone_by_zone() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let sandbox = Sandbox::with(&image("web", BOTH, "")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(newer_offers());
    sandbox.write("images.toml", format!("{}{}", image("back", BOTH, ""), image("front", BOTH, "")));
    let message = sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11, 1, 11]);
    assert!(message.contains("carried over to `back` and `front`"), "{message}");
}

#[test]
fn several_pins_with_the_same_id_count_as_one() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let two = format!("{}{}", image("a", PARIS, ""), image("b", PARIS, ""));
    let sandbox = Sandbox::with(&two).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(newer_offers());
    sandbox.write("images.toml", image("c", PARIS, ""));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1]);
}

#[test]
fn several_pins_with_different_ids_are_not_carried_over_and_a_warning_names_them() {
    let (sandbox, _marketplace) = pinned("a", "");
    sandbox.write("images.toml", format!("{}{}", image("a", PARIS, ""), image("b", PARIS, "")));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 2], "another name with the same label does not count");
    sandbox.write("images.toml", image("c", PARIS, ""));
    assert_snapshot!(sandbox.run("resolve").stderr, @"
    warning: images.toml:2:9: `c` could take over several pins that are no longer declared
      = note: in fr-par-1 for x86_64, these pins match: `a` (00000001-0000-4000-8000-000000000000) and `b` (00000002-0000-4000-8000-000000000000)
      = note: the newest version is pinned instead
      = help: to keep a pin, restore the lockfile and rename one image at a time
    ");
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn a_pin_of_another_label_type_zone_or_of_an_edited_block_is_not_carried_over() {
    let marketplace = || FakeMarketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let others = [
        image("front", "\"nl-ams-1\"", ""),
        image("front", PARIS, "").replace("docker", "gitlab"),
        image("front", PARIS, "type = \"instance_local\"\n"),
        image("front", PARIS, "instance-type = \"PRO2-S\"\n"),
    ];
    for other in others {
        let marketplace = marketplace();
        let sandbox = Sandbox::with(&image("web", PARIS, "")).asking(&marketplace);
        sandbox.ok("resolve");
        marketplace.offers([
            docker(2).published(NEW),
            docker(2).of_type(Some("instance_local")).published(NEW),
            amsterdam(2).published(NEW),
            local("gitlab", "fr-par-1", "x86_64", 2),
        ]);
        sandbox.write("images.toml", &other);
        sandbox.ok("resolve");
        assert_eq!(ids(&sandbox), [2], "{other}");
    }
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    sandbox.write("images.toml", image("front", PARIS, ""));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn a_rename_with_a_new_zone_keeps_the_version_in_both() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("front", BOTH, ""));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11]);
}
