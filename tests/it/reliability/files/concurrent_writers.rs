//! Concurrent runs: one run writes, the others wait and name the writer, and the result is one complete lockfile.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Instant;

use insta::assert_snapshot;

use crate::support::directory_lock;
use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

fn sandbox(manifest: &str) -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    (Sandbox::with(manifest).asking(&marketplace), marketplace)
}

fn spawn(sandbox: &Sandbox, line: &str) -> (Child, BufReader<ChildStderr>) {
    let mut run = sandbox.command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = BufReader::new(run.stderr.take().unwrap());
    (run, stderr)
}

/// Starts fifty runs while the directory is locked. When all of them are waiting, the lock is released.
fn run_fifty(sandbox: &Sandbox, line: &str) {
    let lock = directory_lock::hold(&sandbox.path("."));
    let mut runs: Vec<_> = (0..50).map(|_| spawn(sandbox, line)).collect();
    let expected = format!(
        "waiting for another imagelock process ({}), which is writing next to `images.lock`\n",
        std::process::id()
    );
    for (_, stderr) in &mut runs {
        let mut message = String::new();
        stderr.read_line(&mut message).unwrap();
        assert_eq!(message, expected);
    }
    drop(lock);
    for (run, stderr) in &mut runs {
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert_eq!((run.wait().unwrap().code(), rest.as_str()), (Some(0), ""));
    }
    assert_eq!(sandbox.run("check").status, Some(0));
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

#[test]
fn fifty_first_resolves_end_with_one_lockfile() {
    let (sandbox, _marketplace) = sandbox(WEB);
    run_fifty(&sandbox, "resolve");
    assert!(sandbox.lock().contains(&id(1)));
}

#[test]
fn fifty_upgrades_end_with_one_lockfile() {
    let (sandbox, marketplace) = sandbox(WEB);
    sandbox.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    run_fifty(&sandbox, "upgrade");
    assert!(sandbox.lock().contains(&id(2)));
}

#[test]
fn fifty_runs_at_once_end_with_one_lockfile() {
    let (sandbox, _marketplace) = sandbox(WEB);
    let runs: Vec<_> = (0..50).map(|number| spawn(&sandbox, ["resolve", "upgrade"][number % 2])).collect();
    for (mut run, mut stderr) in runs {
        let mut message = String::new();
        stderr.read_to_string(&mut message).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(0), "{message}");
        assert!(
            message.lines().count() <= 1 && message.lines().all(|line| line.starts_with("waiting for another")),
            "{message}"
        );
    }
    assert_eq!(sandbox.run("check").status, Some(0));
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

#[test]
fn a_stuck_lock_holder_is_named_and_the_wait_times_out() {
    let (sandbox, marketplace) = sandbox(WEB);
    sandbox.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    // Any program can lock the directory. This one holds the lock until its input ends.
    let mut holder = sandbox
        .program("/usr/bin/flock")
        .args([".", "/bin/cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let taken = || fs::File::open(sandbox.path("")).unwrap().try_lock().is_err();
    while !taken() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let started = Instant::now();
    let message = sandbox.fails("upgrade --timeout 3");
    let took = started.elapsed().as_secs_f32();
    assert!((2.9..10.0).contains(&took), "{took}");
    let message = message.replace(&format!("process ({})", holder.id()), "process ([HOLDER])");
    // The timeout counts from the start of the run, the wait from its own start.
    let seconds = message.split("after ").nth(1).unwrap().split(" s").next().unwrap().to_owned();
    assert_snapshot!(message.replace(&format!("after {seconds} s"), "after [N] s"), @"
    waiting for another imagelock process ([HOLDER]), which is writing next to `images.lock`
    error: cannot write `images.lock`: another imagelock process ([HOLDER]) was still writing there after [N] s
     |
     = help: wait until that process ends, or stop it; then run imagelock again
    ");
    // A run that does not write does not wait.
    for (line, status) in [("list", 0), ("check", 2), ("resolve", 0), ("upgrade --dry-run", 0)] {
        let run = sandbox.run(line);
        assert_eq!((run.status, run.stderr.as_str()), (Some(status), ""), "{line}");
    }
    drop(holder.stdin.take());
    holder.wait().unwrap();
    sandbox.ok("upgrade");
}

#[test]
fn projects_that_write_into_the_same_directories_take_turns() {
    let marketplace = FakeMarketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let sandbox = Sandbox::new().asking(&marketplace);
    for (project, other) in [("a", "b"), ("b", "a")] {
        fs::create_dir_all(sandbox.path(project)).unwrap();
        let paths = [format!("../out/{project}.env"), format!("../{other}/{project}.env")];
        let output = |path| format!("[[outputs]]\nformat = \"env\"\npath = \"{path}\"\noutside = true\n");
        sandbox.write(&format!("{project}/images.toml"), format!("{WEB}{}", paths.map(output).concat()));
    }
    fs::create_dir_all(sandbox.path("out")).unwrap();
    sandbox.ok("resolve --manifest a/images.toml");
    sandbox.ok("resolve --manifest b/images.toml");
    let lines = [
        "upgrade --manifest a/images.toml",
        "upgrade --manifest b/images.toml",
        "check --exit-zero -o out/drift.json --manifest a/images.toml",
    ];
    for round in 2..5 {
        marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", round)]);
        let runs: Vec<_> = (0..30).map(|number| spawn(&sandbox, lines[number % 3])).collect();
        for (mut run, mut stderr) in runs {
            let mut message = String::new();
            stderr.read_to_string(&mut message).unwrap();
            assert_eq!(run.wait().unwrap().code(), Some(0), "{message}");
        }
        sandbox.ok("resolve --manifest a/images.toml");
        assert!(sandbox.read("out/a.env").contains(&id(round)));
        for (directory, files) in [("out", 3), ("a", 3), ("b", 3)] {
            assert_eq!(fs::read_dir(sandbox.path(directory)).unwrap().count(), files, "{directory}");
        }
    }
}
