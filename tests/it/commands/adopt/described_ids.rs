//! `adopt` with IDs that the user types: every possible place is searched for the ID, and the description is checked.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, image_id, local, version_id};
use crate::support::sandbox::Sandbox;

const NEW: &str = "2026-10-20T08:30:55Z";
const OLD: &str = "2026-09-02T08:30:55Z";

fn marketplace() -> FakeMarketplace {
    FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(NEW),
        local("ubuntu_noble", "fr-par-1", "x86_64", 2).published(OLD).superseded(),
        local("ubuntu_noble", "nl-ams-1", "arm64", 8).published(NEW),
        local("debian_bookworm", "fr-par-1", "x86_64", 3).published(NEW),
        local("debian_bookworm", "fr-par-1", "x86_64", 4).of_type(Some("instance_local")).published(NEW),
        local("centos_7.9", "fr-par-1", "x86_64", 6).of_type(Some("instance_local")).published(OLD),
    ])
}

const OPTIONS: &str = "--arch x86_64 --zone fr-par-1";

#[test]
fn the_id_of_an_image_or_of_a_version_is_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    for label in ["", "--label ubuntu_noble"] {
        let options = if label.is_empty() { String::new() } else { format!("{label} {OPTIONS}") };
        let image = sandbox.fails(&format!("adopt web={} {options}", image_id("ubuntu_noble")));
        assert!(image.contains("is the ID of the Marketplace image `ubuntu_noble`"), "{image}");
        assert!(image.contains("scw marketplace local-image list image-label=ubuntu_noble"), "{image}");
        let version = sandbox.fails(&format!("adopt web={} {options}", version_id("ubuntu_noble", OLD)));
        assert!(version.contains("is the ID of a version of `ubuntu_noble`"), "{version}");
    }
    assert_eq!(sandbox.files(), [""; 0]);
}

