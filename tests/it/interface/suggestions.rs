//! Suggested commands can be copied: each repeats the options of the run that select the manifest and the catalog.

use std::collections::BTreeSet;

use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest};
use crate::support::fixtures::stacks::stacks;
use crate::support::sandbox::Sandbox;

/// The options of every run in these tests.
const FLAGS: [&str; 2] = ["--manifest sub/images.toml", "--catalog c.json"];

/// Returns a sandbox with a manifest in a subdirectory, and a catalog in which its pin is outdated.
fn outdated() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::new().asking(&marketplace);
    std::fs::create_dir(sandbox.path("sub")).unwrap();
    sandbox.write("sub/images.toml", manifest(""));
    sandbox.ok("resolve --manifest sub/images.toml");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    sandbox.ok("snapshot c.json");
    (sandbox, marketplace)
}

/// Returns the commands that a text suggests. A suggested command comes after a backtick or a colon, or at the start of
/// a line; elsewhere, the name of the program is part of a sentence.
fn suggested(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("imagelock ").map(|(start, _)| start);
    let starts = starts.filter(|start| {
        ["", "`", ": ", "\n", "<code>"]
            .iter()
            .any(|before| if before.is_empty() { *start == 0 } else { text[..*start].ends_with(before) })
    });
    let end = |rest: &str| rest.find(['`', '\n', '<', '"', '%', '\\']).unwrap_or(rest.len());
    starts.map(|start| text[start..][..end(&text[start..])].to_owned()).collect()
}

/// Returns whether a command accepts an option.
fn accepts(sandbox: &Sandbox, command: &str, option: &str) -> bool {
    sandbox.run(&format!("{command} --help")).stdout.contains(&format!("{option} <"))
}

/// Runs a command with the options that it accepts, and compares the commands that it suggests. Each suggested command
/// must repeat the options of the run that it accepts, and no others.
#[track_caller]
fn check(sandbox: &Sandbox, line: &str, expected: &[&str]) {
    let with = |line: &str, flags: &[&'static str]| -> (String, Vec<&'static str>) {
        let command = line.split(' ').next().unwrap();
        let is_accepted = |flag: &&&str| accepts(sandbox, command, flag.split(' ').next().unwrap());
        let flags: Vec<&str> = flags.iter().filter(is_accepted).copied().collect();
        ([&[line], &*flags].concat().join(" "), flags)
    };
    let (run, flags) = with(line, &FLAGS);
    let run = sandbox.run(&run);
    let expected = expected.iter().map(|command| format!("imagelock {}", with(command, &flags).0)).collect();
    assert_eq!(suggested(&format!("{}{}", run.stdout, run.stderr)), expected, "imagelock {line}\n{run}");
}

#[test]
fn errors_suggest_commands_with_the_flags_of_the_run() {
    let (sandbox, _marketplace) = outdated();
    check(&sandbox, "get nothing", &["list", "resolve"]);
    check(&sandbox, "adopt nonsense", &["adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103"]);
    check(&sandbox, "adopt --from /dev/stdin", &["adopt --from -"]);

    sandbox.write("sub/images.toml", manifest("").replace("docker", "windows"));
    check(&sandbox, "resolve", &["search"]);
    check(&sandbox, "check", &["resolve"]);
    sandbox.write("sub/images.toml", manifest("").replace("label = \"docker\"\n", ""));
    check(&sandbox, "resolve", &["search"]);
    check(&sandbox, "resolve --locked", &["search"]);
    sandbox.write("sub/images.toml", format!("<<<<<<< ours\n{0}=======\n{0}>>>>>>> theirs\n", manifest("")));
    check(&sandbox, "check", &["resolve"]);

    sandbox.write("sub/images.toml", manifest(""));
    std::fs::remove_file(sandbox.path("sub/images.lock")).unwrap();
    check(&sandbox, "list", &["resolve"]);
    check(&sandbox, "export env", &["resolve"]);
}

#[test]
fn edited_blocks_and_conflicts_suggest_commands_with_the_flags_of_the_run() {
    let (sandbox, _marketplace) = outdated();
    let lock = sandbox.read("sub/images.lock");
    sandbox.write("sub/images.lock", lock.replace("x86_64", "arm64"));
    check(&sandbox, "list", &["check", "resolve"]);
    check(&sandbox, "get web", &["upgrade web"]);
    check(&sandbox, "export env", &["upgrade web"]);
    sandbox.write("sub/images.lock", lock.replace("label = \"docker\"", "label = \"debian_bookworm\""));
    check(&sandbox, "resolve --locked", &["log web", "upgrade web"]);
    sandbox.write("sub/images.lock", "version = 0\n");
    check(&sandbox, "list", &["resolve"]);

    sandbox.write("sub/images.lock", format!("<<<<<<< ours\n{lock}=======\n{lock}>>>>>>> theirs\n"));
    check(&sandbox, "check", &["resolve --fix-conflicts"]);
    sandbox.write("sub/images.toml", manifest("").replace("docker", "windows"));
    check(&sandbox, "resolve --fix-conflicts", &["search"]);
}

