//! The file `images.lock`: its format, digests, conflict markers and line endings.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = [\"arm64\", \"x86_64\"]\n";

fn resolved() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "arm64", 1),
        local("ubuntu_noble", "fr-par-1", "x86_64", 2),
    ]);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    (sandbox, marketplace)
}

/// Returns the error that every command prints when it reads the lockfile.
fn refused(sandbox: &Sandbox) -> String {
    let message = sandbox.fails("resolve");
    for command in ["resolve --locked", "upgrade", "check", "list", "get web"] {
        assert_eq!(sandbox.fails(command), message, "{command}");
    }
    message
}

#[test]
fn a_newer_format_is_refused_with_the_release_that_reads_it() {
    let (sandbox, _marketplace) = resolved();
    let newer = "version = 7 # read by imagelock 3.2.0 and later";
    sandbox.write("images.lock", sandbox.lock().replace("version = 2 # read by imagelock 0.1.0 and later", newer));
    assert_snapshot!(refused(&sandbox), @"
    error: the lockfile has format 7, but imagelock 0.1.0 reads formats up to 2
     --> images.lock:2:11
      |
    2 | version = 7 # read by imagelock 3.2.0 and later
      |           ^ expected a number, at most 2
      |
      = help: install imagelock 3.2.0 or later, which can read this file
    ");
    sandbox.write("images.lock", "version = 7\n");
    assert_snapshot!(refused(&sandbox), @"
    error: the lockfile has format 7, but imagelock 0.1.0 reads formats up to 2
     --> images.lock:1:11
      |
    1 | version = 7
      |           ^ expected a number, at most 2
      |
      = help: install a newer release of imagelock, which can read this file
    ");
}

#[test]
fn a_file_without_a_format_is_refused() {
    let (sandbox, _marketplace) = resolved();
    for text in ["", "version = \"1\"\n", "version = 0\n", "version = -1\n", "version = 99999999999\n"] {
        sandbox.write("images.lock", text);
        assert!(refused(&sandbox).contains("version"), "{text}");
    }
    sandbox.write("images.lock", "");
    assert_snapshot!(refused(&sandbox), @"
    error: the lockfile is empty
     |
     = help: restore the file with `git restore images.lock`; or delete it and run `imagelock resolve`, which pins the newest versions
    ");
}

#[test]
fn conflict_markers_are_recognized() {
    let (sandbox, _marketplace) = resolved();
    let ours = sandbox.lock();
    sandbox.write("images.lock", format!("<<<<<<< HEAD\n{ours}=======\n{ours}>>>>>>> feature\n"));
    assert_snapshot!(refused(&sandbox), @"
    error: the file contains conflict markers from an unfinished git merge
     --> images.lock:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ conflict marker
      |
      = help: to merge both sides, and pin the newest versions of images that are still in conflict: `imagelock resolve --fix-conflicts`; to keep one side: `git checkout --ours images.lock` or `git checkout --theirs images.lock`
    ");
}

#[test]
fn unknown_keys_are_refused_and_never_dropped() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace("id = ", "checksum = \"x\"\nid = "));
    assert_snapshot!(refused(&sandbox), @r#"
    error: unknown key `checksum` in `[[pin]]`
      --> images.lock:10:1
       |
    10 | checksum = "x"
       | ^^^^^^^^ unknown key
       |
       = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version

    error: unknown key `checksum` in `[[pin]]`
      --> images.lock:20:1
       |
    20 | checksum = "x"
       | ^^^^^^^^ unknown key
       |
       = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version

    2 errors in all; nothing was changed
    "#);
}

#[test]
fn a_block_with_a_missing_key_is_refused() {
    let (sandbox, _marketplace) = resolved();
    let lock = sandbox.lock();
    let without_id: Vec<&str> = lock.lines().filter(|line| !line.starts_with("id = ")).collect();
    sandbox.write("images.lock", without_id.join("\n"));
    assert_snapshot!(refused(&sandbox), @"
    error: a block of the lockfile has no `id`
     --> images.lock:4:1
      |
    4 | [[pin]]
      | ^^^^^^^ `id` is missing
      |
      = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version

    error: a block of the lockfile has no `id`
      --> images.lock:12:1
       |
    12 | [[pin]]
       | ^^^^^^^ `id` is missing
       |
       = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version

    2 errors in all; nothing was changed
    ");
}

#[test]
fn a_duplicate_pin_is_refused() {
    let (sandbox, _marketplace) = resolved();
    let lock = sandbox.lock();
    let blocks: Vec<&str> = lock.split("\n[[pin]]").collect();
    sandbox.write("images.lock", format!("{lock}\n[[pin]]{}", blocks[1]));
    assert_snapshot!(refused(&sandbox), @"
    error: the lockfile pins `web` (fr-par-1, arm64) twice
      --> images.lock:22:1
       |
    22 | [[pin]]
       | ^^^^^^^ second block of this pin
       |
       = help: remove one of the two blocks; they may come from a merge
    ");
}

#[test]
fn an_edited_block_is_overwritten_only_by_an_upgrade_of_its_image() {
    let (sandbox, marketplace) = resolved();
    let good = sandbox.lock();
    sandbox.write("images.lock", good.replace(&id(1), &id(7)));
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: the block of `web` (fr-par-1, arm64) in the lockfile does not match its digest
      --> images.lock:11:10
       |
    11 | digest = "sha256:e7ff748a25d40435a950f9513f59fe295785b745c5aa687116bc24f1c5e0db90"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
       |
       = help: restore the file with `git restore images.lock`; or, to pin the image again: `imagelock upgrade web`
    "#);
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    STATUS  NAME  ZONE      ARCH   LABEL         PINNED    PUBLISHED  DETAIL
    edited  web   fr-par-1  arm64  ubuntu_noble  00000007  unknown    the block does not match its digest; it was edited by hand or by a merge

    the lockfile does not match the manifest: 1 difference
    the lockfile was edited by hand or by a merge; to see the commits that changed it: imagelock log web
    restore the file from version control, or pin these images again: imagelock upgrade web
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("upgrade web"), @"
    CHANGE  NAME  ZONE      ARCH   LABEL         FROM      TO
    moved   web   fr-par-1  arm64  ubuntu_noble  00000007  00000001

    2 pins: 1 moved, 1 kept
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), good);
    drop(marketplace);
}

#[test]
fn readers_ignore_comments_and_the_order_of_blocks() {
    let (sandbox, _marketplace) = resolved();
    let good = sandbox.lock();
    let (head, blocks) = good.split_once("\n[[pin]]").unwrap();
    let (first, second) = blocks.split_once("\n[[pin]]").unwrap();
    sandbox.write("images.lock", format!("# by hand\n{head}\n[[pin]]{second}\n[[pin]]{first}"));
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));
    assert_eq!(sandbox.run("check").status, Some(0));
    // The next `resolve` restores the order.
    sandbox.ok("resolve --offline");
    assert_eq!(sandbox.lock(), good);
}

#[test]
fn a_checkout_with_other_line_endings_is_the_same_lockfile() {
    let (sandbox, _marketplace) = resolved();
    let windows = sandbox.lock().replace('\n', "\r\n");
    sandbox.write("images.lock", &windows);
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));
    sandbox.ok("resolve --offline");
    assert_eq!(sandbox.lock(), windows);
    assert_eq!(sandbox.run("check").status, Some(0));
}

