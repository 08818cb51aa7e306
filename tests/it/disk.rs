//! Disks that do not play along: the message names what is in the way, and every file is as it was.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use insta::assert_snapshot;

use crate::bench::{Bench, Run};
use crate::standin::{Marketplace, id, local};

const MANIFEST: &str = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\
                        [images.db]\nlabel = \"ubuntu_noble\"\n[images.web]\nlabel = \"ubuntu_noble\"\n";
const OUTPUTS: &str = "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n\
                       [[outputs]]\nformat = \"tfvars\"\npath = \"infra/images.auto.tfvars.json\"\n";

/// A lock, two outputs in step with it, and `new.json`, a catalog in which the pin would move.
fn resolved() -> Bench {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let bench = Bench::with(&format!("{MANIFEST}{OUTPUTS}")).asking(&marketplace);
    fs::create_dir(bench.path("infra")).unwrap();
    bench.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    bench.ok("snapshot new.json");
    bench
}

const UPGRADE: &str = "resolve --upgrade --catalog new.json";

/// The content of all files, and where the links lead.
fn contents(bench: &Bench) -> Vec<String> {
    let run = bench.shell(
        "find . -type f -exec sha256sum {} + | sort; find . -type l -printf '%p -> %l\\n' | sort; \
         find . -type d | sort",
    );
    assert_eq!(run.status, Some(0), "{run}");
    run.stdout.lines().map(str::to_owned).collect()
}

/// Runs what must fail and leave every file as it was.
#[track_caller]
fn refused(bench: &Bench, run: impl Fn() -> Run) -> String {
    let before = contents(bench);
    let run = run();
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    assert_eq!(contents(bench), before);
    run.stderr
}

fn is_root(bench: &Bench) -> bool {
    fs::metadata(bench.path("images.toml")).unwrap().uid() == 0
}

/// The upgrade by somebody who may write only what the modes of files and directories allow. They do not bind root, who
/// lays down that power.
fn upgrade_as_mere_mortal(bench: &Bench) -> Run {
    let without = if is_root(bench) { "setpriv --bounding-set=-dac_override,-dac_read_search " } else { "" };
    bench.shell(&format!("exec {without}\"$IMAGELOCK\" {UPGRADE}"))
}

