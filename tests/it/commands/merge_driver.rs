//! `imagelock merge-driver` and `imagelock resolve --mend`, with the real git.

use std::path::Path;
use std::process::Command;

use imagelock::domain::lock::{Lock, Pin};
use imagelock::domain::{ImageRef, ImageType};
use insta::assert_snapshot;

use crate::interface::docs::blocks;
use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::git_repository::{commit, git, git_command, lock, repository};
use crate::support::sandbox::{Run, Sandbox};

/// The three ways in which git brings the commits of `other` to `main`, or those of `main` to `other`.
const WAYS: [&[&str]; 3] = [&["merge", "--no-edit", "other"], &["rebase", "other"], &["cherry-pick", "other"]];

type Pins<'a> = &'a [(&'a str, u32)];

/// Runs git where it finds imagelock, as on the machine of a user.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap();
    let mut command = git_command(sandbox, "", "2026-11-10T09:00:00Z", arguments);
    command.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap()));
    // Nobody is there to write a message.
    let output = command.env("GIT_EDITOR", "true").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs what git must be able to do.
#[track_caller]
fn well(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = run(sandbox, arguments);
    assert_eq!(run.status, Some(0), "git {arguments:?}\n{run}");
    run.stdout
}

/// What git could not do, with what the driver says; not the hints and hashes, which are git's own.
#[track_caller]
fn conflict(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = run(sandbox, arguments);
    assert_eq!(run.status, Some(1), "git {arguments:?}\n{run}");
    assert_eq!(well(sandbox, &["diff", "--name-only", "--diff-filter=U"]), "images.lock\n");
    let noise = ["hint: ", "error: could not apply", "Could not apply", "Rebasing"];
    // A rebase tells how far it is, over and over in the same line.
    let lines = run.stderr.lines().filter_map(|line| line.rsplit('\r').next());
    let told: Vec<&str> = lines.filter(|line| !noise.iter().any(|start| line.starts_with(start))).collect();
    told.join("\n") + "\n"
}

/// A repository as the README has it set up, in which nothing is committed.
fn set_up() -> Sandbox {
    let sandbox = repository(Sandbox::new());
    let lines = blocks("sh").into_iter().find(|block| block.contains("merge-driver")).unwrap();
    let shell = Command::new("sh").arg("-ec").arg(lines).current_dir(sandbox.path("")).output().unwrap();
    assert!(shell.status.success() && lines.lines().count() == 2, "{shell:?}");
    git(&sandbox, &["add", ".gitattributes"]);
    sandbox
}

/// Two branches that parted: `main`, which is checked out, and `other`.
fn parted(sandbox: Sandbox, base: &str, main: &str, other: &str) -> Sandbox {
    for (branch, text) in [("base", base), ("other", other), ("main", main)] {
        match branch {
            "base" => {}
            "other" => git(&sandbox, &["switch", "--quiet", "--create", "other"]),
            _ => git(&sandbox, &["switch", "--quiet", "main"]),
        }
        sandbox.write("images.lock", text);
        commit(&sandbox, "2026-11-05", &format!("Pin what {branch} has"));
    }
    sandbox
}

fn pinned(base: Pins, main: Pins, other: Pins) -> Sandbox {
    parted(set_up(), &lock(base), &lock(main), &lock(other))
}

#[test]
fn independent_upgrades_merge() {
    for way in WAYS {
        let sandbox = pinned(&[("db", 1), ("web", 1)], &[("db", 2), ("web", 1)], &[("db", 1), ("web", 3)]);
        well(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 3)]), "{way:?}");
        assert_eq!(well(&sandbox, &["status", "--porcelain"]), "");
    }
}