#[test]
fn an_edited_block_is_marked_in_json() {
    let (sandbox, _marketplace) = resolved();
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    let run = sandbox.run("list --format json");
    assert_eq!(run.stdout.matches("\"edited\": true").count(), 1);
    assert!(run.stderr.starts_with("warning: "), "{run}");
}

/// A lockfile in format 1, as the releases before format 2 wrote it.
const FORMAT_1: &str = "\
# This file is written by imagelock. Commit it; change images.toml instead of editing it.
version = 1 # read by imagelock 0.1.0 and later

[[pin]]
name = \"web\"
zone = \"fr-par-1\"
arch = \"x86_64\"
type = \"instance_sbs\"
label = \"ubuntu_noble\"
id = \"35fdc69b-503a-4d8c-8879-497a1abfd103\"
published = 2026-09-02T08:30:55Z
digest = \"sha256:59993edd9ef1cd4753d9c93db39a072e2efe89826c5f528071ab6c339c54c278\"
";

/// Returns a sandbox whose manifest declares these images, with a snapshot of the Marketplace.
fn sandbox_with_snapshot(names: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with(&declared(names));
    sandbox.write("c.json", include_str!("../../../examples/quickstart/catalog-2026-10-05.json"));
    sandbox
}

fn declared(names: &[&str]) -> String {
    let images = names.iter().map(|name| format!("{name}.label = \"ubuntu_noble\"\n"));
    format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\n{}", images.collect::<String>())
}

