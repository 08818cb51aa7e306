//! How fast and how far pins may move: ages, freezes, acceptances, ends of life, ranges of releases.

use insta::assert_snapshot;

use crate::bench::Bench;
use crate::standin::{Local, Marketplace, id, image_id, local, version_id};

const OLD: &str = "2026-10-01T08:00:00Z";
const NEW: &str = "2026-11-20T08:00:00Z";

/// An image in one cell; `rest` is its policy. The label has no vendor's end of support.
fn manifest(rest: &str) -> String {
    format!("[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

fn docker(number: u32) -> Local {
    local("docker", "fr-par-1", "x86_64", number)
}

/// A Marketplace whose newest version is of November, and lists the one of October too.
fn two_versions() -> Marketplace {
    Marketplace::offering([docker(2).published(NEW), docker(1).published(OLD).superseded()])
}

/// A bench whose lock pins the version of October, and whose Marketplace has moved on since.
fn behind(rest: &str) -> (Bench, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let bench = Bench::with(&manifest(rest)).asking(&marketplace);
    bench.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    (bench, marketplace)
}

#[test]
fn dates_are_recorded_shown_and_counted() {
    let (bench, _marketplace) = behind("");
    assert_snapshot!(bench.lock().lines().find(|line| line.starts_with("published")).unwrap(), @"published = 2026-10-01T08:00:00Z");
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; the pinned ID is no longer described

    1 pin: 1 outdated
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
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED  LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  unknown    00000002  the pinned ID is no longer described

    1 pin: 1 outdated
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
      = help: `imagelock resolve --upgrade` adds them, once the Marketplace tells
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
fn an_upgrade_waits_until_the_newer_version_has_the_age_to_the_second() {
    let (bench, _marketplace) = behind("min-age = \"3d\"\n");
    let before = bench.lock();
    assert_snapshot!(bench.run("resolve --upgrade --now 2026-11-23T07:59:59Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001  newer: 00000002, published 2026-10-01 → 2026-11-20, cooling until 2026-11-23 08:00 UTC (`min-age` 3d)

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(bench.lock(), before);
    assert_snapshot!(bench.run("resolve --upgrade --now 2026-11-23T08:00:00Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn a_first_pin_takes_an_older_version_that_has_the_age() {
    let marketplace = two_versions();
    let bench = Bench::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    bench.ok("resolve");
    assert!(bench.lock().contains(&id(1)));
    assert!(bench.lock().contains("published = 2026-10-01T08:00:00Z"));
}

#[test]
fn a_first_pin_without_a_version_of_the_age_is_an_error_that_says_when() {
    let marketplace = Marketplace::offering([docker(2).published(NEW)]);
    let bench = Bench::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: no version of `docker` is 10d old yet for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "docker"
      |         ^^^^^^^^ `min-age` asks for 10d
      |
      = note: the first will be on 2026-11-30 08:00 UTC
      = help: wait, or take it as it is with `--min-age 0d` for this run
    "#);
    bench.ok("resolve --min-age 0d");
}

#[test]
fn a_version_without_a_date_has_not_passed() {
    let marketplace = Marketplace::offering([docker(1).published("unknown")]);
    let bench = Bench::with(&manifest("min-age = \"1h\"\n")).asking(&marketplace);
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: no version of `docker` is 1h old yet for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "docker"
      |         ^^^^^^^^ `min-age` asks for 1h
      |
      = note: the Marketplace gives no date for its versions, and one without a date has not passed
      = help: set `min-age = "0d"` for this image, or take it for this run with `--min-age 0d`
    "#);
}

#[test]
fn cooling_is_no_drift_and_says_until_when() {
    let (bench, _marketplace) = behind("min-age = \"10d\"\n");
    assert_snapshot!(bench.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    cooling  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); cooling until 2026-11-30 08:00 UTC (`min-age` 10d); the pinned ID is no longer described

    1 pin: 1 cooling
    --- exit 0
    ");
    assert_eq!(bench.run("check --now 2026-11-30T08:00:00Z").status, Some(2));
}

#[test]
fn a_pin_never_goes_back_to_an_older_version() {
    let marketplace = two_versions();
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    bench.ok("resolve");
    assert!(bench.lock().contains(&id(2)));
    bench.write("images.toml", manifest("min-age = \"10d\"\n"));
    let before = bench.lock();
    bench.ok("resolve --upgrade");
    assert_eq!(bench.lock(), before);
    assert_eq!(bench.run("check").status, Some(0));
}

#[test]
fn the_age_can_be_set_for_all_images_and_for_one_run() {
    let (bench, _marketplace) = behind("");
    assert_eq!(bench.run("check --min-age 10d").status, Some(0));
    bench.write("images.toml", format!("[defaults]\nmin-age = \"10d\"\n{}", manifest("")));
    assert_eq!(bench.run("check").status, Some(0));
    bench.write("images.toml", format!("[defaults]\nmin-age = \"10d\"\n{}", manifest("min-age = \"0d\"\n")));
    assert_eq!(bench.run("check").status, Some(2));
}

#[test]
fn a_freeze_holds_through_its_last_day() {
    let (bench, _marketplace) =
        behind("freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }\n");
    let before = bench.lock();
    assert_snapshot!(bench.run("check --now 2026-12-31T23:59:59Z"), @"
    STATUS  NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    frozen  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); frozen until 2026-12-31: kernel regression, ticket 4711; 1 version behind; the pinned ID is no longer described

    1 pin: 1 frozen
    --- exit 0
    ");
    assert_snapshot!(bench.run("resolve --upgrade web --now 2026-12-31T23:59:59Z"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001  frozen until 2026-12-31: kernel regression, ticket 4711

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(bench.lock(), before);
    assert_snapshot!(bench.run("check --now 2027-01-01T00:00:00Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; the pinned ID is no longer described; the freeze ended on 2026-12-31

    1 pin: 1 outdated
    to move to the latest: imagelock resolve --upgrade web
    --- exit 2
    ");
    bench.ok("resolve --upgrade --now 2027-01-01T00:00:00Z");
    assert_ne!(bench.lock(), before);
}

#[test]
fn an_accepted_finding_is_no_drift_until_its_last_day_has_passed() {
    let accept = "accept = [{ status = \"outdated\", reason = \"ticket 4712\", until = 2026-12-31 }]\n";
    let (bench, marketplace) = behind(accept);
    assert_snapshot!(bench.run("check --now 2026-12-31T23:59:59Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; the pinned ID is no longer described; outdated accepted until 2026-12-31: ticket 4712

    1 pin: 1 outdated
    --- exit 0
    ");
    assert_snapshot!(bench.run("check --now 2027-01-01T00:00:00Z"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind; the pinned ID is no longer described

    1 pin: 1 outdated
    to move to the latest: imagelock resolve --upgrade web
    --- stderr
    warning: images.toml:5:11: the acceptance of `outdated` for `web` ended on 2026-12-31
      = help: remove it, or decide anew and give it a new end
    --- exit 2
    ");
    // What matches nothing is reported as well.
    marketplace.offers([docker(1).published(OLD)]);
    assert_snapshot!(bench.run("check"), @"
    STATUS   NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED
    current  web   fr-par-1  x86_64  docker  00000001  2026-10-01

    1 pin: all current
    --- stderr
    warning: images.toml:5:11: the acceptance of `outdated` for `web` matches nothing that was found
      = help: remove it, or decide anew and give it a new end
    --- exit 0
    ");
}

#[test]
fn what_is_not_accepted_is_still_drift() {
    let rest = "eol = 2026-11-01\naccept = [{ status = \"eol\", reason = \"ticket 4712\", until = 2026-12-31 }]\n";
    let (bench, marketplace) = behind(rest);
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); support ended on 2026-11-01, by the manifest; also outdated; 1 version behind; the pinned ID is no longer described; eol accepted until 2026-12-31: ticket 4712

    1 pin: 1 outdated
    to move to the latest: imagelock resolve --upgrade web
    to see what could follow `web`: imagelock search
    --- exit 2
    ");
    marketplace.offers([docker(1).published(OLD)]);
    assert_snapshot!(bench.run("check --format json"), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": false,
      "pins": [
        {
          "name": "web",
          "label": "docker",
          "image_id": null,
          "version_id": null,
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
          "drift": false,
          "locked": {
            "id": "00000001-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
            "published": "2026-10-01T08:00:00Z"
          },
          "latest": null,
          "latest_release": null,
          "end_of_life": {
            "date": "2026-11-01",
            "source": "the manifest"
          },
          "notes": [
            "support ended on 2026-11-01, by the manifest",
            "eol accepted until 2026-12-31: ticket 4712"
          ]
        }
      ],
      "notices": []
    }
    --- exit 0
    "#);
}

#[test]
fn the_end_of_life_is_near_within_the_warning_and_over_the_day_after() {
    let (bench, marketplace) = behind("eol = 2027-05-31\neol-warning = \"30d\"\n");
    marketplace.offers([docker(1).published(OLD)]);
    let status = |now: &str| {
        let run = bench.run(&format!("check --now {now}"));
        (run.stdout.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned(), run.status)
    };
    assert_eq!(status("2027-04-30T23:59:59Z"), ("current".to_owned(), Some(0)));
    assert_eq!(status("2027-05-01T00:00:00Z"), ("eol-soon".to_owned(), Some(2)));
    assert_eq!(status("2027-05-31T23:59:59Z"), ("eol-soon".to_owned(), Some(2)));
    assert_eq!(status("2027-06-01T00:00:00Z"), ("eol".to_owned(), Some(2)));
}

fn ubuntu() -> [Local; 3] {
    [
        local("ubuntu_focal", "fr-par-1", "x86_64", 1),
        local("ubuntu_jammy", "fr-par-1", "x86_64", 2),
        local("ubuntu_noble", "fr-par-1", "x86_64", 3),
    ]
}

#[test]
fn the_vendors_end_of_support_is_known_by_label_and_names_the_successors() {
    let marketplace =
        Marketplace::offering(ubuntu()).named("ubuntu_jammy", "Ubuntu 22.04").named("ubuntu_noble", "Ubuntu 24.04");
    let bench = Bench::with("[images.old]\nlabel = \"ubuntu_focal\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    assert_snapshot!(bench.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO
    added   old   fr-par-1  x86_64  ubuntu_focal  00000001

    1 pin: 1 added
    --- stderr
    warning: images.toml:2:9: support for `ubuntu_focal` ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS)
      = help: move on to `ubuntu_noble` and `ubuntu_jammy`
    --- exit 0
    ");
    assert_snapshot!(bench.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS); then there is `ubuntu_noble` and `ubuntu_jammy`

    1 pin: 1 eol
    to see what could follow `old`: imagelock search
    --- exit 2
    ");
    // Gone from the Marketplace, its end is still the worst of it.
    marketplace.offers(ubuntu().into_iter().skip(1));
    assert_snapshot!(bench.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS); then there is `ubuntu_noble` and `ubuntu_jammy`; also withdrawn; the Marketplace no longer has this image

    1 pin: 1 eol
    to see what there is instead of `old`: imagelock search
    --- exit 2
    ");
}

#[test]
fn the_marketplaces_own_end_counts_where_it_is_earlier() {
    let marketplace = Marketplace::offering([docker(1)]).valid_until("docker", "2026-12-24T00:00:00Z");
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    bench.ok("resolve");
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED  DETAIL
    eol-soon  web   fr-par-1  x86_64  docker  00000001  unknown    support ends on 2026-12-23, by the Marketplace

    1 pin: 1 eol-soon
    to see what could follow `web`: imagelock search
    --- exit 2
    ");
    // The manifest knows better.
    bench.write("images.toml", manifest("eol = 2030-01-01\n"));
    assert_eq!(bench.run("check").status, Some(0));
}

fn fedora(release: &'static str, number: u32) -> Local {
    local(release, "fr-par-1", "x86_64", number)
}

const FEDORA: &str = "[images.runner]\nlabel = \"fedora_*\"\nrelease = \">=44, <46\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\neol = 2030-01-01\n";

#[test]
fn the_newest_release_in_the_range_wins_and_one_outside_is_mentioned() {
    let marketplace =
        Marketplace::offering([fedora("fedora_43", 43), fedora("fedora_44", 44), fedora("fedora_rawhide", 99)]);
    let bench = Bench::with(FEDORA).asking(&marketplace);
    bench.ok("resolve");
    assert_snapshot!(bench.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 1 # read by imagelock 0.1.0 and later

    [[pin]]
    name = "runner"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "fedora_44"
    release = "44"
    id = "00000044-0000-4000-8000-000000000000"
    digest = "sha256:aa41352cd2142cfcf111b9cd2560d69d17d35e6aecc3993b48b6aede0d48d8d7"
    "#);
    assert_eq!(bench.run("check").status, Some(0));
    marketplace.offers([fedora("fedora_44", 44), fedora("fedora_45", 45), fedora("fedora_46", 46)]);
    assert_snapshot!(bench.run("check"), @"
    STATUS    NAME    ZONE      ARCH    LABEL      LOCKED    PUBLISHED  LATEST    DETAIL
    outdated  runner  fr-par-1  x86_64  fedora_44  00000044  unknown    00000045  release 45; release 46 exists, outside `>=44, <46`

    1 pin: 1 outdated
    to move to the latest: imagelock resolve --upgrade runner
    --- exit 2
    ");
    assert_snapshot!(bench.run("resolve --upgrade"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      TO        DETAIL
    moved   runner  fr-par-1  x86_64  fedora_45  00000044  00000045  label fedora_44 → fedora_45

    1 pin: 1 moved
    --- exit 0
    ");
    // A range that still admits the pin moves nothing; one that does not resolves anew.
    bench.write("images.toml", FEDORA.replace("<46", "<47"));
    assert_snapshot!(bench.run("resolve --offline"), @"
    nothing to change: 1 pin
    --- exit 0
    ");
    bench.write("images.toml", FEDORA.replace(">=44, <46", "44"));
    assert_snapshot!(bench.run("resolve --locked"), @"
    STATUS    NAME    ZONE      ARCH    LABEL      LOCKED    PUBLISHED  DETAIL
    unlocked  runner  fr-par-1  x86_64  fedora_45  00000045  unknown    locked for `fedora_45` release 45, now declared as `fedora_* 44`

    the lockfile does not satisfy the manifest: 1 difference
    to make the lock follow the manifest: imagelock resolve
    --- exit 2
    ");
    assert_snapshot!(bench.run("resolve"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      TO        DETAIL
    moved   runner  fr-par-1  x86_64  fedora_44  00000045  00000044  label fedora_45 → fedora_44

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn a_range_without_a_release_says_which_there_are() {
    let marketplace = Marketplace::offering([fedora("fedora_42", 42), fedora("fedora_rawhide", 99)]);
    let bench = Bench::with(FEDORA).asking(&marketplace);
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: no release of `fedora_*` in the Marketplace is in the range `>=44, <46`
     --> images.toml:2:9
      |
    2 | label = "fedora_*"
      |         ^^^^^^^^^^ no such release
      |
      = note: there is 42 (`fedora_42`) and `fedora_rawhide`, whose release cannot be read
      = help: widen `release`
    "#);
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
fn an_edited_id_is_never_kept_for_the_sake_of_an_age() {
    let (bench, marketplace) = behind("min-age = \"10d\"\n");
    bench.write("images.lock", bench.lock().replace(&id(1), &id(7)));
    marketplace.offers([docker(2).published(NEW)]);
    let message = bench.fails("resolve --upgrade web");
    assert!(message.contains("no version of `docker` is 10d old yet"), "{message}");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    bench.ok("resolve --upgrade web");
    assert!(bench.lock().contains(&id(1)));
}

#[test]
fn a_pin_never_goes_back_to_an_older_release() {
    let marketplace =
        Marketplace::offering([fedora("fedora_44", 44).published(OLD), fedora("fedora_45", 45).published(OLD)]);
    let bench = Bench::with(&format!("{FEDORA}min-age = \"10d\"\n")).asking(&marketplace);
    bench.ok("resolve");
    let before = bench.lock();
    assert!(before.contains("release = \"45\""));
    // The newest build of 45 is too young, and its older one is no longer listed; 44 would be old enough.
    marketplace.offers([fedora("fedora_44", 44).published(OLD), fedora("fedora_45", 46).published(NEW)]);
    assert_snapshot!(bench.run("resolve --upgrade"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      DETAIL
    kept    runner  fr-par-1  x86_64  fedora_45  00000045  newer: 00000046, published 2026-10-01 → 2026-11-20, cooling until 2026-11-30 08:00 UTC (`min-age` 10d)

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(bench.lock(), before);
    assert_eq!(bench.run("check").status, Some(0));
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
fn a_swapped_id_is_not_kept_for_the_sake_of_an_age() {
    let (bench, marketplace) = behind("min-age = \"10d\"\n");
    marketplace.offers([docker(2).published(NEW), local("gitlab", "fr-par-1", "x86_64", 9)]);
    let lock = imagelock::domain::lock::Lock::parse(&bench.lock()).unwrap();
    let swapped = lock.pins().iter().cloned().map(|mut pin| {
        pin.id = id(9).parse().unwrap();
        pin
    });
    bench.write("images.lock", imagelock::domain::lock::Lock::new(swapped).write());
    assert_eq!(bench.run("check").stdout.lines().nth(1).unwrap().split(' ').next(), Some("mismatch"));
    assert!(bench.fails("resolve --upgrade web").contains("no version of `docker` is 10d old yet"));
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

#[test]
fn what_could_not_be_asked_is_not_called_current() {
    let marketplace = Marketplace::offering([fedora("fedora_44", 44)]);
    let bench = Bench::with(FEDORA).asking(&marketplace);
    bench.ok("resolve");
    marketplace.answers(|path, _, _| {
        let refused = path.contains("/images?");
        if refused { crate::standin::Reply::Raw(403, "text/plain", Vec::new()) } else { crate::standin::Reply::Normal }
    });
    assert!(bench.fails("check").contains("it answered 403 Forbidden"));
    // Where only ends of life were to be learnt from it, that is said.
    bench.write("images.toml", manifest(""));
    marketplace.offers([docker(1)]);
    bench.ok("resolve");
    assert_snapshot!(bench.run("check").stderr, @"
    warning: the ends of life that the Marketplace sets could not be learnt
      = note: it answered 403 Forbidden
      = help: run imagelock again; the vendors' ends are known without it
    ");
}

#[test]
fn an_age_makes_nothing_of_what_is_no_longer_offered() {
    let (bench, marketplace) = behind("min-age = \"10d\"\n");
    marketplace
        .offers([local("docker", "nl-ams-1", "x86_64", 2).published(NEW), docker(1).published(OLD).superseded()]);
    assert_eq!(bench.run("check").stdout.lines().nth(1).unwrap().split(' ').next(), Some("retired"));
}

#[test]
fn a_version_that_the_marketplace_took_back_is_not_taken_for_its_age() {
    let marketplace = Marketplace::offering([docker(2).published(NEW).superseded(), docker(1).published(OLD)]);
    let bench = Bench::with(&manifest("min-age = \"1d\"\n")).asking(&marketplace);
    bench.ok("resolve");
    assert!(bench.lock().contains(&id(1)));
    assert!(!bench.lock().contains("2026-11-20"), "nor is its date that of what it left");
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
fn a_frozen_image_moves_only_where_it_must_and_says_so() {
    let freeze = "freeze = { reason = \"ticket 4711\", until = 2026-12-31 }\n";
    let (bench, _marketplace) = behind(freeze);
    // A bare upgrade names nobody, and overwrites no edited block.
    let good = bench.lock();
    bench.write("images.lock", good.replace(&id(1), &id(7)));
    assert!(bench.fails("resolve --upgrade").contains("does not match its digest"));
    bench.write("images.lock", good);
    bench.write("images.toml", manifest(&format!("{freeze}instance-type = \"PRO2-S\"\n")));
    assert_snapshot!(bench.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  docker  00000001  00000002  published 2026-10-01 → 2026-11-20, Instance type none → PRO2-S, moved though frozen: it is declared anew, or its block was edited

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn one_release_under_two_labels_is_told_and_not_chosen() {
    let ranges = "[images.u]\nlabel = \"ubuntu_*\"\nrelease = \">=24\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let marketplace =
        Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]).named("ubuntu_noble", "Ubuntu 24.04");
    let bench = Bench::with(ranges).asking(&marketplace);
    bench.ok("resolve");
    let marketplace = marketplace.named("ubuntu_zzz", "Ubuntu 24.04 Minimal");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 1), local("ubuntu_zzz", "fr-par-1", "x86_64", 2)]);
    assert_eq!(bench.run("check").status, Some(0));
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: `ubuntu_zzz` and `ubuntu_noble` have the same release, the newest of `ubuntu_* >=24`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_*"
      |         ^^^^^^^^^^ which of them?
      |
      = help: write the one that is meant as `label`, without `*` and `release`, or narrow the pattern
    "#);
}

#[test]
fn no_age_is_no_policy_even_for_what_has_no_date() {
    let marketplace = Marketplace::offering([docker(1).published("unknown")]);
    let bench = Bench::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    bench.ok("resolve --min-age 0d");
    assert_eq!(bench.run("check --min-age 0d").status, Some(0));
}

#[test]
fn the_marketplaces_end_at_midnight_ends_the_day_before() {
    let marketplace = Marketplace::offering([docker(1)]).valid_until("docker", "2026-11-24T00:00:00Z");
    let bench = Bench::with(&manifest("")).asking(&marketplace);
    bench.ok("resolve");
    assert!(bench.run("check").stdout.contains("support ended on 2026-11-23, by the Marketplace"));
}
