//! A pull request: a branch of a `main` with a committed lockfile.

use serde_json::Value;

use crate::support::fake_marketplace::{Marketplace, id};
use crate::support::forged_lock::forge;
use crate::support::git_repository::{commit_all, git, git_in, repository};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::two_images::{WEB, bookworm, noble};

pub const GATE: &str = "check --changed-since main";

/// Returns a repository whose `main` pins the first build of Ubuntu, with the pull request branch checked out. The
/// Marketplace now offers the second build and no longer lists the first.
pub fn pull_request_with(manifest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([noble(1).published("2026-09-02T00:00:00Z"), bookworm(5)]);
    let sandbox = repository(Sandbox::with(manifest).asking(&marketplace));
    sandbox.ok("resolve");
    commit_all(&sandbox, "Pin the images");
    git(&sandbox, &["switch", "--quiet", "--create", "branch"]);
    marketplace.offers([noble(2), bookworm(5)]);
    marketplace.requests();
    (sandbox, marketplace)
}

pub fn pull_request() -> (Sandbox, Marketplace) {
    pull_request_with(WEB)
}

/// Pins another ID, with a valid digest.
pub fn pin(sandbox: &Sandbox, number: u32) {
    forge(sandbox, "images.lock", |pin| pin.id = id(number).parse().unwrap());
}

/// Runs a line that must pass without a message, and returns its output.
#[track_caller]
pub fn passes(sandbox: &Sandbox, line: &str) -> String {
    let run = sandbox.run(line);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{line}\n{run}");
    run.stdout
}

/// Returns the output of a run, with a placeholder for the hash of `main`.
pub fn output_of(sandbox: &Sandbox, line: &str) -> String {
    let hash = git_in(sandbox, "", "2026-11-10T09:00:00Z", &["rev-parse", "main"]);
    sandbox.run(line).to_string().replace(hash.trim(), "[MAIN]").replace(&hash[..8], "[MAIN]")
}

/// Returns the statuses of the pins that the gate reports.
#[track_caller]
pub fn statuses(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let run = sandbox.run(&format!("{line} --format json"));
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{line}\n{run}"));
    let pins = report["pins"].as_array().unwrap();
    assert_eq!(run.status, Some(if report["drift"] == true { 2 } else { 0 }), "{line}\n{run}");
    pins.iter().map(|pin| pin["status"].as_str().unwrap().to_owned()).collect()
}
