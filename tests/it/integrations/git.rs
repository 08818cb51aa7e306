//! `imagelock log` and `imagelock diff` with the real git: they show the same history from every directory and in every
//! kind of repository, or report an error with its cause.

use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::git_repository::{commit, git, git_command, git_in, lock, moved, repository, with_git};
use crate::support::sandbox::Sandbox;

#[test]
fn control_characters_in_commits_are_escaped_and_paths_are_taken_literally() {
    let sandbox = repository(Sandbox::new());
    std::fs::create_dir_all(sandbox.path("déploi ement")).unwrap();
    let name = "déploi ement/a *.lock";
    sandbox.write(name, lock(&[("web", 1)]));
    sandbox.write("déploi ement/a b.lock", lock(&[("no", 1)]));
    git(&sandbox, &["add", "--all"]);
    git(&sandbox, &["commit", "--quiet", "--author", "E\u{202e}ve <e@example.com>", "--message", "Pin\u{1b}[2J | it"]);
    let mut command = sandbox.command("log --manifest");
    let output = command.arg("déploi ement/a *.toml").output().unwrap();
    assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR       SUBJECT
    2026-11-10  aab0f739  added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01, 9 days old when pinned  E\u{202e}ve  Pin\u{1b}[2J | it

    1 change in 1 commit
    ");
    let mut command = sandbox.command("diff HEAD --manifest");
    let output = command.arg("déploi ement/a *.toml").output().unwrap();
    assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"HEAD → working tree: no pins differ");
}

