//! No two files of a run are one file, and a manifest writes only where it may.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::support::fake_marketplace::{Marketplace, id, local};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

/// A manifest with outputs of these paths, and more keys for each.
fn manifest(outputs: &[&str], keys: &str) -> String {
    let output = |path: &&str| format!("[[outputs]]\nformat = \"env\"\npath = {}\n{keys}", quoted(path));
    MANIFEST.to_owned() + &outputs.iter().map(output).collect::<String>()
}

/// A string of JSON is one of TOML.
fn quoted(path: &str) -> String {
    serde_json::to_string(path).unwrap()
}

/// A lock, and `new.json`, a catalog in which the pin would move.
fn resolved() -> Sandbox {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    sandbox.ok("snapshot new.json");
    sandbox
}

const UPGRADE: &str = "resolve --upgrade --catalog new.json";

/// Everything below a directory: the content of files, where links lead, modes.
fn tree(directory: &Path) -> BTreeMap<String, String> {
    let mut tree = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let content = if metadata.is_dir() {
            tree.extend(self::tree(&path));
            "directory".to_owned()
        } else if metadata.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else if metadata.is_file() {
            format!("{:?}", fs::read(&path).unwrap())
        } else {
            "special".to_owned()
        };
        tree.insert(path.display().to_string(), format!("{:o} {content}", metadata.mode()));
    }
    tree
}

/// Runs what must fail and leave everything as it was.
#[track_caller]
fn refused(sandbox: &Sandbox, line: &str) -> String {
    let before = tree(&sandbox.path(""));
    let run = sandbox.run(line);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "imagelock {line}\n{run}");
    assert_eq!(tree(&sandbox.path("")), before, "imagelock {line}");
    run.stderr
}

/// The first line of the error with outputs of these paths.
#[track_caller]
fn error(sandbox: &Sandbox, outputs: &[&str], keys: &str) -> String {
    sandbox.write("images.toml", manifest(outputs, keys));
    let message = refused(sandbox, UPGRADE);
    message.lines().next().unwrap().replace(fs::canonicalize(sandbox.path("")).unwrap().to_str().unwrap(), "[HERE]")
}

#[test]
fn an_output_named_like_another_file_of_the_run_is_refused() {
    let sandbox = resolved();
    fs::create_dir(sandbox.path("d")).unwrap();
    symlink("d", sandbox.path("l")).unwrap();
    symlink("a.env", sandbox.path("la.env")).unwrap();
    sandbox.write("a.env", "");
    fs::hard_link(sandbox.path("images.lock"), sandbox.path("hard.env")).unwrap();
    let keys = "overwrite = true\noutside = true\n";
    let errors: Vec<String> = [
        &["images.lock"][..],
        &["images.toml"],
        &["d/../images.toml"],
        &["images.schema.json"],
        &["new.json"],
        &["IMAGES.lock"],
        &["images.lock."],
        &["hard.env"],
        &[".images.lock.tmp"],
        &[".Images.Lock.tmp"],
        &[".images.toml.tmp"],
        &["a.env", "A.env"],
        &["\u{e9}.env", "e\u{301}.env"],
        &["d/b.env", "l/b.env"],
        &["a.env", "la.env"],
        &["a.env", ".a.env.tmp"],
        &[".a.env.tmp", "a.env"],
    ]
    .iter()
    .map(|outputs| error(&sandbox, outputs, keys))
    .collect();
    assert_snapshot!(errors.join("\n"));
}

/// Making room for a temporary file removes the link that is in its place.
#[test]
fn an_output_reached_through_a_link_named_like_a_temporary_file_is_refused() {
    let sandbox = resolved();
    fs::create_dir(sandbox.path("d")).unwrap();
    symlink("d", sandbox.path(".images.lock.tmp")).unwrap();
    symlink("b.env", sandbox.path(".b.env.tmp")).unwrap();
    sandbox.write("b.env", "");
    let errors = [&[".images.lock.tmp/a.env"][..], &[".b.env.tmp"]].map(|outputs| error(&sandbox, outputs, ""));
    assert_snapshot!(errors.join("\n"));
}

