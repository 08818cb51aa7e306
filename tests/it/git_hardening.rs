//! git executes nothing that a repository contains or configures. Each test first shows that git would execute it if it
//! was asked carelessly, so that the test can fail.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use insta::assert_snapshot;

use crate::bench::Bench;
use crate::repository::{commit, git, git_command, git_in, lock, moved, repository, with_git};

/// What a command of the repository would create.
const MARKER: &str = "executed";

/// A shell command that creates the marker, wherever it is run.
fn payload(bench: &Bench) -> String {
    format!("touch {}; false", bench.path(MARKER).display())
}

/// Whether the marker was created; it is removed.
fn was_executed(bench: &Bench) -> bool {
    std::fs::remove_file(bench.path(MARKER)).is_ok()
}

/// A program that creates the marker.
fn program(bench: &Bench, name: &str) -> PathBuf {
    script(bench, name, &payload(bench))
}

fn script(bench: &Bench, name: &str, text: &str) -> PathBuf {
    bench.write(name, format!("#!/bin/sh\n{text}\n"));
    let path = bench.path(name);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Runs git carelessly, whatever comes of it.
fn careless(bench: &Bench, directory: &str, arguments: &[&str]) {
    git_command(bench, directory, "2026-11-10T09:00:00Z", arguments).output().unwrap();
}

/// Runs every command that asks git.
fn ask(bench: &Bench, directory: &str) {
    for line in ["log", "log --format json", "diff", "diff HEAD~1", "diff HEAD~1..HEAD", "diff HEAD~1...HEAD"] {
        bench.run(&format!("{line} --manifest {directory}images.toml"));
    }
    for name in ["base", "ours", "theirs"] {
        bench.write(name, lock(&[("web", 1)]));
    }
    let driver = format!("merge-driver base ours theirs {directory}images.lock");
    assert_eq!(bench.run(&driver).status, Some(0), "{driver}");
}

/// A directory in a clone that has the files of a bare repository, whose configuration this is.
fn embedded(config: &str) -> Bench {
    let bench = moved();
    git(&bench, &["init", "--quiet", "clone"]);
    git(&bench, &["clone", "--quiet", "--bare", ".", "clone/infra"]);
    let config = config.replace("PAYLOAD", &payload(&bench));
    bench.write("clone/infra/config", format!("[core]\nrepositoryformatversion = 1\nbare = true\n{config}"));
    bench.write("clone/infra/images.lock", bench.lock());
    bench
}

#[test]
fn an_embedded_bare_repository_is_refused() {
    let bench = embedded("fsmonitor = \"PAYLOAD\"\n[alias]\nrun = \"!PAYLOAD\"\n");
    careless(&bench, "clone/infra", &["run"]);
    assert!(was_executed(&bench));
    ask(&bench, "clone/infra/");
    assert!(!was_executed(&bench));
    let top = bench.path("clone/infra").canonicalize().unwrap();
    let message = bench.fails("log --manifest clone/infra/images.toml").replace(top.to_str().unwrap(), "[INFRA]");
    assert_snapshot!(message, @"
    error: cannot use the bare git repository `[INFRA]`: its configuration can run commands
     |
     = help: if you did not create it, delete its `HEAD`, `config`, `objects` and `refs`; otherwise move the manifest and the lockfile out of it
    ");
    // Also if it is further up.
    std::fs::create_dir(bench.path("clone/infra/deep")).unwrap();
    bench.write("clone/infra/deep/images.lock", bench.lock());
    assert!(bench.fails("diff --manifest clone/infra/deep/images.toml").contains("bare git repository"));
}

/// A missing object of a partial clone is fetched by a program that the configuration names.
#[test]
fn a_missing_object_is_not_fetched() {
    let remotes = [
        "url = /nowhere\nuploadpack = \"PAYLOAD\"",
        "url = \"ext::sh -c {touch,EXECUTED}\"\n[protocol \"ext\"]\nallow = always",
        "url = ssh://nowhere/x\n[core]\nsshCommand = \"PAYLOAD\"",
        "url = git://nowhere/x\n[core]\ngitProxy = EVIL",
    ];
    for remote in remotes {
        let bench = moved();
        let old = git_in(&bench, "", "", &["rev-parse", "HEAD~1:images.lock"]);
        std::fs::remove_file(bench.path(&format!(".git/objects/{}/{}", &old[..2], &old[2..].trim()))).unwrap();
        let remote = remote
            .replace("PAYLOAD", &payload(&bench))
            .replace("{touch,EXECUTED}", program(&bench, "evil").to_str().unwrap())
            .replace("EVIL", program(&bench, "evil").to_str().unwrap());
        let config = bench.read(".git/config").replace("repositoryformatversion = 0", "repositoryformatversion = 1");
        let config = format!("{config}[extensions]\npartialClone = e\n[remote \"e\"]\npromisor = true\n{remote}\n");
        bench.write(".git/config", config);
        careless(&bench, "", &["cat-file", "-p", "HEAD~1:images.lock"]);
        assert!(was_executed(&bench), "{remote}");
        // Older releases do not know the variable that forbids to fetch, and need the one that forbids transports.
        let mut old = git_command(&bench, "", "", &["cat-file", "-p", "HEAD~1:images.lock"]);
        old.env("GIT_ALLOW_PROTOCOL", "").output().unwrap();
        assert!(!was_executed(&bench), "{remote}");
        ask(&bench, "");
        assert!(!was_executed(&bench), "{remote}");
        let log = bench.ok("log");
        assert!(log.contains("its content is not in this clone"), "{log}");
        assert!(
            bench.fails("diff HEAD~1").contains("cannot read `HEAD~1:images.lock`: its content is not in this clone")
        );
    }
}

#[test]
fn a_partial_clone_is_not_completed() {
    let bench = moved();
    git(&bench, &["config", "uploadpack.allowFilter", "true"]);
    git(&bench, &["mv", "images.lock", "prod.lock"]);
    bench.write("prod.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&bench, "2026-11-08", "Rename");
    let origin = format!("file://{}", bench.path("").display());
    git(&bench, &["clone", "--quiet", "--filter=blob:none", &origin, "clone"]);
    assert_snapshot!(bench.fails("log --manifest clone/prod.toml"), @"
    error: cannot read the history of the lockfile in a partial clone
     |
     = help: `git fetch --refetch --no-filter` completes it
    ");
    git_in(&bench, "clone", "", &["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert!(bench.ok("log --manifest clone/prod.toml").contains("Pin the images"));
}

/// What a repository's configuration and attributes can name, with a git command that executes it.
#[test]
fn nothing_that_a_configuration_names_is_executed() {
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
        let bench = moved();
        let evil = program(&bench, "evil");
        bench.write(".gitattributes", "images.lock diff=evil filter=evil\n");
        git(&bench, &["config", key, &value.replace("PROGRAM", evil.to_str().unwrap())]);
        // A pager is only started on a terminal.
        if key == "core.pager" {
            let line = format!("git {}", arguments.join(" "));
            bench.here("/usr/bin/script").args(["-qec", &line, "/dev/null"]).output().unwrap();
        } else {
            careless(&bench, "", arguments);
        }
        assert!(was_executed(&bench), "{key}");
        ask(&bench, "");
        assert!(!was_executed(&bench), "{key}");
        assert!(bench.ok("log").contains("2 commits"), "{key}");
    }
}

#[test]
fn no_signature_is_verified() {
    let bench = moved();
    let evil = program(&bench, "evil");
    // A commit with a signature of sorts.
    let raw = git_in(&bench, "", "", &["cat-file", "commit", "HEAD"]);
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n";
    bench.write("signed", raw.replacen("\n\n", &format!("\n{signature}\n"), 1));
    let signed = git_in(&bench, "", "", &["hash-object", "-t", "commit", "-w", "signed"]);
    git(&bench, &["reset", "--quiet", "--hard", signed.trim()]);
    git(&bench, &["config", "gpg.program", evil.to_str().unwrap()]);
    git(&bench, &["config", "log.showSignature", "true"]);
    careless(&bench, "", &["log"]);
    assert!(was_executed(&bench));
    ask(&bench, "");
    assert!(!was_executed(&bench));
}

#[test]
fn no_hook_is_run() {
    let bench = moved();
    for hook in ["post-index-change", "post-checkout", "reference-transaction", "pre-commit"] {
        program(&bench, &format!(".git/hooks/{hook}"));
    }
    careless(&bench, "", &["commit", "--allow-empty", "-m", "x"]);
    assert!(was_executed(&bench));
    ask(&bench, "");
    assert!(!was_executed(&bench));
}

/// A `git` in the current directory, for an empty and a relative entry of PATH.
#[test]
fn a_git_in_the_repository_is_not_run() {
    let path = std::env::var("PATH").unwrap();
    for entries in [format!(":{path}"), format!(".:{path}"), format!("bin:{path}"), format!("{path}:")] {
        let bench = moved().env("PATH", &entries);
        std::fs::create_dir(bench.path("bin")).unwrap();
        program(&bench, "git");
        program(&bench, "bin/git");
        if !entries.ends_with(':') {
            bench.here("/bin/sh").args(["-c", "git --version"]).output().unwrap();
            assert!(was_executed(&bench), "{entries}");
        }
        ask(&bench, "");
        assert!(!was_executed(&bench), "{entries}");
        assert!(bench.ok("log").contains("2 commits"), "{entries}");
    }
    let bench = moved().env("PATH", ".");
    program(&bench, "git");
    assert!(bench.fails("log").contains("`git`, which was not found"));
    assert!(!was_executed(&bench));
}

#[test]
fn variables_of_git_lead_nowhere_else() {
    let bench = moved();
    let expected = bench.ok("log");
    let other = moved();
    other.write("images.lock", lock(&[("web", 9)]));
    commit(&other, "2026-11-09", "Elsewhere");
    let elsewhere = other.path(".git").to_str().unwrap().to_owned();
    let evil = program(&bench, "evil").to_str().unwrap().to_owned();
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
        let output = bench.command("log").env(name, value).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{name}");
        assert!(!was_executed(&bench), "{name}");
    }
}

#[test]
fn settings_of_the_repository_do_not_win_over_the_protection() {
    let bench = embedded("[safe]\nbareRepository = all\n[protocol]\nallow = always\n");
    assert!(bench.fails("log --manifest clone/infra/images.toml").contains("bare git repository"));
    // Nor do those of the user, which are otherwise heeded.
    let output = bench
        .command("log --manifest clone/infra/images.toml")
        .envs([("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.bareRepository"), ("GIT_CONFIG_VALUE_0", "all")])
        .output()
        .unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("bare git repository"));
}

#[test]
fn a_working_tree_elsewhere_is_refused() {
    let bench = moved();
    std::fs::create_dir(bench.path("elsewhere")).unwrap();
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.write("infra/images.lock", lock(&[("web", 7)]));
    git(&bench, &["config", "core.worktree", bench.path("elsewhere").to_str().unwrap()]);
    assert_snapshot!(bench.fails("log --manifest infra/images.toml"), @"
    error: cannot read the history of `infra/images.lock`: it is outside the working tree of its git repository
     |
     = help: check the setting that moves the working tree: `git config --show-origin core.worktree`
    ");
}

#[test]
fn a_submodule_has_its_own_history() {
    let bench = moved();
    let sub = repository(Bench::new());
    sub.write("images.lock", lock(&[("sub", 1)]));
    commit(&sub, "2026-11-05", "Pin sub");
    let from = sub.path("").to_str().unwrap().to_owned();
    git(&bench, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, "sub"]);
    assert!(git_in(&bench, "sub", "", &["config", "core.worktree"]).contains("sub"));
    assert!(bench.ok("log --manifest sub/images.toml").contains("Pin sub"));
}

#[test]
fn replaced_commits_and_grafts_do_not_change_history() {
    let bench = moved();
    let expected = bench.ok("log");
    bench.write("images.lock", lock(&[("web", 9)]));
    commit(&bench, "2026-11-07", "Forged");
    git(&bench, &["tag", "forged"]);
    git(&bench, &["reset", "--quiet", "--hard", "HEAD~1"]);
    git(&bench, &["replace", "HEAD", "forged"]);
    assert!(git_in(&bench, "", "", &["log", "--format=%s", "HEAD"]).starts_with("Forged"));
    git(&bench, &["--no-replace-objects", "reset", "--quiet", "--hard"]);
    assert_eq!(bench.ok("log"), expected);
    git(&bench, &["replace", "--delete", "HEAD"]);
    let head = git_in(&bench, "", "", &["rev-parse", "HEAD"]);
    bench.write(".git/info/grafts", head);
    assert_eq!(git_in(&bench, "", "", &["log", "--format=%s"]).lines().count(), 1);
    assert_eq!(bench.ok("log"), expected);
}

#[test]
fn revisions_and_refs_are_never_options() {
    let bench = moved();
    let hash = git_in(&bench, "", "", &["rev-parse", "HEAD~1"]);
    // No command of git makes such a ref, but a file does.
    bench.write(".git/refs/heads/--output=stolen", &hash);
    bench.write(".git/refs/heads/--help", &hash);
    for revision in ["--output=stolen", "--help", "--git-dir=/nonexistent", "--all", "-h"] {
        for line in [vec![revision, "HEAD"], vec!["HEAD", revision]] {
            let run = bench.command("diff --").args(&line).output().unwrap();
            let stderr = String::from_utf8(run.stderr).unwrap();
            assert!(
                stderr.starts_with("error: git knows no revision `-") || run.status.success(),
                "{revision}: {stderr}"
            );
        }
        let range = format!("{revision}...HEAD");
        bench.command("diff --").arg(range).output().unwrap();
    }
    assert!(!bench.path("stolen").exists());
    // A path like an option, and one like magic.
    for name in ["--output=stolen.lock", ":(top)x.lock"] {
        bench.write(name, lock(&[("web", 1)]));
        git(&bench, &["add", "--all"]);
        git(&bench, &["--literal-pathspecs", "commit", "--quiet", "--message", "Odd"]);
        let manifest = format!("--manifest={}", name.replace(".lock", ".toml"));
        let run = bench.command("log").arg(&manifest).output().unwrap();
        assert!(String::from_utf8(run.stdout).unwrap().contains("Odd"), "{name}");
        let run = bench.command("diff").arg(&manifest).output().unwrap();
        assert!(String::from_utf8(run.stdout).unwrap().contains("no pin differs"), "{name}");
    }
    assert!(!bench.path("stolen.lock").exists() && !bench.path("stolen").exists());
}

#[test]
fn an_old_git_is_refused_before_it_sees_the_repository() {
    let bench = moved();
    let path = bench.path("old").to_str().unwrap().to_owned();
    let bench = bench.env("PATH", &path);
    std::fs::create_dir(bench.path("old")).unwrap();
    let text = "for word; do [ \"$word\" = version ] && echo git version 2.37.1 && exit; done\n";
    script(&bench, "old/git", &format!("{text}{}", payload(&bench).replace("touch", "/usr/bin/touch")));
    assert_snapshot!(bench.fails("log"), @"
    error: cannot read the history of `images.lock` with git 2.37.1
     |
     = help: install git 2.38 or newer; older releases can run commands that a repository contains
    ");
    assert!(!was_executed(&bench));
}

/// The subject of a commit may be as long as the disk.
#[test]
fn long_texts_in_commits_are_cut() {
    let bench = repository(Bench::new());
    bench.write("images.lock", lock(&[("web", 1)]));
    git(&bench, &["add", "images.lock"]);
    bench.write("message", "x".repeat(3 << 20));
    git(&bench, &["commit", "--quiet", "--file", "message"]);
    let log = bench.ok("log --format json");
    assert!(log.len() < 10_000, "{}", log.len());
    assert!(bench.ok("log").contains("1 change in 1 commit"));
}

/// The program on PATH may be a link, as in many installations.
#[test]
fn a_linked_git_is_found() {
    let bench = with_git(moved());
    let which = Command::new("/bin/sh").args(["-c", "command -v git"]).output().unwrap();
    let real = String::from_utf8(which.stdout).unwrap();
    std::fs::create_dir(bench.path("links")).unwrap();
    symlink(real.trim(), bench.path("links/git")).unwrap();
    let path = bench.path("links").to_str().unwrap().to_owned();
    assert!(bench.env("PATH", &path).ok("log").contains("2 commits"));
}
