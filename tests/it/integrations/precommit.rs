//! The pre-commit hook, run by pre-commit at a commit.

use insta::assert_snapshot;

use crate::support::example::{Example, repository};

/// Returns a repository with the hook installed. pre-commit would build imagelock with `cargo install` in the release
/// profile, which takes minutes, so `language` says here that the program is already installed. The rest of the file is
/// unchanged.
fn installed() -> Example {
    let hooks = std::fs::read_to_string(repository(".pre-commit-hooks.yaml")).unwrap();
    assert_eq!(hooks.matches("language: rust").count(), 1);
    let example = Example::of("terraform");
    std::fs::create_dir(example.path("hooks")).unwrap();
    example.write("hooks/.pre-commit-hooks.yaml", &hooks.replace("language: rust", "language: system"));
    let git = "git -c user.name=Test -c user.email=test@localhost";
    example.script("sh", &format!("cd hooks && git init -q && git add . && {git} commit -q -m 'The hook'"));
    let commit = example.script("sh", "cd hooks && git rev-parse HEAD");
    let config = format!("repos:\n  - repo: ./hooks\n    rev: {commit}    hooks:\n      - id: imagelock\n");
    example.write(".pre-commit-config.yaml", &config);
    example.script("sh", "git init -q && git config user.name Test && git config user.email test@localhost");
    example.script("sh", "git add images.* main.tf .pre-commit-config.yaml && pre-commit install");
    example
}

#[test]
#[ignore = "needs pre-commit: run .ci/tools first"]
fn an_up_to_date_lockfile_is_committed_and_a_stale_one_is_not() {
    let example = installed();
    example.ok("git commit -m honest");
    example.edit("[images.web]", "[images.frontend]");
    let stale = example.run("git commit --all -m stale");
    assert_eq!(stale.status, Some(1), "{stale}");
    assert_snapshot!(stale.stderr, @"
    images.lock matches images.toml..........................................Failed
    - hook id: imagelock
    - exit code: 2

    STATUS  NAME      ZONE      ARCH    LABEL         PINNED    PUBLISHED   DETAIL
    stale   frontend  fr-par-1  x86_64  ubuntu_noble                        declared, but not in the lockfile
    stale   web       fr-par-1  x86_64  ubuntu_noble  35fdc69b  2026-09-02  in the lockfile, but not declared

    the lockfile does not match the manifest: 2 differences
    to update the lockfile: imagelock resolve
    ");
    assert_eq!(example.ok("git log --format=%s"), "honest\n");
}