#[test]
fn two_manifests_that_are_one_file_on_other_systems_are_refused() {
    let sandbox = resolved();
    for name in ["prod.toml", "PROD.toml"] {
        sandbox.write(name, MANIFEST);
    }
    let line = format!("{UPGRADE} --manifest prod.toml --manifest PROD.toml");
    assert_snapshot!(refused(&sandbox, &line));
    // Only what is written would be lost.
    sandbox.ok("resolve --manifest prod.toml --catalog new.json");
    sandbox.write("PROD.lock", sandbox.read("prod.lock"));
    sandbox.ok("check --manifest prod.toml --manifest PROD.toml --catalog new.json");
    let line = "check --manifest prod.toml --manifest PROD.toml --catalog new.json -o json=Prod.lock";
    let message = refused(&sandbox, line);
    let said = "error: the report `Prod.lock` and the lockfile `prod.lock` would be one file on macOS and Windows\n";
    assert!(message.starts_with(said), "{message}");
}

#[test]
fn an_option_that_names_another_file_of_the_run_is_refused() {
    let sandbox = resolved();
    for line in [
        "check --catalog new.json -o json=.images.lock.tmp",
        "check --catalog new.json -o json=Images.toml",
        "check --catalog new.json -o a.xml -o A.xml",
        "export env -o images.toml",
        "export env -o .images.lock.tmp",
        "snapshot images.schema.json --catalog new.json",
        "snapshot new.json --catalog new.json",
        "init --manifest images.schema.json",
    ] {
        let message = refused(&sandbox, line);
        assert!(
            message.contains("is the same file as")
                || message.contains("temporary file")
                || message.contains("would be one file"),
            "{line}\n{message}"
        );
    }
}

#[test]
fn a_manifest_writes_outside_its_directory_only_if_it_says_so() {
    let sandbox = resolved();
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
        assert_eq!(message, format!("error: the output `{output}` is in a directory of git"));
    }
    // A repository of git by what it holds.
    for part in ["bare/objects", "bare/refs", "bare/hooks"] {
        fs::create_dir_all(sandbox.path(part)).unwrap();
    }
    sandbox.write("bare/HEAD", "ref: refs/heads/main\n");
    let message = error(&sandbox, &["fine.env", "bare/hooks/x.env"], "");
    assert_eq!(message, "error: the output `bare/hooks/x.env` is in a directory of git");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    sandbox.write("images.toml", manifest(&["d/new.env", ".git/images.env"], "outside = true\n"));
    sandbox.ok(UPGRADE);
    assert!(fs::read_to_string(outside.path().join("new.env")).unwrap().contains(&id(2)));
    // A path in which `git` is only a part of a name.
    sandbox.write("images.toml", manifest(&[".gitignored.env", "git.env"], ""));
    sandbox.ok(UPGRADE);
}

/// An option is the user's own word.
#[test]
fn an_option_may_name_a_file_anywhere() {
    let sandbox = resolved();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), sandbox.path("d")).unwrap();
    sandbox.ok("export env -o d/images.env");
    sandbox.ok("check --catalog new.json --exit-zero -o d/drift.xml");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 2);
}

#[test]
fn a_file_is_overwritten_only_if_imagelock_wrote_it() {
    let sandbox = resolved();
    let output = "[[outputs]]\nformat = \"tfvars\"\npath = \"x.json\"\n";
    sandbox.write("images.toml", format!("{MANIFEST}{output}"));
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
        assert!(message.contains("holds something that imagelock did not write"), "{text}\n{message}");
    }
    sandbox.write("x.json", ours.replace(&id(2), &id(7)));
    sandbox.ok("resolve --offline");
    assert_eq!(sandbox.read("x.json"), ours);
}

