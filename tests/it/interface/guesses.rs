//! Command lines of people who know cargo, terraform, git and gh, with the exit status and the output of each.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest};
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

/// A repository with an outdated pin, and with two more manifests in `stacks`.
fn outdated_repository() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD), local("docker", "nl-ams-1", "x86_64", 3)]);
    let sandbox = repository(Sandbox::with(&manifest(""))).asking(&marketplace);
    sandbox.ok("resolve");
    for stack in ["stacks/api", "stacks/web"] {
        std::fs::create_dir_all(sandbox.path(stack)).unwrap();
        sandbox.write(&format!("{stack}/images.toml"), manifest(""));
        sandbox.ok(&format!("resolve -m {stack}"));
    }
    commit(&sandbox, "2026-11-05", "Pin the images");
    sandbox.ok("snapshot c.json");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    (sandbox, marketplace)
}

/// Runs each line in its own scene. Returns the exit statuses and the first lines of output.
fn answers(lines: &[&str]) -> String {
    let mut answers = String::new();
    for line in lines {
        let (sandbox, _marketplace) = outdated_repository();
        let words: Vec<String> = line.replace("ID1", &id(1)).split(' ').map(|word| word.replace("''", "")).collect();
        let run = sandbox.command("").args(words).output().unwrap();
        let status = run.status.code().unwrap();
        let _ = writeln!(answers, "$ imagelock {line}\n  exit {status}");
        let text = [run.stdout, run.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        let shown = text.lines().filter(|line| !matches!(line.trim(), "" | "|")).take(4);
        for line in shown {
            let _ = writeln!(answers, "  {line}");
        }
    }
    answers
}

#[test]
fn upgrade_moves_pins() {
    assert_snapshot!(answers(&[
        "upgrade",
        "upgrade web",
        "upgrade web,web",
        "upgrade ''",
        "upgrade nothing",
        "upgrade --all",
        "upgrade web --dry-run",
        "upgrade -r",
        "upgrade -r stacks",
        "resolve --upgrade",
        "resolve --upgrade web",
        "resolve --upgrade ''",
        "resolve web",
        "resolve web --dry-run",
        "resolve -q",
        "upgrade -q",
        "upgrade -qv",
    ]));
}

#[test]
fn manifests_are_named_by_file_or_directory() {
    assert_snapshot!(answers(&[
        "check -m stacks/api",
        "check -m stacks/api/images.toml",
        "check --manifest=stacks/api",
        "check -m stacks",
        "check -m nowhere",
        "check -m images.lock",
        "check -r",
        "check -r stacks",
        "check -r web",
        "check --recursive=stacks -q",
        "list -m stacks/api",
        "list -r",
        "get web -m stacks/web",
        "-m stacks/api check",
        "--manifest stacks/api list",
        "--catalog c.json check",
        "-q check",
        "--offline check web",
        "--frobnicate check",
        "--color never get web",
    ]));
}

#[test]
fn values_are_separated_by_commas_or_repeated() {
    assert_snapshot!(answers(&[
        "add db --label docker --zone fr-par-1,nl-ams-1 --arch x86_64",
        "add db --label docker --zone fr-par-1 --zone nl-ams-1 --arch x86_64",
        "add db --label docker --zones fr-par-1,nl-ams-1 --archs x86_64",
        "add '' --label docker",
        "remove ''",
        "check web,web",
        "check ''",
        "log ''",
        "get ''",
        "get web fr-par-1",
        "get web --zoned",
        "get web -z fr-par-1",
        "export tfvars -o x.json",
        "export terraform",
    ]));
}

#[test]
fn durations_have_units() {
    assert_snapshot!(answers(&[
        "check --timeout 5s",
        "check --timeout 2m",
        "check --timeout 30",
        "check --timeout 0",
        "check --timeout 2h",
        "check --timeout soon",
        "check --min-age 30d",
        "check --min-age 30",
    ]));
}

#[test]
fn explain_accepts_ids_labels_and_names() {
    assert_snapshot!(answers(&[
        "explain ID1",
        "explain fr-par-1/ID1",
        "explain nl-ams-1/ID1",
        "explain 00000001",
        "explain 0000000",
        "explain ffffffff",
        "explain docker",
        "explain docker -m nowhere.toml",
        "explain dokcer -m nowhere.toml",
        "explain web",
    ]));
}

/// Without the options, the suggested command would change the files of another environment.
#[test]
fn suggested_commands_keep_the_options_that_name_the_files() {
    let sandbox = Sandbox::new();
    let help = |line: &str| {
        let message = sandbox.fails(line);
        let help = message.lines().find_map(|line| line.split("help: ").nth(1)).unwrap_or_default();
        format!("{line}: {help}\n")
    };
    let lines = [
        "apply -m prod.toml --catalog c.json",
        "plan --manifest=prod.toml",
        "validate -r stacks",
        "ls web -m prod.toml --catalog c.json",
        "status web -m prod.toml --all",
        "rename web front -m prod.toml",
        "list web -m prod.toml",
        "get web db -m prod.toml",
    ];
    assert_snapshot!(lines.map(help).concat(), @"
    apply -m prod.toml --catalog c.json: to pin new and changed images: `imagelock resolve -m prod.toml --catalog c.json`
    plan --manifest=prod.toml: to show what would change: `imagelock resolve --dry-run --manifest=prod.toml`
    validate -r stacks: to check images.toml and images.lock without the network: `imagelock resolve --locked -r stacks`
    ls web -m prod.toml --catalog c.json: to list the pins: `imagelock list -m prod.toml`
    status web -m prod.toml --all: to report drift: `imagelock check -m prod.toml`
    rename web front -m prod.toml: to rename an image, edit its name in images.toml; then keep its pins: `imagelock resolve -m prod.toml`
    list web -m prod.toml: to list all pins: `imagelock list -m prod.toml`
    get web db -m prod.toml: to list all pins: `imagelock list -m prod.toml`
    ");
}
