//! `imagelock list` and `imagelock get`: they print the pins.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::sandbox::Sandbox;

fn sandbox() -> Sandbox {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "fr-par-1", "arm64", 2),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 3),
        local("debian_bookworm", "fr-par-1", "x86_64", 4),
    ]);
    let sandbox = Sandbox::with(
        r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"
[images.web]
label = "ubuntu_noble"
zones = ["fr-par-1", "nl-ams-1"]
[images.builder]
label = "ubuntu_noble"
arch = ["x86_64", "arm64"]
[images.db]
label = "debian_bookworm"
"#,
    )
    .asking(&marketplace);
    sandbox.ok("resolve");
    sandbox
}

#[test]
fn list_shows_every_pin() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run("list"), @"
    NAME     ZONE      ARCH    TYPE          LABEL            ID
    builder  fr-par-1  arm64   instance_sbs  ubuntu_noble     00000002-0000-4000-8000-000000000000
    builder  fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000
    db       fr-par-1  x86_64  instance_sbs  debian_bookworm  00000004-0000-4000-8000-000000000000
    web      fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000
    web      nl-ams-1  x86_64  instance_sbs  ubuntu_noble     00000003-0000-4000-8000-000000000000
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("list --format json"), @r#"
    {
      "schema": "imagelock.list/1",
      "pins": [
        {
          "name": "builder",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "arm64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000002-0000-4000-8000-000000000000",
          "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000",
          "published": null
        },
        {
          "name": "builder",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000001-0000-4000-8000-000000000000",
          "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
          "published": null
        },
        {
          "name": "db",
          "label": "debian_bookworm",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000004-0000-4000-8000-000000000000",
          "zoned_id": "fr-par-1/00000004-0000-4000-8000-000000000000",
          "published": null
        },
        {
          "name": "web",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000001-0000-4000-8000-000000000000",
          "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
          "published": null
        },
        {
          "name": "web",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "nl-ams-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000003-0000-4000-8000-000000000000",
          "zoned_id": "nl-ams-1/00000003-0000-4000-8000-000000000000",
          "published": null
        }
      ]
    }
    --- exit 0
    "#);
}