#[test]
fn format_1_satisfies_the_manifest_and_is_rewritten_only_with_another_change() {
    let sandbox = sandbox_with_snapshot(&["web"]);
    sandbox.write("images.lock", FORMAT_1);
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));
    for command in ["resolve", "upgrade", "upgrade web"] {
        let run = sandbox.run(&format!("{command} --catalog c.json"));
        assert_eq!(run.stdout, "nothing to change: 1 pin\n", "{command}: {run}");
        assert_eq!(sandbox.lock(), FORMAT_1, "{command}");
    }
    assert_eq!(sandbox.run("check --catalog c.json").status, Some(0));
    // Resolving the new image also fetches the version of the existing pin.
    sandbox.write("images.toml", declared(&["db", "web"]));
    assert_snapshot!(sandbox.run("resolve --catalog c.json"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   db    fr-par-1  x86_64  ubuntu_noble  35fdc69b  published 2026-09-02

    2 pins: 1 added, 1 kept
    --- exit 0
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
    version-id = "340178b7-5fb0-43e7-b746-72c9209c6d1f"
    id = "35fdc69b-503a-4d8c-8879-497a1abfd103"
    published = 2026-09-02T08:30:55Z
    digest = "sha256:05d1c4b526b953d960257e9a0c506789491807558a9c2207e63d01e253464ddd"

    [[pin]]
    name = "web"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    label = "ubuntu_noble"
    version-id = "340178b7-5fb0-43e7-b746-72c9209c6d1f"
    id = "35fdc69b-503a-4d8c-8879-497a1abfd103"
    published = 2026-09-02T08:30:55Z
    digest = "sha256:b3530422add447f89cbe6f7724c97779067d880ad4d8a1fce2388cf62592ca45"
    "#);
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));
    // Offline, the version is unknown.
    sandbox.write("images.lock", FORMAT_1);
    sandbox.write("images.toml", declared(&["front"]));
    sandbox.ok("resolve --offline");
    assert!(sandbox.lock().contains("version = 2 ") && !sandbox.lock().contains("version-id"), "{}", sandbox.lock());
}

#[test]
fn an_out_of_order_file_in_format_1_is_rewritten_in_the_current_format() {
    let sandbox = sandbox_with_snapshot(&["web"]);
    sandbox.write("images.lock", format!("# by hand\n{FORMAT_1}"));
    sandbox.ok("resolve --offline");
    assert_eq!(sandbox.lock(), FORMAT_1.replace("version = 1", "version = 2"));
}

#[test]
fn an_edited_version_is_detected() {
    let sandbox = sandbox_with_snapshot(&["web"]);
    sandbox.ok("resolve --catalog c.json");
    let good = sandbox.lock();
    sandbox.write("images.lock", good.replace("340178b7-", "340178b8-"));
    assert_ne!(sandbox.lock(), good);
    assert!(sandbox.fails("resolve").contains("does not match its digest"));
    let without: Vec<&str> = good.split_inclusive('\n').filter(|line| !line.starts_with("version-id")).collect();
    sandbox.write("images.lock", without.concat());
    assert!(sandbox.fails("resolve").contains("does not match its digest"));
}
