//! A manifest writes only into its own directory, and only over files that imagelock wrote.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::file_tree::refused;
use crate::support::fixtures::outdated::{UPGRADE, outdated_with_snapshot};
use crate::support::fixtures::outputs::{error, manifest};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn a_manifest_writes_outside_its_directory_only_with_outside_set() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("keys"), "mine\n").unwrap();
    symlink(outside.path(), sandbox.path("d")).unwrap();
    symlink(outside.path().join("keys"), sandbox.path("keys.env")).unwrap();
    fs::create_dir_all(sandbox.path(".git/hooks")).unwrap();
    symlink(".git", sandbox.path("g")).unwrap();
    for output in ["d/new.env", "d/keys", "keys.env"] {
        let message = error(&sandbox, &["fine.env", output], "overwrite = true\n");
        assert_eq!(message, format!("error: the output `{output}` is outside the manifest's directory"));
    }
    for output in [
        ".git/config",
        ".git/hooks/post-checkout",
        "g/config",
        ".git",
        ".GIT/x",
        "git~1/x",
        ".g\u{200c}it/x",
        ".git ./x",
        "sub/.git",
    ] {
        let message = error(&sandbox, &["fine.env", output], "overwrite = true\n").replace("\\u{200c}", "\u{200c}");
        assert_eq!(message, format!("error: the output `{output}` is in a directory that belongs to git"));
    }
    // A directory with the contents of a git repository counts as a repository under any name.
    for part in ["bare/objects", "bare/refs", "bare/hooks"] {
        fs::create_dir_all(sandbox.path(part)).unwrap();
    }
    sandbox.write("bare/HEAD", "ref: refs/heads/main\n");
    let message = error(&sandbox, &["fine.env", "bare/hooks/x.env"], "");
    assert_eq!(message, "error: the output `bare/hooks/x.env` is in a directory that belongs to git");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    sandbox.write("images.toml", manifest(&["d/new.env", ".git/images.env"], "outside = true\n"));
    sandbox.ok(UPGRADE);
    assert!(fs::read_to_string(outside.path().join("new.env")).unwrap().contains(&id(2)));
    // These paths contain `git` only as a part of a name.
    sandbox.write("images.toml", manifest(&[".gitignored.env", "git.env"], ""));
    sandbox.ok(UPGRADE);
}

/// The user chooses the path of an option, so the rules for outputs do not apply.
#[test]
fn an_option_may_name_a_file_in_any_directory() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), sandbox.path("d")).unwrap();
    sandbox.ok("check --catalog new.json --exit-zero -o d/drift.xml");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn a_file_is_overwritten_only_if_imagelock_wrote_it() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let output = "[[outputs]]\nformat = \"tfvars\"\npath = \"x.json\"\n";
    sandbox.write("images.toml", format!("{WEB}{output}"));
    sandbox.ok(UPGRADE);
    let ours = sandbox.read("x.json");
    for text in [
        "{\"images\":{\"db\":\"fr-par-1/1c7e2b5e-aaaa-4bbb-8ccc-0123456789ab\",\"note\":\"typed by hand\"}}\n",
        "{\"//\": \"mine\", \"images\": {}}\n",
        "{}\n",
        &ours.replacen("{\n", "{\n  \"region\": \"fr-par\",\n", 1),
    ] {
        sandbox.write("x.json", text);
        let message = refused(&sandbox, "resolve --offline");
        assert!(message.contains("was not written by imagelock"), "{text}\n{message}");
    }
    sandbox.write("x.json", ours.replace(&id(2), &id(7)));
    sandbox.ok("resolve --offline");
    assert_eq!(sandbox.read("x.json"), ours);
}

