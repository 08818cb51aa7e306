//! Ends of life: by the manifest, the Marketplace or the vendor.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Local, Marketplace, local};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::one_pin::{OLD, behind, docker, manifest};

#[test]
fn an_end_of_life_is_near_within_the_warning_period_and_reached_the_day_after() {
    let (sandbox, marketplace) = behind("eol = 2027-05-31\neol-warning = \"30d\"\n");
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
fn the_end_of_support_by_the_vendor_is_known_by_label_and_names_the_successors() {
    let marketplace =
        Marketplace::offering(ubuntu()).named("ubuntu_jammy", "Ubuntu 22.04").named("ubuntu_noble", "Ubuntu 24.04");
    let sandbox = Sandbox::with("[images.old]\nlabel = \"ubuntu_focal\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO
    added   old   fr-par-1  x86_64  ubuntu_focal  00000001

    1 pin: 1 added
    --- stderr
    warning: images.toml:2:9: support for `ubuntu_focal` ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS)
      = help: move on to `ubuntu_noble` and `ubuntu_jammy`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS); successors: `ubuntu_noble` and `ubuntu_jammy`

    1 pin: 1 eol
    to see what could follow `old`: imagelock search ubuntu
    --- exit 2
    ");
    // The end of life is the worst status even if the Marketplace no longer has the image.
    marketplace.offers(ubuntu().into_iter().skip(1));
    assert_snapshot!(sandbox.run("check"), @"
    STATUS  NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED  DETAIL
    eol     old   fr-par-1  x86_64  ubuntu_focal  00000001  unknown    support ended on 2025-05-29, by distro-info-data (Ubuntu 20.04 LTS); successors: `ubuntu_noble` and `ubuntu_jammy`; also unavailable; the Marketplace no longer has this label

    1 pin: 1 eol
    the Marketplace does not list the ID of 1 pin (`old`), so it cannot be verified
    to see what there is instead of `old`: imagelock search ubuntu
    --- exit 2
    ");
}

#[test]
fn the_end_set_by_the_marketplace_counts_if_it_is_earlier() {
    let marketplace = Marketplace::offering([docker(1)]).valid_until("docker", "2026-12-24T00:00:00Z");
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   LOCKED    PUBLISHED  DETAIL
    eol-soon  web   fr-par-1  x86_64  docker  00000001  unknown    support ends on 2026-12-23, by the Marketplace

    1 pin: 1 eol-soon
    to see what could follow `web`: imagelock search docker
    --- exit 2
    ");
    // The manifest takes precedence.
    sandbox.write("images.toml", manifest("eol = 2030-01-01\n"));
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn an_end_set_by_the_marketplace_at_midnight_means_the_day_before() {
    let marketplace = Marketplace::offering([docker(1)]).valid_until("docker", "2026-11-24T00:00:00Z");
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.run("check").stdout.contains("support ended on 2026-11-23, by the Marketplace"));
}
