//! Writing: whole or not at all, one writer at a time, modes and links kept.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::Duration;

use imagelock::files::Guard;
use insta::assert_snapshot;

use crate::bench::Bench;
use crate::standin::{Marketplace, local};

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

fn resolved() -> (Bench, Marketplace) {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let bench = Bench::with(MANIFEST).asking(&marketplace);
    bench.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    (bench, marketplace)
}

#[test]
fn the_mode_of_the_lock_is_kept() {
    let (bench, marketplace) = resolved();
    let lock = bench.path("images.lock");
    for mode in [0o640, 0o664, 0o444] {
        fs::set_permissions(&lock, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(bench.path("images.toml"), format!("{MANIFEST}# {mode}\n")).unwrap();
        bench.ok("resolve --upgrade");
        assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o777, mode);
        marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", mode)]);
    }
    assert_eq!(bench.files(), ["images.lock", "images.toml"]);
}

#[test]
fn a_lock_behind_a_symbolic_link_stays_there() {
    let (bench, _marketplace) = resolved();
    fs::create_dir(bench.path("shared")).unwrap();
    fs::rename(bench.path("images.lock"), bench.path("shared/real.lock")).unwrap();
    symlink("shared/real.lock", bench.path("images.lock")).unwrap();
    bench.ok("resolve --upgrade");
    assert!(bench.path("images.lock").is_symlink());
    assert!(bench.read("shared/real.lock").contains("00000002-"));
}

#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let bench = Bench::with(MANIFEST);
    symlink("nowhere", bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("resolve"), @"
    error: could not read `images.lock`: No such file or directory (os error 2)
     |
     = help: check that `images.lock` is a file that you may read
    ");
    assert!(bench.path("images.lock").is_symlink());
}

#[test]
fn a_directory_in_the_place_of_the_lock_is_refused() {
    let bench = Bench::with(MANIFEST);
    fs::create_dir(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("resolve"), @"
    error: could not read `images.lock`: Is a directory (os error 21)
     |
     = help: check that `images.lock` is a file that you may read
    ");
}

#[test]
fn what_a_killed_run_left_behind_is_in_nobodys_way() {
    let (bench, _marketplace) = resolved();
    bench.write(".images.lock.tmp", "half a lo");
    bench.write(".images.lock.guard", "process 1\n");
    bench.ok("resolve --upgrade");
    assert_eq!(bench.files(), ["images.lock", "images.toml"]);
}

#[test]
fn a_second_writer_waits_then_names_the_holder_and_gives_up() {
    let (bench, _marketplace) = resolved();
    let _guard = Guard::acquire(&bench.path("images.lock"), Duration::ZERO, &|_| {}).unwrap();
    let message = String::from_utf8(bench.command("resolve --upgrade --timeout 1").output().unwrap().stderr).unwrap();
    let me = format!("process {}", std::process::id());
    assert_snapshot!(message.replace(&me, "process [ID]"), @"
    waiting for another imagelock (process [ID]), which is writing `images.lock`
    error: another imagelock (process [ID]) holds the lock on `images.lock`, and did not let go within 1 s
     |
     = help: wait for it or stop it, then run imagelock again
    ");
    // Who only reads does not wait.
    bench.ok("list");
    bench.ok("resolve");
    bench.ok("resolve --upgrade --dry-run");
}

#[test]
fn runs_side_by_side_end_with_one_whole_lock() {
    let (bench, _marketplace) = resolved();
    let mut runs: Vec<_> = (0..20).map(|_| bench.command("resolve --upgrade --quiet").spawn().unwrap()).collect();
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(bench.run("check").status, Some(0));
    assert_eq!(bench.files(), ["images.lock", "images.toml"]);
}

#[test]
fn init_writes_the_annotated_manifest_and_never_overwrites() {
    let bench = Bench::new();
    assert_snapshot!(bench.run("init"), @"
    --- stderr
    wrote `images.toml`: declare your images there, then run `imagelock resolve`
    --- exit 0
    ");
    assert_eq!(bench.read("images.toml"), include_str!("../../images.toml.example"));
    assert_eq!(bench.run("resolve --locked").status, Some(2), "the example is a valid manifest");
    bench.write("images.toml", "mine");
    assert_snapshot!(bench.fails("init"), @"
    error: `images.toml` exists already, and is left as it is
     |
     = help: edit `images.toml`, or move it away first
    ");
    assert_eq!(bench.read("images.toml"), "mine");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::io::Read;
    use std::process::Stdio;
    let (bench, _marketplace) = resolved();
    let mut run = bench.command("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stdout.take());
    let mut stderr = String::new();
    run.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((run.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}