#[test]
fn an_output_belongs_to_one_manifest() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let output = "[[outputs]]\nformat = \"hcl\"\npath = \"../shared.tf\"\noutside = true\noverwrite = true\n";
    for stack in ["a", "b"] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        sandbox.write(&format!("{stack}/images.toml"), format!("{WEB}{output}"));
    }
    sandbox.ok("resolve --manifest a/images.toml --catalog new.json");
    assert!(
        sandbox.read("shared.tf").lines().nth(1) == Some("# Manifest: a/images.toml"),
        "{}",
        sandbox.read("shared.tf")
    );
    let line = "resolve --manifest b/images.toml --catalog new.json";
    let here = fs::canonicalize(sandbox.path("")).unwrap();
    assert_snapshot!(refused(&sandbox, line).replace(here.to_str().unwrap(), "[HERE]"));
    sandbox.ok("resolve --manifest images.toml");
    // A manifest that cannot be read may still declare the output.
    sandbox.write("a/images.toml", "images");
    refused(&sandbox, line);
    sandbox.write("a/images.toml", WEB);
    sandbox.ok(line);
    assert!(sandbox.read("shared.tf").contains("# Manifest: b/images.toml\n"));
    // A manifest that no longer exists declares no output.
    sandbox.write("a/images.toml", format!("{WEB}{output}"));
    refused(&sandbox, "resolve --manifest a/images.toml --catalog new.json");
    fs::remove_file(sandbox.path("b/images.toml")).unwrap();
    sandbox.ok("resolve --manifest a/images.toml --catalog new.json");
}

#[test]
fn a_hostile_manifest_name_stays_in_the_comment() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let name = "x\nIMAGE_WEB_FR_PAR_1_X86_64=evil\u{2028}\"é #.toml";
    sandbox.write(name, manifest(&["x.env"], ""));
    let run = sandbox.command("resolve --catalog new.json").args(["--manifest", name]).output().unwrap();
    assert!(run.status.success());
    let text = sandbox.read("x.env");
    assert_eq!(text.lines().count(), 4, "{text}");
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "# Manifest: x%0AIMAGE_WEB_FR_PAR_1_X86_64=evil%E2%80%A8%22%C3%A9%20%23.toml"
    );
    // The path is read back from the comment, so another manifest cannot take over the file.
    sandbox.write("images.toml", manifest(&["x.env"], ""));
    let message = refused(&sandbox, "resolve --offline");
    assert!(message.contains("belongs to `") && message.lines().all(|line| !line.starts_with("IMAGE_")), "{message}");
}

#[test]
fn all_files_that_may_not_be_overwritten_are_reported_at_once() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    for stack in ["a", "b"] {
        fs::create_dir_all(sandbox.path(stack).join("directory.env")).unwrap();
        let outputs =
            ["mine.env", "directory.env", "binary.env", "dangling.env", "loop.env", "mine.env/x.env", "fine.env"];
        sandbox.write(&format!("{stack}/images.toml"), manifest(&outputs, ""));
        sandbox.write(&format!("{stack}/mine.env"), "MINE=1\n");
        sandbox.write(&format!("{stack}/binary.env"), [0xff]);
        symlink("nowhere", sandbox.path(stack).join("dangling.env")).unwrap();
        symlink("loop.env", sandbox.path(stack).join("loop.env")).unwrap();
    }
    let message =
        refused(&sandbox, "resolve --catalog new.json --recursive . --manifest a/images.toml --manifest images.toml");
    let errors: Vec<&str> = message.lines().filter(|line| line.starts_with("error")).collect();
    assert_snapshot!(errors.join("\n"));
}

