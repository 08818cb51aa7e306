//! `min-age`: versions that are too young are not pinned.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply, id, local, version_id};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest, outdated_pin, two_versions};
use crate::support::sandbox::Sandbox;

#[test]
fn an_upgrade_waits_to_the_second_until_the_newer_version_is_old_enough() {
    let (sandbox, _marketplace) = outdated_pin("min-age = \"3d\"\n");
    let before = sandbox.lock();
    assert_snapshot!(sandbox.run("upgrade --now 2026-11-23T07:59:59Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001  newer: 00000002, published 2026-10-01 → 2026-11-20, cooling until 2026-11-23 08:00 UTC (`min-age` 3d)

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), before);
    assert_snapshot!(sandbox.run("upgrade --now 2026-11-23T08:00:00Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn a_first_pin_takes_an_older_version_that_is_old_enough() {
    let marketplace = two_versions();
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&id(1)));
    assert!(sandbox.lock().contains("published = 2026-10-01T08:00:00Z"));
}

#[test]
fn a_first_pin_fails_with_a_date_if_no_version_is_old_enough() {
    let marketplace = FakeMarketplace::offering([docker(2).published(NEW)]);
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: no version of `docker` is 10d old yet for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "docker"
      |         ^^^^^^^^ `min-age` requires 10d
      |
      = note: the first version will be old enough on 2026-11-30 08:00 UTC
      = help: wait until then, or ignore the age in this run with `--min-age 0d`
    "#);
    sandbox.ok("resolve --min-age 0d");
}

#[test]
fn a_version_without_a_date_is_never_old_enough() {
    let marketplace = FakeMarketplace::offering([docker(1).published("unknown")]);
    let sandbox = Sandbox::with(&manifest("min-age = \"1h\"\n")).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: no version of `docker` is 1h old yet for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "docker"
      |         ^^^^^^^^ `min-age` requires 1h
      |
      = note: the Marketplace gives no publication date for its versions, so their age is unknown
      = help: write `min-age = "0d"` in [images.web], or ignore the age in this run with `--min-age 0d`
    "#);
}

#[test]
fn cooling_is_not_drift_and_shows_when_it_ends() {
    let (sandbox, _marketplace) = outdated_pin("min-age = \"10d\"\n");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    cooling  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); cooling until 2026-11-30 08:00 UTC (`min-age` 10d)

    1 pin: 1 cooling
    --- exit 0
    ");
    assert_eq!(sandbox.run("check --now 2026-11-30T08:00:00Z").status, Some(2));
}

#[test]
fn a_pin_never_goes_back_to_an_older_version() {
    let marketplace = two_versions();
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&id(2)));
    sandbox.write("images.toml", manifest("min-age = \"10d\"\n"));
    let before = sandbox.lock();
    sandbox.ok("upgrade");
    assert_eq!(sandbox.lock(), before);
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn the_age_can_be_set_for_all_images_and_for_one_run() {
    let (sandbox, _marketplace) = outdated_pin("");
    assert_eq!(sandbox.run("check --min-age 10d").status, Some(0));
    sandbox.write("images.toml", format!("[defaults]\nmin-age = \"10d\"\n{}", manifest("")));
    assert_eq!(sandbox.run("check").status, Some(0));
    sandbox.write("images.toml", format!("[defaults]\nmin-age = \"10d\"\n{}", manifest("min-age = \"0d\"\n")));
    assert_eq!(sandbox.run("check").status, Some(2));
    // The suggested command repeats the `--min-age` of the run.
    let (sandbox, _marketplace) = outdated_pin("min-age = \"10d\"\n");
    let check = sandbox.run("check --min-age 0d");
    let command =
        check.stdout.lines().last().unwrap().strip_prefix("to upgrade to the newest version: imagelock ").unwrap();
    assert_eq!(command, "upgrade web --min-age 0d");
    sandbox.ok(command);
    assert!(sandbox.lock().contains(&id(2)));
}

#[test]
fn min_age_never_keeps_an_edited_id() {
    let (sandbox, marketplace) = outdated_pin("min-age = \"10d\"\n");
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    marketplace.offers([docker(2).published(NEW)]);
    let message = sandbox.fails("upgrade web");
    assert!(message.contains("no version of `docker` is 10d old yet"), "{message}");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    sandbox.ok("upgrade web");
    assert!(sandbox.lock().contains(&id(1)));
}

#[test]
fn min_age_never_keeps_a_swapped_id() {
    let (sandbox, marketplace) = outdated_pin("min-age = \"10d\"\n");
    marketplace.offers([docker(2).published(NEW), local("gitlab", "fr-par-1", "x86_64", 9)]);
    let lock = imagelock::domain::lock::Lock::parse(&sandbox.lock()).unwrap();
    let swapped = lock.pins().iter().cloned().map(|mut pin| {
        pin.id = id(9).parse().unwrap();
        pin
    });
    sandbox.write("images.lock", imagelock::domain::lock::Lock::new(swapped).write());
    assert_eq!(sandbox.run("check").stdout.lines().nth(1).unwrap().split(' ').next(), Some("mismatch"));
    assert!(sandbox.fails("upgrade web").contains("no version of `docker` is 10d old yet"));
}

