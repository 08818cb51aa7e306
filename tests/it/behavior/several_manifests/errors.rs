//! Invalid manifests and names: each is reported before anything is written.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{id, local};
use crate::support::fixtures::stacks::{manifest, stacks, two_broken_stacks};

#[test]
fn nothing_is_written_if_one_manifest_is_invalid() {
    let (sandbox, _marketplace) = stacks();
    let locks = || ["web", "api", "db/eu"].map(|stack| sandbox.read(&format!("stacks/{stack}/images.lock")));
    let before = locks();
    sandbox.write("stacks/api/images.toml", manifest("[images.api]\nlable = \"ubuntu_noble\"\n"));
    assert_snapshot!(sandbox.fails("upgrade --recursive stacks"), @r#"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: unknown key `lable` in `[images.api]`
     --> stacks/api/images.toml:6:1
      |
    6 | lable = "ubuntu_noble"
      | ^^^^^ unknown key
      |
      = help: did you mean `label`?

    errors in 1 of 3 manifests; no results are shown for the others; nothing was changed
    "#);
    sandbox.write("stacks/web/images.toml", "images");
    assert_snapshot!(sandbox.run("check --recursive stacks"), @r#"
    STATUS    MANIFEST                  NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  stacks/db/eu/images.toml  web   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000011  48 days behind (2026-10-20)
    current   stacks/db/eu/images.toml  db    fr-par-1  x86_64  debian_bookworm  00000002  2026-09-02

    2 pins in 1 manifest: 1 outdated, 1 current
    2 of 3 manifests could not be checked: `stacks/api/images.toml` and `stacks/web/images.toml`
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web --manifest stacks/db/eu/images.toml
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: unknown key `lable` in `[images.api]`
     --> stacks/api/images.toml:6:1
      |
    6 | lable = "ubuntu_noble"
      | ^^^^^ unknown key
      |
      = help: did you mean `label`?

    error: invalid TOML: `images` has no value
     --> stacks/web/images.toml:1:7
      |
    1 | images
      |       ^ expected `=` after the key
      |
      = help: write `images = "…"`, or remove the key
    --- exit 1
    "#);
    sandbox.write("stacks/api/images.toml", manifest("[images.api]\nlabel = \"ubuntu_nobel\"\n"));
    sandbox.write("stacks/web/images.toml", manifest("[images.web]\nlabel = \"ubuntu_nobel\"\n"));
    assert_snapshot!(sandbox.fails("upgrade --recursive stacks"), @r#"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: the Marketplace has no image with the label `ubuntu_nobel`
     --> stacks/api/images.toml:6:9
      |
    6 | label = "ubuntu_nobel"
      |         ^^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `ubuntu_noble`?

    error: the Marketplace has no image with the label `ubuntu_nobel`
     --> stacks/web/images.toml:6:9
      |
    6 | label = "ubuntu_nobel"
      |         ^^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `ubuntu_noble`?

    errors in 2 of 3 manifests; no results are shown for the others; nothing was changed
    "#);
    assert_eq!(locks(), before);
}

#[test]
fn invalid_combinations_are_refused() {
    let (sandbox, _marketplace) = stacks();
    assert_snapshot!(sandbox.fails("check wep --recursive stacks"), @"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: no image is named `wep`
     |
     = help: did you mean `web`?
    ");
    assert_snapshot!(sandbox.fails("list --recursive stacks"), @"
    error: `list` reads one manifest and has no option `--recursive`
     |
     = help: to read the manifest in this directory: `imagelock list --now 2026-11-24T10:00:00Z --manifest stacks`
    ");
    assert_snapshot!(sandbox.fails("check --recursive stacks --manifest prod.toml"), @"
    error: cannot find `prod.toml` in `stacks` or below
     |
     = help: hidden and git-ignored directories are skipped; to search for another file name, add `--manifest NAME`
    ");
    assert_snapshot!(sandbox.fails("check --recursive nowhere"), @"
    error: `nowhere` is not a directory
     |
     = help: `--recursive` takes a directory; put the names of images before `--recursive`
    ");
    assert_snapshot!(sandbox.fails("check --recursive stacks -o stacks/web/images.lock --format json"), @"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: the report `stacks/web/images.lock` is the same file as the lockfile `stacks/web/images.lock`
     |
     = help: choose another file: `-o FILE`
    ");
}

#[test]
fn a_file_shared_by_two_manifests_is_refused_before_anything_is_written() {
    let (sandbox, _marketplace) = stacks();
    let output = "[[outputs]]\nformat = \"env\"\npath = \"../shared.env\"\noutside = true\n";
    for stack in ["web", "api"] {
        let file = format!("stacks/{stack}/images.toml");
        sandbox.write(&file, sandbox.read(&file) + output);
    }
    assert_snapshot!(sandbox.fails("resolve --recursive stacks"), @r#"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: the output `stacks/web/../shared.env` of `stacks/web/images.toml` is the same file as the output `stacks/api/../shared.env` of `stacks/api/images.toml`
     --> stacks/web/images.toml:9:8
      |
    9 | path = "../shared.env"
      |        ^^^^^^^^^^^^^^^ the path of this output
      |
      = help: give the output another `path`

    errors in 1 of 3 manifests; no results are shown for the others; nothing was changed
    "#);
    assert!(!sandbox.path("stacks/shared.env").exists());
    sandbox.write("prod.toml", manifest("[images.web]\nlabel = \"ubuntu_noble\"\n"));
    sandbox.write("prod.tml", manifest("[images.web]\nlabel = \"ubuntu_noble\"\n"));
    assert_snapshot!(sandbox.fails("resolve --manifest prod.toml --manifest prod.tml"), @"
    error: the lockfile `prod.lock` of `prod.tml` is the same file as the lockfile `prod.lock` of `prod.toml`
     |
     = help: rename one of the two manifests: the lockfile has the name of the manifest with `.lock`
    ");
}

#[test]
fn the_help_for_a_missing_manifest_names_that_manifest() {
    let (sandbox, _marketplace) = stacks();
    assert_snapshot!(sandbox.fails("check --manifest a.toml --manifest b.toml"), @"
    error: cannot find the manifest `a.toml`
     |
     = help: to create one: `imagelock init --manifest a.toml`; to use another manifest: `--manifest PATH`

    error: cannot find the manifest `b.toml`
     |
     = help: to create one: `imagelock init --manifest b.toml`; to use another manifest: `--manifest PATH`

    errors in 2 of 2 manifests; nothing was changed
    ");
}

#[test]
fn files_that_were_written_before_an_error_are_listed() {
    let (sandbox, _marketplace) = stacks();
    std::fs::create_dir(sandbox.path("stacks/db/eu/.images.lock.tmp")).unwrap();
    let web = sandbox.read("stacks/web/images.lock");
    assert_snapshot!(sandbox.run("upgrade --recursive stacks"), @"
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: cannot write `stacks/db/eu/.images.lock.tmp`: it is a directory
     |
     = help: move the directory `stacks/db/eu/.images.lock.tmp` away

    written before the error: `stacks/api/images.lock`; to continue with the others, run the command again
    --- exit 1
    ");
    assert!(sandbox.read("stacks/api/images.lock").contains(&id(11)));
    assert_eq!(sandbox.read("stacks/web/images.lock"), web);
    std::fs::remove_dir(sandbox.path("stacks/db/eu/.images.lock.tmp")).unwrap();
    assert_snapshot!(sandbox.run("upgrade --recursive stacks").stdout.lines().last().unwrap(), @"4 pins in 3 manifests: 2 moved, 2 kept");
}

#[test]
fn every_broken_manifest_is_reported_before_anything_is_written() {
    let (sandbox, _marketplace) = two_broken_stacks();
    sandbox.write("stacks/db/eu/images.toml", manifest("[images.db]\nlabel = \"debian_bookwurm\"\n"));
    assert_snapshot!(sandbox.fails("resolve --recursive stacks"), @r#"
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    error: invalid TOML: a string has no closing quote
     --> stacks/api/images.toml:2:22
      |
    2 | label = "ubuntu_noble
      |                      ^ expected `"`
      |
      = help: write `label = "ubuntu_noble"`

    error: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2
     --> stacks/web/images.lock:1:11
      |
    1 | version = 9 # read by imagelock 4.0.0 and later
      |           ^ expected a number, at most 2
      |
      = help: install imagelock 4.0.0 or later, which can read this file

    error: the Marketplace has no image with the label `debian_bookwurm`
     --> stacks/db/eu/images.toml:6:9
      |
    6 | label = "debian_bookwurm"
      |         ^^^^^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `debian_bookworm`?

    errors in 3 of 3 manifests; nothing was changed
    "#);
}

#[test]
fn an_image_that_cannot_be_upgraded_suggests_the_command_for_the_others() {
    let (sandbox, marketplace) = stacks();
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 11).published("2026-10-20T10:03:30Z")]);
    assert_snapshot!(sandbox.fails("upgrade --manifest stacks/db/eu/images.toml"), @r#"
    error: the Marketplace has no image with the label `debian_bookworm`
     --> stacks/db/eu/images.toml:8:9
      |
    8 | label = "debian_bookworm"
      |         ^^^^^^^^^^^^^^^^^ unknown label
      |
      = help: to list the labels: `imagelock search`

    error: cannot upgrade `db`
     |
     = help: to upgrade the others: `imagelock upgrade web --manifest stacks/db/eu/images.toml`

    2 errors in all; nothing was changed
    "#);
    sandbox.ok("upgrade web --manifest stacks/db/eu/images.toml");
}