#[test]
fn long_and_odd_names_are_written_or_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    let longest = format!("{}.env", "n".repeat(246));
    sandbox.write("images.toml", manifest(&[&longest], ""));
    sandbox.ok(UPGRADE);
    let too_long = format!("{}.env", "n".repeat(251));
    sandbox.write("images.toml", manifest(&["fine.env", &too_long], ""));
    let message = refused(&sandbox, "resolve --offline").replace(&too_long, "[NAME]");
    assert_snapshot!(message);
    for name in ["a b.env", "a\u{1b}[31m.env", "a\nb.env", "-x.env", "%0A.env"] {
        sandbox.write("images.toml", manifest(&[name], ""));
        let run = sandbox.run("resolve --offline");
        assert_eq!(run.status, Some(0), "{run}");
        assert!(!run.stderr.contains('\u{1b}') && run.stderr.lines().count() == 1, "{run}");
        assert!(sandbox.read(name).contains(&id(2)));
        sandbox.ok("resolve --locked");
    }
}

/// The first manifest could be written, but the directory for the output of the second one is missing.
#[test]
fn nothing_is_written_before_the_outputs_of_all_manifests_are_checked() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    for (stack, output) in [("a", "x.env"), ("b", "missing/x.env")] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        sandbox.write(&format!("{stack}/images.toml"), manifest(&[output], ""));
    }
    let message = refused(&sandbox, "resolve --catalog new.json --manifest a/images.toml --manifest b/images.toml");
    assert!(message.contains("mkdir -p b/missing"), "{message}");
}

#[test]
fn a_pipe_never_blocks_a_run() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    sandbox.shell("mkfifo pipe pipe.json images.env fifo.toml fifo.lock");
    sandbox.write("other.toml", manifest(&["images.env"], ""));
    sandbox.write("below.toml", manifest(&["pipe/x.env"], "outside = true\n"));
    for line in [
        "check --catalog new.json -o json=pipe",
        "check --catalog new.json -o json=/dev/stdout",
        "check --catalog new.json -o json=/dev/null",
        "check --catalog new.json -o json=/proc/self/fd/1",
        "check --catalog new.json -o json=pipe/x.json",
        "snapshot pipe.json --catalog new.json",
        "snapshot /dev/stdout --catalog new.json",
        "resolve --catalog pipe.json",
        "resolve --manifest fifo.toml",
        "resolve --manifest other.toml --catalog new.json",
        "resolve --manifest below.toml --catalog new.json",
        "list --manifest fifo.xyz",
        "merge-driver pipe images.lock images.lock",
        "adopt --from pipe --catalog new.json",
        "man pipe",
    ] {
        refused(&sandbox, line);
    }
    assert_snapshot!(refused(&sandbox, "check --catalog new.json -o json=/dev/stdout"));
}

#[test]
fn a_directory_named_like_the_manifest_is_the_same_error_in_every_command() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("images.toml")).unwrap();
    sandbox.write("images.toml/images.toml", WEB);
    let commands = [
        "init",
        "resolve",
        "resolve --recursive",
        "upgrade",
        "check",
        "check --recursive",
        "list",
        "get web",
        "export env",
        "diff",
        "log",
        "explain web",
        "add db --label ubuntu_noble",
        "remove web",
        "adopt db=00000001-0000-4000-8000-000000000000",
        "list --manifest .",
    ];
    for line in commands {
        insta::allow_duplicates! {
            assert_snapshot!(sandbox.fails(line).replace("./", ""), @"
            error: `images.toml` is a directory, not a manifest
             |
             = help: rename the directory, or choose another manifest: `--manifest PATH`
            ");
        }
    }
    // The manifest in it can still be named.
    assert!(sandbox.fails("list --manifest images.toml/images.toml").contains("cannot find the lockfile"));
}

#[test]
fn an_unreadable_lockfile_can_be_restored() {
    let sandbox = Sandbox::with(WEB);
    sandbox.write("images.lock", b"version = 2\n\xff\xfe");
    for line in ["list", "check", "resolve --locked"] {
        insta::allow_duplicates! {
            assert_snapshot!(sandbox.fails(line), @"
            error: `images.lock` is not a text file: line 2 is not valid UTF-8
             |
             = help: restore the file with `git restore images.lock`; or delete it and run `imagelock resolve`, which pins the newest versions
            ");
        }
    }
}