#[test]
fn the_history_is_the_same_in_a_worktree_and_with_a_hostile_configuration() {
    let sandbox = moved();
    let expected = sandbox.ok("log");
    for (key, value) in [
        ("color.ui", "always"),
        ("log.showRoot", "false"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "off"),
        ("log.date", "iso"),
        ("core.abbrev", "20"),
        ("diff.renames", "false"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("format.pretty", "oneline"),
        ("core.pager", "false"),
        ("core.quotePath", "true"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
    ] {
        git(&sandbox, &["config", key, value]);
        assert_eq!(sandbox.ok("log"), expected, "{key} = {value}");
    }
    git(&sandbox, &["worktree", "add", "--quiet", "--detach", "tree", "HEAD"]);
    assert_eq!(sandbox.ok("log --manifest tree/images.toml"), expected);
    assert!(sandbox.ok("diff HEAD~1 --manifest tree/images.toml").starts_with("CHANGE"));
}

/// A hook has a `GIT_DIR` in its environment, so git takes every directory for the top of the working tree.
#[test]
fn the_history_is_found_in_a_hook_of_a_linked_worktree() {
    let sandbox = repository(Sandbox::new());
    std::fs::create_dir(sandbox.path("infra")).unwrap();
    sandbox.write("infra/images.lock", lock(&[("web", 5)]));
    commit(&sandbox, "2026-11-05", "Pin web");
    git(&sandbox, &["worktree", "add", "--quiet", "tree", "-b", "branch"]);
    let program = env!("CARGO_BIN_EXE_imagelock");
    let line = "--manifest infra/images.toml --exit-code";
    let hook =
        format!("#!/bin/sh\n{program} log --manifest infra/images.toml >../log\n{program} diff {line} >../diff\n");
    sandbox.write(".git/hooks/pre-commit", hook);
    Command::new("chmod").arg("+x").arg(sandbox.path(".git/hooks/pre-commit")).status().unwrap();
    let commit =
        || git_command(&sandbox, "tree", "2026-11-06T10:00:00Z", &["commit", "--quiet", "--allow-empty", "-m", "B"]);
    // No pin differs, so the hook allows the commit.
    assert!(commit().status().unwrap().success());
    assert_snapshot!(sandbox.read("diff"), @"HEAD → working tree: no pins differ");
    assert_snapshot!(sandbox.read("log"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR  SUBJECT
    2026-11-05  3b2358ad  added   web   fr-par-1  x86_64  ubuntu_noble  00000005  published 2026-11-05, 0 days old when pinned  Ana     Pin web

    1 change in 1 commit
    ");
    sandbox.write("tree/infra/images.lock", lock(&[("web", 7)]));
    assert!(!commit().status().unwrap().success());
    assert_snapshot!(sandbox.read("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000005  00000007  published 2026-11-05 → 2026-11-07

    HEAD → working tree: 1 moved
    ");
    // `rebase --exec` and an alias with `--git-dir` have the same problem.
    let exec = format!("{program} log --manifest infra/images.toml >../log.rebase");
    git(&sandbox, &["worktree", "add", "--quiet", "--detach", "other"]);
    git_in(
        &sandbox,
        "other",
        "2026-11-06T10:00:00Z",
        &["rebase", "--quiet", "--exec", &exec, "--force-rebase", "--root"],
    );
    assert!(sandbox.read("log.rebase").contains("Pin web"));
    let alias = format!("alias.pins=!{program} log --manifest infra/images.toml");
    let output = git_in(&sandbox, "", "", &["--git-dir=.git", "-c", &alias, "pins"]);
    assert!(output.contains("Pin web"), "{output}");
}

/// Some people keep the repository of their home directory in another place.
#[test]
fn the_history_is_found_in_a_repository_that_only_the_environment_names() {
    let sandbox = with_git(Sandbox::new());
    std::fs::create_dir_all(sandbox.path("home/infra")).unwrap();
    let path = |name: &str| sandbox.path(name).to_str().unwrap().to_owned();
    let (directory, tree) = (path("dotfiles"), path("home"));
    let output = |line: &str| {
        let mut command = sandbox.command(line);
        let Output { stdout, .. } = command.env("GIT_DIR", &directory).env("GIT_WORK_TREE", &tree).output().unwrap();
        String::from_utf8(stdout).unwrap()
    };
    let git = |arguments: &[&str]| {
        let of = [&format!("--git-dir={directory}")[..], &format!("--work-tree={tree}")];
        git_in(&sandbox, "home", "2026-11-05T10:00:00Z", &[&of[..], arguments].concat());
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    sandbox.write("home/infra/images.lock", lock(&[("web", 5)]));
    git(&["add", "infra/images.lock"]);
    git(&["commit", "--quiet", "--message", "Pin web"]);
    assert!(output("log --manifest home/infra/images.toml").contains("Pin web"));
    assert_eq!(output("diff --manifest home/infra/images.toml"), "HEAD → working tree: no pins differ\n");
}

#[test]
fn a_shallow_clone_shows_where_its_history_ends() {
    let sandbox = moved();
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-08", "Upgrade web again");
    let origin = format!("file://{}", sandbox.path("").display());
    git(&sandbox, &["clone", "--quiet", "--depth=2", &origin, "clone"]);
    assert_snapshot!(sandbox.run("log --manifest clone/images.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-08  b539641a  moved   web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 5 days old when pinned, the previous one was 6 days old  Ana     Upgrade web again

    1 change in 1 commit
    --- stderr
    warning: this clone is shallow; the history of the lockfile before commit 19f44bcd is missing
      = help: to fetch it: `git fetch --unshallow`
    --- exit 0
    ");
    let json: Value = serde_json::from_str(&sandbox.ok("log --manifest clone/images.toml --format json")).unwrap();
    assert_eq!((&json["complete"], json["entries"].as_array().unwrap().len()), (&Value::Bool(false), 1));
    assert_snapshot!(sandbox.fails("diff HEAD~2 --manifest clone/images.toml"), @"
    error: cannot find the git revision `HEAD~2`
     |
     = help: to list the branches: `git branch --all`; to list the commits: `git log --oneline`; to update this clone: `git fetch`
    ");
}

#[test]
fn a_branch_that_exists_only_on_the_origin_is_suggested() {
    let sandbox = moved();
    git(&sandbox, &["branch", "other", "HEAD~1"]);
    let origin = format!("file://{}", sandbox.path("").display());
    git(&sandbox, &["clone", "--quiet", &origin, "clone"]);
    assert_snapshot!(sandbox.fails("diff other --manifest clone/images.toml"), @"
    error: cannot find the git revision `other`
     |
     = help: did you mean `origin/other`?
    ");
    assert!(sandbox.ok("diff origin/other --manifest clone/images.toml").starts_with("CHANGE"));
}

#[test]
fn invalid_revisions_are_refused() {
    let sandbox = moved();
    assert_snapshot!(sandbox.fails("diff no-such-branch"), @"
    error: cannot find the git revision `no-such-branch`
     |
     = help: to list the branches: `git branch --all`; to list the commits: `git log --oneline`; to update this clone: `git fetch`
    ");
    assert_snapshot!(sandbox.fails("diff -- --output=stolen HEAD"), @"
    error: cannot find the git revision `--output=stolen`
     |
     = help: to list the branches: `git branch --all`; to list the commits: `git log --oneline`; to update this clone: `git fetch`
    ");
    // An unset variable must not be reported as "no pins differ".
    for none in ["", "..", "..."] {
        let run = sandbox.shell(&format!("$IMAGELOCK diff --exit-code '{none}'"));
        assert_eq!(run.status, Some(1), "{none}: {run}");
        assert!(run.stderr.contains("use a commit, a branch or a tag"), "{none}: {run}");
    }
    for none in ["HEAD:images.lock", "HEAD^{tree}", "HEAD~1..HEAD..", "0123456789012345678901234567890123456789"] {
        assert!(sandbox.fails(&format!("diff {none}")).starts_with("error: cannot find the git revision"), "{none}");
    }
    git(&sandbox, &["switch", "--quiet", "--orphan", "lonely"]);
    sandbox.write("images.lock", lock(&[("web", 1)]));
    commit(&sandbox, "2026-11-09", "Begin again");
    assert_snapshot!(sandbox.fails("diff main...lonely"), @"
    error: `main` and `lonely` have no common commit in this clone
     |
     = help: to complete a shallow clone: `git fetch --unshallow`; to compare them directly: `main..lonely`
    ");
}

#[test]
fn a_lockfile_without_a_history_is_an_error() {
    let sandbox = with_git(Sandbox::new());
    sandbox.write("images.lock", lock(&[("web", 1)]));
    let nowhere = |line: &str| sandbox.fails(line).replace(sandbox.path("").to_str().unwrap(), "[SANDBOX]/");
    assert_snapshot!(nowhere("log"), @"
    error: cannot read the history of `images.lock`: it is not in a git repository
     |
     = help: run imagelock in the repository, or choose the manifest in it: `--manifest PATH`
    ");
    assert_snapshot!(nowhere("diff"), @"
    error: cannot read the history of `images.lock`: it is not in a git repository
     |
     = help: run imagelock in the repository, or choose the manifest in it: `--manifest PATH`
    ");
    git(&sandbox, &["init", "--quiet", "--initial-branch=main"]);
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot read the history of `images.lock`: it was never committed
     |
     = help: to commit it: `git add images.lock && git commit -m 'Add images.lock'`
    ");
    assert_snapshot!(sandbox.run("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01

    HEAD → working tree: 1 added
    --- exit 0
    ");
    let json: Value = serde_json::from_str(&sandbox.ok("diff --format json")).unwrap();
    assert_eq!(json["from"], serde_json::json!({"name": "HEAD", "commit": null}));
    assert_snapshot!(sandbox.fails("diff HEAD...HEAD"), @"
    error: cannot read the history of `images.lock`: it was never committed
     |
     = help: to commit it: `git add images.lock && git commit -m 'Add images.lock'`
    ");
    assert_snapshot!(sandbox.fails("diff HEAD..HEAD"), @"
    error: cannot read the history of `images.lock`: it was never committed
     |
     = help: to commit it: `git add images.lock && git commit -m 'Add images.lock'`
    ");
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("diff"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
    assert_snapshot!(sandbox.fails("diff HEAD...HEAD"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
    sandbox.write("images.lock", lock(&[("web", 1)]));
    git(&sandbox, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot read the history of `images.lock`: it was never committed
     |
     = help: to commit it: `git add images.lock && git commit -m 'Add images.lock'`
    ");
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
    assert_snapshot!(sandbox.fails("log --manifest no/images.toml"), @"
    error: cannot find the lockfile `no/images.lock`
     |
     = help: if it was committed before, restore it: `git restore no/images.lock`; to create it: `imagelock resolve --manifest no/images.toml`, which pins the newest versions
    ");
}

#[test]
fn a_missing_git_is_an_error() {
    let sandbox = moved().env("PATH", "/nonexistent");
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot read the history of `images.lock`: the program `git` was not found
     |
     = help: install git, or add its directory to PATH
    ");
}

/// The error of git is shown.
#[test]
fn a_repository_of_another_user_is_refused() {
    let sandbox = moved().env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let output = sandbox.fails("log").replace(sandbox.path("").to_str().unwrap().trim_end_matches('/'), "[SANDBOX]");
    assert_snapshot!(output, @"
    error: cannot read the history of the lockfile: git failed
     |
     = note: fatal: detected dubious ownership in repository at '[SANDBOX]'
     = note: To add an exception for this directory, call:
     = note: git config --global --add safe.directory [SANDBOX]
     = help: fix the error that git reports, then run imagelock again
    ");
}
