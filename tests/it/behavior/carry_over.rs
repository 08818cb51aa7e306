//! Renames and new zones: a pin moves only if someone asks for it.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Local, Marketplace, Reply, id, image_id, local, version_id};
use crate::support::one_pin::{NEW, OLD, docker};
use crate::support::sandbox::Sandbox;

fn image(name: &str, zones: &str, rest: &str) -> String {
    format!("[images.{name}]\nlabel = \"docker\"\nzones = [{zones}]\narch = \"x86_64\"\n{rest}")
}

const PARIS: &str = "\"fr-par-1\"";
const BOTH: &str = "\"fr-par-1\", \"nl-ams-1\"";

fn amsterdam(number: u32) -> Local {
    local("docker", "nl-ams-1", "x86_64", number)
}

/// A Marketplace that has moved on in both zones, and lists the old version too.
fn moved_on() -> [Local; 4] {
    [
        docker(2).published(NEW),
        amsterdam(12).published(NEW),
        docker(1).published(OLD).superseded(),
        amsterdam(11).published(OLD).superseded(),
    ]
}

/// A lock that pins the version of October in Paris; the Marketplace has moved on.
fn pinned(name: &str, rest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let sandbox = Sandbox::with(&image(name, PARIS, rest)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(moved_on());
    marketplace.requests();
    (sandbox, marketplace)
}

/// The IDs of the lock, in the order of its cells, by their first digits.
fn ids(sandbox: &Sandbox) -> Vec<u32> {
    let lock = sandbox.lock();
    let ids = lock.lines().filter_map(|line| line.strip_prefix("id = \""));
    ids.map(|id| id[..8].parse().unwrap()).collect()
}

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
fn a_rename_beats_an_age_and_a_freeze() {
    for rest in ["min-age = \"90d\"\n", "freeze = { reason = \"r\", until = 2027-01-31 }\n"] {
        let (sandbox, _marketplace) = pinned("web", "");
        sandbox.write("images.toml", image("front", PARIS, rest));
        sandbox.ok("resolve");
        assert_eq!(ids(&sandbox), [1], "{rest}");
    }
}

#[test]
fn an_upgrade_of_a_renamed_image_moves_it_as_one_that_was_there() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("front", PARIS, "min-age = \"10d\"\n"));
    sandbox.ok("resolve --upgrade");
    assert_eq!(ids(&sandbox), [1], "the newer one is too young");
    sandbox.write("images.toml", image("back", PARIS, ""));
    sandbox.ok("resolve --upgrade");
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn one_pin_serves_several_cells_and_each_is_matched_by_its_zone() {
    let marketplace = Marketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let sandbox = Sandbox::with(&image("web", BOTH, "")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(moved_on());
    sandbox.write("images.toml", format!("{}{}", image("back", BOTH, ""), image("front", BOTH, "")));
    let message = sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11, 1, 11]);
    assert!(message.contains("carried over to `back` and `front`"), "{message}");
}

#[test]
fn several_pins_of_one_id_count_as_one() {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let two = format!("{}{}", image("a", PARIS, ""), image("b", PARIS, ""));
    let sandbox = Sandbox::with(&two).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(moved_on());
    sandbox.write("images.toml", image("c", PARIS, ""));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1]);
}

#[test]
fn of_several_pins_with_different_ids_none_is_taken_and_a_warning_names_them() {
    let (sandbox, _marketplace) = pinned("a", "");
    sandbox.write("images.toml", format!("{}{}", image("a", PARIS, ""), image("b", PARIS, "")));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 2], "another name with the same label does not count");
    sandbox.write("images.toml", image("c", PARIS, ""));
    assert_snapshot!(sandbox.run("resolve").stderr, @r#"
    warning: images.toml:2:9: `c` could take over several pins that are no longer declared
      = note: in fr-par-1 for x86_64, these pins fit: `a` (00000001-0000-4000-8000-000000000000) and `b` (00000002-0000-4000-8000-000000000000)
      = help: to keep a pin, restore the lockfile and rename one image at a time
    "#);
    assert_eq!(ids(&sandbox), [2]);
}

#[test]
fn a_pin_of_another_label_type_zone_or_of_an_edited_block_is_not_carried_over() {
    let marketplace = || Marketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
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
fn a_new_zone_takes_the_version_of_its_siblings_whatever_the_age() {
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
fn a_rename_with_a_new_zone_keeps_the_version_in_both() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("front", BOTH, ""));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11]);
}

#[test]
fn of_siblings_on_several_versions_the_newest_counts() {
    let marketplace = Marketplace::offering([docker(1).published(OLD), amsterdam(12).published(NEW)]);
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
fn a_version_that_cannot_be_had_gives_way_to_the_newest_with_a_warning() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.offers(moved_on().into_iter().take(3));
    sandbox.write("images.toml", image("web", BOTH, ""));
    assert_snapshot!(sandbox.run("resolve"), @r#"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001            newer: 00000002, published 2026-10-01 → 2026-11-20
    added   web   nl-ams-1  x86_64  docker            00000012  published 2026-11-20

    2 pins: 1 added, 1 kept
    --- stderr
    warning: images.toml:3:22: the version of the other pins of `web` is not offered in nl-ams-1 for x86_64
      = note: their version was published on 2026-10-01
      = help: `imagelock resolve --upgrade web` upgrades the other pins
    warning: images.toml:2:9: the cells of `web` are of different versions
      = note: published 2026-10-01: fr-par-1 (x86_64)
      = note: published 2026-11-20: nl-ams-1 (x86_64)
      = help: `imagelock resolve --upgrade web` brings them together, where it can
    --- exit 0
    "#);
}

#[test]
fn under_a_freeze_a_version_that_cannot_be_had_is_an_error() {
    let freeze = "freeze = { reason = \"bad kernel\", until = 2027-01-31 }\n";
    let (sandbox, marketplace) = pinned("web", freeze);
    marketplace.offers(moved_on().into_iter().take(3));
    sandbox.write("images.toml", image("web", BOTH, freeze));
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `web` is frozen, and the version of its pins is not offered in nl-ams-1 for x86_64
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "nl-ams-1"]
      |                      ^^^^^^^^^^ cannot be pinned during the freeze
      |
      = note: their version was published on 2026-10-01
      = note: frozen until 2027-01-31: bad kernel
      = help: remove the zone or architecture until the freeze has ended, or remove `freeze` from [images.web] to pin the newest version there
    "#);
}