/// Where git alone sees one place that both sides changed.
#[test]
fn neighbours_that_were_added_or_removed_merge() {
    for way in WAYS {
        let (base, main, other): (Pins, Pins, Pins) =
            (&[("web", 1)], &[("cache", 1), ("web", 1)], &[("builder", 2), ("web", 2)]);
        let sandbox = pinned(base, main, other);
        git(&sandbox, &["config", "--unset", "merge.imagelock.driver"]);
        assert_eq!(run(&sandbox, way).status, Some(1), "git alone can merge this");
        let sandbox = pinned(base, main, other);
        well(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("builder", 2), ("cache", 1), ("web", 2)]), "{way:?}");

        let sandbox = pinned(&[("db", 1), ("web", 1)], &[("db", 1)], &[("db", 2), ("web", 1)]);
        well(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("db", 2)]), "{way:?}");
    }
}

#[test]
fn both_sides_may_do_the_same_or_bring_the_first_lockfile() {
    let sandbox = pinned(&[("web", 1)], &[("db", 1), ("web", 2)], &[("a", 1), ("web", 2)]);
    well(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), lock(&[("a", 1), ("db", 1), ("web", 2)]));

    let sandbox = set_up();
    git(&sandbox, &["commit", "--quiet", "--message", "Begin"]);
    git(&sandbox, &["switch", "--quiet", "--create", "other"]);
    sandbox.write("images.lock", lock(&[("web", 1)]));
    commit(&sandbox, "2026-11-05", "Pin web");
    git(&sandbox, &["switch", "--quiet", "main"]);
    sandbox.write("images.lock", lock(&[("db", 1)]));
    commit(&sandbox, "2026-11-05", "Pin db");
    well(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), lock(&[("db", 1), ("web", 1)]));
}

const MANIFEST: &str = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\ndb.label = \"ubuntu_noble\"\n\
                        web.label = \"ubuntu_noble\"\n";

/// A Marketplace in which another version has come out since.
fn newest() -> Marketplace {
    Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 4).published("2026-11-04T00:00:00Z")])
}

/// `web` was moved on both sides, and `db` on one.
fn disputed(sandbox: Sandbox) -> Sandbox {
    let (base, main, other) = ([("db", 1), ("web", 1)], [("db", 1), ("web", 2)], [("db", 2), ("web", 3)]);
    sandbox.write("images.toml", MANIFEST);
    parted(sandbox, &lock(&base), &lock(&main), &lock(&other))
}

