//! Changes that conflict: the error message, and the conflict markers in the file.

use imagelock::domain::lock::{Lock, Pin};
use imagelock::domain::types::{ImageRef, ImageType};
use insta::assert_snapshot;

use crate::support::fixtures::diverged_branches::{
    MANIFEST, conflict, conflicting_upgrades, diverged, diverged_pins, git_ok, newest_version, repository_with_driver,
    run,
};
use crate::support::git_repository::{commit, git, lock};
use crate::support::sandbox::Sandbox;

#[test]
fn two_different_upgrades_of_one_pin_conflict() {
    let marketplace = newest_version();
    let sandbox = conflicting_upgrades(repository_with_driver().asking(&marketplace));
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: merge conflict in `images.lock`: both sides changed 1 pin
     |
     = note: `web` (fr-par-1, x86_64): our side has 00000002, published 2026-11-02; their side has 00000003, published 2026-11-03
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts`; or keep one block of each pair and delete the markers. Then run `git add images.lock`
    ");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 2 # read by imagelock 0.1.0 and later

    [[pin]]
    name = "db"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    version-id = "91239ac8-2222-4000-8000-000000000000"
    id = "00000002-0000-4000-8000-000000000000"
    published = 2026-11-02T00:00:00Z
    digest = "sha256:31a7bf99be61b6bf7ac9cd65fe286a0092d63a03e49b453536948e8412b090c1"

    <<<<<<< ours
    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    version-id = "91239ac8-2222-4000-8000-000000000000"
    id = "00000002-0000-4000-8000-000000000000"
    published = 2026-11-02T00:00:00Z
    digest = "sha256:e72649d362bce7b17cc8de92cb3ddaa0eba487f3ce5257796986a925a2a2435b"
    =======
    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    version-id = "26084d89-2222-4000-8000-000000000000"
    id = "00000003-0000-4000-8000-000000000000"
    published = 2026-11-03T00:00:00Z
    digest = "sha256:b8ca83b80ca715a70044f247a7527434f385445f616d0948df3b1f9afa9d20cf"
    >>>>>>> theirs
    "#);
    assert_snapshot!(git_ok(&sandbox, &["status", "--porcelain"]), @"
    UU images.lock
    ?? images.toml
    ");
    assert_snapshot!(sandbox.fails("list"), @"
    error: the file contains conflict markers from an unfinished git merge
      --> images.lock:15:1
       |
    15 | <<<<<<< ours
       | ^^^^^^^^^^^^ conflict marker
       |
       = help: to merge both sides, and pin the newest versions of images that are still in conflict: `imagelock resolve --fix-conflicts`; to keep one side: `git checkout --ours images.lock` or `git checkout --theirs images.lock`
    ");
    assert_snapshot!(sandbox.run("resolve --fix-conflicts --dry-run"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    db    fr-par-1  x86_64  ubuntu_noble  00000002            newer: 00000004, published 2026-11-02 → 2026-11-04
    added   web   fr-par-1  x86_64  ubuntu_noble            00000004  published 2026-11-04, conflict: our side has 00000002, published 2026-11-02; their side has 00000003, published 2026-11-03

    2 pins: 1 added, 1 kept (dry run, nothing was written)
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("resolve --fix-conflicts"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    db    fr-par-1  x86_64  ubuntu_noble  00000002            newer: 00000004, published 2026-11-02 → 2026-11-04
    added   web   fr-par-1  x86_64  ubuntu_noble            00000004  published 2026-11-04, conflict: our side has 00000002, published 2026-11-02; their side has 00000003, published 2026-11-03

    2 pins: 1 added, 1 kept
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 4)]));
    git(&sandbox, &["add", "images.lock"]);
    git_ok(&sandbox, &["commit", "--no-edit"]);
    assert_eq!(sandbox.run("resolve --fix-conflicts").stdout, "nothing to change: 2 pins\n");
}

/// The block that the user keeps has a valid digest.
#[test]
fn a_conflict_can_be_resolved_by_hand() {
    let sandbox = conflicting_upgrades(repository_with_driver());
    conflict(&sandbox, &["merge", "other"]);
    let text = sandbox.lock();
    let (before, rest) = text.split_once("<<<<<<< ours\n").unwrap();
    let (ours, rest) = rest.split_once("=======\n").unwrap();
    let (_, after) = rest.split_once(">>>>>>> theirs\n").unwrap();
    sandbox.write("images.lock", format!("{before}{ours}{after}"));
    assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 2)]));
}

#[test]
fn a_pin_that_was_removed_on_one_side_and_moved_on_the_other_conflicts() {
    let marketplace = newest_version();
    let sandbox = diverged_pins(&[("db", 1), ("web", 1)], &[("db", 1)], &[("db", 1), ("web", 2)]).asking(&marketplace);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: merge conflict in `images.lock`: both sides changed 1 pin
     |
     = note: `web` (fr-par-1, x86_64): our side has no pin; their side has 00000002, published 2026-11-02
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts`; or keep one block of each pair and delete the markers. Then run `git add images.lock`
    ");
    // The manifest decides whether the image stays. Its ID is not in conflict.
    sandbox.write("images.toml", MANIFEST);
    assert_snapshot!(sandbox.run("resolve --fix-conflicts --dry-run --offline"), @"
    no pin would change, but the lockfile would be reformatted (dry run)
    --- exit 0
    ");
    sandbox.write("images.toml", MANIFEST.replace("web.label = \"ubuntu_noble\"\n", ""));
    assert_snapshot!(sandbox.run("resolve --fix-conflicts --offline"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      DETAIL
    removed  web   fr-par-1  x86_64  ubuntu_noble  00000002  published 2026-11-02

    1 pin: 1 removed, 1 kept
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), lock(&[("db", 1)]));
}

#[test]
fn a_conflict_lists_every_difference() {
    let base = Lock::parse(&lock(&[("db", 1), ("web", 1)])).unwrap();
    let write = |change: &dyn Fn(&mut Pin)| {
        let mut pins = base.pins().to_vec();
        pins.iter_mut().for_each(change);
        Lock::new(pins).write()
    };
    let sandbox = Sandbox::new();
    sandbox.write("base", base.write());
    let ours = |pin: &mut Pin| pin.release = Some("24.04".parse().unwrap());
    let theirs = |pin: &mut Pin| {
        pin.stated_label = pin.label().cloned();
        pin.image = ImageRef::Id("0a0a0a0a-0000-4000-8000-000000000000".parse().unwrap());
        pin.image_type = ImageType::InstanceLocal;
        pin.instance_type = Some("PRO2-S".parse().unwrap());
        pin.published = None;
    };
    sandbox.write("ours", write(&ours));
    sandbox.write("theirs", write(&theirs));
    assert_snapshot!(sandbox.run("merge-driver base ours theirs prod.lock"), @"
    --- stderr
    error: merge conflict in `prod.lock`: both sides changed 2 pins
     |
     = note: `db` (fr-par-1, x86_64): our side has 00000001, published 2026-11-01, instance_sbs, release 24.04; their side has 00000001, image 0a0a0a0a-0000-4000-8000-000000000000, instance_local, for PRO2-S
     = note: `web` (fr-par-1, x86_64): our side has 00000001, published 2026-11-01, instance_sbs, release 24.04; their side has 00000001, image 0a0a0a0a-0000-4000-8000-000000000000, instance_local, for PRO2-S
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts --manifest prod.toml`; or keep one block of each pair and delete the markers. Then run `git add prod.lock`
    --- exit 1
    ");
}

#[test]
fn an_edited_block_on_one_side_conflicts() {
    let marketplace = newest_version();
    let base = lock(&[("db", 1), ("web", 1)]);
    let edited = base.replace(
        "0000-4000-8000-000000000000\"\npublished = 2026-11-01T00:00:00Z\ndigest = \"sha256:",
        "0000-4000-8000-00000000000e\"\npublished = 2026-11-01T00:00:00Z\ndigest = \"sha256:",
    );
    let sandbox =
        diverged(repository_with_driver().asking(&marketplace), &base, &lock(&[("db", 2), ("web", 1)]), &edited);
    sandbox.write("images.toml", MANIFEST);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: merge conflict in `images.lock`: both sides changed 2 pins
     |
     = note: `db` (fr-par-1, x86_64): our side has 00000002, published 2026-11-02; their side has 00000001, published 2026-11-01, which does not match its digest
     = note: `web` (fr-par-1, x86_64): our side has 00000001-0000-4000-8000-000000000000, published 2026-11-01; their side has 00000001-0000-4000-8000-00000000000e, published 2026-11-01, which does not match its digest
     = help: to resolve the conflicts: `imagelock upgrade --fix-conflicts db web`; or keep one block of each pair and delete the markers. Then run `git add images.lock`
    ");
    assert_snapshot!(sandbox.fails("resolve --fix-conflicts"), @r#"
    error: the block of `db` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:25:10
       |
    25 | digest = "sha256:719d26f25f349fcb646a29867b169a24f2092f8301fb63d4eb7b81ec96187d58"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
       |
       = help: restore the file with `git restore images.lock`; or, to pin all edited images again: `imagelock upgrade --fix-conflicts db web`

    error: the block of `web` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:49:10
       |
    49 | digest = "sha256:619511bda6b909531b29855cce784fbdd05cc96e8a77990d37ccdd50992bf261"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
       |
       = help: restore the file with `git restore images.lock`; or, to pin all edited images again: `imagelock upgrade --fix-conflicts db web`

    2 errors in all; nothing was changed
    "#);
    sandbox.ok("upgrade --fix-conflicts web db");
    assert_eq!(sandbox.lock(), lock(&[("db", 4), ("web", 4)]));

    // An edited block that is the same on both sides is not a conflict, and it is still detected later.
    let ours = Sandbox::new();
    for name in ["base", "ours", "theirs"] {
        ours.write(name, &edited);
    }
    ours.ok("merge-driver base ours theirs");
    assert_eq!(ours.read("ours"), edited);
}

#[test]
fn an_unreadable_side_is_left_to_the_user() {
    let (base, main) = (lock(&[("web", 1)]), lock(&[("web", 2)]));
    let newer = base.replace("version = 2 # read by imagelock 0.1.0", "version = 7 # read by imagelock 3.2.0");
    let sandbox = diverged(repository_with_driver(), &base, &main, &newer);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: cannot merge their side: the lockfile has format 7, but imagelock 0.1.0 reads formats up to 2
     --> images.lock (theirs):2:11
      |
    2 | version = 7 # read by imagelock 3.2.0 and later
      |           ^ expected a number, at most 2
      |
      = note: `images.lock` contains only the changes of our side; fix the lockfile in the commit that broke it and merge again, or choose one side with `git checkout --ours images.lock` or `git checkout --theirs images.lock`
      = help: install imagelock 3.2.0 or later, which can read this file
    ");
    assert_eq!(sandbox.lock(), main);
    let markers = format!("<<<<<<< HEAD\n{base}=======\n{main}>>>>>>> feature\n");
    let sandbox = diverged(repository_with_driver(), &base, &markers, &lock(&[("web", 3)]));
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: cannot merge our side: the file contains conflict markers from an unfinished git merge
     --> images.lock (ours):1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ conflict marker
      |
      = note: `images.lock` contains only the changes of our side; fix the lockfile in the commit that broke it and merge again, or choose one side with `git checkout --ours images.lock` or `git checkout --theirs images.lock`
      = help: in the commit that contains the conflict: `imagelock resolve --fix-conflicts`
    ");
    assert_eq!(sandbox.lock(), markers);
    let sandbox = diverged(repository_with_driver(), &base, &main, "garbage");
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: cannot merge their side: invalid TOML: `garbage` has no value
     --> images.lock (theirs):1:8
      |
    1 | garbage
      |        ^ expected `=` after the key
      |
      = note: `images.lock` contains only the changes of our side; fix the lockfile in the commit that broke it and merge again, or choose one side with `git checkout --ours images.lock` or `git checkout --theirs images.lock`
    ");
    sandbox.write("theirs", [0xff]);
    assert_snapshot!(sandbox.fails("merge-driver none images.lock theirs a/b.lock"), @"
    error: `a/b.lock (theirs)` is not a text file: line 1 is not valid UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(sandbox.fails("merge-driver none images.lock nothing a/b.lock"), @"
    error: cannot read `nothing`: it does not exist
     |
     = help: check the path
    ");
    assert_eq!(sandbox.lock(), main);
}

#[test]
fn a_path_with_spaces_is_quoted_in_the_suggested_command() {
    let sandbox = repository_with_driver();
    sandbox.write(".gitattributes", "*.lock merge=imagelock\n");
    std::fs::create_dir(sandbox.path("our infra")).unwrap();
    for (branch, number) in [("main", 1), ("other", 2), ("main", 3)] {
        if number > 1 {
            git(
                &sandbox,
                if number == 2 { &["switch", "--quiet", "-c", "other"] } else { &["switch", "--quiet", "main"] },
            );
        }
        sandbox.write("our infra/it's.lock", lock(&[("web", number)]));
        commit(&sandbox, "2026-11-05", branch);
    }
    assert_snapshot!(run(&sandbox, &["merge", "other"]).stderr, @r"
    error: merge conflict in `our infra/it's.lock`: both sides changed 1 pin
     |
     = note: `web` (fr-par-1, x86_64): our side has 00000003, published 2026-11-03; their side has 00000002, published 2026-11-02
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts --manifest 'our infra/it'\''s.toml'`; or keep one block of each pair and delete the markers. Then run `git add 'our infra/it'\''s.lock'`
    ");
}

/// Branches that were merged into each other have several merge bases, which git first merges into one.
#[test]
fn branches_that_merged_each_other_report_every_conflict() {
    let sandbox = diverged_pins(&[("db", 1), ("web", 1)], &[("db", 1), ("web", 2)], &[("db", 2), ("web", 3)]);
    let settle = |sandbox: &Sandbox, side: &str| {
        git_ok(sandbox, &["checkout", side, "images.lock"]);
        git_ok(sandbox, &["add", "images.lock"]);
        git_ok(sandbox, &["commit", "--no-edit"]);
    };
    git(&sandbox, &["branch", "before", "main"]);
    conflict(&sandbox, &["merge", "other"]);
    settle(&sandbox, "--ours");
    git(&sandbox, &["switch", "--quiet", "other"]);
    conflict(&sandbox, &["merge", "before"]);
    settle(&sandbox, "--ours");
    let message = conflict(&sandbox, &["merge", "main"]);
    assert_snapshot!(message, @"
    error: merge conflict in `images.lock`: both sides changed 1 pin
     |
     = note: `web` (fr-par-1, x86_64): our side has 00000002, published 2026-11-02; their side has 00000003, published 2026-11-03
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts`; or keep one block of each pair and delete the markers. Then run `git add images.lock`
    error: merge conflict in `images.lock`: both sides changed 1 pin
     |
     = note: `web` (fr-par-1, x86_64): our side has 00000003, published 2026-11-03; their side has 00000002, published 2026-11-02
     = help: to resolve the conflicts: `imagelock resolve --fix-conflicts`; or keep one block of each pair and delete the markers. Then run `git add images.lock`
    ");
}
