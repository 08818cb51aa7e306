//! Ranges of releases: a `label` like `fedora_*` with `release`.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, local};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest};
use crate::support::sandbox::Sandbox;

fn fedora(release: &'static str, number: u32) -> Local {
    local(release, "fr-par-1", "x86_64", number)
}

const FEDORA: &str = "[images.runner]\nlabel = \"fedora_*\"\nrelease = \">=44, <46\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\neol = 2030-01-01\n";

#[test]
fn the_newest_release_in_the_range_is_pinned_and_a_newer_one_outside_is_mentioned() {
    let marketplace =
        FakeMarketplace::offering([fedora("fedora_43", 43), fedora("fedora_44", 44), fedora("fedora_rawhide", 99)]);
    let sandbox = Sandbox::with(FEDORA).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 2 # read by imagelock 0.1.0 and later

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
    assert_eq!(sandbox.run("check").status, Some(0));
    marketplace.offers([fedora("fedora_44", 44), fedora("fedora_45", 45), fedora("fedora_46", 46)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME    ZONE      ARCH    LABEL      PINNED    PUBLISHED  NEWEST    DETAIL
    outdated  runner  fr-par-1  x86_64  fedora_44  00000044  unknown    00000045  release 45; release 46 exists, but it is outside `>=44, <46`

    1 pin: 1 outdated
    to upgrade to the newest version: imagelock upgrade runner
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("upgrade"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      TO        DETAIL
    moved   runner  fr-par-1  x86_64  fedora_45  00000044  00000045  label fedora_44 → fedora_45

    1 pin: 1 moved
    --- exit 0
    ");
    // No pin moves while the range still includes its release. Otherwise the image is resolved again.
    sandbox.write("images.toml", FEDORA.replace("<46", "<47"));
    assert_snapshot!(sandbox.run("resolve --offline"), @"
    nothing to change: 1 pin
    --- exit 0
    ");
    sandbox.write("images.toml", FEDORA.replace(">=44, <46", "44"));
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS  NAME    ZONE      ARCH    LABEL      PINNED    PUBLISHED  DETAIL
    stale   runner  fr-par-1  x86_64  fedora_45  00000045  unknown    pinned for `fedora_45` release 45, now declared as `fedora_* 44`

    the lockfile does not match the manifest: 1 difference
    to update the lockfile: imagelock resolve
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      TO        DETAIL
    moved   runner  fr-par-1  x86_64  fedora_44  00000045  00000044  label fedora_45 → fedora_44

    1 pin: 1 moved
    --- exit 0
    ");
}

#[test]
fn a_range_without_a_matching_release_lists_the_available_ones() {
    let marketplace = FakeMarketplace::offering([fedora("fedora_42", 42), fedora("fedora_rawhide", 99)]);
    let sandbox = Sandbox::with(FEDORA).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: the Marketplace has no release of `fedora_*` in the range `>=44, <46`
     --> images.toml:2:9
      |
    2 | label = "fedora_*"
      |         ^^^^^^^^^^ no such release
      |
      = note: matching labels: `fedora_42` (release 42) and `fedora_rawhide` (release unknown)
      = help: change `release` in [images.runner] to include one of them
    "#);
}

#[test]
fn a_pin_never_goes_back_to_an_older_release() {
    let marketplace =
        FakeMarketplace::offering([fedora("fedora_44", 44).published(OLD), fedora("fedora_45", 45).published(OLD)]);
    let sandbox = Sandbox::with(&format!("{FEDORA}min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    let before = sandbox.lock();
    assert!(before.contains("release = \"45\""));
    // The newest build of 45 is too young, and its older build is no longer listed. Release 44 would be old enough.
    marketplace.offers([fedora("fedora_44", 44).published(OLD), fedora("fedora_45", 46).published(NEW)]);
    assert_snapshot!(sandbox.run("upgrade"), @"
    CHANGE  NAME    ZONE      ARCH    LABEL      FROM      DETAIL
    kept    runner  fr-par-1  x86_64  fedora_45  00000045  newer: 00000046, published 2026-10-01 → 2026-11-20, cooling until 2026-11-30 08:00 UTC (`min-age` 10d)

    nothing to change: 1 pin
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), before);
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn one_release_under_two_labels_is_an_error() {
    let ranges = "[images.u]\nlabel = \"ubuntu_*\"\nrelease = \">=24\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let marketplace = FakeMarketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)])
        .named("ubuntu_noble", "Ubuntu 24.04");
    let sandbox = Sandbox::with(ranges).asking(&marketplace);
    sandbox.ok("resolve");
    let marketplace = marketplace.named("ubuntu_zzz", "Ubuntu 24.04 Minimal");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 1), local("ubuntu_zzz", "fr-par-1", "x86_64", 2)]);
    assert_eq!(sandbox.run("check").status, Some(0));
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: several labels match `ubuntu_* >=24` with the newest release: `ubuntu_zzz` and `ubuntu_noble`
     --> images.toml:2:9
      |
    2 | label = "ubuntu_*"
      |         ^^^^^^^^^^ matches several labels
      |
      = help: write one of these labels as `label` and remove `release`, or use a pattern that matches only one of them
    "#);
}

#[test]
fn a_failed_query_never_makes_a_pin_current() {
    let marketplace = FakeMarketplace::offering([fedora("fedora_44", 44)]);
    let sandbox = Sandbox::with(FEDORA).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.respond(|path, _, _| {
        let refused = path.contains("/images?");
        if refused { Reply::Raw(403, "text/plain", Vec::new()) } else { Reply::Normal }
    });
    assert!(sandbox.fails("check").contains("responded with 403 Forbidden"));
    // If only ends of life depend on the answer, a warning says that they are unknown.
    sandbox.write("images.toml", manifest(""));
    marketplace.offers([docker(1)]);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("check").stderr, @"
    warning: the end-of-life dates of the Marketplace are unavailable
      = note: the Marketplace responded with 403 Forbidden
      = help: run imagelock again; the end-of-life dates of the vendors were used
    ");
}

#[test]
fn an_older_release_is_pinned_only_if_the_newer_one_is_certainly_not_offered() {
    let marketplace = FakeMarketplace::offering([fedora("fedora_44", 44), fedora("fedora_45", 45)]);
    let sandbox = Sandbox::with(FEDORA).asking(&marketplace);
    sandbox.ok("resolve");
    let newest = sandbox.lock();
    let doubtful = || Reply::Json(json!({"local_images": [], "total_count": 1}));
    let gone = || Reply::Json(json!({"local_images": [], "total_count": 0}));
    let not_found = || Reply::Raw(404, "application/json", br#"{"type": "not_found"}"#.into());
    let run_with_listing = |reply: fn() -> Reply, line: &str| {
        marketplace
            .respond_to_listings(move |path, _, _| if path.contains("fedora_45") { reply() } else { Reply::Normal });
        sandbox.run(line)
    };
    for line in ["check", "upgrade", "explain runner"] {
        assert!(
            run_with_listing(doubtful, line).stderr.contains("its stated row count is 1, but the actual count is 0"),
            "{line}"
        );
        assert_eq!(sandbox.lock(), newest);
    }
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(run_with_listing(doubtful, "resolve"), @"
    --- stderr
    error: the response of the Marketplace may be incomplete: its stated row count is 1, but the actual count is 0
     |
     = note: needed for the image `fedora_* >=44, <46`
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    --- exit 1
    ");
    assert_snapshot!(run_with_listing(not_found, "resolve"), @"
    --- stderr
    error: the response of the Marketplace is invalid: the index contains `fedora_45`, but its local images were not found
     |
     = note: needed for the image `fedora_* >=44, <46`
     = help: run imagelock again; if the response stays the same, report it to Scaleway support
    --- exit 1
    ");
    assert_eq!(run_with_listing(gone, "resolve").status, Some(0));
    assert!(sandbox.lock().contains("fedora_44"));
}
