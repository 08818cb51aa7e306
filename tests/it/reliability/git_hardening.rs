//! git executes nothing that a repository contains or configures. Each test first shows that a plain git command would
//! execute it, which proves that the test can fail.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::git_repository::{commit, git, git_command, git_in, lock, moved, with_git};
use crate::support::sandbox::Sandbox;

/// The file that an executed command creates.
const MARKER: &str = "executed";

/// Returns a shell command that creates the marker, no matter in which directory it runs.
fn payload(sandbox: &Sandbox) -> String {
    format!("touch {}; false", sandbox.path(MARKER).display())
}

/// Returns whether the marker exists, and removes it.
fn was_executed(sandbox: &Sandbox) -> bool {
    std::fs::remove_file(sandbox.path(MARKER)).is_ok()
}

/// Writes a program that creates the marker.
fn program(sandbox: &Sandbox, name: &str) -> PathBuf {
    script(sandbox, name, &payload(sandbox))
}

fn script(sandbox: &Sandbox, name: &str, text: &str) -> PathBuf {
    sandbox.write(name, format!("#!/bin/sh\n{text}\n"));
    let path = sandbox.path(name);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Runs a plain git command and ignores its result.
fn plain_git(sandbox: &Sandbox, directory: &str, arguments: &[&str]) {
    git_command(sandbox, directory, "2026-11-10T09:00:00Z", arguments).output().unwrap();
}

/// Runs every command that calls git.
fn run_commands_that_call_git(sandbox: &Sandbox, directory: &str) {
    for line in ["log", "log --format json", "diff", "diff HEAD~1", "diff HEAD~1..HEAD", "diff HEAD~1...HEAD"] {
        sandbox.run(&format!("{line} --manifest {directory}images.toml"));
    }
    for name in ["base", "ours", "theirs"] {
        sandbox.write(name, lock(&[("web", 1)]));
    }
    let driver = format!("merge-driver base ours theirs {directory}images.lock");
    assert_eq!(sandbox.run(&driver).status, Some(0), "{driver}");
}

/// Returns a clone with a directory that contains a bare repository with this configuration.
fn clone_with_bare_repository(config: &str) -> Sandbox {
    let sandbox = moved();
    git(&sandbox, &["init", "--quiet", "clone"]);
    git(&sandbox, &["clone", "--quiet", "--bare", ".", "clone/infra"]);
    let config = config.replace("PAYLOAD", &payload(&sandbox));
    sandbox.write("clone/infra/config", format!("[core]\nrepositoryformatversion = 1\nbare = true\n{config}"));
    sandbox.write("clone/infra/images.lock", sandbox.lock());
    sandbox
}

#[test]
fn an_embedded_bare_repository_is_refused() {
    let sandbox = clone_with_bare_repository("fsmonitor = \"PAYLOAD\"\n[alias]\nrun = \"!PAYLOAD\"\n");
    plain_git(&sandbox, "clone/infra", &["run"]);
    assert!(was_executed(&sandbox));
    run_commands_that_call_git(&sandbox, "clone/infra/");
    assert!(!was_executed(&sandbox));
    let top = sandbox.path("clone/infra").canonicalize().unwrap();
    let message = sandbox.fails("log --manifest clone/infra/images.toml").replace(top.to_str().unwrap(), "[INFRA]");
    assert_snapshot!(message, @"
    error: cannot read the bare git repository `[INFRA]`: its configuration can run commands
     |
     = help: if you did not create it, delete its `HEAD`, `config`, `objects` and `refs`; otherwise, move the manifest and the lockfile out of it
    ");
    // Directories inside the bare repository are refused as well.
    std::fs::create_dir(sandbox.path("clone/infra/deep")).unwrap();
    sandbox.write("clone/infra/deep/images.lock", sandbox.lock());
    assert!(sandbox.fails("diff --manifest clone/infra/deep/images.toml").contains("bare git repository"));
}

/// A partial clone fetches missing objects with a program that the configuration names.
#[test]
fn a_missing_object_is_not_fetched() {
    let remotes = [
        "url = /nowhere\nuploadpack = \"PAYLOAD\"",
        "url = \"ext::sh -c {touch,EXECUTED}\"\n[protocol \"ext\"]\nallow = always",
        "url = ssh://nowhere/x\n[core]\nsshCommand = \"PAYLOAD\"",
        "url = git://nowhere/x\n[core]\ngitProxy = EVIL",
    ];
    for remote in remotes {
        let sandbox = moved();
        let old = git_in(&sandbox, "", "", &["rev-parse", "HEAD~1:images.lock"]);
        std::fs::remove_file(sandbox.path(&format!(".git/objects/{}/{}", &old[..2], &old[2..].trim()))).unwrap();
        let remote = remote
            .replace("PAYLOAD", &payload(&sandbox))
            .replace("{touch,EXECUTED}", program(&sandbox, "evil").to_str().unwrap())
            .replace("EVIL", program(&sandbox, "evil").to_str().unwrap());
        let config = sandbox.read(".git/config").replace("repositoryformatversion = 0", "repositoryformatversion = 1");
        let config = format!("{config}[extensions]\npartialClone = e\n[remote \"e\"]\npromisor = true\n{remote}\n");
        sandbox.write(".git/config", config);
        plain_git(&sandbox, "", &["cat-file", "-p", "HEAD~1:images.lock"]);
        assert!(was_executed(&sandbox), "{remote}");
        // Older releases of git do not know the variable that forbids fetching. They need the one that forbids
        // transports.
        let mut old = git_command(&sandbox, "", "", &["cat-file", "-p", "HEAD~1:images.lock"]);
        old.env("GIT_ALLOW_PROTOCOL", "").output().unwrap();
        assert!(!was_executed(&sandbox), "{remote}");
        run_commands_that_call_git(&sandbox, "");
        assert!(!was_executed(&sandbox), "{remote}");
        let log = sandbox.ok("log");
        assert!(log.contains("its content is not in this clone"), "{log}");
        assert!(
            sandbox.fails("diff HEAD~1").contains("cannot read `HEAD~1:images.lock`: its content is not in this clone")
        );
    }
}

#[test]
fn a_partial_clone_is_not_completed() {
    let sandbox = moved();
    git(&sandbox, &["config", "uploadpack.allowFilter", "true"]);
    git(&sandbox, &["mv", "images.lock", "prod.lock"]);
    sandbox.write("prod.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-08", "Rename");
    let origin = format!("file://{}", sandbox.path("").display());
    git(&sandbox, &["clone", "--quiet", "--filter=blob:none", &origin, "clone"]);
    assert_snapshot!(sandbox.fails("log --manifest clone/prod.toml"), @"
    error: cannot read the history of the lockfile: this clone is partial
     |
     = help: to complete the clone: `git fetch --refetch --no-filter`
    ");
    git_in(&sandbox, "clone", "", &["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert!(sandbox.ok("log --manifest clone/prod.toml").contains("Pin the images"));
}

/// The programs that a configuration and attributes can name, each with a git command that executes it.
#[test]
fn programs_named_in_a_configuration_are_not_executed() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("core.fsmonitor", "PROGRAM", &["status"]),
        ("diff.external", "PROGRAM", &["diff", "HEAD~1"]),
        ("diff.evil.textconv", "PROGRAM", &["log", "-p"]),
        ("diff.evil.command", "PROGRAM", &["diff", "HEAD~1"]),
        ("filter.evil.smudge", "PROGRAM", &["cat-file", "--filters", "HEAD:images.lock"]),
        ("filter.evil.clean", "PROGRAM", &["hash-object", "images.lock"]),
        ("filter.evil.process", "PROGRAM", &["cat-file", "--filters", "HEAD:images.lock"]),
        ("core.pager", "PROGRAM", &["--paginate", "log"]),
        ("alias.pins", "!PROGRAM", &["pins"]),
    ];
    for (key, value, arguments) in cases {
        let sandbox = moved();
        let evil = program(&sandbox, "evil");
        sandbox.write(".gitattributes", "images.lock diff=evil filter=evil\n");
        git(&sandbox, &["config", key, &value.replace("PROGRAM", evil.to_str().unwrap())]);
        // git starts a pager only on a terminal.
        if key == "core.pager" {
            let line = format!("git {}", arguments.join(" "));
            sandbox.program("/usr/bin/script").args(["-qec", &line, "/dev/null"]).output().unwrap();
        } else {
            plain_git(&sandbox, "", arguments);
        }
        assert!(was_executed(&sandbox), "{key}");
        run_commands_that_call_git(&sandbox, "");
        assert!(!was_executed(&sandbox), "{key}");
        assert!(sandbox.ok("log").contains("2 commits"), "{key}");
    }
}

#[test]
fn no_signature_is_verified() {
    let sandbox = moved();
    let evil = program(&sandbox, "evil");
    // A commit with an invalid signature.
    let raw = git_in(&sandbox, "", "", &["cat-file", "commit", "HEAD"]);
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n";
    sandbox.write("signed", raw.replacen("\n\n", &format!("\n{signature}\n"), 1));
    let signed = git_in(&sandbox, "", "", &["hash-object", "-t", "commit", "-w", "signed"]);
    git(&sandbox, &["reset", "--quiet", "--hard", signed.trim()]);
    git(&sandbox, &["config", "gpg.program", evil.to_str().unwrap()]);
    git(&sandbox, &["config", "log.showSignature", "true"]);
    plain_git(&sandbox, "", &["log"]);
    assert!(was_executed(&sandbox));
    run_commands_that_call_git(&sandbox, "");
    assert!(!was_executed(&sandbox));
}

#[test]
fn no_hook_is_run() {
    let sandbox = moved();
    for hook in ["post-index-change", "post-checkout", "reference-transaction", "pre-commit"] {
        program(&sandbox, &format!(".git/hooks/{hook}"));
    }
    plain_git(&sandbox, "", &["commit", "--allow-empty", "-m", "x"]);
    assert!(was_executed(&sandbox));
    run_commands_that_call_git(&sandbox, "");
    assert!(!was_executed(&sandbox));
}

/// An empty or relative entry in `PATH` would find a `git` in the current directory.
#[test]
fn a_git_in_the_repository_is_not_run() {
    let path = std::env::var("PATH").unwrap();
    for entries in [format!(":{path}"), format!(".:{path}"), format!("bin:{path}"), format!("{path}:")] {
        let sandbox = moved().env("PATH", &entries);
        std::fs::create_dir(sandbox.path("bin")).unwrap();
        program(&sandbox, "git");
        program(&sandbox, "bin/git");
        if !entries.ends_with(':') {
            sandbox.program("/bin/sh").args(["-c", "git --version"]).output().unwrap();
            assert!(was_executed(&sandbox), "{entries}");
        }
        run_commands_that_call_git(&sandbox, "");
        assert!(!was_executed(&sandbox), "{entries}");
        assert!(sandbox.ok("log").contains("2 commits"), "{entries}");
    }
    let sandbox = moved().env("PATH", ".");
    program(&sandbox, "git");
    assert!(sandbox.fails("log").contains("the program `git` was not found"));
    assert!(!was_executed(&sandbox));
}

#[test]
fn git_variables_never_lead_to_another_repository() {
    let sandbox = moved();
    let expected = sandbox.ok("log");
    let other = moved();
    other.write("images.lock", lock(&[("web", 9)]));
    commit(&other, "2026-11-09", "Elsewhere");
    let elsewhere = other.path(".git").to_str().unwrap().to_owned();
    let evil = program(&sandbox, "evil").to_str().unwrap().to_owned();
    for (name, value) in [
        ("GIT_DIR", &*elsewhere),
        ("GIT_COMMON_DIR", &elsewhere),
        ("GIT_OBJECT_DIRECTORY", "/nonexistent"),
        ("GIT_SHALLOW_FILE", "/nonexistent"),
        ("GIT_NAMESPACE", "elsewhere"),
        ("GIT_EXTERNAL_DIFF", &evil),
        ("GIT_PAGER", &evil),
        ("GIT_SSH_COMMAND", &evil),
        ("GIT_EXEC_PATH", "/nonexistent"),
        ("GIT_GLOB_PATHSPECS", "1"),
        ("GIT_TRACE", "1"),
    ] {
        let output = sandbox.command("log").env(name, value).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{name}");
        assert!(!was_executed(&sandbox), "{name}");
    }
}

#[test]
fn settings_of_the_repository_never_override_the_protection() {
    let sandbox = clone_with_bare_repository("[safe]\nbareRepository = all\n[protocol]\nallow = always\n");
    assert!(sandbox.fails("log --manifest clone/infra/images.toml").contains("bare git repository"));
    // The settings of the user have no effect here either, although imagelock respects them elsewhere.
    let output = sandbox
        .command("log --manifest clone/infra/images.toml")
        .envs([("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.bareRepository"), ("GIT_CONFIG_VALUE_0", "all")])
        .output()
        .unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("bare git repository"));
}

#[test]
fn a_working_tree_in_another_directory_is_refused() {
    let sandbox = moved();
    std::fs::create_dir(sandbox.path("elsewhere")).unwrap();
    std::fs::create_dir(sandbox.path("infra")).unwrap();
    sandbox.write("infra/images.lock", lock(&[("web", 7)]));
    git(&sandbox, &["config", "core.worktree", sandbox.path("elsewhere").to_str().unwrap()]);
    assert_snapshot!(sandbox.fails("log --manifest infra/images.toml"), @"
    error: cannot read the history of `infra/images.lock`: it is outside the working tree of its git repository
     |
     = help: check the setting that moves the working tree: `git config --show-origin core.worktree`
    ");
}

#[test]
fn revisions_and_refs_are_never_treated_as_options() {
    let sandbox = moved();
    let hash = git_in(&sandbox, "", "", &["rev-parse", "HEAD~1"]);
    // No git command creates such a ref, but it can be written as a file.
    sandbox.write(".git/refs/heads/--output=stolen", &hash);
    sandbox.write(".git/refs/heads/--help", &hash);
    for revision in ["--output=stolen", "--help", "--git-dir=/nonexistent", "--all", "-h"] {
        for line in [vec![revision, "HEAD"], vec!["HEAD", revision]] {
            let run = sandbox.command("diff --").args(&line).output().unwrap();
            let stderr = String::from_utf8(run.stderr).unwrap();
            assert!(
                stderr.starts_with("error: cannot find the git revision `-") || run.status.success(),
                "{revision}: {stderr}"
            );
        }
        let range = format!("{revision}...HEAD");
        sandbox.command("diff --").arg(range).output().unwrap();
    }
    assert!(!sandbox.path("stolen").exists());
    // A path that looks like an option, and one that looks like a magic pathspec.
    for name in ["--output=stolen.lock", ":(top)x.lock"] {
        sandbox.write(name, lock(&[("web", 1)]));
        git(&sandbox, &["add", "--all"]);
        git(&sandbox, &["--literal-pathspecs", "commit", "--quiet", "--message", "Odd"]);
        let manifest = format!("--manifest={}", name.replace(".lock", ".toml"));
        let run = sandbox.command("log").arg(&manifest).output().unwrap();
        assert!(String::from_utf8(run.stdout).unwrap().contains("Odd"), "{name}");
        let run = sandbox.command("diff").arg(&manifest).output().unwrap();
        assert!(String::from_utf8(run.stdout).unwrap().contains("no pins differ"), "{name}");
    }
    assert!(!sandbox.path("stolen.lock").exists() && !sandbox.path("stolen").exists());
}

#[test]
fn an_old_git_is_refused_before_it_sees_the_repository() {
    let sandbox = moved();
    let path = sandbox.path("old").to_str().unwrap().to_owned();
    let sandbox = sandbox.env("PATH", &path);
    std::fs::create_dir(sandbox.path("old")).unwrap();
    let text = "for word; do [ \"$word\" = version ] && echo git version 2.37.1 && exit; done\n";
    script(&sandbox, "old/git", &format!("{text}{}", payload(&sandbox).replace("touch", "/usr/bin/touch")));
    assert_snapshot!(sandbox.fails("log"), @"
    error: cannot read the history of `images.lock`: git 2.37.1 is too old
     |
     = help: install git 2.38 or newer; older releases can run commands from the configuration of a cloned repository
    ");
    assert!(!was_executed(&sandbox));
}

/// The program on `PATH` may be a symbolic link, as in many installations.
#[test]
fn a_git_that_is_a_symbolic_link_is_found() {
    let sandbox = with_git(moved());
    let which = Command::new("/bin/sh").args(["-c", "command -v git"]).output().unwrap();
    let real = String::from_utf8(which.stdout).unwrap();
    std::fs::create_dir(sandbox.path("links")).unwrap();
    symlink(real.trim(), sandbox.path("links/git")).unwrap();
    let path = sandbox.path("links").to_str().unwrap().to_owned();
    assert!(sandbox.env("PATH", &path).ok("log").contains("2 commits"));
}