#[test]
fn get_prints_only_the_id() {
    let sandbox = sandbox();
    assert_eq!(sandbox.ok("get db"), format!("{}\n", id(4)));
    assert_eq!(sandbox.ok("get web --zone nl-ams-1"), format!("{}\n", id(3)));
    assert_eq!(sandbox.ok("get builder --arch arm64"), format!("{}\n", id(2)));
    assert_snapshot!(sandbox.run("get db --format json"), @r#"
    {
      "schema": "imagelock.get/1",
      "name": "db",
      "label": "debian_bookworm",
      "image_id": null,
      "version_id": null,
      "release": null,
      "zone": "fr-par-1",
      "arch": "x86_64",
      "type": "instance_sbs",
      "instance_type": null,
      "edited": false,
      "id": "00000004-0000-4000-8000-000000000000",
      "zoned_id": "fr-par-1/00000004-0000-4000-8000-000000000000",
      "published": null
    }
    --- exit 0
    "#);
}

#[test]
fn get_suggests_an_option_or_lists_the_pins() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.fails("get web"), @"
    error: `web` has 2 pins: fr-par-1 (x86_64) and nl-ams-1 (x86_64)
     |
     = help: select one of them, for example: `imagelock get web --zone fr-par-1`
    ");
    assert_snapshot!(sandbox.fails("get builder"), @"
    error: `builder` has 2 pins: fr-par-1 (arm64) and fr-par-1 (x86_64)
     |
     = help: select one of them, for example: `imagelock get builder --arch arm64`
    ");
    assert_snapshot!(sandbox.fails("get builder --zone nl-ams-1"), @"
    error: `builder` has no pin in nl-ams-1
     |
     = help: choose one of its pins: fr-par-1 (arm64) and fr-par-1 (x86_64)
    ");
    assert_snapshot!(sandbox.fails("get wbe"), @"
    error: the lockfile has no pin named `wbe`
     |
     = help: did you mean `web`?
    ");
    assert_snapshot!(sandbox.fails("get postgres"), @"
    error: the lockfile has no pin named `postgres`
     |
     = help: to list the pins: `imagelock list`; to pin a new image: `imagelock resolve`
    ");
}

#[test]
fn an_edited_block_is_marked_by_list_and_refused_by_get() {
    let sandbox = sandbox();
    sandbox.write("images.lock", sandbox.lock().replace(&id(4), &id(7)));
    assert_snapshot!(sandbox.run("list"), @"
    NAME     ZONE      ARCH    TYPE          LABEL            ID
    builder  fr-par-1  arm64   instance_sbs  ubuntu_noble     00000002-0000-4000-8000-000000000000
    builder  fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000
    db       fr-par-1  x86_64  instance_sbs  debian_bookworm  00000007-0000-4000-8000-000000000000
    web      fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000
    web      nl-ams-1  x86_64  instance_sbs  ubuntu_noble     00000003-0000-4000-8000-000000000000
    --- stderr
    warning: 1 block of `images.lock` does not match the digest: `db` (fr-par-1, x86_64)
      = help: for details: `imagelock check`
    --- exit 0
    ");
    assert_snapshot!(sandbox.fails("get db"), @r#"
    error: the block of `db` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:29:10
       |
    29 | digest = "sha256:72664dd2c005567a5353af37b55e9c7314560f8d4eb8c686fc465085a905121d"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
       |
       = help: restore the file with `git restore images.lock`; or, to pin the image again: `imagelock upgrade db`
    "#);
    assert_eq!(sandbox.ok("get web --zone nl-ams-1"), format!("{}\n", id(3)));
}

#[test]
fn the_error_for_a_missing_lockfile_names_the_command_that_writes_it() {
    let sandbox = Sandbox::with("");
    assert_snapshot!(sandbox.fails("list"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
    assert_snapshot!(sandbox.fails("get web"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
}

/// A lockfile is read in parts of 64 KiB, and this one has several. If it contains a comment, it is read as a whole.
#[test]
fn a_large_lockfile_is_read_completely() {
    let zones = ["fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2"];
    let marketplace =
        FakeMarketplace::offering((1..).zip(zones).map(|(n, zone)| local("ubuntu_noble", zone, "x86_64", n)));
    let images: Vec<String> = (0..200).map(|n| format!("[images.i{n}]\nlabel = \"ubuntu_noble\"\n")).collect();
    let defaults = format!("[defaults]\narch = \"x86_64\"\nzones = {zones:?}\n");
    let sandbox = Sandbox::with(&(defaults + &images.concat())).asking(&marketplace);
    sandbox.ok("resolve");
    let lock = sandbox.lock();
    assert!(lock.len() > 3 << 16);

    let commands = ["list", "list --format json", "get i99 --zone nl-ams-2", "export json", "export env"];
    let read = || commands.map(|command| sandbox.ok(command));
    let in_parts = read();
    assert_eq!(in_parts[0].lines().count(), 1_001);
    sandbox.write("images.lock", lock.clone() + "# a remark\n");
    assert_eq!(read(), in_parts);

    // The last block is checked as well.
    sandbox.write("images.lock", lock.replace("\"i99\"", "\"i999\""));
    assert_snapshot!(sandbox.fails("get i999 --zone nl-ams-2"), @r#"
    error: the block of `i999` (nl-ams-2, x86_64) in the lockfile does not match its digest
        --> images.lock:9002:10
         |
    9002 | digest = "sha256:ccacd5ba26b24b00e07a010dabc946aa9bd1762467da6b807a67a90948195356"
         |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
         |
         = help: restore the file with `git restore images.lock`; or, to pin all edited images again: `imagelock upgrade i999`
    "#);
}

/// Returns a sandbox whose manifest changed after the last `resolve`: `web` has another label, `db` is removed, `cache`
/// is new.
fn out_of_date() -> Sandbox {
    let sandbox = sandbox();
    let manifest = sandbox
        .read("images.toml")
        .replace("[images.web]\nlabel = \"ubuntu_noble\"", "[images.web]\nlabel = \"debian_trixie\"");
    sandbox.write("images.toml", manifest.replace("[images.db]", "[images.cache]"));
    sandbox
}

#[test]
fn list_export_and_get_warn_about_an_outdated_lockfile() {
    let sandbox = out_of_date();
    assert_snapshot!(sandbox.run("list").stderr, @"
    warning: the lockfile does not match `images.toml`: 4 differences
      = note: `cache` (fr-par-1, x86_64): declared, but not in the lockfile
      = note: `db` (fr-par-1, x86_64): in the lockfile, but not declared
      = note: `web` (fr-par-1, x86_64): pinned for `ubuntu_noble`, now declared as `debian_trixie`
      = note: `web` (nl-ams-1, x86_64): pinned for `ubuntu_noble`, now declared as `debian_trixie`
      = help: to update the lockfile: `imagelock resolve`
    ");
    assert_eq!(sandbox.run("list").stdout.lines().count(), 6);
    assert_eq!(sandbox.run("export env").stderr, sandbox.run("list").stderr);
    assert_snapshot!(sandbox.run("get web --zone nl-ams-1"), @"
    00000003-0000-4000-8000-000000000000
    --- stderr
    warning: the lockfile does not match `images.toml`: 1 difference
      = note: `web` (nl-ams-1, x86_64): pinned for `ubuntu_noble`, now declared as `debian_trixie`
      = help: to update the lockfile: `imagelock resolve`
    --- exit 0
    ");
    // A pin that still matches its declaration causes no warning.
    assert_snapshot!(sandbox.run("get builder --arch arm64"), @"
    00000002-0000-4000-8000-000000000000
    --- exit 0
    ");
}

#[test]
fn get_refuses_a_name_that_is_no_longer_declared() {
    assert_snapshot!(out_of_date().fails("get db"), @"
    error: the lockfile pins `db`, but the manifest does not declare it
     |
     = help: declare it again, or remove its pins from the lockfile: `imagelock resolve`
    ");
}

#[test]
fn locked_fails_if_the_lockfile_is_out_of_date() {
    let sandbox = out_of_date();
    for line in
        ["list --locked", "get builder --arch arm64 --locked", "export env --locked", "list --locked --format json"]
    {
        let run = sandbox.run(line);
        assert_eq!((run.status, &*run.stdout), (Some(2), ""), "{line}");
        assert_eq!(run.stderr, sandbox.run("list").stderr, "{line}");
    }
    sandbox.write("images.toml", "");
    assert_eq!(sandbox.run("list --locked").status, Some(1));
    for line in ["list --locked", "get db --locked", "export env --locked"] {
        assert_eq!(self::sandbox().run(line).status, Some(0), "{line}");
    }
}

#[test]
fn get_uses_only_the_lockfile_if_the_manifest_is_unreadable() {
    let sandbox = out_of_date();
    sandbox.write("images.toml", "[images.web]\nlable = \"ubuntu_noble\"\n");
    assert_snapshot!(sandbox.run("get db"), @"
    00000004-0000-4000-8000-000000000000
    --- stderr
    warning: the lockfile was not compared with `images.toml`: `[images.web]` has no `zone` or `arch`
      = help: to see the problem: `imagelock resolve --locked`
    --- exit 0
    ");
    std::fs::remove_file(sandbox.path("images.toml")).unwrap();
    assert_snapshot!(sandbox.run("get db"), @"
    00000004-0000-4000-8000-000000000000
    --- exit 0
    ");
    assert_snapshot!(sandbox.fails("get db --locked"), @"
    error: cannot find the manifest `images.toml`
     |
     = help: to create one: `imagelock init`; to use another manifest: `--manifest PATH`
    ");
}
