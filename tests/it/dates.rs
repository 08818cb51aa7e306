//! When what is pinned was published, and how far behind it is.

use insta::assert_snapshot;

use crate::bench::Bench;
use crate::pinned::{NEW, OLD, behind, docker, manifest, two_versions};
use crate::standin::{Marketplace, id, image_id, local, version_id};

#[test]
fn dates_are_recorded_shown_and_counted() {
    let (bench, _marketplace) = behind("");
    assert_snapshot!(bench.lock().lines().find(|line| line.starts_with("published")).unwrap(), @"published = 2026-10-01T08:00:00Z");
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn without_dates_all_is_as_it_was() {
    let marketplace = Marketplace::offering([docker(1)]);
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    bench.ok("resolve");
    assert!(!bench.lock().contains("published"));
    marketplace.offers([docker(2)]);
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED  LATEST
    outdated  web   fr-par-1  x86_64  docker  00000001  unknown    00000002

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
}

#[test]
fn dates_that_cannot_be_learnt_break_no_resolve() {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    marketplace.answers(|path, _, _| {
        if path.contains("/versions") {
            crate::standin::Reply::Raw(403, "text/plain", Vec::new())
        } else {
            crate::standin::Reply::Normal
        }
    });
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    assert_snapshot!(bench.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   TO
    added   web   fr-par-1  x86_64  docker  00000001

    1 pin: 1 added
    --- stderr
    warning: pinned without publication dates, which could not be learnt
      = note: it answered 403 Forbidden
      = help: once the Marketplace tells them, `imagelock resolve --upgrade web` adds them, and moves what is outdated by then
    --- exit 0
    ");
    // A policy of age cannot be kept without dates.
    bench.write("images.toml", manifest("min-age = \"3d\"\n"));
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: the Marketplace gave no usable answer about `docker`
     --> images.toml:2:9
      |
    2 | label = "docker"
      |         ^^^^^^^^ asked for this image
      |
      = note: when its versions were published: it answered 403 Forbidden
      = note: request ID req-1
      = help: check `--api-url`, SCW_API_URL and the proxy: the Marketplace itself needs no login
    "#);
}

#[test]
fn of_several_versions_a_date_is_taken_from_no_guess() {
    let marketplace =
        Marketplace::offering([docker(2).published(NEW), local("docker", "nl-ams-1", "x86_64", 3).published(OLD)]);
    let bench = Bench::with(&manifest("").replace("\"fr-par-1\"", "[\"fr-par-1\", \"nl-ams-1\"]")).asking(&marketplace);
    assert!(
        bench.run("resolve").stderr.is_empty(),
        "the date of the second is not known, so there is no skew to report"
    );
    let lock = bench.lock();
    assert_eq!(lock.matches("published = 2026-11-20T08:00:00Z").count(), 1);
    assert_eq!(lock.matches("published = ").count(), 1);
}

#[test]
fn one_exact_version_can_be_asked_for() {
    let marketplace = two_versions();
    let version = version_id("docker", OLD);
    let manifest = format!("[images.web]\nversion-id = \"{version}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let bench = Bench::with(&manifest).asking(&marketplace);
    bench.ok("resolve");
    assert_snapshot!(bench.lock().split("[[pin]]\n").nth(1).unwrap(), @r#"
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "docker"
    version-id = "aab052a2-2222-4000-8000-000000000000"
    id = "00000001-0000-4000-8000-000000000000"
    published = 2026-10-01T08:00:00Z
    digest = "sha256:35bf6c82b021ff51e17f8d39a6a0b27bff27c5f839db0d73a29a3c10db323e1a"
    "#);
    assert_eq!(bench.run("check").status, Some(0));
    bench.write("images.toml", manifest.replace(&version, &image_id("docker")));
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: no version with the ID `b0ef6e20-1111-4000-8000-000000000000` in the Marketplace
     --> images.toml:2:14
      |
    2 | version-id = "b0ef6e20-1111-4000-8000-000000000000"
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown version ID
      |
      = note: it must be the ID of a version, not of a Marketplace image or of a local image
      = help: name the image by `label`; `imagelock search` lists the labels
    "#);
}

#[test]
fn cells_of_different_versions_are_pinned_and_reported() {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    bench.ok("resolve");
    marketplace.offers([docker(2).published(NEW), local("docker", "nl-ams-1", "x86_64", 3).published(NEW)]);
    bench.write("images.toml", manifest("").replace("zone = \"fr-par-1\"", "zones = [\"fr-par-1\", \"nl-ams-1\"]"));
    assert_snapshot!(bench.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001            newer: 00000002, published 2026-10-01 → 2026-11-20
    added   web   nl-ams-1  x86_64  docker            00000003  published 2026-11-20

    2 pins: 1 added, 1 kept
    --- stderr
    warning: images.toml:2:9: the cells of `web` are of different versions
      = note: published 2026-10-01: fr-par-1 (x86_64)
      = note: published 2026-11-20: nl-ams-1 (x86_64)
      = help: `imagelock resolve --upgrade web` brings them together, where it can
    --- exit 0
    ");
}

#[test]
fn a_whole_check_with_ages_asks_two_questions_a_label_and_one_for_all() {
    let (bench, marketplace) = behind("min-age = \"10d\"\n");
    marketplace.offers([docker(1).published(OLD)]);
    marketplace.requests();
    bench.ok("check");
    assert_eq!(marketplace.requests().len(), 3);
    bench.write("images.toml", manifest(""));
    bench.ok("check");
    assert_eq!(marketplace.requests().len(), 3);
}

#[test]
fn where_the_marketplace_went_back_the_pin_is_outdated() {
    for rest in ["", "min-age = \"3d\"\n"] {
        let marketplace = Marketplace::offering([docker(2).published(NEW)]);
        let bench = Bench::with(&manifest(rest)).asking(&marketplace);
        bench.ok("resolve --now 2026-12-24T10:00:00Z");
        marketplace.offers([docker(1).published(OLD)]);
        let run = bench.run("check");
        assert_eq!(run.status, Some(2), "{run}");
        assert!(run.stdout.contains("the Marketplace went back to an older one"), "{run}");
        bench.ok("resolve --upgrade");
        assert!(bench.lock().contains(&id(1)));
    }
}

#[test]
fn a_row_of_another_label_is_pinned_neither_from_a_version_nor_by_an_image_id() {
    let foreign = |path: &str, answer: &serde_json::Value| {
        let mut answer = answer.clone();
        if path.contains("version_id=") || path.contains("image_id=") && path.contains("/local-images") {
            answer["local_images"][0]["label"] = "gitlab".into();
        }
        crate::standin::Reply::Json(answer)
    };
    let marketplace = two_versions();
    marketplace.answers(move |path, _, answer| foreign(path, answer));
    let bench = Bench::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    bench.fails("resolve");
    bench.write(
        "images.toml",
        manifest("").replace("label = \"docker\"", &format!("image-id = \"{}\"", image_id("docker"))),
    );
    bench.fails("resolve");
}
