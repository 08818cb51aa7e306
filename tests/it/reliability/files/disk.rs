//! Disks and directories that cannot be written: the message names the cause, and every file stays unchanged.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::file_tree::{refused, refused_run, tree};
use crate::support::fixtures::outdated::{UPGRADE, outdated_with_snapshot};
use crate::support::sandbox::{Run, Sandbox};

const MANIFEST: &str = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\
                        [images.db]\nlabel = \"ubuntu_noble\"\n[images.web]\nlabel = \"ubuntu_noble\"\n";
const OUTPUTS: &str = "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n\
                       [[outputs]]\nformat = \"tfvars\"\npath = \"infra/images.auto.tfvars.json\"\n";

/// Returns a sandbox with a lockfile, two outputs, and `new.json`, a catalog in which the pinned image is newer.
fn resolved() -> Sandbox {
    let sandbox = Sandbox::with(&format!("{MANIFEST}{OUTPUTS}"));
    fs::create_dir(sandbox.path("infra")).unwrap();
    outdated_with_snapshot(sandbox)
}

fn is_root(sandbox: &Sandbox) -> bool {
    fs::metadata(sandbox.path("images.toml")).unwrap().uid() == 0
}

/// Runs the upgrade without root privileges, so that the modes of files and directories apply.
fn upgrade_without_root_power(sandbox: &Sandbox) -> Run {
    let without = if is_root(sandbox) { "setpriv --bounding-set=-dac_override,-dac_read_search " } else { "" };
    sandbox.shell(&format!("exec {without}\"$IMAGELOCK\" {UPGRADE}"))
}

fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
    fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// Checks that the upgrade works again.
#[track_caller]
fn check_upgrade(sandbox: &Sandbox) {
    sandbox.ok(UPGRADE);
    for file in ["images.lock", "images.env", "infra/images.auto.tfvars.json"] {
        assert!(sandbox.read(file).contains(&id(2)), "{file}");
    }
    assert!(!tree(&sandbox.path("")).keys().any(|path| path.extension().is_some_and(|extension| extension == "tmp")));
}

