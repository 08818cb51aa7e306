//! `imagelock resolve --fix-conflicts`: the conflicts of a lockfile are resolved by the manifest and the Marketplace.

use insta::assert_snapshot;

use crate::support::git_repository::{git, lock, repository};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::parted_branches::{MANIFEST, conflict, disputed, git_ok, newest, parted, set_up};

#[test]
fn a_rebase_and_a_cherry_pick_continue_once_the_conflicts_are_resolved() {
    let marketplace = newest();
    for way in ["rebase", "cherry-pick"] {
        let sandbox = disputed(set_up().asking(&marketplace));
        let message = conflict(&sandbox, &[way, "other"]);
        assert!(message.contains("merge conflict in `images.lock`: both sides changed 1 pin"), "{message}");
        sandbox.ok("resolve --fix-conflicts");
        git(&sandbox, &["add", "images.lock"]);
        git_ok(&sandbox, &[way, "--continue"]);
        assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 4)]), "{way}");
        assert_eq!(git_ok(&sandbox, &["status", "--porcelain", "--untracked-files=no"]), "");
    }
}

/// Without the driver, git merges lines. Both sides can be read in each style of conflict markers.
#[test]
fn conflicts_that_git_wrote_are_resolved() {
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
        let output = sandbox.ok("resolve --fix-conflicts");
        assert_eq!(sandbox.lock(), lock(&[("builder", 3), ("cache", 1), ("db", 4), ("web", 2)]), "{style}\n{output}");
    }
}

#[test]
fn a_removal_is_recognized_if_git_writes_the_base() {
    let marketplace = newest();
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    let base = lock(&[("db", 1), ("web", 1)]);
    let conflict = |middle: &str| {
        let (ours, theirs) = (lock(&[("web", 2)]), lock(&[("db", 1)]));
        format!("<<<<<<< HEAD\n{ours}{middle}=======\n{theirs}>>>>>>> other\n")
    };
    sandbox.write("images.lock", conflict(""));
    sandbox.ok("resolve --fix-conflicts");
    assert_eq!(sandbox.lock(), lock(&[("db", 1), ("web", 2)]));
    // Ours removed `db`, so the image that the manifest declares by this name is new.
    sandbox.write("images.lock", conflict(&format!("||||||| 0123abc\n{base}")));
    sandbox.ok("resolve --fix-conflicts");
    assert_eq!(sandbox.lock(), lock(&[("db", 4), ("web", 2)]));
}

#[test]
fn incomplete_conflict_markers_are_refused() {
    let sandbox = Sandbox::with(MANIFEST);
    let good = lock(&[("db", 1), ("web", 1)]);
    for text in [
        format!("{good}=======\n"),
        format!("<<<<<<< ours\n{good}"),
        format!("<<<<<<< ours\n{good}<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
        format!("<<<<<<< ours\n{good}>>>>>>> theirs\n"),
    ] {
        sandbox.write("images.lock", &text);
        assert!(
            sandbox.fails("resolve --fix-conflicts").contains("the conflict markers are not as git writes them"),
            "{text}"
        );
    }
    assert_snapshot!(sandbox.fails("resolve --fix-conflicts"), @"
    error: the conflict markers are not as git writes them
      --> images.lock:26:1
       |
    26 | >>>>>>> theirs
       | ^^^^^^^^^^^^^^ expected another marker
       |
       = help: restore them with `git checkout --merge FILE`, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`
    ");
    sandbox.write("images.lock", format!("<<<<<<< ours\n{good}=======\nversion = 3\n>>>>>>> theirs\n"));
    assert_snapshot!(sandbox.fails("resolve --fix-conflicts"), @"
    error: the lockfile has format 3, and imagelock 0.1.0 reads format 2
      --> images.lock:27:11
       |
    27 | version = 3
       |           ^ expected 2
       |
       = help: this file is read by a newer imagelock: upgrade imagelock
    ");
    assert_eq!(sandbox.run("resolve --fix-conflicts --locked").status, Some(1));
}
