//! Which manifests `--recursive` finds.

use std::fs;

use insta::assert_snapshot;

use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

/// Creates a repository with a manifest in each of these directories.
fn repository(directories: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    for directory in directories {
        fs::create_dir_all(sandbox.path(directory)).unwrap();
        sandbox.write(&format!("{directory}/images.toml"), WEB);
    }
    sandbox
}

/// Returns the manifests that a recursive run finds, and its note about the others. Without a lockfile, each manifest
/// has a row.
fn found(sandbox: &Sandbox, line: &str) -> String {
    let run = sandbox.run(&format!("{line} --format json"));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let rows = report["pins"].as_array().unwrap().iter();
    let manifests: Vec<&str> = rows.map(|row| row["manifest"].as_str().unwrap()).collect();
    format!("{}\n{}", manifests.join("\n"), run.stderr)
}

#[test]
fn hidden_and_git_ignored_directories_are_skipped_with_a_note() {
    let sandbox = repository(&["a", "b", "build/x/y", ".terraform/modules/web", "kept/build"]);
    sandbox.write(".gitignore", "build/\n!kept/build/\n");
    assert_snapshot!(found(&sandbox, "resolve --locked --recursive ."), @"
    a/images.toml
    b/images.toml
    kept/build/images.toml
    note: skipped hidden or git-ignored directories that contain a manifest: `.terraform/modules/web` and `build/x/y`
    warning: cannot find the lockfile `a/images.lock`
      = help: if it was committed before, restore it: `git restore a/images.lock`; to create it: `imagelock resolve --manifest a/images.toml`, which pins the newest versions
    warning: cannot find the lockfile `b/images.lock`
      = help: if it was committed before, restore it: `git restore b/images.lock`; to create it: `imagelock resolve --manifest b/images.toml`, which pins the newest versions
    warning: cannot find the lockfile `kept/build/images.lock`
      = help: if it was committed before, restore it: `git restore kept/build/images.lock`; to create it: `imagelock resolve --manifest kept/build/images.toml`, which pins the newest versions
    ");
    assert_snapshot!(found(&sandbox, "resolve --locked --recursive . -q"), @"
    a/images.toml
    b/images.toml
    kept/build/images.toml
    warning: cannot find the lockfile `a/images.lock`
      = help: if it was committed before, restore it: `git restore a/images.lock`; to create it: `imagelock resolve --manifest a/images.toml`, which pins the newest versions
    warning: cannot find the lockfile `b/images.lock`
      = help: if it was committed before, restore it: `git restore b/images.lock`; to create it: `imagelock resolve --manifest b/images.toml`, which pins the newest versions
    warning: cannot find the lockfile `kept/build/images.lock`
      = help: if it was committed before, restore it: `git restore kept/build/images.lock`; to create it: `imagelock resolve --manifest kept/build/images.toml`, which pins the newest versions
    ");
    // A skipped directory is searched if the user names it.
    assert_snapshot!(found(&sandbox, "resolve --locked --recursive .terraform"), @"
    .terraform/modules/web/images.toml
    warning: cannot find the lockfile `.terraform/modules/web/images.lock`
      = help: if it was committed before, restore it: `git restore .terraform/modules/web/images.lock`; to create it: `imagelock resolve --manifest .terraform/modules/web/images.toml`, which pins the newest versions
    ");
}

#[test]
fn ignore_rules_of_parent_directories_apply_only_within_a_repository() {
    let sandbox = repository(&["stacks/a", "stacks/b"]);
    sandbox.write(".gitignore", "/stacks/b\n");
    assert_snapshot!(found(&sandbox, "resolve --locked --recursive stacks"), @"
    stacks/a/images.toml
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/b`
    warning: cannot find the lockfile `stacks/a/images.lock`
      = help: if it was committed before, restore it: `git restore stacks/a/images.lock`; to create it: `imagelock resolve --manifest stacks/a/images.toml`, which pins the newest versions
    ");
    fs::remove_dir(sandbox.path(".git")).unwrap();
    assert_snapshot!(found(&sandbox, "resolve --locked --recursive stacks"), @"
    stacks/a/images.toml
    stacks/b/images.toml
    warning: cannot find the lockfile `stacks/a/images.lock`
      = help: if it was committed before, restore it: `git restore stacks/a/images.lock`; to create it: `imagelock resolve --manifest stacks/a/images.toml`, which pins the newest versions
    warning: cannot find the lockfile `stacks/b/images.lock`
      = help: if it was committed before, restore it: `git restore stacks/b/images.lock`; to create it: `imagelock resolve --manifest stacks/b/images.toml`, which pins the newest versions
    ");
}

#[test]
fn no_lockfile_is_written_into_an_ignored_directory() {
    let sandbox = repository(&["a", "ignored/x"]);
    sandbox.write(".gitignore", "ignored/\n");
    sandbox.write(
        "c.json",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart/catalog-2026-10-05.json")),
    );
    sandbox.ok("resolve --recursive . --catalog c.json");
    assert!(sandbox.path("a/images.lock").exists());
    assert!(!sandbox.path("ignored/x/images.lock").exists());
}

#[test]
fn a_directory_with_only_skipped_manifests_is_an_error() {
    let sandbox = repository(&[".cache/x"]);
    assert_snapshot!(sandbox.fails("resolve --recursive ."), @"
    note: skipped hidden or git-ignored directories that contain a manifest: `.cache/x`
    error: cannot find `images.toml` in `.` or below
     |
     = help: hidden and git-ignored directories are skipped; to search for another file name, add `--manifest NAME`
    ");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_called_gitignore_is_an_error_and_never_blocks() {
    let sandbox = repository(&["a", "b"]);
    assert!(sandbox.program("/usr/bin/mkfifo").arg("b/.gitignore").status().unwrap().success());
    assert_snapshot!(sandbox.fails("resolve --recursive ."), @"
    error: cannot read `./b/.gitignore`: it is not a regular file
     |
     = help: use a regular file of at most 64 MiB
    ");
}