/// Without the option, the next command would fail because of the same conflict markers.
#[test]
fn commands_to_upgrade_the_other_images_resolve_the_conflicts_as_well() {
    let (sandbox, _marketplace) = outdated();
    let lock = sandbox.read("sub/images.lock");
    sandbox.write("sub/images.lock", format!("<<<<<<< ours\n{lock}=======\n{lock}>>>>>>> theirs\n"));
    let other = manifest("").replace("images.web", "images.db").replace("docker", "windows");
    sandbox.write("sub/images.toml", manifest("") + &other);
    check(&sandbox, "upgrade --fix-conflicts", &["search", "upgrade --fix-conflicts web"]);
}

#[test]
fn warnings_and_notes_suggest_commands_with_the_flags_of_the_run() {
    let (sandbox, _marketplace) = outdated();
    sandbox.write("sub/images.toml", manifest("").replace("x86_64", "arm64"));
    for line in ["list", "list --locked", "get web", "export env", "export env --locked"] {
        check(&sandbox, line, &["resolve"]);
    }
    sandbox.write("sub/images.toml", "images = 1\n");
    check(&sandbox, "list", &["resolve --locked"]);
    sandbox.write("sub/images.toml", manifest(""));
    check(&sandbox, "add db --label docker --zone fr-par-1 --arch x86_64", &["resolve"]);
    check(&sandbox, "remove db", &["resolve"]);
}

#[test]
fn reports_suggest_commands_with_the_flags_of_the_run() {
    let (sandbox, _marketplace) = outdated();
    for format in ["human", "markdown", "github", "sarif", "junit", "html"] {
        check(&sandbox, &format!("check --format {format}"), &["upgrade web"]);
    }
    sandbox.write("sub/images.toml", manifest("") + "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n");
    for format in ["human", "json", "markdown", "github", "sarif", "junit", "html"] {
        check(&sandbox, &format!("resolve --locked --format {format}"), &["resolve"]);
    }
}

/// The warning of `resolve` about pins with different versions suggests a command.
#[test]
fn warnings_of_a_plan_in_json_suggest_commands_with_the_flags_of_the_run() {
    let (sandbox, marketplace) = outdated();
    sandbox.write("sub/images.toml", manifest("").replace("arch = \"x86_64\"", "archs = [\"x86_64\", \"arm64\"]"));
    let arm = local("docker", "fr-par-1", "arm64", 3).published(NEW);
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded(), arm]);
    sandbox.ok("snapshot c.json");
    for format in ["human", "json"] {
        check(&sandbox, &format!("resolve --dry-run --format {format}"), &["upgrade web"]);
    }
}

#[test]
fn errors_of_several_manifests_in_json_suggest_commands_about_each() {
    let (sandbox, _marketplace) = outdated();
    let line = "check --format json --manifest sub/images.toml --manifest sub/none.toml --manifest sub/bad.toml";
    sandbox.write("sub/bad.toml", manifest("").replace("label = \"docker\"\n", ""));
    let run = sandbox.run(&format!("{line} --catalog c.json"));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let help: Vec<&str> = report["errors"].as_array().unwrap().iter().map(|it| it["help"].as_str().unwrap()).collect();
    let search = "to list the labels: `imagelock search --catalog c.json`";
    assert_eq!(
        help,
        [
            &*format!("add `label = \"ubuntu_noble\"`; {search}"),
            "to create one: `imagelock init --manifest sub/none.toml`; to use another manifest: `--manifest PATH`",
        ]
    );
}

/// A command that can move pins concerns one manifest, in every format: staging and production are upgraded one by one.
#[test]
fn no_command_upgrades_several_manifests() {
    let (sandbox, _marketplace) = stacks();
    let upgrades = ["api", "db/eu", "web"].map(|stack| {
        let name = if stack == "api" { "api" } else { "web" };
        format!("imagelock upgrade {name} --manifest stacks/{stack}/images.toml")
    });
    for format in ["human", "markdown", "github", "sarif", "junit", "html"] {
        let run = sandbox.run(&format!("check --recursive stacks --format {format}"));
        assert_eq!(suggested(&run.stdout).into_iter().collect::<Vec<_>>(), upgrades, "{format}\n{run}");
    }
    // `resolve` moves no pin, so one command may concern all manifests.
    for stack in ["api", "web"] {
        let file = format!("stacks/{stack}/images.toml");
        sandbox.write(&file, sandbox.read(&file).replace("fr-par-1", "nl-ams-1"));
    }
    let run = sandbox.run("resolve --locked --recursive stacks");
    assert!(run.stdout.ends_with(": imagelock resolve --recursive stacks\n"), "{run}");
}

#[test]
fn at_most_ten_manifests_have_their_commands_listed() {
    let (sandbox, _marketplace) = stacks();
    for n in 10..20 {
        std::fs::create_dir_all(sandbox.path(&format!("stacks/{n}"))).unwrap();
        for file in ["images.toml", "images.lock"] {
            sandbox.write(&format!("stacks/{n}/{file}"), sandbox.read(&format!("stacks/web/{file}")));
        }
    }
    let run = sandbox.run("check --recursive stacks");
    let commands: Vec<&str> = run.stdout.lines().filter(|line| line.contains(": imagelock ")).collect();
    assert_eq!(commands.len(), 11, "{run}");
    assert!(commands[9].ends_with(": imagelock upgrade web --manifest stacks/19/images.toml"), "{run}");
    assert_eq!(
        commands[10],
        "and 3 more manifests; to see the commands for one: imagelock check --manifest stacks/api/images.toml"
    );
}
