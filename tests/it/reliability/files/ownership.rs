//! A replaced file keeps its owner, group and mode. A read-only file is not replaced.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::file_tree::tree;
use crate::support::fixtures::outdated::{UPGRADE, outdated_with_snapshot};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\
                        [[outputs]]\nformat = \"env\"\npath = \"images.env\"\n";

fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
    fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// Returns the owner, the group and the mode of a file.
fn owner_and_mode(sandbox: &Sandbox, name: &str) -> (u32, u32, u32) {
    let metadata = fs::metadata(sandbox.path(name)).unwrap();
    (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    sandbox.ok("check --catalog new.json --exit-zero -o drift.xml");
    fs::create_dir(sandbox.path("man")).unwrap();
    sandbox.ok("man man");
    set_mode(&sandbox, "man/man1/imagelock-log.1", 0o444);
    sandbox.write("empty", "");
    sandbox.write("new.lock", "version = 1\n");
    sandbox.ok("snapshot copy.json --catalog new.json");
    let page = fs::read(sandbox.path("man/man1/imagelock.1")).unwrap();
    for (file, line) in [
        ("images.lock", UPGRADE),
        ("images.env", UPGRADE),
        ("images.toml", "add db --label debian_bookworm --zone fr-par-1 --arch x86_64"),
        ("images.toml", &format!("adopt more={} --catalog new.json", id(2))),
        ("drift.xml", "check --catalog new.json -o new.xml -o drift.xml -q"),
        ("copy.json", "snapshot copy.json --catalog new.json"),
        ("images.lock", "merge-driver empty images.lock new.lock"),
        ("man/man1/imagelock-log.1", "man man"),
    ] {
        for mode in [0o444, 0o464, 0o400] {
            set_mode(&sandbox, file, mode);
            let before = tree(&sandbox.path(""));
            let run = sandbox.run(line);
            let expected = format!("error: cannot write `{file}`: it is read-only");
            assert_eq!(run.status, Some(1), "{line}: {run}");
            assert!(
                run.stderr.contains(&expected) && run.stderr.contains(&format!("`chmod u+w {file}`")),
                "{line}: {run}"
            );
            assert_eq!(tree(&sandbox.path("")), before, "{line}");
        }
        set_mode(&sandbox, file, 0o644);
    }
    assert_eq!(fs::read(sandbox.path("man/man1/imagelock.1")).unwrap(), page);
}

/// All lockfiles are checked before the first one is written. A dry run needs no write permission.
#[test]
fn one_read_only_lockfile_leaves_all_lockfiles_unchanged() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    for stack in ["a", "b"] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        for file in ["images.toml", "images.lock", "images.env"] {
            fs::copy(sandbox.path(file), sandbox.path(stack).join(file)).unwrap();
        }
    }
    set_mode(&sandbox, "b/images.lock", 0o444);
    let before = sandbox.read("a/images.lock");
    assert_snapshot!(sandbox.fails(&format!("{UPGRADE} --recursive .")), @"
    error: cannot write `b/images.lock`: it is read-only
     |
     = help: to allow imagelock to replace it: `chmod u+w b/images.lock`

    errors in 1 of 3 manifests; no results are shown for the others; nothing was changed
    ");
    assert_eq!(sandbox.read("a/images.lock"), before);
    sandbox.ok(&format!("{UPGRADE} --recursive . --dry-run"));
}

#[test]
fn the_mode_is_kept_without_setuid_setgid_and_sticky_bits() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    for (mode, kept) in [(0o640, 0o640), (0o600, 0o600), (0o664, 0o664), (0o7777, 0o777), (0o6640, 0o640)] {
        for file in ["images.lock", "images.env"] {
            set_mode(&sandbox, file, mode);
        }
        let number = sandbox.lock().contains(&id(1));
        let catalog = if number { "new.json" } else { "old.json" };
        if number {
            let old = sandbox.read("new.json").replace(&id(2), &id(1));
            sandbox.write("old.json", old);
        }
        let run = sandbox.run(&format!("upgrade --catalog {catalog}"));
        assert_eq!(run.status, Some(0), "{run}");
        assert!(!run.stderr.contains("note"), "{run}");
        for file in ["images.lock", "images.env"] {
            assert_eq!(owner_and_mode(&sandbox, file).2, kept, "{file} {mode:o}");
        }
    }
}

/// A run that is killed while it writes leaves its temporary file behind.
#[test]
fn the_temporary_file_of_a_private_file_is_private() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    for mode in [0o600, 0o640, 0o666] {
        set_mode(&sandbox, "images.env", mode);
        let run = sandbox.shell(&format!("umask 0; ulimit -f 0; exec \"$IMAGELOCK\" {UPGRADE}"));
        assert_eq!(run.status, None, "{run}");
        assert_eq!(owner_and_mode(&sandbox, ".images.env.tmp").2, 0o600);
    }
}

#[test]
#[ignore = "needs root"]
fn the_owner_and_the_group_are_kept() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    for file in ["images.lock", "images.env"] {
        chown(sandbox.path(file), Some(12_345), Some(23_456)).unwrap();
        set_mode(&sandbox, file, 0o640);
    }
    let run = sandbox.run(UPGRADE);
    assert!(run.status == Some(0) && !run.stderr.contains("note"), "{run}");
    assert!(sandbox.lock().contains(&id(2)));
    for file in ["images.lock", "images.env"] {
        assert_eq!(owner_and_mode(&sandbox, file), (12_345, 23_456, 0o640), "{file}");
    }
}

/// In this case, the new group gets only the permissions of other users, and one note per run says so.
#[test]
#[ignore = "needs root"]
fn an_owner_that_cannot_be_kept_is_noted_once() {
    let sandbox = outdated_with_snapshot(Sandbox::with(MANIFEST));
    for stack in ["a", "b"] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        for file in ["images.toml", "images.lock", "images.env"] {
            let copy = format!("{stack}/{file}");
            fs::copy(sandbox.path(file), sandbox.path(&copy)).unwrap();
            chown(sandbox.path(&copy), Some(12_345), Some(23_456)).unwrap();
            set_mode(&sandbox, &copy, 0o664);
        }
        set_mode(&sandbox, &format!("{stack}/images.lock"), 0o660);
    }
    let script = format!("exec setpriv --bounding-set=-chown,-fowner \"$IMAGELOCK\" {UPGRADE} --recursive . --quiet");
    let run = sandbox.shell(&script);
    assert_eq!(run.status, Some(0), "{run}");
    assert_snapshot!(run.stderr, @"note: cannot keep the owner and group of `a/images.env` and other files");
    for stack in ["a", "b"] {
        assert_eq!(owner_and_mode(&sandbox, &format!("{stack}/images.lock")), (0, 0, 0o600));
        assert_eq!(owner_and_mode(&sandbox, &format!("{stack}/images.env")), (0, 0, 0o644));
    }
}