#[test]
fn an_output_belongs_to_one_manifest() {
    let sandbox = resolved();
    let output = "[[outputs]]\nformat = \"hcl\"\npath = \"../shared.tf\"\noutside = true\noverwrite = true\n";
    for stack in ["a", "b"] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        sandbox.write(&format!("{stack}/images.toml"), format!("{MANIFEST}{output}"));
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
    let message = refused(&sandbox, "export hcl -o shared.tf").replace(here.to_str().unwrap(), "[HERE]");
    assert!(message.starts_with("error: `shared.tf` is an output of `[HERE]/a/images.toml`\n"), "{message}");
    // A manifest that cannot be read may declare it still.
    sandbox.write("a/images.toml", "images");
    refused(&sandbox, line);
    sandbox.write("a/images.toml", MANIFEST);
    sandbox.ok(line);
    assert!(sandbox.read("shared.tf").contains("# Manifest: b/images.toml\n"));
    // One that is gone declares nothing.
    sandbox.write("a/images.toml", format!("{MANIFEST}{output}"));
    refused(&sandbox, "resolve --manifest a/images.toml --catalog new.json");
    fs::remove_file(sandbox.path("b/images.toml")).unwrap();
    sandbox.ok("resolve --manifest a/images.toml --catalog new.json");
}

#[test]
fn a_hostile_manifest_name_stays_in_the_comment() {
    let sandbox = resolved();
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
    // It is read back: another manifest may not take the file.
    sandbox.write("images.toml", manifest(&["x.env"], ""));
    let message = refused(&sandbox, "resolve --offline");
    assert!(
        message.contains("is an output of `") && message.lines().all(|line| !line.starts_with("IMAGE_")),
        "{message}"
    );
}