#[test]
fn an_unwritable_directory_is_an_error() {
    let sandbox = resolved();
    set_mode(&sandbox, "", 0o555);
    assert_snapshot!(refused_run(&sandbox, || upgrade_without_root_power(&sandbox)), @"
    error: cannot write `images.env`: permission denied
     |
     = help: check the permissions of the directory `.`
    ");
    set_mode(&sandbox, "", 0o755);
    check_upgrade(&sandbox);
}

#[test]
fn an_output_in_an_unwritable_directory_is_an_error() {
    let sandbox = resolved();
    set_mode(&sandbox, "infra", 0o555);
    assert_snapshot!(refused_run(&sandbox, || upgrade_without_root_power(&sandbox)), @"
    error: cannot write `infra/images.auto.tfvars.json`: permission denied
     |
     = help: check the permissions of the directory `infra`
    ");
    set_mode(&sandbox, "infra", 0o755);
    check_upgrade(&sandbox);
}

#[test]
fn an_adoption_that_cannot_write_an_output_declares_nothing() {
    let sandbox = resolved();
    let id = id(2);
    let dry = format!("adopt more={id} --catalog new.json --dry-run");
    let before = tree(&sandbox.path(""));
    assert!(sandbox.run(&dry).stderr.starts_with("would declare `more`"));
    assert_eq!(tree(&sandbox.path("")), before);
    fs::create_dir(sandbox.path("infra/.images.auto.tfvars.json.tmp")).unwrap();
    assert_snapshot!(refused(&sandbox, &dry.replace(" --dry-run", "")), @"
    error: cannot write `infra/.images.auto.tfvars.json.tmp`: it is a directory
     |
     = help: move the directory `infra/.images.auto.tfvars.json.tmp` away
    ");
}

#[test]
fn an_output_in_a_missing_directory_is_an_error() {
    let sandbox = resolved();
    fs::remove_dir_all(sandbox.path("infra")).unwrap();
    assert_snapshot!(refused(&sandbox, UPGRADE), @"
    error: cannot write `infra/images.auto.tfvars.json`: its directory does not exist
     |
     = help: create the directory first: `mkdir -p infra`
    ");
    fs::create_dir(sandbox.path("infra")).unwrap();
    check_upgrade(&sandbox);
}

#[test]
fn an_unreadable_lockfile_is_an_error() {
    let sandbox = resolved();
    set_mode(&sandbox, "images.lock", 0o000);
    assert_snapshot!(refused_run(&sandbox, || upgrade_without_root_power(&sandbox)), @"
    error: cannot read `images.lock`: permission denied
     |
     = help: check the permissions of the file and of the directories above it
    ");
}

#[test]
fn a_link_into_an_unwritable_directory_is_an_error() {
    let sandbox = resolved();
    fs::create_dir(sandbox.path("shared")).unwrap();
    fs::rename(sandbox.path("images.lock"), sandbox.path("shared/real.lock")).unwrap();
    symlink("shared/real.lock", sandbox.path("images.lock")).unwrap();
    set_mode(&sandbox, "shared", 0o555);
    let message = refused_run(&sandbox, || upgrade_without_root_power(&sandbox));
    let here = fs::canonicalize(sandbox.path("")).unwrap();
    assert_snapshot!(message.replace(here.to_str().unwrap(), "[HERE]"), @"
    error: cannot write `images.lock`: permission denied
     |
     = help: check the permissions of the directory `[HERE]/shared`
    ");
    set_mode(&sandbox, "shared", 0o755);
    check_upgrade(&sandbox);
    assert!(sandbox.path("images.lock").is_symlink());
}

#[test]
fn a_directory_instead_of_an_output_is_an_error() {
    let sandbox = resolved();
    fs::remove_file(sandbox.path("images.env")).unwrap();
    fs::create_dir(sandbox.path("images.env")).unwrap();
    assert_snapshot!(refused(&sandbox, UPGRADE), @r#"
    error: cannot read `images.env`: it is a directory
      --> images.toml:10:8
       |
    10 | path = "images.env"
       |        ^^^^^^^^^^^^ this output
       |
       = help: move the directory `images.env` away, or choose another file
    "#);
}

#[test]
fn a_directory_instead_of_a_report_is_an_error() {
    let sandbox = resolved();
    fs::create_dir(sandbox.path("drift.xml")).unwrap();
    assert_snapshot!(refused(&sandbox, "check --catalog new.json -o drift.xml"), @"
    error: cannot write `drift.xml`: it is a directory
     |
     = help: move the directory `drift.xml` away
    ");
}

#[test]
fn a_directory_instead_of_a_temporary_file_is_an_error() {
    let sandbox = resolved();
    for name in [".images.lock.tmp", "infra/.images.auto.tfvars.json.tmp"] {
        fs::create_dir_all(sandbox.path(name).join("full")).unwrap();
    }
    assert_snapshot!(refused(&sandbox, UPGRADE), @"
    error: cannot write `infra/.images.auto.tfvars.json.tmp`: it is a directory
     |
     = help: move the directory `infra/.images.auto.tfvars.json.tmp` away
    ");
    fs::remove_dir_all(sandbox.path("infra/.images.auto.tfvars.json.tmp")).unwrap();
    assert_snapshot!(refused(&sandbox, UPGRADE), @"
    error: cannot write `.images.lock.tmp`: it is a directory
     |
     = help: move the directory `.images.lock.tmp` away
    ");
}

#[test]
fn a_file_size_limit_is_an_error_that_changes_no_file() {
    let sandbox = resolved();
    let run = || sandbox.shell(&format!("trap '' XFSZ; ulimit -f 0; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_snapshot!(refused_run(&sandbox, run), @"
    error: cannot write `images.env`: it is larger than the limit of this process
     |
     = help: raise the file size limit of this process: `ulimit -f`
    ");
    // The JSON output is longer than 512 bytes. The output before it is shorter.
    let run = || sandbox.shell(&format!("trap '' XFSZ; ulimit -f 1; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_snapshot!(refused_run(&sandbox, run), @"
    error: cannot write `infra/images.auto.tfvars.json`: it is larger than the limit of this process
     |
     = help: raise the file size limit of this process: `ulimit -f`
    ");
    check_upgrade(&sandbox);
}

#[test]
fn a_file_size_limit_that_kills_the_run_changes_no_lockfile() {
    let sandbox = resolved();
    let before = sandbox.lock();
    let run = sandbox.shell(&format!("ulimit -f 0; exec \"$IMAGELOCK\" {UPGRADE}"));
    assert_eq!(run.status, None, "{run}");
    assert_eq!(sandbox.lock(), before);
    check_upgrade(&sandbox);
}

/// Runs a script on a small disk, `disk`, with a copy of the sandbox's files except the catalog.
fn on_a_small_disk(sandbox: &Sandbox, script: &str) -> Run {
    fs::create_dir(sandbox.path("disk")).unwrap();
    let upgrade = Sandbox::with_time(&format!("\"$IMAGELOCK\" {UPGRADE}")).replace("new.json", "../new.json");
    let around = "set -e; mount -t tmpfs -o size=64k none disk; cp -r images.* infra disk; cd disk; \
                  sums() { find . -type f ! -name fill -exec sha256sum {} + | sort; }; before=$(sums); set +e\n";
    let after = "echo \"exit $?\"; [ \"$before\" = \"$(sums)\" ] && echo 'all as before'";
    let script = format!("{around}{}\n{after}", script.replace("UPGRADE", &upgrade));
    let run = sandbox
        .program("/usr/bin/unshare")
        .args(if is_root(sandbox) { &["--mount"][..] } else { &["--mount", "--map-root-user"] })
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
fn a_full_disk_is_an_error_that_changes_no_file() {
    assert_snapshot!(on_a_small_disk(&resolved(), "cat /dev/zero >fill 2>&-; UPGRADE"), @"
    exit 1
    all as before
    --- stderr
    error: cannot write `images.env`: the disk is full
     |
     = help: free some disk space
    --- exit 0
    ");
    // There is space for one of three files.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -4096 fill; UPGRADE";
    assert_snapshot!(on_a_small_disk(&resolved(), script), @"
    exit 1
    all as before
    --- stderr
    error: cannot write `infra/images.auto.tfvars.json`: the disk is full
     |
     = help: free some disk space
    --- exit 0
    ");
    // There is space for two of three files.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -8192 fill; UPGRADE";
    assert_snapshot!(on_a_small_disk(&resolved(), script), @"
    exit 1
    all as before
    --- stderr
    error: cannot write `images.lock`: the disk is full
     |
     = help: free some disk space
    --- exit 0
    ");
    // There is space for all three files.
    let script = "cat /dev/zero >fill 2>&-; truncate -s -12288 fill; UPGRADE";
    let run = on_a_small_disk(&resolved(), script);
    assert!(run.stdout.ends_with("exit 0\n"), "{run}");
}

#[test]
#[ignore = "needs the right to mount"]
fn a_read_only_disk_is_an_error() {
    assert_snapshot!(on_a_small_disk(&resolved(), "mount -o remount,ro .; UPGRADE"), @"
    exit 1
    all as before
    --- stderr
    error: cannot write `images.env`: the file system is read-only
     |
     = help: remount the file system as writable, or choose another path
    --- exit 0
    ");
}

#[test]
#[ignore = "needs the right to mount"]
fn a_lockfile_that_is_a_mount_point_is_an_error_and_outputs_can_be_updated_again() {
    // `docker run --volume` creates such mount points. The lockfile stays unchanged. The newer outputs are reported,
    // and the next `resolve` restores them.
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
    error: cannot write `images.lock`: the system is using it
     |
     = help: if `images.lock` is a mount point, mount the directory that contains it instead
    wrote `images.env`
    wrote `infra/images.auto.tfvars.json`
    --- exit 0
    ");
}
