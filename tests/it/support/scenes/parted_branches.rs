//! Two branches with different lockfiles, and git configured to merge them with the merge driver.

use std::path::Path;
use std::process::Command;

use crate::support::documentation::blocks;
use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::git_repository::{commit, git, git_command, lock, repository};
use crate::support::sandbox::{Run, Sandbox};

/// The three git commands that combine `main` and `other`.
pub const WAYS: [&[&str]; 3] = [&["merge", "--no-edit", "other"], &["rebase", "other"], &["cherry-pick", "other"]];

pub type Pins<'a> = &'a [(&'a str, u32)];

/// Runs git with imagelock on its `PATH`.
pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap();
    let mut command = git_command(sandbox, "", "2026-11-10T09:00:00Z", arguments);
    command.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap()));
    let output = command.env("GIT_EDITOR", "true").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs a git command that must succeed, and returns its output.
#[track_caller]
pub fn git_ok(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = run(sandbox, arguments);
    assert_eq!(run.status, Some(0), "git {arguments:?}\n{run}");
    run.stdout
}

/// Runs a git command that must end in a conflict in the lockfile. Returns the error message without the hints of git.
#[track_caller]
pub fn conflict(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = run(sandbox, arguments);
    assert_eq!(run.status, Some(1), "git {arguments:?}\n{run}");
    assert_eq!(git_ok(sandbox, &["diff", "--name-only", "--diff-filter=U"]), "images.lock\n");
    let noise = ["hint: ", "error: could not apply", "Could not apply", "Rebasing"];
    // A rebase overwrites one line with its progress, so only the end of the line counts.
    let lines = run.stderr.lines().filter_map(|line| line.rsplit('\r').next());
    let message: Vec<&str> = lines.filter(|line| !noise.iter().any(|start| line.starts_with(start))).collect();
    message.join("\n") + "\n"
}

/// Returns an empty repository with the merge driver installed as the README describes.
pub fn set_up() -> Sandbox {
    let sandbox = repository(Sandbox::new());
    let lines = blocks("sh").into_iter().find(|block| block.contains("merge-driver")).unwrap();
    let shell = Command::new("sh").arg("-ec").arg(lines).current_dir(sandbox.path("")).output().unwrap();
    assert!(shell.status.success() && lines.lines().count() == 2, "{shell:?}");
    git(&sandbox, &["add", ".gitattributes"]);
    sandbox
}

/// Creates two branches with a common base: `other`, and `main`, which stays checked out.
pub fn parted(sandbox: Sandbox, base: &str, main: &str, other: &str) -> Sandbox {
    for (branch, text) in [("base", base), ("other", other), ("main", main)] {
        match branch {
            "base" => {}
            "other" => git(&sandbox, &["switch", "--quiet", "--create", "other"]),
            _ => git(&sandbox, &["switch", "--quiet", "main"]),
        }
        sandbox.write("images.lock", text);
        commit(&sandbox, "2026-11-05", &format!("Pin what {branch} has"));
    }
    sandbox
}

/// Like `diverged`, with the pins of each lockfile instead of its text.
pub fn parted_pins(base: Pins, main: Pins, other: Pins) -> Sandbox {
    parted(set_up(), &lock(base), &lock(main), &lock(other))
}

pub const MANIFEST: &str = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\ndb.label = \"ubuntu_noble\"\n\
                        web.label = \"ubuntu_noble\"\n";

/// Returns a Marketplace that has published a newer version since then.
pub fn newest() -> Marketplace {
    Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 4).published("2026-11-04T00:00:00Z")])
}

/// Creates branches that conflict: `web` was moved on both sides, and `db` on one side.
pub fn disputed(sandbox: Sandbox) -> Sandbox {
    let (base, main, other) = ([("db", 1), ("web", 1)], [("db", 1), ("web", 2)], [("db", 2), ("web", 3)]);
    sandbox.write("images.toml", MANIFEST);
    parted(sandbox, &lock(&base), &lock(&main), &lock(&other))
}