#[test]
fn of_two_upgrades_of_one_pin_neither_wins() {
    let marketplace = newest();
    let sandbox = disputed(set_up().asking(&marketplace));
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: the two sides of `images.lock` disagree about 1 pin
     |
     = note: `web` (fr-par-1, x86_64): ours has 00000002, published 2026-11-02; theirs has 00000003, published 2026-11-03
     = help: `imagelock resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    ");
    assert_snapshot!(sandbox.lock(), @r#"
    # This file is written by imagelock. Commit it; change images.toml instead of editing it.
    version = 1 # read by imagelock 0.1.0 and later

    [[pin]]
    name = "db"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    id = "00000002-0000-4000-8000-000000000000"
    published = 2026-11-02T00:00:00Z
    digest = "sha256:797ad65cda2d30524abeef460f83aa99c3879fb6d0c3362d001615257ff0be38"

    <<<<<<< ours
    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    id = "00000002-0000-4000-8000-000000000000"
    published = 2026-11-02T00:00:00Z
    digest = "sha256:4a34053668d8f6a6e58870f164bb0d22539efe132af1ee003856b31b1e7e312c"
    =======
    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    id = "00000003-0000-4000-8000-000000000000"
    published = 2026-11-03T00:00:00Z
    digest = "sha256:21c79de03efb043e46a936b3c5ac60dbcaaa88c86042c7f252604791607082e2"
    >>>>>>> theirs
    "#);
    assert_snapshot!(well(&sandbox, &["status", "--porcelain"]), @"
    UU images.lock
    ?? images.toml
    ");
    assert_snapshot!(sandbox.fails("list"), @"
    error: the file has conflict markers of an unfinished git merge
      --> images.lock:14:1
       |
    14 | <<<<<<< ours
       | ^^^^^^^^^^^^ left by git
       |
       = help: `imagelock resolve --mend` keeps what both sides agree on, or one side alone has, and pins the rest anew; or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
    ");
    assert_snapshot!(sandbox.run("resolve --mend --dry-run"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    db    fr-par-1  x86_64  ubuntu_noble  00000002            newer: 00000004, published 2026-11-02 → 2026-11-04
    added   web   fr-par-1  x86_64  ubuntu_noble            00000004  published 2026-11-04, disputed: ours has 00000002, published 2026-11-02; theirs has 00000003, published 2026-11-03

    dry run, nothing was written; would be: 1 added, 1 kept
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("resolve --mend"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    db    fr-par-1  x86_64  ubuntu_noble  00000002            newer: 00000004, published 2026-11-02 → 2026-11-04
    added   web   fr-par-1  x86_64  ubuntu_noble            00000004  published 2026-11-04, disputed: ours has 00000002, published 2026-11-02; theirs has 00000003, published 2026-11-03

    2 pins: 1 added, 1 kept
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 4)]));
    git(&sandbox, &["add", "images.lock"]);
    well(&sandbox, &["commit", "--no-edit"]);
    assert_eq!(sandbox.run("resolve --mend").stdout, "nothing to change: 2 pins\n");
}

#[test]
fn a_rebase_and_a_cherry_pick_go_on_once_the_lock_is_mended() {
    let marketplace = newest();
    for way in ["rebase", "cherry-pick"] {
        let sandbox = disputed(set_up().asking(&marketplace));
        let told = conflict(&sandbox, &[way, "other"]);
        assert!(told.contains("the two sides of `images.lock` disagree about 1 pin"), "{told}");
        sandbox.ok("resolve --mend");
        git(&sandbox, &["add", "images.lock"]);
        well(&sandbox, &[way, "--continue"]);
        assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 4)]), "{way}");
        assert_eq!(well(&sandbox, &["status", "--porcelain", "--untracked-files=no"]), "");
    }
}

/// One block of each pair is as good: its digest goes with it.
#[test]
fn a_conflict_can_be_settled_by_hand() {
    let sandbox = disputed(set_up());
    conflict(&sandbox, &["merge", "other"]);
    let text = sandbox.lock();
    let (before, rest) = text.split_once("<<<<<<< ours\n").unwrap();
    let (ours, rest) = rest.split_once("=======\n").unwrap();
    let (_, after) = rest.split_once(">>>>>>> theirs\n").unwrap();
    sandbox.write("images.lock", format!("{before}{ours}{after}"));
    assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 2)]));
}

#[test]
fn a_pin_that_was_removed_here_and_moved_there() {
    let marketplace = newest();
    let sandbox = pinned(&[("db", 1), ("web", 1)], &[("db", 1)], &[("db", 1), ("web", 2)]).asking(&marketplace);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: the two sides of `images.lock` disagree about 1 pin
     |
     = note: `web` (fr-par-1, x86_64): ours has none; theirs has 00000002, published 2026-11-02
     = help: `imagelock resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    ");
    // Whether it is wanted is for the manifest to say; which one it is, nobody disputes.
    sandbox.write("images.toml", MANIFEST);
    assert_snapshot!(sandbox.run("resolve --mend --dry-run --offline"), @"
    dry run: no pin would change, the lockfile would be put into its canonical form
    --- exit 0
    ");
    sandbox.write("images.toml", MANIFEST.replace("web.label = \"ubuntu_noble\"\n", ""));
    assert_snapshot!(sandbox.run("resolve --mend --offline"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      DETAIL
    removed  web   fr-par-1  x86_64  ubuntu_noble  00000002  published 2026-11-02

    1 pin: 1 removed, 1 kept
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), lock(&[("db", 1)]));
}

#[test]
fn what_differs_beside_the_id_is_told() {
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
    assert_snapshot!(sandbox.run("merge-driver base ours theirs --manifest prod.toml"), @"
    --- stderr
    error: the two sides of `prod.lock` disagree about 2 pins
     |
     = note: `db` (fr-par-1, x86_64): ours has 00000001, published 2026-11-01, instance_sbs, release 24.04; theirs has 00000001, image 0a0a0a0a-0000-4000-8000-000000000000, instance_local, for PRO2-S
     = note: `web` (fr-par-1, x86_64): ours has 00000001, published 2026-11-01, instance_sbs, release 24.04; theirs has 00000001, image 0a0a0a0a-0000-4000-8000-000000000000, instance_local, for PRO2-S
     = help: `imagelock --manifest prod.toml resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    --- exit 1
    ");
}

#[test]
fn a_block_that_was_edited_by_hand_is_never_vouched_for() {
    let marketplace = newest();
    let base = lock(&[("db", 1), ("web", 1)]);
    let edited = base.replace(
        "0000-4000-8000-000000000000\"\npublished = 2026-11-01T00:00:00Z\ndigest = \"sha256:",
        "0000-4000-8000-00000000000e\"\npublished = 2026-11-01T00:00:00Z\ndigest = \"sha256:",
    );
    let sandbox = parted(set_up().asking(&marketplace), &base, &lock(&[("db", 2), ("web", 1)]), &edited);
    sandbox.write("images.toml", MANIFEST);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: the two sides of `images.lock` disagree about 2 pins
     |
     = note: `db` (fr-par-1, x86_64): ours has 00000002, published 2026-11-02; theirs has 00000001, published 2026-11-01, which does not match its digest
     = note: `web` (fr-par-1, x86_64): ours has 00000001-0000-4000-8000-000000000000, published 2026-11-01; theirs has 00000001-0000-4000-8000-00000000000e, published 2026-11-01, which does not match its digest
     = help: `imagelock resolve --mend --upgrade db web` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    ");
    assert_snapshot!(sandbox.fails("resolve --mend"), @r#"
    error: the block of `db` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:23:10
       |
    23 | digest = "sha256:c8160e77f4a3ac6b0df68837342573ba59b02e33bc50cf509b6b16c5243d9f72"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand, or by a merge
       |
       = help: restore the file from version control, or run `imagelock resolve --mend --upgrade db web` to pin them all anew

    error: the block of `web` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:45:10
       |
    45 | digest = "sha256:700b1d887808c8db9ba661224f95ddffac18b3fd1588304fac7525345f831688"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand, or by a merge
       |
       = help: restore the file from version control, or run `imagelock resolve --mend --upgrade db web` to pin them all anew

    2 errors in all; nothing was changed
    "#);
    sandbox.ok("resolve --mend --upgrade web db");
    assert_eq!(sandbox.lock(), lock(&[("db", 4), ("web", 4)]));

    // What both sides have is no conflict, and stays found.
    let ours = Sandbox::new();
    for name in ["base", "ours", "theirs"] {
        ours.write(name, &edited);
    }
    ours.ok("merge-driver base ours theirs");
    assert_eq!(ours.read("ours"), edited);
}

#[test]
fn what_cannot_be_read_is_left_to_people() {
    let (base, main) = (lock(&[("web", 1)]), lock(&[("web", 2)]));
    let newer = base.replace("version = 2 # read by imagelock 0.1.0", "version = 7 # read by imagelock 3.2.0");
    let sandbox = parted(set_up(), &base, &main, &newer);
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: theirs cannot be merged: the lockfile has format 7, and imagelock 0.1.0 reads format 1
     --> images.lock (theirs):2:11
      |
    2 | version = 7 # read by imagelock 3.2.0 and later
      |           ^ expected 1
      |
      = note: `images.lock` is left as it is in ours, and nothing of theirs is in it: mend it where it was committed and merge again, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
      = help: this file is read by imagelock 3.2.0 and later: upgrade imagelock
    ");
    assert_eq!(sandbox.lock(), main);
    let markers = format!("<<<<<<< HEAD\n{base}=======\n{main}>>>>>>> feature\n");
    let sandbox = parted(set_up(), &base, &markers, &lock(&[("web", 3)]));
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: ours cannot be merged: the file has conflict markers of an unfinished git merge
     --> images.lock (ours):1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ left by git
      |
      = note: `images.lock` is left as it is in ours, and nothing of theirs is in it: mend it where it was committed and merge again, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
      = help: where it was committed: `imagelock resolve --mend`, and commit
    ");
    assert_eq!(sandbox.lock(), markers);
    let sandbox = parted(set_up(), &base, &main, "garbage");
    assert_snapshot!(conflict(&sandbox, &["merge", "other"]), @"
    error: theirs cannot be merged: this is not TOML
     --> images.lock (theirs):1:8
      |
    1 | garbage
      |        ^ key with no value, expected `=`
      |
      = note: `images.lock` is left as it is in ours, and nothing of theirs is in it: mend it where it was committed and merge again, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
    ");
    sandbox.write("theirs", [0xff]);
    assert_snapshot!(sandbox.fails("merge-driver none images.lock theirs a/b.lock"), @"
    error: `a/b.lock (theirs)` is not a text file: line 1 is not UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(sandbox.fails("merge-driver none images.lock nothing a/b.lock"), @"
    error: could not read `nothing`: No such file or directory (os error 2)
     |
     = help: check the path
    ");
    assert_eq!(sandbox.lock(), main);
}

#[test]
fn a_checkout_with_other_line_ends() {
    let marketplace = newest();
    let sandbox = set_up();
    git(&sandbox, &["config", "core.autocrlf", "true"]);
    let sandbox = disputed(sandbox.asking(&marketplace));
    conflict(&sandbox, &["merge", "other"]);
    assert!(sandbox.lock().contains("\r\n<<<<<<< ours\r\n"), "{}", sandbox.lock());
    sandbox.ok("resolve --mend");
    well(&sandbox, &["add", "images.lock"]);
    assert_eq!(well(&sandbox, &["show", ":images.lock"]), lock(&[("db", 2), ("web", 4)]));

    // Line ends that are committed stay.
    let crlf = |pins| lock(pins).replace('\n', "\r\n");
    let sandbox = parted(
        set_up(),
        &crlf(&[("db", 1), ("web", 1)]),
        &crlf(&[("db", 2), ("web", 1)]),
        &crlf(&[("db", 1), ("web", 2)]),
    );
    well(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), crlf(&[("db", 2), ("web", 2)]));
}

#[test]
fn a_path_with_spaces() {
    let sandbox = set_up();
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
    error: the two sides of `our infra/it's.lock` disagree about 1 pin
     |
     = note: `web` (fr-par-1, x86_64): ours has 00000003, published 2026-11-03; theirs has 00000002, published 2026-11-02
     = help: `imagelock --manifest 'our infra/it'\''s.toml' resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    ");
}

/// Without the driver git merges the lines; whatever its style, the sides can be told.
#[test]
fn conflicts_of_git_alone_are_mended() {
    let marketplace = newest();
    let manifest = MANIFEST.to_owned() + "builder.label = \"ubuntu_noble\"\ncache.label = \"ubuntu_noble\"\n";
    for style in ["merge", "diff3", "zdiff3"] {
        let sandbox = repository(Sandbox::with(&manifest)).asking(&marketplace);
        git(&sandbox, &["config", "merge.conflictStyle", style]);
        let base = lock(&[("db", 1), ("web", 1)]);
        let main = lock(&[("cache", 1), ("db", 2), ("web", 1)]);
        let other = lock(&[("builder", 3), ("db", 3), ("web", 2)]);
        let sandbox = parted(sandbox, &base, &main, &other);
        conflict(&sandbox, &["merge", "other"]);
        assert_eq!(sandbox.lock().contains("|||||||"), style != "merge");
        let output = sandbox.ok("resolve --mend");
        assert_eq!(sandbox.lock(), lock(&[("builder", 3), ("cache", 1), ("db", 4), ("web", 2)]), "{style}\n{output}");
    }
}

#[test]
fn what_was_removed_is_known_where_git_tells_the_base() {
    let marketplace = newest();
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    let base = lock(&[("db", 1), ("web", 1)]);
    let conflict = |middle: &str| {
        let (ours, theirs) = (lock(&[("web", 2)]), lock(&[("db", 1)]));
        format!("<<<<<<< HEAD\n{ours}{middle}=======\n{theirs}>>>>>>> other\n")
    };
    sandbox.write("images.lock", conflict(""));
    sandbox.ok("resolve --mend");
    assert_eq!(sandbox.lock(), lock(&[("db", 1), ("web", 2)]));
    // Ours removed `db`, so that what the manifest declares under this name is new.
    sandbox.write("images.lock", conflict(&format!("||||||| 0123abc\n{base}")));
    sandbox.ok("resolve --mend");
    assert_eq!(sandbox.lock(), lock(&[("db", 4), ("web", 2)]));
}

#[test]
fn markers_that_make_up_no_conflict() {
    let sandbox = Sandbox::with(MANIFEST);
    let good = lock(&[("db", 1), ("web", 1)]);
    for text in [
        format!("{good}=======\n"),
        format!("<<<<<<< ours\n{good}"),
        format!("<<<<<<< ours\n{good}<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
        format!("<<<<<<< ours\n{good}>>>>>>> theirs\n"),
    ] {
        sandbox.write("images.lock", &text);
        assert!(sandbox.fails("resolve --mend").contains("the conflict markers are not as git writes them"), "{text}");
    }
    assert_snapshot!(sandbox.fails("resolve --mend"), @"
    error: the conflict markers are not as git writes them
      --> images.lock:24:1
       |
    24 | >>>>>>> theirs
       | ^^^^^^^^^^^^^^ expected another marker
       |
       = help: restore them with `git checkout --merge FILE`, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
    ");
    sandbox.write("images.lock", format!("<<<<<<< ours\n{good}=======\nversion = 3\n>>>>>>> theirs\n"));
    assert_snapshot!(sandbox.fails("resolve --mend"), @"
    error: the lockfile has format 2, and imagelock 0.1.0 reads format 1
      --> images.lock:25:11
       |
    25 | version = 2
       |           ^ expected 1
       |
       = help: this file is read by a newer imagelock: upgrade imagelock
    ");
    assert_eq!(sandbox.run("resolve --mend --locked").status, Some(1));
}

/// Branches that were merged into each other have several bases, of which git makes one by merging them.
#[test]
fn branches_that_crossed() {
    let sandbox = pinned(&[("db", 1), ("web", 1)], &[("db", 1), ("web", 2)], &[("db", 2), ("web", 3)]);
    let settle = |sandbox: &Sandbox, side: &str| {
        well(sandbox, &["checkout", side, "images.lock"]);
        well(sandbox, &["add", "images.lock"]);
        well(sandbox, &["commit", "--no-edit"]);
    };
    git(&sandbox, &["branch", "before", "main"]);
    conflict(&sandbox, &["merge", "other"]);
    settle(&sandbox, "--ours");
    git(&sandbox, &["switch", "--quiet", "other"]);
    conflict(&sandbox, &["merge", "before"]);
    settle(&sandbox, "--ours");
    let told = conflict(&sandbox, &["merge", "main"]);
    assert_snapshot!(told, @"
    error: the two sides of `images.lock` disagree about 1 pin
     |
     = note: `web` (fr-par-1, x86_64): ours has 00000002, published 2026-11-02; theirs has 00000003, published 2026-11-03
     = help: `imagelock resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    error: the two sides of `images.lock` disagree about 1 pin
     |
     = note: `web` (fr-par-1, x86_64): ours has 00000003, published 2026-11-03; theirs has 00000002, published 2026-11-02
     = help: `imagelock resolve --mend` keeps all other pins and settles these by the manifest and the Marketplace; or leave one block of each pair, without the markers; then `git add` the file
    ");
}

/// The files that are kept in step with the lock have conflicts of their own, and need no settling.
#[test]
fn outputs_that_git_could_not_merge() {
    for (format, file) in [("tfvars", "images.tfvars.json"), ("json", "images.json"), ("env", "images.env")] {
        let sandbox = set_up();
        let pin = |pins: Pins| {
            let declared = pins.iter().map(|(name, _)| format!("[images.{name}]\nlabel = \"ubuntu_noble\"\n"));
            let defaults = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
            let output = format!("[[outputs]]\nformat = \"{format}\"\npath = \"{file}\"\n");
            sandbox.write("images.toml", format!("{defaults}{}{output}", declared.collect::<String>()));
            sandbox.write("images.lock", lock(pins));
            sandbox.ok("resolve --offline");
            git(&sandbox, &["add", file]);
            commit(&sandbox, "2026-11-05", "Pin");
        };
        pin(&[("web", 1)]);
        git(&sandbox, &["switch", "--quiet", "--create", "other"]);
        pin(&[("builder", 2), ("web", 2)]);
        git(&sandbox, &["switch", "--quiet", "main"]);
        pin(&[("cache", 1), ("web", 1)]);
        let merged = run(&sandbox, &["merge", "other"]);
        assert_eq!(well(&sandbox, &["diff", "--name-only", "--diff-filter=U"]), format!("{file}\n"), "{merged}");
        let all = [("builder", 2), ("cache", 1), ("web", 2)];
        assert_eq!(sandbox.lock(), lock(&all));
        pin(&all);
        // Printed, it belongs to no manifest.
        let text = sandbox.read(file).replace("# Manifest: images.toml\n", "").replace(" Manifest: images.toml", "");
        assert_eq!(text, sandbox.ok(&format!("export {format}")));
    }
}

/// The same lockfile as an imagelock wrote it that knew only format 1.
fn of_format_1(text: &str) -> String {
    let pins = Lock::parse(text).unwrap().pins().to_vec();
    let pins = pins.into_iter().map(|pin| Pin { version: None, ..pin });
    Lock::new(pins).write().replace("version = 2", "version = 1")
}

#[test]
fn a_side_that_only_knows_versions_changed_nothing() {
    let (base, moved) = (lock(&[("db", 1), ("web", 1)]), lock(&[("db", 1), ("web", 2)]));
    let merge = |base: &str, ours: &str, theirs: &str| {
        let sandbox = Sandbox::new();
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            sandbox.write(name, text);
        }
        sandbox.ok("merge-driver base ours theirs");
        sandbox.read("ours")
    };
    let (old_base, old_moved) = (of_format_1(&base), of_format_1(&moved));
    // The pin that was moved in format 1 has no version; the other one has it from the side that knows it.
    let half_known = merge(&old_base, &base, &old_moved);
    assert_eq!(half_known.matches("version-id = ").count(), 1);
    assert!(half_known.contains("version = 2 ") && half_known.contains("id = \"00000002-"), "{half_known}");
    assert_eq!(merge(&old_base, &old_moved, &base), half_known);
    assert_eq!(merge(&old_base, &moved, &old_base), moved);
    assert_eq!(merge(&base, &old_base, &moved), moved);
    assert_eq!(merge(&old_base, &old_base, &base), base);
    // A merge of two old files is written in the new format.
    assert_eq!(merge(&old_base, &old_base, &old_moved), old_moved.replace("version = 1", "version = 2"));
}

#[test]
fn conflicts_between_formats_are_fixed() {
    let (ours, theirs) = (lock(&[("db", 1), ("web", 1)]), of_format_1(&lock(&[("db", 1), ("web", 1)])));
    let sandbox = Sandbox::with(MANIFEST);
    sandbox.write("images.lock", format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n"));
    sandbox.ok("resolve --mend --offline");
    assert_eq!(sandbox.lock(), ours);
}
