//! Changes that merge without a conflict.

use crate::support::fixtures::diverged_branches::{
    MERGE_COMMANDS, Pins, conflict, conflicting_upgrades, diverged, diverged_pins, git_ok, newest_version,
    repository_with_driver, run,
};
use crate::support::git_repository::{commit, git, lock};

#[test]
fn independent_upgrades_merge() {
    for way in MERGE_COMMANDS {
        let sandbox = diverged_pins(&[("db", 1), ("web", 1)], &[("db", 2), ("web", 1)], &[("db", 1), ("web", 3)]);
        git_ok(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 3)]), "{way:?}");
        assert_eq!(git_ok(&sandbox, &["status", "--porcelain"]), "");
    }
}

/// Without the driver, git reports a conflict here.
#[test]
fn additions_and_removals_of_neighboring_blocks_merge() {
    for way in MERGE_COMMANDS {
        let (base, main, other): (Pins, Pins, Pins) =
            (&[("web", 1)], &[("cache", 1), ("web", 1)], &[("builder", 2), ("web", 2)]);
        let sandbox = diverged_pins(base, main, other);
        git(&sandbox, &["config", "--unset", "merge.imagelock.driver"]);
        assert_eq!(run(&sandbox, way).status, Some(1), "git can merge this without the driver");
        let sandbox = diverged_pins(base, main, other);
        git_ok(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("builder", 2), ("cache", 1), ("web", 2)]), "{way:?}");

        let sandbox = diverged_pins(&[("db", 1), ("web", 1)], &[("db", 1)], &[("db", 2), ("web", 1)]);
        git_ok(&sandbox, way);
        assert_eq!(sandbox.lock(), lock(&[("db", 2)]), "{way:?}");
    }
}

#[test]
fn the_same_change_on_both_sides_and_two_first_lockfiles_merge() {
    let sandbox = diverged_pins(&[("web", 1)], &[("db", 1), ("web", 2)], &[("a", 1), ("web", 2)]);
    git_ok(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), lock(&[("a", 1), ("db", 1), ("web", 2)]));

    let sandbox = repository_with_driver();
    git(&sandbox, &["commit", "--quiet", "--message", "Begin"]);
    git(&sandbox, &["switch", "--quiet", "--create", "other"]);
    sandbox.write("images.lock", lock(&[("web", 1)]));
    commit(&sandbox, "2026-11-05", "Pin web");
    git(&sandbox, &["switch", "--quiet", "main"]);
    sandbox.write("images.lock", lock(&[("db", 1)]));
    commit(&sandbox, "2026-11-05", "Pin db");
    git_ok(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), lock(&[("db", 1), ("web", 1)]));
}

#[test]
fn a_checkout_with_other_line_endings_merges() {
    let marketplace = newest_version();
    let sandbox = repository_with_driver();
    git(&sandbox, &["config", "core.autocrlf", "true"]);
    let sandbox = conflicting_upgrades(sandbox.asking(&marketplace));
    conflict(&sandbox, &["merge", "other"]);
    assert!(sandbox.lock().contains("\r\n<<<<<<< ours\r\n"), "{}", sandbox.lock());
    sandbox.ok("resolve --fix-conflicts");
    git_ok(&sandbox, &["add", "images.lock"]);
    assert_eq!(git_ok(&sandbox, &["show", ":images.lock"]), lock(&[("db", 2), ("web", 4)]));

    // CRLF line endings that are committed are kept.
    let crlf = |pins| lock(pins).replace('\n', "\r\n");
    let sandbox = diverged(
        repository_with_driver(),
        &crlf(&[("db", 1), ("web", 1)]),
        &crlf(&[("db", 2), ("web", 1)]),
        &crlf(&[("db", 1), ("web", 2)]),
    );
    git_ok(&sandbox, &["merge", "--no-edit", "other"]);
    assert_eq!(sandbox.lock(), crlf(&[("db", 2), ("web", 2)]));
}

/// The outputs conflict on their own. `resolve` rewrites them, so they need no manual resolution.
#[test]
fn outputs_with_merge_conflicts_are_rewritten() {
    for (format, file) in [("tfvars", "images.tfvars.json"), ("json", "images.json"), ("env", "images.env")] {
        let sandbox = repository_with_driver();
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
        assert_eq!(git_ok(&sandbox, &["diff", "--name-only", "--diff-filter=U"]), format!("{file}\n"), "{merged}");
        let all = [("builder", 2), ("cache", 1), ("web", 2)];
        assert_eq!(sandbox.lock(), lock(&all));
        pin(&all);
        // `export` prints no manifest path, unlike the file.
        let text = sandbox.read(file).replace("# Manifest: images.toml\n", "").replace(" Manifest: images.toml", "");
        assert_eq!(text, sandbox.ok(&format!("export {format}")));
    }
}