#[test]
fn min_age_does_not_hide_that_an_image_is_no_longer_offered() {
    let (sandbox, marketplace) = outdated_pin("min-age = \"10d\"\n");
    marketplace
        .offers([local("docker", "nl-ams-1", "x86_64", 2).published(NEW), docker(1).published(OLD).superseded()]);
    assert_eq!(sandbox.run("check").stdout.lines().nth(1).unwrap().split(' ').next(), Some("unavailable"));
}

#[test]
fn a_version_that_the_marketplace_rolled_back_is_not_pinned() {
    let marketplace = FakeMarketplace::offering([docker(2).published(NEW).superseded(), docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest("min-age = \"1d\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&id(1)));
    assert!(!sandbox.lock().contains("2026-11-20"), "the pin must not have the date of the removed version");
}

#[test]
fn a_min_age_of_zero_days_turns_the_policy_off() {
    let marketplace = FakeMarketplace::offering([docker(1).published("unknown")]);
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.ok("resolve --min-age 0d");
    assert_eq!(sandbox.run("check --min-age 0d").status, Some(0));
}

#[test]
fn an_older_version_is_pinned_only_if_the_newer_one_is_certainly_not_offered() {
    let dates = ["2026-08-04T08:00:00Z", OLD, NEW];
    let marketplace = FakeMarketplace::offering([
        docker(3).published(dates[2]),
        docker(2).published(dates[1]).superseded(),
        docker(1).published(dates[0]).superseded(),
    ]);
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    let second = version_id("docker", OLD);
    marketplace.respond(move |path, _, _| {
        let doubtful = serde_json::json!({"local_images": [], "total_count": 1});
        if path.contains(&second) { Reply::Json(doubtful) } else { Reply::Normal }
    });
    assert!(sandbox.fails("resolve").contains("its stated row count is 1, but the actual count is 0"));
}

/// The Marketplace may replace the local image of a version. The date stays the same, so the age of the new one is
/// unknown.
#[test]
fn a_local_image_that_was_replaced_in_place_has_no_known_age() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(7).published(OLD)]);
    let run = sandbox.run("check");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stdout.contains("cooling ") && run.stdout.contains("changed in place; its age is unknown"), "{run}");
    let before = sandbox.lock();
    sandbox.ok("upgrade");
    assert_eq!(sandbox.lock(), before);
    let explained = sandbox.ok("explain web");
    let line = |id: &str| explained.lines().find(|line| line.contains(id)).unwrap().to_owned();
    assert!(line(&id(1)[..8]).contains(" wins "), "{explained}");
    assert!(line(&id(7)[..8]).contains("changed in place; its age is unknown"), "{explained}");
    // Another version that is old enough is pinned, and so is any version in a run with `--min-age 0d`.
    let next = "2026-11-01T08:00:00Z";
    marketplace.offers([docker(8).published(next), docker(7).published(OLD).superseded()]);
    sandbox.ok("upgrade");
    assert!(sandbox.lock().contains(&id(8)));
    marketplace.offers([docker(9).published(next)]);
    sandbox.ok("upgrade --min-age 0d");
    assert!(sandbox.lock().contains(&id(9)));
}

#[test]
fn a_first_pin_takes_a_local_image_that_was_replaced_in_place() {
    let marketplace = FakeMarketplace::offering([docker(7).published(OLD)]);
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&id(7)));
}

#[test]
fn without_min_age_a_local_image_that_was_replaced_in_place_makes_the_pin_outdated() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(7).published(OLD)]);
    let run = sandbox.run("check");
    assert_eq!(run.status, Some(2), "{run}");
    assert!(
        run.stdout.contains("outdated ")
            && run.stdout.contains("the Marketplace replaced the local image of this version"),
        "{run}"
    );
    sandbox.ok("upgrade");
    assert!(sandbox.lock().contains(&id(7)));
}

#[test]
fn the_younger_of_two_dates_of_one_version_counts() {
    for pages in [1, 2] {
        let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
        let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
        marketplace.respond(move |path, _, _| {
            if !path.contains("/versions?") {
                return Reply::Normal;
            }
            let row = |date: &str| serde_json::json!({"id": version_id("docker", OLD), "published_at": date});
            let (old, young) = (row(OLD), row(NEW));
            let rows = match (pages, path.contains("page=2")) {
                (1, _) => vec![old, young],
                (_, false) => vec![old],
                (_, true) => vec![young],
            };
            Reply::Json(serde_json::json!({"versions": rows, "total_count": 2}))
        });
        let message = sandbox.fails("resolve");
        assert!(message.contains("no version of `docker` is 10d old yet"), "{pages}: {message}");
    }
}
