//! Commands that need only the manifest and the lockfile use no network, no certificates and no threads.

use std::process::Command;

use crate::support::documentation::quickstart;
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

/// The commands that work offline, and one that uses a snapshot.
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

/// A certificate file and a proxy that do not exist, so that any use of the network fails.
const ENVIRONMENT: [(&str, &str); 2] =
    [("SSL_CERT_FILE", "/nonexistent/ca.pem"), ("HTTPS_PROXY", "http://127.0.0.1:1")];

/// Returns the system calls of a run for the network, threads, programs and files.
fn system_calls(sandbox: &Sandbox, line: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let trace = sandbox.path("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%network,clone,clone3,openat,epoll_create1,execve", "-o"]).arg(&trace);
    strace.arg(env!("CARGO_BIN_EXE_imagelock")).args(line.split(' ')).current_dir(sandbox.path(""));
    strace.envs(environment.iter().copied());
    strace.output().expect("cannot run strace; run .ci/tools");
    std::fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect()
}

fn calls_with<'c>(calls: &'c [String], words: &[&str]) -> Vec<&'c String> {
    calls.iter().filter(|call| words.iter().any(|word| call.contains(word))).collect()
}

const NETWORK: [&str; 7] =
    ["socket(", "connect(", "epoll_create1(", "resolv.conf", "/nonexistent", "/etc/ssl", "/usr/share/ca-certificates"];

#[test]
#[ignore = "needs strace: run .ci/tools first"]
fn offline_commands_never_touch_the_network() {
    let sandbox = repository(quickstart());
    sandbox.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&sandbox, "2026-10-05", "Pin the images");
    for line in COMMANDS {
        let calls = system_calls(&sandbox, line, &ENVIRONMENT);
        assert!(!calls_with(&calls, &["images.lock"]).is_empty(), "{line}: {calls:#?}");
        assert_eq!(calls_with(&calls, &NETWORK), [""; 0], "{line}");
        // Only commands that call git start a thread, which writes the input of git.
        let uses_git = ["log", "diff"].iter().any(|command| line.starts_with(command));
        assert!(uses_git || calls_with(&calls, &["clone(", "clone3("]).is_empty(), "{line}: {calls:#?}");
    }
    // If a command uses the network and the certificates, the trace shows it.
    let http = system_calls(&sandbox, "search --api-url http://127.0.0.1:1 --timeout 1", &[]);
    assert!(!calls_with(&http, &["socket("]).is_empty(), "{http:#?}");
    let https = system_calls(&sandbox, "search --api-url https://127.0.0.1:1 --timeout 1", &ENVIRONMENT);
    assert!(!calls_with(&https, &["/nonexistent"]).is_empty(), "{https:#?}");
}