#[test]
fn all_files_that_may_not_be_overwritten_are_reported_at_once() {
    let sandbox = resolved();
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
    let sandbox = resolved();
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

/// The other project has a newer lock, and the folder of an output is missing.
#[test]
fn nothing_is_written_before_the_outputs_of_all_manifests_are_checked() {
    let sandbox = resolved();
    for (stack, output) in [("a", "x.env"), ("b", "missing/x.env")] {
        fs::create_dir(sandbox.path(stack)).unwrap();
        sandbox.write(&format!("{stack}/images.toml"), manifest(&[output], ""));
    }
    let message = refused(&sandbox, "resolve --catalog new.json --manifest a/images.toml --manifest b/images.toml");
    assert!(message.contains("mkdir -p b/missing"), "{message}");
}

#[test]
fn a_pipe_never_blocks_a_run() {
    let sandbox = resolved();
    sandbox.shell("mkfifo pipe pipe.json images.env fifo.toml fifo.lock");
    sandbox.write("other.toml", manifest(&["images.env"], ""));
    sandbox.write("below.toml", manifest(&["pipe/x.env"], "outside = true\n"));
    for line in [
        "check --catalog new.json -o json=pipe",
        "check --catalog new.json -o json=/dev/stdout",
        "check --catalog new.json -o json=/dev/null",
        "check --catalog new.json -o json=/proc/self/fd/1",
        "check --catalog new.json -o json=pipe/x.json",
        "export env -o pipe",
        "export env -o /dev/stdout",
        "export env -o /dev/fd/1",
        "export env -o pipe/x",
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

fn path() -> impl Strategy<Value = String> {
    let directory =
        prop::sample::select(vec!["", "", "./", "d/", "D/", "l/", "d/../", "l/../", "d/./", "o/", "missing/"]);
    let name = prop::sample::select(vec![
        "a.env",
        "A.env",
        "b.env",
        "\u{e9}.env",
        "e\u{301}.env",
        "la.env",
        "lb.env",
        "hard.env",
        "hard2.env",
        "loop.env",
        ".a.env.tmp",
        ".images.lock.tmp",
        ".images.toml.tmp",
        "images.lock",
        "Images.toml",
        ".git",
        "mine.env",
    ]);
    (directory, name).prop_map(|(directory, name)| format!("{directory}{name}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever paths a manifest declares: the run is refused and writes nothing, or every file is written, none over
    /// another.
    #[test]
    fn outputs_are_all_written_or_none(
        paths in prop::collection::vec((path(), any::<bool>(), any::<bool>()), 1..5),
    ) {
        let sandbox = Sandbox::in_memory(MANIFEST);
        let outside = tempfile::tempdir().unwrap();
        sandbox.write("new.json", CATALOG.with(Clone::clone));
        for directory in ["d", "D"] {
            fs::create_dir(sandbox.path(directory)).unwrap();
        }
        for (link, to) in [("l", "d"), ("la.env", "a.env"), ("lb.env", "d/b.env"), ("loop.env", "loop.env")] {
            symlink(to, sandbox.path(link)).unwrap();
        }
        symlink(outside.path(), sandbox.path("o")).unwrap();
        for (name, text) in [("a.env", ""), ("d/b.env", ""), ("hard.env", ""), ("mine.env", "MINE=1\n")] {
            sandbox.write(name, text);
        }
        fs::hard_link(sandbox.path("hard.env"), sandbox.path("hard2.env")).unwrap();
        let outputs: Vec<String> = paths.iter().map(|(path, outside, overwrite)| format!(
            "[[outputs]]\nformat = \"env\"\npath = {}\noutside = {outside}\noverwrite = {overwrite}\n", quoted(path)
        )).collect();
        sandbox.write("images.toml", format!("{MANIFEST}{}", outputs.concat()));
        let manifest = sandbox.read("images.toml");
        let before = [tree(&sandbox.path("")), tree(outside.path())];
        let run = sandbox.run(UPGRADE);
        if run.status == Some(1) {
            prop_assert_eq!([tree(&sandbox.path("")), tree(outside.path())], before, "{}", run);
        } else {
            prop_assert_eq!(run.status, Some(0), "{}", run);
            let real: BTreeSet<_> = paths.iter().map(|(path, ..)| fs::canonicalize(sandbox.path(path)).unwrap()).collect();
            prop_assert_eq!(real.len(), paths.len());
            for path in &real {
                prop_assert!(fs::read_to_string(path).unwrap().contains("Manifest: "), "{}", path.display());
            }
            prop_assert_eq!(sandbox.read("images.toml"), manifest);
            prop_assert!(sandbox.ok("list").contains("web"));
            prop_assert_eq!(sandbox.run("resolve --locked").status, Some(0));
            prop_assert!(!sandbox.path(".images.lock.tmp").exists());
            let all_outside = paths.iter().all(|(_, outside, _)| !outside);
            prop_assert!(!all_outside || tree(outside.path()).is_empty());
        }
    }
}

thread_local! {
    /// The catalog of the property, made once.
    static CATALOG: String = resolved().read("new.json");
}

/// One directory that is mounted twice.
#[test]
#[ignore = "needs the right to mount"]
fn an_output_in_a_directory_that_is_mounted_twice_is_refused() {
    let sandbox = resolved();
    for directory in ["one", "two"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    sandbox.write("images.toml", manifest(&["one/x.env", "two/x.env"], ""));
    let script = format!("mount --bind one two && \"$IMAGELOCK\" {UPGRADE}");
    let run = sandbox
        .here("/usr/bin/unshare")
        .args(if fs::metadata(sandbox.path("images.toml")).unwrap().uid() == 0 {
            &["--mount"][..]
        } else {
            &["--mount", "--map-root-user"]
        })
        .args(["/bin/sh", "-c", &script])
        .env("IMAGELOCK", env!("CARGO_BIN_EXE_imagelock"))
        .output()
        .unwrap();
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(
        message.starts_with("error: the output `two/x.env` is the same file as the output `one/x.env`"),
        "{message}"
    );
    assert!(!sandbox.path("one/x.env").exists());
}
