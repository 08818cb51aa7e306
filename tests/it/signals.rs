//! Signals end a run at once, whatever it waits for; closed pipes do not disturb it.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use imagelock::guard::Guard;

use crate::bench::Bench;
use crate::standin::{Marketplace, Reply, id, local};

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

/// Each signal with its number; a shell adds 128 to it.
const SIGNALS: [(&str, i32); 2] = [("INT", 2), ("TERM", 15)];

fn resolved() -> (Bench, Marketplace) {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let bench = Bench::with(MANIFEST).asking(&marketplace);
    bench.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    (bench, marketplace)
}

/// Waits for something that is sure to come.
fn until(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to a run that waits, and checks that it ends by it, at once, and has done nothing.
fn interrupt(bench: &Bench, mut run: Child, (name, number): (&str, i32)) {
    let lock = bench.lock();
    let kill = bench.shell(&format!("kill -s {name} {}", run.id()));
    let sent = Instant::now();
    let status = run.wait().unwrap();
    let took = sent.elapsed();
    assert_eq!((kill.status, status.signal()), (Some(0), Some(number)));
    // A tenth of that, if nobody else wants the processor.
    assert!(took < Duration::from_secs(1), "{name} took {took:?}");
    assert_eq!(bench.lock(), lock);
    assert_eq!(bench.files(), ["images.lock", "images.toml"]);
}

fn upgrade(bench: &Bench) -> Child {
    bench.command("resolve --upgrade").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn while_the_marketplace_is_silent() {
    let (bench, marketplace) = resolved();
    for signal in SIGNALS {
        marketplace.lists(|_, _, _| Reply::Silence);
        let run = upgrade(&bench);
        until(|| !marketplace.listings().is_empty());
        interrupt(&bench, run, signal);
    }
    marketplace.lists(|_, _, _| Reply::Normal);
    bench.ok("resolve --upgrade");
    assert!(bench.lock().contains(&id(2)));
}

#[test]
fn between_two_attempts() {
    let (bench, marketplace) = resolved();
    for signal in SIGNALS {
        marketplace.lists(|_, _, _| Reply::Header(429, "retry-after", "20"));
        let run = upgrade(&bench);
        until(|| !marketplace.listings().is_empty());
        std::thread::sleep(Duration::from_millis(200));
        interrupt(&bench, run, signal);
    }
}

#[test]
fn while_another_imagelock_writes() {
    let (bench, _marketplace) = resolved();
    let guard = Guard::acquire(&[&bench.path("images.lock")], Instant::now(), &|_| {}).unwrap();
    for signal in SIGNALS {
        let mut run = upgrade(&bench);
        let mut line = String::new();
        BufReader::new(run.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("waiting for another imagelock"), "{line}");
        interrupt(&bench, run, signal);
    }
    drop(guard);
    bench.ok("resolve --upgrade");
}

#[test]
fn as_a_shell_sees_it() {
    let (bench, marketplace) = resolved();
    for (name, number) in SIGNALS {
        marketplace.lists(|_, _, _| Reply::Silence);
        let script = format!("(sleep 0.3; kill -s {name} $$) & exec \"$IMAGELOCK\" resolve --upgrade");
        let run = bench.shell(&format!("/bin/sh -c '{script}'; echo \"$?\""));
        assert_eq!(run.stdout, format!("{}\n", 128 + number), "{run}");
    }
}

#[test]
fn closed_outputs_are_no_error_and_get_no_others_text() {
    let (bench, _marketplace) = resolved();
    let run = bench.shell("\"$IMAGELOCK\" resolve --upgrade >&- 2>&- <&-");
    assert_eq!((run.status, run.to_string().as_str()), (Some(0), "--- exit 0\n"));
    assert!(bench.lock().contains(&id(2)));
    assert_eq!(bench.files(), ["images.lock", "images.toml"]);
    assert_eq!(bench.shell("\"$IMAGELOCK\" get nothing >&- 2>&-").status, Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn data_for_a_closed_or_full_output_is_an_error() {
    let (bench, _marketplace) = resolved();
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
        let run = bench.shell(&format!("\"$IMAGELOCK\" {line} >&-"));
        assert_eq!(
            run.to_string(),
            "--- stderr\nerror: could not write to standard output: it is closed; all else was done\n--- exit 1\n",
            "{line}"
        );
        assert_eq!(bench.shell(&format!("\"$IMAGELOCK\" {line} > /dev/null")).status, Some(0), "{line}");
    }
    for line in printing.iter().chain(&["check", "resolve --upgrade --dry-run", "--help", "--version", "get --help"]) {
        let run = bench.shell(&format!("\"$IMAGELOCK\" {line} > /dev/full"));
        assert_eq!(run.status, Some(1), "{line}: {run}");
        assert!(
            run.stderr.contains("error: could not write to standard output: No space left on device"),
            "{line}: {run}"
        );
    }
    for line in printing.iter().chain(&["check"]) {
        let run = bench.shell(&format!("\"$IMAGELOCK\" {line} 1< images.toml"));
        assert_eq!(run.status, Some(1), "{line}: {run}");
        assert!(
            run.stderr.contains("error: could not write to standard output: it is only open for reading"),
            "{line}: {run}"
        );
    }
    // Where there is nothing to print, nothing is lost.
    assert_eq!(bench.shell("\"$IMAGELOCK\" export env -o pins.env >&-").status, Some(0));
}

#[test]
fn a_reader_of_the_log_that_went_away_is_no_error() {
    let (bench, _marketplace) = resolved();
    let mut run =
        bench.command("resolve --upgrade --verbose").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stderr.take());
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert!(bench.lock().contains(&id(2)));
}

#[test]
#[cfg(target_os = "linux")]
fn what_could_not_be_printed_is_told_and_done() {
    let (bench, _marketplace) = resolved();
    let mut command = bench.command("resolve --upgrade");
    let output = command.stdout(File::create("/dev/full").unwrap()).output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: could not write to standard output: No space left on device (os error 28); all else was done");
    assert_eq!(output.status.code(), Some(1));
    assert!(bench.lock().contains(&id(2)));
}
