//! Earlier pins as proof: which part of the lockfile's history counts, and how much of it a clone needs.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id};
use crate::support::fixtures::pull_request::{GATE, passes, pin, pull_request, pull_request_with, statuses};
use crate::support::fixtures::two_images::{WEB, bookworm, noble};
use crate::support::forged_lock::forge;
use crate::support::git_repository::{commit_all, git, git_in, repository};
use crate::support::sandbox::Sandbox;

#[test]
fn a_rollback_to_an_earlier_pin_passes() {
    for policy in ["", "freeze = { reason = \"ticket\", until = 2027-01-01 }\n", "min-age = \"9d\"\n"] {
        let (sandbox, _marketplace) = pull_request_with(&format!("{WEB}{policy}"));
        git(&sandbox, &["switch", "--quiet", "main"]);
        pin(&sandbox, 2);
        commit_all(&sandbox, "Upgrade web");
        git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
        pin(&sandbox, 1);
        commit_all(&sandbox, "Roll back");
        assert!(passes(&sandbox, GATE).contains("pinned before"), "{policy}");
    }
}

/// Uncommitted changes prove nothing either.
#[test]
fn commits_of_the_branch_itself_prove_nothing() {
    let (sandbox, _marketplace) = pull_request();
    pin(&sandbox, 9);
    commit_all(&sandbox, "Swap the ID");
    pin(&sandbox, 2);
    commit_all(&sandbox, "Upgrade");
    passes(&sandbox, GATE);
    pin(&sandbox, 9);
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
    commit_all(&sandbox, "Roll back");
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
    // The commits prove a pin after they are merged.
    git(&sandbox, &["switch", "--quiet", "main"]);
    git(&sandbox, &["merge", "--quiet", "--ff-only", "branch"]);
    pin(&sandbox, 2);
    commit_all(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "again"]);
    pin(&sandbox, 9);
    assert!(passes(&sandbox, GATE).contains("pinned before"));
}

#[test]
fn an_earlier_pin_proves_only_the_same_label_zone_arch_and_type() {
    let manifest = format!("{WEB}\n[images.db]\nlabel = \"debian_bookworm\"\n");
    let (sandbox, marketplace) = pull_request_with(&manifest);
    // The history pins number 7 once for each other label, zone, architecture and type.
    git(&sandbox, &["switch", "--quiet", "main"]);
    let original = sandbox.lock();
    let text = |from: &str, to: &str| {
        sandbox.write("images.lock", original.replace(&id(1), &id(7)).replace(from, to));
        forge(&sandbox, "images.lock", |_| {});
        commit_all(&sandbox, "A state of the past");
    };
    text("label = \"ubuntu_noble\"", "label = \"ubuntu_jammy\"");
    text("name = \"web\"\nzone = \"fr-par-1\"", "name = \"web\"\nzone = \"fr-par-2\"");
    text("arch = \"x86_64\"", "arch = \"arm64\"");
    text("type = \"instance_sbs\"", "type = \"instance_local\"");
    sandbox.write("images.lock", original.replace(&id(1), &id(7)));
    commit_all(&sandbox, "A hand edit");
    sandbox.write("images.lock", "garbage");
    commit_all(&sandbox, "Garbage");
    sandbox.write("images.lock", &original);
    commit_all(&sandbox, "As it was");
    git(&sandbox, &["switch", "--quiet", "--create", "swap"]);
    sandbox.write("images.lock", original.replace(&id(1), &id(7)));
    forge(&sandbox, "images.lock", |_| {});
    marketplace.offers([noble(2), bookworm(5)]);
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
    // A pin that only has another name counts as the same pin.
    git(&sandbox, &["switch", "--quiet", "main", "--force"]);
    sandbox.write("images.lock", original.replace(&id(1), &id(7)).replace("name = \"web\"", "name = \"old\""));
    forge(&sandbox, "images.lock", |_| {});
    commit_all(&sandbox, "Another name");
    sandbox.write("images.lock", &original);
    commit_all(&sandbox, "As it was");
    sandbox.write("images.lock", original.replace(&id(1), &id(7)));
    forge(&sandbox, "images.lock", |_| {});
    assert_eq!(statuses(&sandbox, GATE), [""; 0]);
}

#[test]
fn only_the_changes_of_the_branch_count_in_a_merge_commit() {
    let (sandbox, _marketplace) = pull_request();
    sandbox.write("notes", "");
    commit_all(&sandbox, "Something else");
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    commit_all(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "branch"]);
    git(&sandbox, &["merge", "--quiet", "--no-edit", "main"]);
    assert!(passes(&sandbox, GATE).contains("0 changed"));
    pin(&sandbox, 9);
    commit_all(&sandbox, "Swap the ID");
    // GitHub checks out a merge commit of both branches.
    git(&sandbox, &["switch", "--quiet", "--detach", "main"]);
    git(&sandbox, &["merge", "--quiet", "--no-edit", "--no-ff", "branch"]);
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
}