#[test]
fn a_superseded_id_is_found_in_the_listing_of_its_version() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    assert_snapshot!(sandbox.run(&format!("explain {}", id(2))), @"
    00000002-0000-4000-8000-000000000000 is a local image of `ubuntu_noble` in fr-par-1 for x86_64, type instance_sbs, published 2026-09-02
    it can be pinned, and an Instance can boot from it
    the lockfile does not pin it
    --- exit 0
    ");
    sandbox.ok(&format!("adopt web={}", id(2)));
    assert_snapshot!(sandbox.ok("list"), @"
    NAME  ZONE      ARCH    TYPE          LABEL         ID                                    PUBLISHED
    web   fr-par-1  x86_64  instance_sbs  ubuntu_noble  00000002-0000-4000-8000-000000000000  2026-09-02
    ");
    // The number of requests for an unknown ID has a limit.
    marketplace.requests();
    sandbox.ok(&format!("explain {}", id(99)));
    let requests = marketplace.requests();
    assert!(requests.len() < 20, "{requests:?}");
}

#[test]
fn options_that_contradict_the_marketplace_are_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let all =
        ["--label debian_bookworm", "--label ubuntu_nobel", "--zone nl-ams-1", "--arch arm64", "--type instance_local"];
    let messages = all.map(|options| sandbox.fails(&format!("adopt web={} {options}", id(1))));
    assert_snapshot!(messages.concat(), @"
    error: the label of 00000001-0000-4000-8000-000000000000 is `ubuntu_noble`, not `debian_bookworm`
     |
     = help: remove `--label`: it is not needed for an ID that the Marketplace lists
    error: the Marketplace has no image with the label `ubuntu_nobel`
     |
     = help: did you mean `ubuntu_noble`?
    error: the zone of 00000001-0000-4000-8000-000000000000 is `fr-par-1`, not `nl-ams-1`
     |
     = help: remove `--zone`: it is not needed for an ID that the Marketplace lists
    error: the architecture of 00000001-0000-4000-8000-000000000000 is `x86_64`, not `arm64`
     |
     = help: remove `--arch`: it is not needed for an ID that the Marketplace lists
    error: the type of 00000001-0000-4000-8000-000000000000 is `instance_sbs`, not `instance_local`
     |
     = help: remove `--type`: it is not needed for an ID that the Marketplace lists
    ");
    sandbox.ok(&format!("adopt web={} --label ubuntu_noble {OPTIONS} --type instance_sbs --dry-run", id(1)));
}

#[test]
fn the_description_of_an_unknown_id_is_checked() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let adopt = |options: &str| format!("adopt web={} {options}", id(99));
    let refused = [
        "--label ubuntu_nobel --arch x86_64 --zone fr-par-1",
        "--label ubuntu_noble --arch x86_64 --zone fr-pra-1",
        "--label ubuntu_noble --arch riscv64 --zone fr-par-1",
        "--label ubuntu_noble",
    ];
    let messages = refused.map(|options| sandbox.fails(&adopt(options)));
    assert_snapshot!(messages.concat(), @"
    error: the Marketplace has no image with the label `ubuntu_nobel`
     |
     = help: did you mean `ubuntu_noble`?
    error: cannot adopt 00000099-0000-4000-8000-000000000000: the Marketplace has no image in the zone `fr-pra-1`
     |
     = help: did you mean `fr-par-1`?
    error: cannot adopt 00000099-0000-4000-8000-000000000000: the Marketplace has no image for the architecture `riscv64`
     |
     = help: write `arm64` or `x86_64`
    error: the Marketplace does not list 00000099-0000-4000-8000-000000000000
     |
     = note: it is a private or superseded image; superseded images still boot, but are no longer listed
     = help: for a superseded image, add its description: `imagelock adopt web=00000099-0000-4000-8000-000000000000 --label ubuntu_noble --arch ARCH --zone ZONE`
    ");
    // An old image may have been offered with another type, so this is only a warning.
    let warned = [
        "--label ubuntu_noble --arch x86_64 --zone nl-ams-1",
        "--label ubuntu_noble --arch x86_64 --zone fr-par-1 --type instance_local",
    ];
    let warnings = warned.map(|options| sandbox.run(&format!("{} --dry-run", adopt(options))).stderr);
    assert_snapshot!(warnings.concat(), @"
    warning: 00000099-0000-4000-8000-000000000000 is pinned as `ubuntu_noble` in nl-ams-1 for x86_64 (instance_sbs), which is currently not offered
      = note: `ubuntu_noble` is offered in fr-par-1 for x86_64 (instance_sbs) and nl-ams-1 for arm64 (instance_sbs)
      = help: if this is wrong, run the command again with other options to correct the declaration and the pin
    would declare `web` in `images.toml`
    warning: 00000099-0000-4000-8000-000000000000 is pinned as `ubuntu_noble` in fr-par-1 for x86_64 (instance_local), which is currently not offered
      = note: `ubuntu_noble` is offered in fr-par-1 for x86_64 (instance_sbs) and nl-ams-1 for arm64 (instance_sbs)
      = help: if this is wrong, run the command again with other options to correct the declaration and the pin
    would declare `web` in `images.toml`
    ");
}

#[test]
fn an_unknown_id_gets_the_type_that_is_offered() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok(&format!("adopt old={} --label centos_7.9 {OPTIONS}", id(98)));
    assert!(sandbox.lock().contains("type = \"instance_local\""), "{}", sandbox.lock());
    let check = sandbox.run("check --format json").stdout;
    assert!(check.contains("\"outdated\"") && !check.contains("unavailable"), "{check}");
    let line = format!("adopt db={} --label debian_bookworm {OPTIONS}", id(99));
    assert_snapshot!(sandbox.fails(&line), @"
    error: the type of 00000099-0000-4000-8000-000000000000 is unknown: `debian_bookworm` is offered with the types `instance_sbs` and `instance_local`
     |
     = help: type the ID as `NAME=UUID`, with `--type instance_sbs` if the root volume of the server is on Block Storage (`sbs_volume`), or with `--type instance_local` if it is local (`l_ssd`)
    ");
    sandbox.ok(&format!("{line} --type instance_local"));
}

#[test]
fn a_second_adoption_corrects_the_first() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok(&format!("adopt web={} --label debian_bookworm {OPTIONS} --type instance_sbs", id(99)));
    sandbox.write(
        "images.toml",
        sandbox.read("images.toml").replace("[images.web]", "# Mine.\n[images.web]") + "min-age = \"3d\" # slow\n",
    );
    assert_snapshot!(sandbox.run(&format!("adopt web={} --type instance_local", id(99))), @"
    CHANGE   NAME  ZONE      ARCH    LABEL            FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  debian_bookworm  00000099  00000099  type instance_sbs → instance_local, pinned as described, because the Marketplace does not list the ID

    1 pin: 1 amended
    --- stderr
    corrected `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run(&format!("adopt web={} --label ubuntu_noble --type instance_sbs", id(99))), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    amended  web   fr-par-1  x86_64  ubuntu_noble  00000099  00000099  label debian_bookworm → ubuntu_noble, type instance_local → instance_sbs, pinned as described, because the Marketplace does not list the ID

    1 pin: 1 amended
    --- stderr
    corrected `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run(&format!("adopt web={} --zone nl-ams-1", id(99))), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    removed  web   fr-par-1  x86_64  ubuntu_noble  00000099
    added    web   nl-ams-1  x86_64  ubuntu_noble            00000099  pinned as described, because the Marketplace does not list the ID

    1 pin: 1 added, 1 removed
    --- stderr
    warning: 00000099-0000-4000-8000-000000000000 is pinned as `ubuntu_noble` in nl-ams-1 for x86_64 (instance_sbs), which is currently not offered
      = note: `ubuntu_noble` is offered in fr-par-1 for x86_64 (instance_sbs) and nl-ams-1 for arm64 (instance_sbs)
      = help: if this is wrong, run the command again with other options to correct the declaration and the pin
    corrected `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    # Mine.
    [images.web]
    label = "ubuntu_noble"
    zone = "nl-ams-1"
    arch = "x86_64"
    type = "instance_sbs"
    min-age = "3d" # slow
    "#);
    sandbox.ok("resolve --locked");
    // Adopting the same ID again changes nothing. Adopting another ID is refused instead of moving the pin.
    let (manifest, lock) = (sandbox.read("images.toml"), sandbox.lock());
    sandbox.ok(&format!("adopt web={} --zone nl-ams-1", id(99)));
    sandbox.ok(&format!("adopt web={}", id(99)));
    let other = format!("adopt web=nl-ams-1/{} --label ubuntu_noble --arch x86_64 --type instance_sbs", id(97));
    assert!(sandbox.fails(&other).contains("is already pinned to"));
    assert_eq!((sandbox.read("images.toml"), sandbox.lock()), (manifest, lock));
}

#[test]
fn one_line_images_are_declared_and_corrected_as_one_line() {
    let manifest = "[images]\ndb = { label = \"ubuntu_noble\", zone = \"fr-par-1\", arch = \"x86_64\" } # mine\n";
    let marketplace = marketplace();
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok(&format!("adopt web={} --label debian_bookworm {OPTIONS} --type instance_sbs", id(99)));
    sandbox.ok(&format!("adopt web={} --label ubuntu_noble --type instance_sbs", id(99)));
    let web = "web = { label = \"ubuntu_noble\", zone = \"fr-par-1\", arch = \"x86_64\", type = \"instance_sbs\" }\n";
    assert_eq!(sandbox.read("images.toml"), format!("{manifest}{web}"));
}

#[test]
fn a_correction_requires_all_zones_of_the_image() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let (a, b) = (format!("web=fr-par-1/{}", id(98)), format!("web=nl-ams-1/{}", id(99)));
    sandbox.ok(&format!("adopt {a} {b} --label ubuntu_noble --arch x86_64 --type instance_sbs"));
    assert_snapshot!(sandbox.fails(&format!("adopt {a} --label debian_bookworm --type instance_sbs")), @"
    error: cannot correct the pin of 00000098-0000-4000-8000-000000000000: `web` also has other pins
     |
     = note: it is pinned as `ubuntu_noble` in fr-par-1 for x86_64 (instance_sbs)
     = help: give all IDs of `web` in one command, or choose another name: `imagelock adopt NAME=00000098-0000-4000-8000-000000000000`
    ");
    sandbox.ok(&format!("adopt {a} {b} --label debian_bookworm --type instance_sbs"));
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.web]
    label = "debian_bookworm"
    zones = ["fr-par-1", "nl-ams-1"]
    arch = "x86_64"
    type = "instance_sbs"
    "#);
    sandbox.ok("resolve --locked");
}

#[test]
fn the_nil_and_the_max_uuid_are_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let ids = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
    for id in ids {
        let adopt = sandbox.fails(&format!("adopt web={id} --label ubuntu_noble {OPTIONS}"));
        assert!(adopt.contains("other than all zeros or all ones"), "{adopt}");
        let explain = sandbox.fails(&format!("explain {id}"));
        assert!(explain.contains("is not an ID") && explain.contains("other than all zeros or all ones"), "{explain}");
    }
    assert_eq!(marketplace.requests(), [""; 0]);
}