/// No answer is not the answer that there is nothing.
#[test]
fn a_version_that_could_not_be_asked_for_is_an_error() {
    for (part, status) in [("/versions?", 403), ("version_id=", 403)] {
        let (sandbox, marketplace) = pinned("web", "");
        marketplace.answers(move |path, _, _| {
            if path.contains(part) { Reply::Raw(status, "text/plain", Vec::new()) } else { Reply::Normal }
        });
        sandbox.write("images.toml", image("web", BOTH, ""));
        let message = sandbox.fails("resolve");
        assert!(message.contains("it answered 403 Forbidden"), "{part}: {message}");
    }
}

#[test]
fn a_changed_declaration_is_not_a_new_cell() {
    let (sandbox, marketplace) = pinned("web", "");
    let gitlab = |zone, number| local("gitlab", zone, "x86_64", number);
    marketplace.offers([gitlab("fr-par-1", 31).published(NEW), gitlab("nl-ams-1", 32).published(NEW)]);
    sandbox.write("images.toml", image("web", BOTH, "").replace("docker", "gitlab"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [31, 32]);
}

#[test]
fn an_upgrade_takes_the_newest_in_a_new_zone_and_never_an_older_one_than_its_siblings() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("web", BOTH, ""));
    sandbox.ok("resolve --upgrade");
    assert_eq!(ids(&sandbox), [2, 12]);
    // The siblings are of the version of November already; by its age alone the new cell would get that of October.
    sandbox.write("images.toml", image("web", PARIS, ""));
    sandbox.ok("resolve");
    sandbox.write("images.toml", image("web", BOTH, "min-age = \"10d\"\n"));
    sandbox.ok("resolve --upgrade");
    assert_eq!(ids(&sandbox), [2, 12]);
}

#[test]
fn a_range_of_releases_keeps_its_release_in_a_new_zone() {
    let fedora = |label, zone, number| local(label, zone, "x86_64", number).published(OLD);
    let marketplace = Marketplace::offering([fedora("fedora_44", "fr-par-1", 44), fedora("fedora_44", "nl-ams-1", 54)]);
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

#[test]
fn a_changed_declaration_keeps_the_id_that_it_still_allows() {
    let by =
        |key: &str, id: String| image("web", PARIS, "").replace("label = \"docker\"", &format!("{key} = \"{id}\""));
    let declarations = [
        (image("web", PARIS, "instance-type = \"PRO2-S\"\nmin-age = \"90d\"\n"), "1 amended"),
        (by("image-id", image_id("docker")), "1 amended"),
        (by("version-id", version_id("docker", OLD)), "1 amended"),
        // The block of a version has its label, too.
        (image("web", PARIS, ""), "nothing to change"),
    ];
    let (sandbox, _marketplace) = pinned("web", "");
    // One after the other: each of them declares the image of the pin anew.
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
    let marketplace = Marketplace::offering([fedora("fedora_44", 44)]);
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
    sandbox.ok("resolve --upgrade web");
    assert_eq!(ids(&sandbox), [45]);
}

#[test]
fn a_changed_type_takes_the_local_images_of_the_same_version() {
    let (sandbox, marketplace) = pinned("web", "");
    let other = |local: Local| local.of_type(Some("instance_local"));
    marketplace.offers(moved_on().into_iter().chain([
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
fn a_changed_declaration_that_the_pin_cannot_meet_takes_the_newest() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded().boots(&["DEV1-S"])]);
    sandbox.write("images.toml", image("web", PARIS, "instance-type = \"PRO2-S\"\n"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [2]);
}

/// The zone that is new follows the pin that stays, though the declaration of both is new.
#[test]
fn a_changed_declaration_with_a_new_zone_keeps_the_version_in_both() {
    let (sandbox, _marketplace) = pinned("web", "");
    sandbox.write("images.toml", image("web", BOTH, "instance-type = \"PRO2-S\"\n"));
    sandbox.ok("resolve");
    assert_eq!(ids(&sandbox), [1, 11]);
}

#[test]
fn a_changed_declaration_of_which_nothing_can_be_learnt_is_an_error() {
    let (sandbox, marketplace) = pinned("web", "");
    marketplace.answers(|path, _, _| {
        if path.contains("/versions?") { Reply::Raw(403, "text/plain", Vec::new()) } else { Reply::Normal }
    });
    sandbox.write("images.toml", image("web", PARIS, "instance-type = \"PRO2-S\"\n"));
    assert!(sandbox.fails("resolve").contains("it answered 403 Forbidden"));
}
