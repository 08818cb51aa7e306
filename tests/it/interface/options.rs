//! Each option that a command lists has a visible effect.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::Command;

use crate::support::documentation::COMMANDS;
use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::file_tree::tree;
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest};
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

/// For each option of a command: a line without the option, the option, and its value.
const EFFECTS: &[(&str, &str, &str)] = &[
    ("init", "--manifest", "new.toml"),
    ("init --manifest new.toml", "--quiet", ""),
    ("add db", "--label", "docker"),
    ("add db --label fedora_*", "--release", "*"),
    ("add db", "--image-id", "c219dabc-60ac-42a0-8111-3fdbc5090939"),
    ("add db --label docker --arch arm64", "--zone", "nl-ams-1"),
    ("add db --label docker --zone nl-ams-1", "--arch", "arm64"),
    ("add db --label docker", "--type", "instance_local"),
    ("add db --label docker", "--instance-type", "PLAY2-NANO"),
    ("add db --label docker", "--min-age", "3d"),
    ("add db --label docker", "--freeze", "2026-12-31 ticket"),
    ("add db --label docker", "--eol", "2027-05-31"),
    ("add db --label docker", "--eol-warning", "90d"),
    ("add db --label docker", "--manifest", "other.toml"),
    ("add db --label docker", "--quiet", ""),
    ("remove web --manifest two.toml", "--quiet", ""),
    ("remove web", "--manifest", "two.toml"),
    ("adopt db=ID2", "--from", "found.tf"),
    ("adopt db=ID2", "--dry-run", ""),
    ("adopt db=ID9 --zone fr-par-1 --arch x86_64", "--label", "docker"),
    ("adopt db=ID9 --label docker --arch x86_64", "--zone", "fr-par-1"),
    ("adopt db=ID9 --label docker --zone fr-par-1", "--arch", "x86_64"),
    ("adopt db=ID9 --label docker --zone fr-par-1 --arch x86_64", "--type", "instance_local"),
    ("adopt db=ID2", "--manifest", "two.toml"),
    ("adopt db=ID2", "--format", "json"),
    ("adopt db=ID2", "--catalog", "october.json"),
    ("adopt db=ID2", "--api-url", "EMPTY"),
    ("adopt db=ID2", "--offline", ""),
    ("adopt db=ID2", "--verbose", ""),
    ("adopt db=ID2", "--quiet", ""),
    ("resolve --manifest two.toml", "--locked", ""),
    ("resolve --manifest two.toml", "--dry-run", ""),
    ("resolve --manifest conflict.toml", "--fix-conflicts", ""),
    ("resolve --manifest two.toml", "--format", "json"),
    ("resolve --manifest two.toml", "--min-age", "30d"),
    ("resolve", "--manifest", "two.toml"),
    ("resolve", "--recursive", "stacks"),
    ("resolve --manifest two.toml", "--catalog", "october.json"),
    ("resolve --manifest two.toml", "--api-url", "EMPTY"),
    ("resolve --manifest two.toml", "--offline", ""),
    ("resolve --manifest two.toml", "--verbose", ""),
    ("resolve --manifest two.toml", "--quiet", ""),
    ("upgrade", "--dry-run", ""),
    ("upgrade --manifest conflict.toml", "--fix-conflicts", ""),
    ("upgrade", "--format", "json"),
    ("upgrade", "--min-age", "30d"),
    ("upgrade", "--manifest", "two.toml"),
    ("upgrade", "--recursive", "stacks"),
    ("upgrade", "--catalog", "october.json"),
    ("upgrade", "--api-url", "EMPTY"),
    ("upgrade", "--offline", ""),
    ("upgrade", "--verbose", ""),
    ("upgrade", "--quiet", ""),
    ("check", "--format", "json"),
    ("check", "--output", "report.html"),
    ("check", "--changed-since", "HEAD"),
    ("check", "--exit-zero", ""),
    ("check", "--min-age", "30d"),
    ("check", "--manifest", "two.toml"),
    ("check", "--recursive", "stacks"),
    ("check", "--catalog", "october.json"),
    ("check", "--api-url", "EMPTY"),
    ("check", "--offline", ""),
    ("check", "--verbose", ""),
    ("check", "--quiet", ""),
    ("list --manifest two.toml", "--locked", ""),
    ("list", "--manifest", "two.toml"),
    ("list", "--format", "json"),
    ("log", "--manifest", "two.toml"),
    ("log", "--format", "json"),
    ("diff HEAD~1", "--exit-code", ""),
    ("diff HEAD~1", "--manifest", "two.toml"),
    ("diff", "--format", "json"),
    ("get web", "--zone", "nl-ams-1"),
    ("get web", "--arch", "arm64"),
    ("get web", "--zoned", ""),
    ("get web --manifest two.toml", "--locked", ""),
    ("get web", "--manifest", "other.toml"),
    ("get web", "--format", "json"),
    ("export env --manifest two.toml", "--locked", ""),
    ("export env", "--manifest", "other.toml"),
    ("explain web", "--min-age", "30d"),
    ("explain web", "--manifest", "other.toml"),
    ("explain web", "--format", "json"),
    ("explain web", "--catalog", "october.json"),
    ("explain web", "--api-url", "EMPTY"),
    ("explain web", "--offline", ""),
    ("explain web", "--verbose", ""),
    ("search", "--zone", "pl-waw-1"),
    ("search", "--arch", "arm64"),
    ("search", "--type", "instance_local"),
    ("search", "--instance-type", "PLAY2-NANO"),
    ("search", "--category", "none"),
    ("search", "--eol", ""),
    ("search", "--format", "json"),
    ("search", "--catalog", "october.json"),
    ("search", "--api-url", "EMPTY"),
    ("search", "--offline", ""),
    ("search", "--verbose", ""),
    ("man pages", "--quiet", ""),
    ("snapshot new.json", "--catalog", "october.json"),
    ("snapshot new.json", "--api-url", "EMPTY"),
    ("snapshot new.json", "--offline", ""),
    ("snapshot new.json", "--verbose", ""),
    ("snapshot new.json", "--quiet", ""),
];

