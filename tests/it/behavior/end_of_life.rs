//! Ends of life that come from the manifest, the Marketplace or the vendor.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Local, local};
use crate::support::fixtures::one_pin::{OLD, docker, manifest, outdated_pin};
use crate::support::sandbox::Sandbox;

#[test]
fn eol_soon_starts_with_the_warning_period_and_eol_on_the_day_after_the_end() {
    let (sandbox, marketplace) = outdated_pin("eol = 2027-05-31\neol-warning = \"30d\"\n");
    marketplace.offers([docker(1).published(OLD)]);
    let status = |now: &str| {
        let run = sandbox.run(&format!("check --now {now}"));
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
fn the_vendor_end_of_life_is_known_by_label_and_successors_are_suggested() {
    let marketplace =
        FakeMarketplace::offering(ubuntu()).named("ubuntu_jammy", "Ubuntu 22.04").named("ubuntu_noble", "Ubuntu 24.04");
    let sandbox = Sandbox::with("[images.old]\nlabel = \"ubuntu_focal\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO
    added   old   fr-par-1  x86_64  ubuntu_focal  00000001

    1 pin: 1 added
    --- stderr
    warning: images.toml:2:9: support for `ubuntu_focal` ended on 2025-05-29, according to distro-info-data (Ubuntu 20.04 LTS)
      = help: move to a newer release: `ubuntu_noble` or `ubuntu_jammy`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, according to distro-info-data (Ubuntu 20.04 LTS); successors: `ubuntu_noble` and `ubuntu_jammy`

    1 pin: 1 eol
    to find a successor for `old`: imagelock search ubuntu
    --- exit 2
    ");
    // `eol` is the most severe status, even if the Marketplace no longer has the image.
    marketplace.offers(ubuntu().into_iter().skip(1));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, according to distro-info-data (Ubuntu 20.04 LTS); successors: `ubuntu_noble` and `ubuntu_jammy`; also unavailable; the Marketplace no longer has this label

    1 pin: 1 eol
    the Marketplace does not list the ID of 1 pin (`old`), so it cannot be verified
    to find a replacement for `old`: imagelock search ubuntu
    --- exit 2
    ");
}

#[test]
fn one_warning_about_an_end_of_life_names_all_images_with_the_label() {
    let marketplace = FakeMarketplace::offering(ubuntu());
    let images =
        ["a1", "a2", "a3", "a4", "a5", "a6", "a7"].map(|name| format!("{name}.label = \"ubuntu_focal\"\n")).concat();
    let defaults = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(&format!("{defaults}[images]\n{images}")).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve").stderr, @"
    warning: images.toml:5:12: support for `ubuntu_focal` ended on 2025-05-29, according to distro-info-data (Ubuntu 20.04 LTS)
      = note: it is pinned for `a1`, `a2`, `a3`, `a4` and 3 more
      = help: to look for a successor: `imagelock search ubuntu`
    ");
}

#[test]
fn the_marketplace_end_of_life_applies_unless_the_manifest_sets_one() {
    let marketplace = FakeMarketplace::offering([docker(1)]).valid_until("docker", "2026-12-24T00:00:00Z");
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED  DETAIL
    eol-soon  web   fr-par-1  x86_64  docker  00000001  unknown    support ends on 2026-12-23, according to the Marketplace

    1 pin: 1 eol-soon
    to find a successor for `web`: imagelock search docker
    --- exit 2
    ");
    sandbox.write("images.toml", manifest("eol = 2030-01-01\n"));
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn a_marketplace_end_of_life_at_midnight_means_the_day_before() {
    let marketplace = FakeMarketplace::offering([docker(1)]).valid_until("docker", "2026-11-24T00:00:00Z");
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.run("check").stdout.contains("support ended on 2026-11-23, according to the Marketplace"));
}
