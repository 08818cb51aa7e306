//! Two files of a run must never be the same file.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::support::file_tree::{refused, tree};
use crate::support::fixtures::outdated::{UPGRADE, outdated_with_snapshot};
use crate::support::fixtures::outputs::{error, manifest, quoted};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

#[test]
fn an_output_named_like_another_file_of_the_run_is_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
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

/// Writing a temporary file replaces a link with its name.
#[test]
fn an_output_reached_through_a_link_named_like_a_temporary_file_is_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    fs::create_dir(sandbox.path("d")).unwrap();
    symlink("d", sandbox.path(".images.lock.tmp")).unwrap();
    symlink("b.env", sandbox.path(".b.env.tmp")).unwrap();
    sandbox.write("b.env", "");
    let errors = [&[".images.lock.tmp/a.env"][..], &[".b.env.tmp"]].map(|outputs| error(&sandbox, outputs, ""));
    assert_snapshot!(errors.join("\n"));
}

#[test]
fn two_manifests_that_are_one_file_on_other_systems_are_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    for name in ["prod.toml", "PROD.toml"] {
        sandbox.write(name, WEB);
    }
    let line = format!("{UPGRADE} --manifest prod.toml --manifest PROD.toml");
    assert_snapshot!(refused(&sandbox, &line));
    // Manifests that are only read do not collide.
    sandbox.ok("resolve --manifest prod.toml --catalog new.json");
    sandbox.write("PROD.lock", sandbox.read("prod.lock"));
    sandbox.ok("check --manifest prod.toml --manifest PROD.toml --catalog new.json");
    let line = "check --manifest prod.toml --manifest PROD.toml --catalog new.json -o json=Prod.lock";
    let message = refused(&sandbox, line);
    let expected =
        "error: the report `Prod.lock` and the lockfile `prod.lock` would be the same file on macOS and Windows\n";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn an_option_that_names_another_file_of_the_run_is_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    for line in [
        "check --catalog new.json -o json=.images.lock.tmp",
        "check --catalog new.json -o json=Images.toml",
        "check --catalog new.json -o a.xml -o A.xml",
        "snapshot images.schema.json --catalog new.json",
        "snapshot new.json --catalog new.json",
        "init --manifest images.schema.json",
    ] {
        let message = refused(&sandbox, line);
        assert!(
            message.contains("is the same file as")
                || message.contains("temporary file")
                || message.contains("would be the same file"),
            "{line}\n{message}"
        );
    }
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

    /// For any paths, the run refuses and writes nothing, or it writes every file, and no file over another one.
    #[test]
    fn outputs_are_all_written_or_none(
        paths in prop::collection::vec((path(), any::<bool>(), any::<bool>()), 1..5),
    ) {
        let sandbox = Sandbox::in_memory(WEB);
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
        sandbox.write("images.toml", format!("{WEB}{}", outputs.concat()));
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
    /// The catalog of the property test, created only once.
    static CATALOG: String = outdated_with_snapshot(Sandbox::with(WEB)).read("new.json");
}

#[test]
#[ignore = "needs the right to mount"]
fn an_output_in_a_directory_that_is_mounted_twice_is_refused() {
    let sandbox = outdated_with_snapshot(Sandbox::with(WEB));
    for directory in ["one", "two"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    sandbox.write("images.toml", manifest(&["one/x.env", "two/x.env"], ""));
    let script = format!("mount --bind one two && \"$IMAGELOCK\" {UPGRADE}");
    let run = sandbox
        .program("/usr/bin/unshare")
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
