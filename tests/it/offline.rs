//! What works from the two files alone touches nothing else: no network, no certificates, no threads.

use std::process::Command;

use crate::bench::Bench;
use crate::docs::quickstart;
use crate::history::{commit, repository};

/// The commands that ask nobody, and one that is answered from a snapshot.
const COMMANDS: [&str; 9] = [
    "get web",
    "list",
    "log web",
    "diff",
    "export tfvars",
    "export json",
    "resolve --locked",
    "resolve",
    "check --catalog catalog-2026-10-05.json",
];

/// The system calls of a run: where they would tell of the network, of threads, or of files that are read.
fn calls(bench: &Bench, line: &str) -> Vec<String> {
    let trace = bench.path("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%network,clone,clone3,openat,epoll_create1,execve", "-o"]).arg(&trace);
    strace.arg(env!("CARGO_BIN_EXE_imagelock")).args(line.split(' ')).current_dir(bench.path(""));
    // What would be read if anybody asked.
    strace.env("SSL_CERT_FILE", "/nonexistent/ca.pem").env("HTTPS_PROXY", "http://127.0.0.1:1");
    let run = strace.output().expect("strace cannot be run: run .ci/tools");
    assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
    std::fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs strace: run .ci/tools first"]
fn nothing_of_the_network_is_touched() {
    let bench = repository(quickstart());
    bench.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&bench, "2026-10-05", "Pin the images");
    for line in COMMANDS {
        let calls = calls(&bench, line);
        assert!(calls.iter().any(|call| call.contains("images.lock")), "{line}: {calls:#?}");
        for call in &calls {
            let network = ["socket(", "connect(", "epoll_create1(", "resolv.conf", "/nonexistent", "/etc/ssl", "cert"];
            assert!(!network.iter().any(|word| call.contains(word)), "{line}: {call}");
            // Git is a program of its own, and threads are not programs.
            assert!(!call.contains("CLONE_THREAD"), "{line}: {call}");
        }
    }
}

#[test]
#[ignore = "needs strace: run .ci/tools first"]
fn the_test_would_see_it() {
    let bench = quickstart();
    std::fs::write(bench.path("images.lock"), "").unwrap();
    let trace = bench.path("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%network,openat,epoll_create1", "-o"]).arg(&trace);
    strace.arg(env!("CARGO_BIN_EXE_imagelock")).args(["check", "--api-url", "http://127.0.0.1:1", "--timeout", "1"]);
    strace.current_dir(bench.path("")).output().expect("strace cannot be run: run .ci/tools");
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(trace.contains("socket(") && trace.contains("epoll_create1("), "{trace}");
}
