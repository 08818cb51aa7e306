//! Files are written completely or not at all, and modes and links are kept.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use insta::assert_snapshot;

use crate::support::fake_marketplace::local;
use crate::support::fixtures::outdated::outdated;
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn the_mode_of_the_lockfile_is_kept() {
    let (sandbox, marketplace) = outdated(Sandbox::with(WEB));
    let lock = sandbox.path("images.lock");
    for mode in [0o640, 0o664, 0o644] {
        fs::set_permissions(&lock, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(sandbox.path("images.toml"), format!("{WEB}# {mode}\n")).unwrap();
        sandbox.ok("upgrade");
        assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o777, mode);
        marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", mode)]);
    }
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

#[test]
fn a_symbolic_link_to_the_lockfile_is_kept() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    fs::create_dir(sandbox.path("shared")).unwrap();
    fs::rename(sandbox.path("images.lock"), sandbox.path("shared/real.lock")).unwrap();
    symlink("shared/real.lock", sandbox.path("images.lock")).unwrap();
    sandbox.ok("upgrade");
    assert!(sandbox.path("images.lock").is_symlink());
    assert!(sandbox.read("shared/real.lock").contains("00000002-"));
}

#[test]
fn a_dangling_link_is_refused() {
    let sandbox = Sandbox::with(WEB);
    symlink("nowhere", sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: `images.lock` is a symbolic link to `nowhere`, which does not exist
     |
     = help: fix the link, or remove it: `rm images.lock`
    ");
    assert!(sandbox.path("images.lock").is_symlink());
}

#[test]
fn a_directory_instead_of_the_lockfile_is_refused() {
    let sandbox = Sandbox::with(WEB);
    fs::create_dir(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: cannot read `images.lock`: it is a directory
     |
     = help: move the directory `images.lock` away, or choose another file
    ");
}

#[test]
fn temporary_files_of_a_killed_run_are_replaced() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    sandbox.write(".images.lock.tmp", "half a lo");
    sandbox.ok("upgrade");
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

#[test]
fn init_writes_the_annotated_manifest_and_never_overwrites() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("init"), @"
    --- stderr
    wrote `images.toml` and its schema `images.schema.json`
    declare your images there, then pin them: `imagelock resolve`
    --- exit 0
    ");
    assert_eq!(sandbox.read("images.toml"), include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/images.toml.example")));
    assert_eq!(sandbox.run("resolve --locked").status, Some(2), "the example is a valid manifest");
    sandbox.write("images.toml", "mine");
    assert_snapshot!(sandbox.fails("init"), @"
    error: `images.toml` already exists; refusing to overwrite it
     |
     = help: edit `images.toml`, or move it away first
    ");
    assert_eq!(sandbox.read("images.toml"), "mine");
}

#[test]
fn a_reader_that_stops_early_is_not_an_error() {
    use std::io::Read;
    use std::process::Stdio;
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let mut run = sandbox.command("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stdout.take());
    let mut stderr = String::new();
    run.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((run.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_link_named_like_the_temporary_file_is_not_followed() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    sandbox.write("victim", "precious");
    symlink("victim", sandbox.path(".images.lock.tmp")).unwrap();
    sandbox.ok("upgrade");
    assert_eq!(sandbox.read("victim"), "precious");
    assert!(!sandbox.path("images.lock").is_symlink());
    assert_eq!(sandbox.files(), ["images.lock", "images.toml", "victim"]);
}

#[test]
fn pipes_and_devices_are_not_read() {
    let sandbox = Sandbox::with(WEB);
    assert_snapshot!(sandbox.fails("resolve --catalog /dev/zero"), @"
    error: cannot read `/dev/zero`: it is not a regular file
     |
     = help: use a regular file of at most 64 MiB
    ");
    std::fs::File::create(sandbox.path("large.json")).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_snapshot!(sandbox.fails("resolve --catalog large.json"), @"
    error: cannot read `large.json`: it is larger than 64 MiB
     |
     = help: use a regular file of at most 64 MiB
    ");
    assert_snapshot!(sandbox.fails("resolve --manifest /dev/zero"), @"
    error: cannot read `/dev/zero`: it is not a regular file
     |
     = help: use a regular file of at most 64 MiB
    ");
    assert_snapshot!(sandbox.fails("snapshot /dev/zero"), @"
    error: cannot write `/dev/zero`: it is not a regular file
     |
     = help: choose a regular file; `check` and `export` print to standard output, which can be redirected
    ");
}

#[test]
fn a_missing_directory_and_a_directory_instead_of_a_file_have_different_messages() {
    let sandbox = Sandbox::with(WEB);
    assert_snapshot!(sandbox.fails("init --manifest infra/prod.toml"), @"
    error: cannot write `infra/prod.toml`: its directory does not exist
     |
     = help: create the directory first: `mkdir -p infra`
    ");
    assert_snapshot!(sandbox.fails("resolve --manifest ."), @"
    error: cannot connect to http://127.0.0.1:1/marketplace/v2: the connection was refused
     |
     = note: needed for the image `ubuntu_noble`
     = note: gave up after 6 attempts
     = help: check the network, HTTPS_PROXY and `--api-url`; to work without a network, use a snapshot: `--catalog FILE`
    ");
}

#[test]
fn rewriting_a_lockfile_in_its_canonical_form_is_reported() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let good = sandbox.lock();
    sandbox.write("images.lock", format!("{good}# a remark\n"));
    assert_snapshot!(sandbox.run("resolve --dry-run"), @"
    no pin would change, but the lockfile would be reformatted (dry run)
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("resolve"), @"
    no pin changed, but the lockfile was reformatted: 1 pin
    --- exit 0
    ");
    assert_eq!(sandbox.lock(), good);
}

#[test]
fn suggested_commands_name_the_same_manifest() {
    let (sandbox, marketplace) = outdated(Sandbox::with(WEB));
    fs::create_dir(sandbox.path("my infra")).unwrap();
    sandbox.write("my infra/prod.toml", WEB);
    let run = |line: &[&str]| {
        let output = sandbox.command("").args(line).args(["--manifest", "my infra/prod.toml"]).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert_snapshot!(run(&["list"]), @"
    error: cannot find the lockfile `my infra/prod.lock`
     |
     = help: if it was committed before, restore it: `git restore 'my infra/prod.lock'`; to create it: `imagelock resolve --manifest 'my infra/prod.toml'`, which pins the newest versions
    ");
    run(&["resolve"]);
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 3)]);
    assert_snapshot!(run(&["check"]), @"
    STATUS    NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED  NEWEST
    outdated  web   fr-par-1  x86_64  ubuntu_noble  00000002  unknown    00000003

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web --manifest 'my infra/prod.toml'
    ");
}

#[test]
fn concurrent_snapshots_end_with_one_complete_snapshot() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let mut runs: Vec<_> = (0..20).map(|_| sandbox.command("snapshot all.json --quiet").spawn().unwrap()).collect();
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    sandbox.ok("search --catalog all.json");
}

#[test]
fn circular_links_are_refused() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    fs::remove_file(sandbox.path("images.lock")).unwrap();
    symlink("images.lock", sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: cannot read `images.lock`: too many levels of symbolic links
     |
     = help: check the file `images.lock` and the disk
    ");
    fs::remove_file(sandbox.path("images.lock")).unwrap();
    sandbox.ok("resolve");
    symlink("b.md", sandbox.path("a.md")).unwrap();
    symlink("a.md", sandbox.path("b.md")).unwrap();
    assert_snapshot!(sandbox.fails("check -o a.md"), @"
    error: cannot write `a.md`: too many levels of symbolic links
     |
     = help: check the directory `.` and the disk
    ");
}

#[test]
fn a_regular_file_below_dev_is_written() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let shared = tempfile::Builder::new().suffix(".json").tempfile_in("/dev/shm").unwrap();
    let line = format!("check -o {}", shared.path().display());
    for _ in 0..2 {
        assert_eq!(sandbox.run(&line).status, Some(2));
        let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(shared.path()).unwrap()).unwrap();
        assert_eq!(json["schema"], "imagelock.check/1");
    }
}