fn mode(bench: &Bench, name: &str, mode: u32) {
    fs::set_permissions(bench.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// That nothing is in the way any more.
#[track_caller]
fn upgrades(bench: &Bench) {
    bench.ok(UPGRADE);
    for file in ["images.lock", "images.env", "infra/images.auto.tfvars.json"] {
        assert!(bench.read(file).contains(&id(2)), "{file}");
    }
    assert!(!contents(bench).iter().any(|line| line.contains(".tmp")));
}

#[test]
fn a_directory_that_cannot_be_written() {
    let bench = resolved();
    mode(&bench, "", 0o555);
    assert_snapshot!(refused(&bench, || upgrade_as_mere_mortal(&bench)), @"
    error: could not write `images.env`: Permission denied (os error 13)
     |
     = help: check that you may write in the directory `.`
    ");
    mode(&bench, "", 0o755);
    upgrades(&bench);
}

#[test]
fn an_output_in_a_directory_that_cannot_be_written() {
    let bench = resolved();
    mode(&bench, "infra", 0o555);
    assert_snapshot!(refused(&bench, || upgrade_as_mere_mortal(&bench)), @"
    error: could not write `infra/images.auto.tfvars.json`: Permission denied (os error 13)
     |
     = help: check that you may write in the directory `infra`
    ");
    mode(&bench, "infra", 0o755);
    upgrades(&bench);
}

#[test]
fn an_adoption_that_cannot_write_an_output_declares_nothing() {
    let bench = resolved();
    let id = id(2);
    let dry = format!("adopt more={id} --catalog new.json --dry-run");
    let before = contents(&bench);
    assert!(bench.run(&dry).stderr.starts_with("would declare `more`"));
    assert_eq!(contents(&bench), before);
    fs::create_dir(bench.path("infra/.images.auto.tfvars.json.tmp")).unwrap();
    assert_snapshot!(refused(&bench, || bench.run(&dry.replace(" --dry-run", ""))), @"
    error: could not write `infra/.images.auto.tfvars.json.tmp`: is a directory
     |
     = help: move the directory `infra/.images.auto.tfvars.json.tmp` away
    ");
}

#[test]
fn an_output_whose_directory_is_gone() {
    let bench = resolved();
    fs::remove_dir_all(bench.path("infra")).unwrap();
    assert_snapshot!(refused(&bench, || bench.run(UPGRADE)), @"
    error: could not write `infra/images.auto.tfvars.json`: No such file or directory (os error 2)
     |
     = help: make the directory first: `mkdir -p infra`
    ");
    fs::create_dir(bench.path("infra")).unwrap();
    upgrades(&bench);
}

#[test]
fn a_lock_that_cannot_be_read() {
    let bench = resolved();
    mode(&bench, "images.lock", 0o000);
    assert_snapshot!(refused(&bench, || upgrade_as_mere_mortal(&bench)), @"
    error: could not read `images.lock`: Permission denied (os error 13)
     |
     = help: check the permissions of the file and of the directories above it
    ");
}

#[test]
fn a_link_into_a_directory_that_cannot_be_written() {
    let bench = resolved();
    fs::create_dir(bench.path("shared")).unwrap();
    fs::rename(bench.path("images.lock"), bench.path("shared/real.lock")).unwrap();
    symlink("shared/real.lock", bench.path("images.lock")).unwrap();
    mode(&bench, "shared", 0o555);
    let message = refused(&bench, || upgrade_as_mere_mortal(&bench));
    let here = fs::canonicalize(bench.path("")).unwrap();
    assert_snapshot!(message.replace(here.to_str().unwrap(), "[HERE]"), @"
    error: could not write `images.lock`: Permission denied (os error 13)
     |
     = help: check that you may write in the directory `[HERE]/shared`
    ");
    mode(&bench, "shared", 0o755);
    upgrades(&bench);
    assert!(bench.path("images.lock").is_symlink());
}

#[test]
fn a_directory_in_the_place_of_an_output() {
    let bench = resolved();
    fs::remove_file(bench.path("images.env")).unwrap();
    fs::create_dir(bench.path("images.env")).unwrap();
    assert_snapshot!(refused(&bench, || bench.run(UPGRADE)), @r#"
    error: could not read `images.env`: is a directory
      --> images.toml:10:8
       |
    10 | path = "images.env"
       |        ^^^^^^^^^^^^ this output
       |
       = help: put a file that you may read in the place of `images.env`
    "#);
}

#[test]
fn a_directory_in_the_place_of_a_report() {
    let bench = resolved();
    fs::create_dir(bench.path("drift.xml")).unwrap();
    assert_snapshot!(refused(&bench, || bench.run("check --catalog new.json -o drift.xml")), @"
    error: could not write `drift.xml`: is a directory
     |
     = help: move the directory `drift.xml` away
    ");
}

#[test]
fn a_directory_in_the_place_of_a_temporary_file() {
    let bench = resolved();
    for name in [".images.lock.tmp", "infra/.images.auto.tfvars.json.tmp"] {
        fs::create_dir_all(bench.path(name).join("full")).unwrap();
    }
    assert_snapshot!(refused(&bench, || bench.run(UPGRADE)), @"
    error: could not write `infra/.images.auto.tfvars.json.tmp`: is a directory
     |
     = help: move the directory `infra/.images.auto.tfvars.json.tmp` away
    ");
    fs::remove_dir_all(bench.path("infra/.images.auto.tfvars.json.tmp")).unwrap();
    assert_snapshot!(refused(&bench, || bench.run(UPGRADE)), @"
    error: could not write `.images.lock.tmp`: is a directory
     |
     = help: move the directory `.images.lock.tmp` away
    ");
}

#[test]
fn a_limit_for_the_size_of_files() {
    let bench = resolved();
    let run = || bench.shell(&format!("trap '' XFSZ; ulimit -f 0; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_snapshot!(refused(&bench, run), @"
    error: could not write `images.env`: File too large (os error 27)
     |
     = help: raise the limit of this process for the size of files: `ulimit -f`
    ");
    // The output in JSON is longer than 512 bytes, and the one before it is not.
    let run = || bench.shell(&format!("trap '' XFSZ; ulimit -f 1; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_snapshot!(refused(&bench, run), @"
    error: could not write `infra/images.auto.tfvars.json`: File too large (os error 27)
     |
     = help: raise the limit of this process for the size of files: `ulimit -f`
    ");
    upgrades(&bench);
}

#[test]
fn a_limit_that_kills() {
    let bench = resolved();
    let before = bench.lock();
    let run = bench.shell(&format!("ulimit -f 0; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_eq!(run.status, None, "{run}");
    assert_eq!(bench.lock(), before);
    upgrades(&bench);
}

/// Runs a script on a disk of its own, `disk`, with a few pages of 4 KiB; it has the files of the bench but the catalog.
fn on_a_small_disk(bench: &Bench, script: &str) -> Run {
    fs::create_dir(bench.path("disk")).unwrap();
    let upgrade = Bench::timed(&format!("\"$IMAGELOCK\" {UPGRADE}")).replace("new.json", "../new.json");
    let around = "set -e; mount -t tmpfs -o size=64k none disk; cp -r images.* infra disk; cd disk; \
                  sums() { find . -type f ! -name fill -exec sha256sum {} + | sort; }; before=$(sums); set +e\n";
    let after = "echo \"exit $?\"; [ \"$before\" = \"$(sums)\" ] && echo 'all as before'";
    let script = format!("{around}{}\n{after}", script.replace("UPGRADE", &upgrade));
    let run = bench
        .here("/usr/bin/unshare")
        .args(if is_root(bench) { &["--mount"][..] } else { &["--mount", "--map-root-user"] })
        .args(["/bin/sh", "-c", &script])
        .env("IMAGELOCK", env!("CARGO_BIN_EXE_imagelock"))
        .output()
        .unwrap();
    Run {
        status: run.status.code(),
        stdout: String::from_utf8(run.stdout).unwrap(),
        stderr: String::from_utf8(run.stderr).unwrap(),
    }
}

#[test]
#[ignore = "needs the right to mount"]
fn a_full_disk() {
    assert_snapshot!(on_a_small_disk(&resolved(), "cat /dev/zero >fill 2>&-; UPGRADE"), @"
    exit 1
    all as before
    --- stderr
    error: could not write `images.env`: No space left on device (os error 28)
     |
     = help: make space on the disk
    --- exit 0
    ");
    // Space for one of three files.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -4096 fill; UPGRADE";
    assert_snapshot!(on_a_small_disk(&resolved(), script), @"
    exit 1
    all as before
    --- stderr
    error: could not write `infra/images.auto.tfvars.json`: No space left on device (os error 28)
     |
     = help: make space on the disk
    --- exit 0
    ");
    // For two.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -8192 fill; UPGRADE";
    assert_snapshot!(on_a_small_disk(&resolved(), script), @"
    exit 1
    all as before
    --- stderr
    error: could not write `images.lock`: No space left on device (os error 28)
     |
     = help: make space on the disk
    --- exit 0
    ");
    // Space for three.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -12288 fill; UPGRADE";
    let run = on_a_small_disk(&resolved(), script);
    assert!(run.stdout.ends_with("exit 0\n"), "{run}");
}

#[test]
#[ignore = "needs the right to mount"]
fn a_disk_that_is_read_only() {
    assert_snapshot!(on_a_small_disk(&resolved(), "mount -o remount,ro .; UPGRADE"), @"
    exit 1
    all as before
    --- stderr
    error: could not write `images.env`: Read-only file system (os error 30)
     |
     = help: check that you may write in the directory `.`
    --- exit 0
    ");
}

#[test]
#[ignore = "needs the right to mount"]
fn a_file_that_is_a_mount_point() {
    // As `docker run --volume` makes them. The lock is as it was, and what is ahead of it is told, and brought back.
    let script = "mount --bind images.lock images.lock; UPGRADE; echo \"exit $?\"; ls -A . infra; \
                  \"$IMAGELOCK\" resolve --locked; \"$IMAGELOCK\" resolve --offline";
    assert_snapshot!(on_a_small_disk(&resolved(), script), @"
    exit 1
    .:
    images.env
    images.lock
    images.toml
    infra

    infra:
    images.auto.tfvars.json
    `images.env` and `infra/images.auto.tfvars.json` are out of date; to update them: imagelock resolve
    nothing to change: 2 pins
    exit 0
    all as before
    --- stderr
    error: could not write `images.lock`: Device or resource busy (os error 16)
     |
     = help: `images.lock` is a mount point: mount the directory that it is in instead
    wrote `images.env`
    wrote `infra/images.auto.tfvars.json`
    --- exit 0
    ");
}
