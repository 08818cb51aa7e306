//! A signal ends a run at once. A closed pipe does not disturb a run.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::directory_lock;
use crate::support::fake_marketplace::{Reply, id};
use crate::support::fixtures::outdated::outdated;
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

/// Each signal with its number. The exit status in a shell is 128 plus the number.
const SIGNALS: [(&str, i32); 2] = [("INT", 2), ("TERM", 15)];

/// Waits for an event that must happen.
fn wait_until(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(30), "the event did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to a waiting run, and checks that the run ends at once without changing anything.
fn interrupt(sandbox: &Sandbox, mut run: Child, (name, number): (&str, i32)) {
    let lock = sandbox.lock();
    let kill = sandbox.shell(&format!("kill -s {name} {}", run.id()));
    let sent = Instant::now();
    let status = run.wait().unwrap();
    let took = sent.elapsed();
    assert_eq!((kill.status, status.signal()), (Some(0), Some(number)));
    // On an idle machine, it takes a tenth of this time.
    assert!(took < Duration::from_secs(1), "{name} took {took:?}");
    assert_eq!(sandbox.lock(), lock);
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
}

fn upgrade(sandbox: &Sandbox) -> Child {
    sandbox.command("upgrade").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_signal_ends_a_run_that_waits_for_the_marketplace() {
    let (sandbox, marketplace) = outdated(Sandbox::with(WEB));
    for signal in SIGNALS {
        marketplace.respond_to_listings(|_, _, _| Reply::Silence);
        let run = upgrade(&sandbox);
        wait_until(|| !marketplace.listings().is_empty());
        interrupt(&sandbox, run, signal);
    }
    marketplace.respond_to_listings(|_, _, _| Reply::Normal);
    sandbox.ok("upgrade");
    assert!(sandbox.lock().contains(&id(2)));
}

#[test]
fn a_signal_ends_a_run_between_two_attempts() {
    let (sandbox, marketplace) = outdated(Sandbox::with(WEB));
    for signal in SIGNALS {
        marketplace.respond_to_listings(|_, _, _| Reply::Header(429, "retry-after", "20"));
        let run = upgrade(&sandbox);
        wait_until(|| !marketplace.listings().is_empty());
        std::thread::sleep(Duration::from_millis(200));
        interrupt(&sandbox, run, signal);
    }
}

#[test]
fn a_signal_ends_a_run_that_waits_for_another_process() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let lock = directory_lock::hold(&sandbox.path("."));
    for signal in SIGNALS {
        let mut run = upgrade(&sandbox);
        let mut line = String::new();
        BufReader::new(run.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("waiting for another imagelock"), "{line}");
        interrupt(&sandbox, run, signal);
    }
    drop(lock);
    sandbox.ok("upgrade");
}

#[test]
fn a_shell_sees_the_exit_status_of_the_signal() {
    let (sandbox, marketplace) = outdated(Sandbox::with(WEB));
    for (name, number) in SIGNALS {
        marketplace.respond_to_listings(|_, _, _| Reply::Silence);
        let script = format!("(sleep 0.3; kill -s {name} $$) & exec \"$IMAGELOCK\" upgrade");
        let run = sandbox.shell(&format!("/bin/sh -c '{script}'; echo \"$?\""));
        assert_eq!(run.stdout, format!("{}\n", 128 + number), "{run}");
    }
}

#[test]
fn closed_outputs_are_not_an_error_and_receive_nothing() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let run = sandbox.shell("\"$IMAGELOCK\" upgrade >&- 2>&- <&-");
    assert_eq!((run.status, run.to_string().as_str()), (Some(0), "--- exit 0\n"));
    assert!(sandbox.lock().contains(&id(2)));
    assert_eq!(sandbox.files(), ["images.lock", "images.toml"]);
    assert_eq!(sandbox.shell("\"$IMAGELOCK\" get nothing >&- 2>&-").status, Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn data_for_a_closed_or_full_output_is_an_error() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let printing = [
        "get web",
        "list",
        "list --format json",
        "export env",
        "explain web",
        "search",
        "schema",
        "completions bash",
        "man",
    ];
    for line in printing {
        let run = sandbox.shell(&format!("\"$IMAGELOCK\" {line} >&-"));
        assert_eq!(
            run.to_string(),
            "--- stderr\nerror: cannot write to standard output: it is closed; everything else was done\n--- exit 1\n",
            "{line}"
        );
        assert_eq!(sandbox.shell(&format!("\"$IMAGELOCK\" {line} > /dev/null")).status, Some(0), "{line}");
    }
    for line in printing.iter().chain(&["check", "upgrade --dry-run", "--help", "--version", "get --help"]) {
        let run = sandbox.shell(&format!("\"$IMAGELOCK\" {line} > /dev/full"));
        assert_eq!(run.status, Some(1), "{line}: {run}");
        assert!(run.stderr.contains("error: cannot write to standard output: the disk is full"), "{line}: {run}");
    }
    for line in printing.iter().chain(&["check"]) {
        let run = sandbox.shell(&format!("\"$IMAGELOCK\" {line} 1< images.toml"));
        assert_eq!(run.status, Some(1), "{line}: {run}");
        assert!(
            run.stderr.contains("error: cannot write to standard output: it is only open for reading"),
            "{line}: {run}"
        );
    }
    // The report of a check is data, although its exit status is often enough.
    insta::assert_snapshot!(sandbox.shell("\"$IMAGELOCK\" check >&-"), @"
    --- stderr
    error: cannot write to standard output: it is closed; everything else was done
    --- exit 1
    ");
    assert_eq!(sandbox.shell("\"$IMAGELOCK\" check > /dev/null").status, Some(2));
    // A closed output is fine if there is nothing to print.
    assert_eq!(sandbox.shell("\"$IMAGELOCK\" man pages >&-").status, Some(0));
}

#[test]
fn a_closed_pipe_on_standard_error_is_not_an_error() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let mut run = sandbox.command("upgrade --verbose").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stderr.take());
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert!(sandbox.lock().contains(&id(2)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_reported_after_the_work_is_done() {
    let (sandbox, _marketplace) = outdated(Sandbox::with(WEB));
    let mut command = sandbox.command("upgrade");
    let output = command.stdout(File::create("/dev/full").unwrap()).output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: cannot write to standard output: the disk is full; everything else was done");
    assert_eq!(output.status.code(), Some(1));
    assert!(sandbox.lock().contains(&id(2)));
}
