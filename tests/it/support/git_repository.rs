//! Real git repositories, whose commits have reproducible hashes.

use std::process::{Command, Output};

use crate::support::fake_marketplace::version_id;
use crate::support::forged_lock::forged;
use crate::support::sandbox::Sandbox;

/// Makes git available in a sandbox, with only the configuration of the repository.
pub fn with_git(sandbox: Sandbox) -> Sandbox {
    let above = sandbox.path("").parent().unwrap().to_str().unwrap().to_owned();
    sandbox
        .env("PATH", &std::env::var("PATH").unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", &above)
}

/// Returns a git command in a directory of the sandbox. The fixed date makes the hashes of commits reproducible.
pub fn git_command(sandbox: &Sandbox, directory: &str, date: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(arguments)
        .current_dir(sandbox.path(directory))
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "Ana")])
        .envs([("GIT_COMMITTER_NAME", "Ben"), ("EMAIL", "team@example.com")])
        .envs([("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)]);
    command
}

#[track_caller]
pub fn git_in(sandbox: &Sandbox, directory: &str, date: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = git_command(sandbox, directory, date, arguments).output().unwrap();
    assert!(status.success(), "git {arguments:?}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[track_caller]
pub fn git(sandbox: &Sandbox, arguments: &[&str]) {
    git_in(sandbox, "", "2026-11-10T09:00:00Z", arguments);
}

/// Commits the lockfiles at ten o'clock on this day.
#[track_caller]
pub fn commit(sandbox: &Sandbox, day: &str, subject: &str) {
    git(sandbox, &["add", "--all", "--", "*.lock"]);
    git_in(sandbox, "", &format!("{day}T10:00:00Z"), &["commit", "--quiet", "--message", subject]);
}

/// Commits all files.
#[track_caller]
pub fn commit_all(sandbox: &Sandbox, subject: &str) {
    git(sandbox, &["add", "--all"]);
    git(sandbox, &["commit", "--quiet", "--allow-empty", "--message", subject]);
}

/// Initializes an empty repository in a sandbox.
pub fn repository(sandbox: Sandbox) -> Sandbox {
    let sandbox = with_git(sandbox);
    git(&sandbox, &["init", "--quiet", "--initial-branch=main"]);
    sandbox
}

/// Returns a block of a lockfile, without the digest.
fn block(name: &str, number: u32) -> String {
    let published = format!("2026-11-0{number}T00:00:00Z");
    let version = version_id("ubuntu_noble", &published);
    format!(
        "\n[[pin]]\nname = \"{name}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\nlabel = \
         \"ubuntu_noble\"\nversion-id = \"{version}\"\nid = \"{number:08}-0000-4000-8000-000000000000\"\n\
         published = {published}\n"
    )
}

/// Returns the text of a lockfile with these pins and valid digests.
pub fn lock(pins: &[(&str, u32)]) -> String {
    let blocks = pins.iter().map(|(name, number)| block(name, *number) + "digest = \"\"\n");
    let text = blocks.fold("version = 2\n".to_owned(), |text, block| text + &block);
    forged(&text, |_| {})
}

/// Returns a repository in which `web` was pinned on November 5 and moved on November 7.
pub fn moved() -> Sandbox {
    let sandbox = repository(Sandbox::new());
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 1)]));
    commit(&sandbox, "2026-11-05", "Pin the images");
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&sandbox, "2026-11-07", "Upgrade web");
    sandbox
}
