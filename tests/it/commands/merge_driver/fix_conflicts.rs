//! `imagelock resolve --fix-conflicts`: the manifest and the Marketplace resolve the conflicts in a lockfile.

use insta::assert_snapshot;

use crate::support::fixtures::diverged_branches::{
    MANIFEST, conflict, conflicting_upgrades, diverged, git_ok, newest_version, repository_with_driver,
};
use crate::support::git_repository::{git, lock, repository};
use crate::support::sandbox::Sandbox;

#[test]
fn a_rebase_and_a_cherry_pick_continue_once_the_conflicts_are_resolved() {
    let marketplace = newest_version();
    for way in ["rebase", "cherry-pick"] {
        let sandbox = conflicting_upgrades(repository_with_driver().asking(&marketplace));
        let message = conflict(&sandbox, &[way, "other"]);
        assert!(message.contains("merge conflict in `images.lock`: both sides changed 1 pin"), "{message}");
        sandbox.ok("resolve --fix-conflicts");
        git(&sandbox, &["add", "images.lock"]);
        git_ok(&sandbox, &[way, "--continue"]);
        assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 4)]), "{way}");
        assert_eq!(git_ok(&sandbox, &["status", "--porcelain", "--untracked-files=no"]), "");
    }
}

/// Without the driver, git merges line by line. Both sides must be readable in each style of conflict markers.
#[test]
fn conflicts_that_git_wrote_are_resolved() {
    let marketplace = newest_version();
    let manifest = MANIFEST.to_owned() + "builder.label = \"ubuntu_noble\"\ncache.label = \"ubuntu_noble\"\n";
    for style in ["merge", "diff3", "zdiff3"] {
        let sandbox = repository(Sandbox::with(&manifest)).asking(&marketplace);
        git(&sandbox, &["config", "merge.conflictStyle", style]);
        let base = lock(&[("db", 1), ("web", 1)]);
        let main = lock(&[("cache", 1), ("db", 2), ("web", 1)]);
        let other = lock(&[("builder", 3), ("db", 3), ("web", 2)]);
        let sandbox = diverged(sandbox, &base, &main, &other);
        conflict(&sandbox, &["merge", "other"]);
        assert_eq!(sandbox.lock().contains("|||||||"), style != "merge");
        let output = sandbox.ok("resolve --fix-conflicts");
        assert_eq!(sandbox.lock(), lock(&[("builder", 3), ("cache", 1), ("db", 4), ("web", 2)]), "{style}\n{output}");
    }
}

/// If git could not run the merge driver, it left our side without markers, and resolving that side would lose the other.
#[test]
fn a_lockfile_without_conflict_markers_causes_a_warning() {
    let marketplace = newest_version();
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 1)]));
    assert_snapshot!(sandbox.run("resolve --fix-conflicts"), @"
    nothing to change: 2 pins
    --- stderr
    warning: the lockfile has no conflict markers
      = help: if git reports a conflict in it, restore the markers first: `git checkout --merge images.lock`
    --- exit 0
    ");
}

#[test]
fn a_removal_is_recognized_if_the_markers_contain_the_base() {
    let marketplace = newest_version();
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    let base = lock(&[("db", 1), ("web", 1)]);
    let conflict = |middle: &str| {
        let (ours, theirs) = (lock(&[("web", 2)]), lock(&[("db", 1)]));
        format!("<<<<<<< HEAD\n{ours}{middle}=======\n{theirs}>>>>>>> other\n")
    };
    sandbox.write("images.lock", conflict(""));
    sandbox.ok("resolve --fix-conflicts");
    assert_eq!(sandbox.lock(), lock(&[("db", 1), ("web", 2)]));
    // Our side removed `db`, so `db` in the manifest counts as a new image.
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
            sandbox.fails("resolve --fix-conflicts").contains("a conflict marker is missing or out of place"),
            "{text}"
        );
    }
    assert_snapshot!(sandbox.fails("resolve --fix-conflicts"), @"
    error: a conflict marker is missing or out of place
      --> images.lock:26:1
       |
    26 | >>>>>>> theirs
       | ^^^^^^^^^^^^^^ expected another marker
       |
       = help: restore the markers with `git checkout --merge images.lock`, or keep one side with `git checkout --ours images.lock` or `git checkout --theirs images.lock`
    ");
    sandbox.write("images.lock", format!("<<<<<<< ours\n{good}=======\nversion = 3\n>>>>>>> theirs\n"));
    assert_snapshot!(sandbox.fails("resolve --fix-conflicts"), @"
    error: the lockfile has format 3, but imagelock 0.1.0 reads formats up to 2
      --> images.lock:27:11
       |
    27 | version = 3
       |           ^ expected a number, at most 2
       |
       = help: install a newer release of imagelock, which can read this file
    ");
    assert_eq!(sandbox.run("resolve --fix-conflicts --locked").status, Some(1));
}
