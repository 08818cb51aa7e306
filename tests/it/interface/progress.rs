//! The progress line on a terminal. `script` provides a real pseudo-terminal.

use std::time::Duration;

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply, local};
use crate::support::sandbox::Sandbox;

const LATE: Duration = Duration::from_millis(900);

/// Returns a Marketplace that is slow to respond to listing requests, and a sandbox with two images to resolve.
fn slow() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering(
        ["ubuntu_noble", "debian_bookworm"].map(|label| local(label, "fr-par-1", "x86_64", 1)),
    );
    marketplace.respond_to_listings(|_, _, _| Reply::Late(LATE));
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images.web]\nlabel = \"ubuntu_noble\"\n\
                    [images.db]\nlabel = \"debian_bookworm\"\n";
    (Sandbox::with(manifest).asking(&marketplace).env("TERM", "xterm"), marketplace)
}

/// Returns everything that a run writes to its terminal, with escape sequences.
fn written(sandbox: &Sandbox, line: &str) -> String {
    let output = sandbox.on_a_terminal(line).output().expect("the terminal requires `script` of util-linux");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

/// Returns the final content of the terminal.
fn screen(written: &str) -> String {
    written.split('\n').map(|line| line.rsplit("\r\u{1b}[K").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Returns the progress lines, without the seconds.
fn progress(written: &str) -> Vec<String> {
    let lines = written.split("\u{1b}[?7l").skip(1).map(|rest| rest.split("\u{1b}[?7h").next().unwrap());
    let mut progress: Vec<String> = lines
        .map(|line| {
            let (before, rest) = line.split_once(" responses, ").unwrap();
            let (seconds, after) = rest.split_once(" s").unwrap();
            assert!(seconds.parse::<f32>().unwrap() >= 0.5, "{line}");
            format!("{before} responses, … s{after}")
        })
        .collect();
    progress.dedup();
    progress
}

#[test]
fn a_slow_response_shows_progress_that_is_erased_afterwards() {
    let (sandbox, marketplace) = slow();
    marketplace.respond_to_listings(
        |path, _, _| if path.contains("noble") { Reply::Late(LATE * 2) } else { Reply::Late(LATE) },
    );
    let written = written(&sandbox, "resolve --color never");
    let lines = progress(&written);
    // The index and the versions of both images arrive at once; the listings do not.
    for line in ["3 of 5 responses", "4 of 5 responses"] {
        assert!(lines.contains(&format!("querying the Marketplace: {line}, … s")), "{lines:?}");
    }
    assert_snapshot!(screen(&written), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO
    added   db    fr-par-1  x86_64  debian_bookworm  00000001
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001

    2 pins: 2 added
    ");
}

#[test]
fn a_retry_is_shown() {
    let (sandbox, marketplace) = slow();
    marketplace.respond_to_listings(|_, times, _| match times {
        1 => Reply::Header(429, "retry-after", "1"),
        _ => Reply::Normal,
    });
    let lines = progress(&written(&sandbox, "resolve"));
    assert!(lines.iter().any(|line| line.ends_with(" s, retrying after 429")), "{lines:?}");
}

#[test]
fn a_quick_response_shows_no_progress() {
    let (sandbox, marketplace) = slow();
    marketplace.respond_to_listings(|_, _, _| Reply::Normal);
    assert_eq!(progress(&written(&sandbox, "resolve")), [""; 0]);
}

#[test]
fn no_progress_is_shown_with_quiet_or_verbose_or_on_a_dumb_terminal() {
    for (flag, term) in [("--quiet", "xterm"), ("--verbose", "xterm"), ("", "dumb"), ("", "")] {
        let (sandbox, _marketplace) = slow();
        let written = written(&sandbox.env("TERM", term), &format!("resolve {flag}"));
        assert!(!written.contains("querying the Marketplace"), "{flag} {term}: {written}");
    }
}

#[test]
fn no_progress_is_shown_in_a_pipe() {
    let (sandbox, _marketplace) = slow();
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO
    added   db    fr-par-1  x86_64  debian_bookworm  00000001
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001

    2 pins: 2 added
    --- exit 0
    ");
}