/// Options whose effect is tested elsewhere. The progress line that `--quiet` hides needs a terminal
/// (`interface::progress`), and the timeout needs a git that hangs (`reliability::deadline`).
const ELSEWHERE: [(&str, &str); 4] =
    [("explain", "--quiet"), ("search", "--quiet"), ("log", "--timeout"), ("diff", "--timeout")];

/// Commands that wait for the Marketplace, which never responds.
const WAITING: [&str; 7] =
    ["adopt db=ID2", "resolve --manifest two.toml", "upgrade", "check", "explain web", "search", "snapshot new.json"];

/// Returns the options that the help of a command lists.
fn options(sandbox: &Sandbox, command: &str) -> BTreeSet<String> {
    let help = sandbox.ok(&format!("{command} --help"));
    let options = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let options = options.filter_map(|line| line.split([' ', ',']).find(|word| word.starts_with("--")));
    // A line of text may also begin with the name of an option.
    let options = options.filter(|option| option.chars().all(|char| char.is_ascii_lowercase() || char == '-'));
    options.map(str::to_owned).filter(|option| !["--help", "--color"].contains(&&**option)).collect()
}

/// Returns a repository with several manifests whose pins are outdated.
fn outdated_repositories() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([
        docker(1).published(OLD),
        local("docker", "nl-ams-1", "x86_64", 3),
        local("gone", "fr-par-1", "x86_64", 4),
    ])
    .valid_until("gone", "2020-01-01T00:00:00Z");
    let sandbox =
        repository(Sandbox::with(&format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", manifest(""))))
            .asking(&marketplace);
    let other = manifest("").replace("fr-par-1", "nl-ams-1");
    std::fs::create_dir_all(sandbox.path("stacks/a")).unwrap();
    sandbox.write("stacks/a/images.toml", manifest("").replace("[images.web]", "[images.api]"));
    sandbox.write("other.toml", &other);
    sandbox.write("two.toml", manifest(""));
    sandbox.write("found.tf", format!("x = \"{}\"\n", id(2)));
    for line in ["resolve", "resolve --manifest other.toml", "resolve --manifest two.toml", "snapshot october.json"] {
        sandbox.ok(line);
    }
    sandbox.write("two.toml", format!("{}{}", manifest(""), manifest("").replace("[images.web]", "[images.db]")));
    sandbox.write("conflict.toml", manifest(""));
    let block = sandbox.lock().split_once("[[pin]]").unwrap().1.to_owned();
    let head = sandbox.lock().split_once("[[pin]]").unwrap().0.to_owned();
    sandbox
        .write("conflict.lock", format!("{head}<<<<<<< ours\n[[pin]]{block}=======\n[[pin]]{block}>>>>>>> theirs\n"));
    sandbox.write("images.lock", head.trim_end().to_owned() + "\n");
    commit(&sandbox, "2026-11-05", "Begin");
    sandbox.write("images.lock", format!("{head}[[pin]]{block}"));
    commit(&sandbox, "2026-11-06", "Pin");
    let offers = [
        docker(2).published(NEW),
        docker(1).published(OLD).superseded(),
        local("docker", "nl-ams-1", "x86_64", 3),
        local("gone", "fr-par-1", "x86_64", 4),
    ];
    marketplace.offers(offers);
    (sandbox, marketplace)
}

/// Runs a line in a copy of the repository, and returns its complete visible effect.
fn observe(original: &Sandbox, marketplace: &FakeMarketplace, empty: &FakeMarketplace, line: &str) -> String {
    let copy = Sandbox::new().asking(marketplace).env("PATH", &std::env::var("PATH").unwrap());
    let copied = Command::new("cp").args(["-a", "."]).arg(copy.path("")).current_dir(original.path("")).status();
    assert!(copied.unwrap().success());
    let run = copy.run(&line.replace("ID2", &id(2)).replace("ID9", &id(9)).replace("EMPTY", &empty.url()));
    format!("{run}{:?}", tree(&copy.path(""))).replace(copy.path("").to_str().unwrap(), "")
}

#[test]
fn every_listed_option_has_an_effect() {
    let (sandbox, marketplace) = outdated_repositories();
    let empty = FakeMarketplace::offering([]);
    let command = |line: &str| line.split(' ').next().unwrap().to_owned();
    let mut shown: BTreeSet<(String, String)> = BTreeSet::new();
    let mut without_effect = Vec::new();
    for (line, option, value) in EFFECTS {
        let with = format!("{line} {option} {value}");
        let seen = observe(&sandbox, &marketplace, &empty, &with);
        // `assert_ne!` would print the whole file tree.
        if observe(&sandbox, &marketplace, &empty, line) == seen {
            without_effect.push(with.clone());
        }
        assert!(!seen.contains("For more information, try"), "{with}");
        shown.insert((command(line), (*option).to_owned()));
    }
    assert!(without_effect.is_empty(), "{without_effect:#?}");
    // The listener accepts connections but never responds.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let api_url = format!("http://{}", silent.local_addr().unwrap());
    for line in WAITING {
        let with = format!("{line} --api-url {api_url} --timeout 1s");
        assert!(observe(&sandbox, &marketplace, &empty, &with).contains(" 1 s"), "{with}");
        shown.insert((command(line), "--timeout".to_owned()));
    }
    shown.extend(ELSEWHERE.map(|(command, option)| (command.to_owned(), option.to_owned())));
    let listed = COMMANDS.iter().flat_map(|command| {
        options(&sandbox, command).into_iter().map(|option| ((*command).to_owned(), option)).collect::<Vec<_>>()
    });
    let listed: BTreeSet<_> = listed.collect();
    let differences: Vec<_> = listed.symmetric_difference(&shown).collect();
    assert!(differences.is_empty(), "options that only the help or only this test lists: {differences:?}");
}
