//! `adopt NAME=UUID`: IDs that the user types become a manifest and a lockfile.

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::fixtures::adoptable::marketplace;
use crate::support::sandbox::Sandbox;

#[test]
fn adopt_turns_ids_into_a_manifest_and_a_lockfile() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let line = format!("adopt web=fr-par-1/{} web={} db={} old={}", id(1), id(2), id(3), id(6));
    assert_snapshot!(sandbox.run(&format!("{line} --dry-run")), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO        DETAIL
    added   db    fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   old   fr-par-1  x86_64  ubuntu_jammy     00000006  published 2026-09-02
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02
    added   web   nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02

    4 pins: 4 added (dry run, nothing was written)
    --- stderr
    would declare `db`, `old` and `web` in `images.toml`
    --- exit 0
    ");
    assert_eq!(sandbox.files(), [""; 0]);
    assert_snapshot!(sandbox.run(&line), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO        DETAIL
    added   db    fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   old   fr-par-1  x86_64  ubuntu_jammy     00000006  published 2026-09-02
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02
    added   web   nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02

    4 pins: 4 added
    --- stderr
    declared `db`, `old` and `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.db]
    label = "debian_bookworm"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"

    [images.old]
    label = "ubuntu_jammy"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_local"

    [images.web]
    label = "ubuntu_noble"
    zones = ["fr-par-1", "nl-ams-1"]
    arch = "x86_64"
    type = "instance_sbs"
    "#);
    assert_snapshot!(sandbox.ok("list"), @"
    NAME  ZONE      ARCH    TYPE            LABEL            ID                                    PUBLISHED
    db    fr-par-1  x86_64  instance_sbs    debian_bookworm  00000003-0000-4000-8000-000000000000  2026-09-02
    old   fr-par-1  x86_64  instance_local  ubuntu_jammy     00000006-0000-4000-8000-000000000000  2026-09-02
    web   fr-par-1  x86_64  instance_sbs    ubuntu_noble     00000001-0000-4000-8000-000000000000  2026-09-02
    web   nl-ams-1  x86_64  instance_sbs    ubuntu_noble     00000002-0000-4000-8000-000000000000  2026-09-02
    ");
    sandbox.ok("resolve --locked");
    let (manifest, lock) = (sandbox.read("images.toml"), sandbox.lock());
    sandbox.ok("resolve");
    sandbox.ok("check");
    assert_snapshot!(sandbox.run(&line), @"
    nothing to change: 4 pins
    --- exit 0
    ");
    assert_eq!((sandbox.read("images.toml"), sandbox.lock()), (manifest, lock));
}

#[test]
fn the_same_id_under_the_same_name_is_adopted_once() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    for file in ["a.tf", "b.tf"] {
        sandbox.write(file, format!("web_image = \"{}\"\n", id(1)));
    }
    let twice = format!("adopt web={0} web={0} --from a.tf --from b.tf", id(1));
    assert_snapshot!(sandbox.run(&twice), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02

    1 pin: 1 added
    --- stderr
    declared `web` in `images.toml`
    --- exit 0
    ");
    let message = sandbox.fails(&format!("adopt db=nl-ams-1/{0} db=nl-ams-1/{0}", id(1)));
    assert_eq!(message.matches("error: ").count(), 1, "{message}");
}

#[test]
fn an_unlisted_id_is_pinned_as_the_manifest_describes_it() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(
        "[images.web]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n",
    );
    let sandbox = sandbox.asking(&marketplace);
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(99))), @"
    error: the Marketplace does not list 00000099-0000-4000-8000-000000000000
     |
     = note: it is a private or superseded image; superseded images still boot, but are no longer listed
     = help: for a superseded image, add its description: `imagelock adopt web=00000099-0000-4000-8000-000000000000 --label LABEL --arch ARCH --zone ZONE`
    ");
    assert_snapshot!(sandbox.run(&format!("adopt web=fr-par-1/{} web=nl-ams-1/{}", id(99), id(2))), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000099  pinned as described, because the Marketplace does not list the ID
    added   web   nl-ams-1  x86_64  ubuntu_noble  00000002  published 2026-09-02

    2 pins: 2 added
    --- exit 0
    ");
    sandbox.ok("resolve --locked");
}

#[test]
fn adopt_writes_the_outputs() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(
        "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n\n[images.db]\nlabel = \"debian_bookworm\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n",
    );
    let sandbox = sandbox.asking(&marketplace);
    assert_snapshot!(sandbox.run(&format!("adopt web={}", id(1))), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02

    1 pin: 1 added
    --- stderr
    declared `web` in `images.toml`
    wrote `images.env`
    --- exit 0
    ");
    assert_eq!(sandbox.ok("export env"), sandbox.read("images.env").replace("# Manifest: images.toml\n", ""));
}

#[test]
fn an_id_that_cannot_be_adopted_is_an_error() {
    let marketplace = marketplace();
    let manifest = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("empty.tf", "image = \"ubuntu_noble\"\n");
    assert_snapshot!(sandbox.fails("adopt"), @"
    error: `adopt` needs IDs, or a file that contains IDs
     |
     = help: for example: `imagelock adopt front=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`
    ");
    assert_snapshot!(sandbox.fails("adopt web"), @"
    error: `web` has no ID
     |
     = note: to find the IDs in a file, use `--from FILE`
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt {}", id(1))), @"
    error: `00000001-0000-4000-8000-000000000000` has no name
     |
     = help: give it a name: `imagelock adopt NAME=00000001-0000-4000-8000-000000000000`
    ");
    assert_snapshot!(sandbox.fails("adopt web=ubuntu_noble 2=x db=paris/00000001-0000-4000-8000-000000000000"), @"
    error: `ubuntu_noble` is not an ID: expected a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    error: `2` is not an image name: expected a letter or `_`, followed by letters, digits, `_` or `-`
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    error: `paris` is not a zone: expected a zone, like `fr-par-1`
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    3 errors in all; nothing was changed
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt db=nl-ams-1/{}", id(1))), @"
    error: nl-ams-1/00000001-0000-4000-8000-000000000000 is in fr-par-1, not in nl-ams-1
     |
     = help: write `fr-par-1/00000001-0000-4000-8000-000000000000`
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt db={}", id(99))), @"
    error: the Marketplace does not list 00000099-0000-4000-8000-000000000000
     |
     = note: it is a private or superseded image; superseded images still boot, but are no longer listed
     = help: for a superseded image, add its description: `imagelock adopt db=00000099-0000-4000-8000-000000000000 --label LABEL --arch ARCH --zone ZONE`
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(2))), @r#"
    error: 00000002-0000-4000-8000-000000000000 is in nl-ams-1 for x86_64, but `web` is not declared there
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ declared here
      |
      = help: declare this zone and architecture, or choose another name: `imagelock adopt NAME=00000002-0000-4000-8000-000000000000`
    "#);
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(3))), @r#"
    error: 00000003-0000-4000-8000-000000000000 is a local image of `debian_bookworm` (instance_sbs), but `web` is declared as `ubuntu_noble` (instance_sbs)
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ declared here
      |
      = help: change the declaration, or choose another name: `imagelock adopt NAME=00000003-0000-4000-8000-000000000000`
    "#);
    assert_snapshot!(sandbox.fails(&format!("adopt web=fr-par-1/{} --label ubuntu_noble --arch x86_64", id(99))), @"
    error: cannot adopt 00000099-0000-4000-8000-000000000000: `web` (fr-par-1, x86_64) is already pinned to 00000001-0000-4000-8000-000000000000
     |
     = help: choose another name: `imagelock adopt NAME=00000099-0000-4000-8000-000000000000`; or remove the block of this pin from the lockfile first
    ");
    assert_snapshot!(sandbox.fails("adopt --from empty.tf"), @"
    error: found no ID of a Marketplace image in `empty.tf`
     |
     = help: to adopt an ID that the Marketplace does not list, give it a name: `imagelock adopt web=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from nowhere.tf"), @"
    error: cannot read `nowhere.tf`: it does not exist
     |
     = help: check the path
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt db={} --offline", id(1))), @"
    error: cannot identify the IDs: `--offline` does not allow queries to the Marketplace
     |
     = help: run without `--offline`, or use a snapshot: `--catalog FILE`
    ");
    assert_eq!(sandbox.read("images.toml"), manifest);
}
