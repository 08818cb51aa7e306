//! The examples of the help: each is run in a repository with images, stacks and a branch.

use std::path::Path;
use std::process::Command;

use crate::support::documentation::COMMANDS;
use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::git_repository::{commit, commit_all, git, repository};
use crate::support::sandbox::Sandbox;

/// The ID in the examples.
const ID: &str = "35fdc69b-503a-4d8c-8879-497a1abfd103";

/// The examples of a command, or of imagelock: the purpose and the command line of each.
fn examples(help: &str) -> Vec<(String, String)> {
    let (_, section) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("no examples:\n{help}"));
    let lines: Vec<&str> = section.lines().map_while(|line| line.strip_prefix("  ")).collect();
    let example = |pair: &[&str]| (pair[0].strip_prefix("# ").unwrap().to_owned(), pair[1].to_owned());
    assert!(lines.len().is_multiple_of(2), "an example is wrapped:\n{section}");
    lines.chunks(2).map(example).collect()
}

/// A repository with two pinned images, a stack, a branch, a snapshot, and files to adopt and to merge.
fn scene() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2),
        local("docker", "fr-par-1", "x86_64", 3),
        local("fedora_43", "fr-par-1", "arm64", 4),
    ]);
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\
                    zones = [\"fr-par-1\", \"nl-ams-1\"]\n\n[images.db]\nlabel = \"ubuntu_noble\"\n\n\
                    [images.cache-server]\nlabel = \"docker\"\n";
    let sandbox = repository(Sandbox::with(manifest)).asking(&marketplace);
    for directory in ["stacks/web", "stacks/api", ".local/share/bash-completion/completions", ".zfunc"] {
        std::fs::create_dir_all(sandbox.path(directory)).unwrap();
    }
    std::fs::create_dir_all(sandbox.path(".config/fish/completions")).unwrap();
    sandbox.write("stacks/web/images.toml", manifest);
    sandbox.ok("resolve --recursive");
    commit(&sandbox, "2026-11-04", "Pin the images");
    git(&sandbox, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    sandbox.write("images.env", "");
    commit_all(&sandbox, "Add a file");
    sandbox.ok("snapshot catalog.json");
    sandbox.write("main.tf", format!("image = \"{}\"\n", id(3)));
    for file in ["base.lock", "theirs.lock"] {
        sandbox.write(file, sandbox.lock());
    }
    (sandbox, marketplace)
}

/// Runs a line with a shell in a copy of the scene.
fn run(scene: &Sandbox, marketplace: &FakeMarketplace, line: &str) -> (Option<i32>, String) {
    let copy = Sandbox::new().asking(marketplace);
    let copied = Command::new("cp").args(["-a", "."]).arg(copy.path("")).current_dir(scene.path("")).status();
    assert!(copied.unwrap().success());
    if line == "imagelock init" {
        std::fs::remove_file(copy.path("images.toml")).unwrap();
    }
    let path = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap().to_owned();
    let mut shell = copy.program("/bin/sh");
    shell.env("PATH", format!("{path}:/usr/bin:/bin")).env("HOME", copy.path(""));
    let output = shell.args(["-c", &line.replace(ID, &id(1))]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn every_example_works() {
    let (sandbox, marketplace) = scene();
    let mut count = 0;
    for command in COMMANDS.iter().map(|command| format!("{command} --help")).chain(["--help".to_owned()]) {
        let examples = examples(&sandbox.ok(&command));
        assert!(examples.len() >= 2, "{command}");
        for (purpose, line) in examples {
            let (status, stderr) = run(&sandbox, &marketplace, &line);
            assert_eq!(status, Some(0), "{purpose}\n$ {line}\n{stderr}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