/// An unreadable lockfile proves nothing, so every pin of the change is verified.
#[test]
fn a_change_may_repair_an_unreadable_lockfile() {
    for broken in [&b"<<<<<<< ours\n=======\n>>>>>>> theirs\n"[..], b"\xff\xfe", b"version = 9\n"] {
        let (sandbox, _marketplace) = pull_request();
        git(&sandbox, &["switch", "--quiet", "main"]);
        let original = sandbox.lock();
        sandbox.write("images.lock", broken);
        commit_all(&sandbox, "A bad merge");
        git(&sandbox, &["switch", "--quiet", "--create", "repair"]);
        sandbox.write("images.lock", &original);
        assert!(passes(&sandbox, GATE).contains("pinned before"));
        pin(&sandbox, 9);
        assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
    }
}

#[test]
fn a_moved_directory_keeps_its_history() {
    let marketplace = FakeMarketplace::offering([noble(1)]);
    let sandbox = repository(Sandbox::new().asking(&marketplace));
    std::fs::create_dir_all(sandbox.path("stacks/old")).unwrap();
    sandbox.write("stacks/old/images.toml", WEB);
    sandbox.ok("resolve --manifest stacks/old/images.toml");
    commit_all(&sandbox, "Pin the images");
    forge(&sandbox, "stacks/old/images.lock", |pin| pin.id = id(2).parse().unwrap());
    commit_all(&sandbox, "Upgrade");
    marketplace.offers([noble(3)]);
    git(&sandbox, &["switch", "--quiet", "--create", "branch"]);
    std::fs::rename(sandbox.path("stacks/old"), sandbox.path("new")).unwrap();
    commit_all(&sandbox, "Move the stack");
    let gate = format!("{GATE} --manifest new/images.toml");
    assert!(passes(&sandbox, &gate).contains("0 changed"));
    forge(&sandbox, "new/images.lock", |pin| pin.id = id(1).parse().unwrap());
    assert!(passes(&sandbox, &gate).contains("pinned before"));
    forge(&sandbox, "new/images.lock", |pin| pin.id = id(9).parse().unwrap());
    assert_eq!(statuses(&sandbox, &gate), ["unverified"]);
}

#[test]
fn a_shallow_clone_is_an_error_that_names_the_fix() {
    let (sandbox, marketplace) = pull_request();
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    commit_all(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
    pin(&sandbox, 1);
    commit_all(&sandbox, "Roll back");
    let clone = |depth: &str, branches: &str, name: &str| {
        let url = format!("file://{}", sandbox.path("").display());
        git(&sandbox, &["clone", "--quiet", branches, "--depth", depth, "--branch", "rollback", &url, name]);
    };
    clone("1", "--no-single-branch", "short");
    let gate = |name: &str, since: &str| format!("check --changed-since {since} --manifest {name}/images.toml");
    let why = sandbox.fails(&gate("short", "origin/main"));
    assert!(why.contains("git fetch --unshallow") && why.contains("fetch-depth: 0"), "{why}");
    let why = sandbox.fails(&gate("short", "HEAD~1"));
    assert!(why.contains("git fetch --unshallow"), "{why}");
    // The clone contains the merge base, but not the commit that proves the pin.
    clone("2", "--single-branch", "longer");
    let why = sandbox.fails(&gate("longer", "HEAD~1"));
    assert_snapshot!(why, @r#"
    error: cannot verify 1 pin without the full history of the lockfile: `web` (fr-par-1, x86_64)
     --> longer/images.toml:7:9
      |
    7 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ the Marketplace does not list its pinned ID
      |
      = note: this clone is shallow: its older commits are missing
      = help: run `git fetch --unshallow`; in CI, check out the full history (`fetch-depth: 0`, `GIT_DEPTH: 0`)
    "#);
    // A listed ID passes without the history.
    marketplace.offers([noble(1), bookworm(5)]);
    assert_eq!(statuses(&sandbox, &gate("longer", "HEAD~1")), [""; 0]);
    marketplace.offers([noble(2), bookworm(5)]);
    git_in(&sandbox, "longer", "2026-11-10T09:00:00Z", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(statuses(&sandbox, &gate("longer", "HEAD~1")), [""; 0]);
    // The two branches have no commit in common.
    git(&sandbox, &["switch", "--quiet", "--orphan", "lonely"]);
    sandbox.write("images.toml", WEB);
    sandbox.ok("resolve");
    commit_all(&sandbox, "Alone");
    assert!(sandbox.fails("check --changed-since main --manifest images.toml").contains("cannot find the merge base"));
}
