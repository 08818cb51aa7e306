//! The documentation is true: its commands run, its outputs and tables are current, its links lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use imagelock::domain::lock::Lock;
use imagelock::domain::manifest::Manifest;
use insta::assert_snapshot;

use crate::support::documentation::{COMMANDS, Page, blocks, pages, quickstart};
use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::git_repository::{commit, git, repository};
use crate::support::sandbox::Sandbox;
use crate::support::source_files::source_files;

mod generated;

#[path = "../../../../examples/library.rs"]
#[expect(dead_code, reason = "the `main` of the example is not called from here")]
mod library;

const DATE: &str = "2026-09-02T08:30:55Z";

#[test]
fn every_toml_block_is_a_valid_manifest_or_lockfile() {
    for block in blocks("toml") {
        if block.contains("[[pin]]") {
            let lock = Lock::parse(&block).unwrap();
            assert!(lock.pins().iter().all(|pin| !lock.is_edited(&pin.cell)), "{block}");
        } else {
            assert!(!Manifest::parse(&block).unwrap().targets().is_empty(), "{block}");
        }
    }
}

/// The commands in a text: the words after `imagelock` up to a comment, a quote, a bracket or the end of the line.
fn commands(text: &str) -> Vec<String> {
    text.lines()
        .flat_map(|line| line.split("imagelock ").skip(1))
        .map(|rest| rest.split(['#', '`', ')', '"', '|']).next().unwrap().trim().replace('\'', ""))
        .collect()
}

/// The first column of the tables of commands.
fn listed_commands(page: &Page) -> Vec<&str> {
    let rows = page.text.lines().filter_map(|line| line.strip_prefix("| `imagelock "));
    rows.filter_map(|line| line.split_once('`')).map(|(command, _)| command).collect()
}

#[test]
fn every_command_in_the_documentation_runs() {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(DATE),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2).published(DATE),
        local("debian_bookworm", "fr-par-2", "x86_64", 3).published(DATE),
        local("debian_bookworm", "fr-par-2", "arm64", 4).published(DATE),
    ]);
    for page in pages() {
        let shell = commands(&page.blocks("sh").join("\n"));
        let listed: Vec<String> = listed_commands(&page).into_iter().map(str::to_owned).collect();
        for line in shell.iter().chain(&listed) {
            let sandbox = repository(Sandbox::new()).asking(&marketplace);
            run_in_a_new_project(&sandbox, &page, line);
        }
    }
}

/// Runs a command in a repository that has a manifest, a lockfile and files to adopt from.
#[track_caller]
fn run_in_a_new_project(sandbox: &Sandbox, page: &Page, line: &str) {
    if !line.starts_with("init") {
        let image =
            |name, label, zone| format!("[images.{name}]\nlabel = \"{label}\"\nzone = \"{zone}\"\narch = \"x86_64\"\n");
        let images = ["web", "db"].map(|name| image(name, "ubuntu_noble", "fr-par-1")).concat();
        let cache =
            if line.starts_with("remove") { image("cache", "debian_bookworm", "fr-par-2") } else { String::new() };
        sandbox.write("images.toml", images + &cache);
        sandbox.ok("resolve");
        commit(sandbox, "2026-11-10", "Pin the images");
        git(sandbox, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    }
    let id = "00000001-0000-4000-8000-000000000000";
    let server =
        format!("{{\"type\": \"scaleway_instance_server\", \"name\": \"front\", \"values\": {{\"image\": \"{id}\"}}}}");
    sandbox.write("terraform.tfstate", &server);
    sandbox.write("servers.json", &server);
    for file in ["%O", "%A", "%B"].into_iter().filter(|_| line.starts_with("merge-driver")) {
        sandbox.write(file, sandbox.lock());
    }
    // The ID in the documentation is one of the real Marketplace.
    let line = line.replace("35fdc69b-503a-4d8c-8879-497a1abfd103", id);
    // The shell does the redirection.
    let run = sandbox.run(line.split(" > ").next().unwrap());
    assert_eq!(run.status, Some(0), "{}: imagelock {line}\n{run}", page.path);
}

#[test]
fn every_command_and_every_report_is_documented() {
    let commands = Page::read("docs/commands.md");
    let listed: BTreeSet<&str> =
        listed_commands(&commands).into_iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, BTreeSet::from(COMMANDS));
    let json = Page::read("docs/json.md");
    for schema in ["check", "resolve", "list", "log", "diff", "get", "export", "explain", "search"] {
        assert!(json.text.contains(&format!("| `imagelock.{schema}/1` |")), "{schema}");
    }
}

/// The anchor that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    heading.chars().filter(|letter| letter.is_alphanumeric() || *letter == '-' || *letter == '_').collect()
}

#[test]
fn every_link_has_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in pages() {
        for link in page.text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let page_path = root.join(&page.path);
            let target = if file.is_empty() { page_path } else { page_path.with_file_name("").join(file) };
            assert!(target.exists(), "{}: {link}", page.path);
            let anchors = || std::fs::read_to_string(&target).unwrap().lines().map(anchor).collect::<Vec<_>>();
            assert!(heading.is_empty() || anchors().contains(&heading.to_owned()), "{}: {link}", page.path);
        }
    }
}

#[test]
fn the_readme_and_every_page_link_to_each_other() {
    let readme = Page::read("README.md");
    for page in pages().iter().filter(|page| page.path.starts_with("docs/")) {
        assert!(readme.text.contains(&format!("]({})", page.path)), "README.md does not link to {}", page.path);
        assert!(page.text.contains("](../README.md)"), "{} does not link to README.md", page.path);
    }
}

#[test]
fn the_readme_is_short() {
    let bytes = Page::read("README.md").text.len();
    assert!(bytes <= 10 * 1024, "README.md has {bytes} bytes");
}

/// The blocks whose fence names a file after the language, with that file.
fn excerpts(page: &Page) -> Vec<(&str, &str)> {
    let blocks = page.text.split("\n```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.split_once('\n'))
        .filter_map(|(fence, text)| Some((fence.split_once(' ')?.1, text)))
        .collect()
}

/// A file with its comments turned into code, which a user with an account would write.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("# ") {
        Some(rest) => format!("{}{rest}\n", &line[..line.len() - rest.len() - 2]),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect::<Vec<_>>().concat()
}

#[test]
fn excerpts_of_files_are_current_and_their_image_lines_are_in_use() {
    let pages = pages();
    let excerpts: Vec<_> = pages.iter().flat_map(excerpts).collect();
    assert!(excerpts.len() >= 4, "{excerpts:?}");
    for (path, shown) in excerpts {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        assert!(text.contains(shown) || uncommented(&text).contains(shown), "{path}\n{shown}");
        let run: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for value in shown.lines().filter_map(|line| line.trim_start().strip_prefix("image")) {
            let value = value.trim_start_matches([' ', '=', ':']);
            assert!(run.iter().any(|line| line.ends_with(value)), "{path} does not run {value}");
        }
    }
}

#[test]
fn the_gate_runs_the_test_command_of_the_readme() {
    let readme = Page::read("README.md");
    let contribute = readme.text.split("## Contribute").nth(1).unwrap();
    let command = contribute.split("```sh\n").nth(1).unwrap().lines().next().unwrap();
    let gate = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    assert!(gate.contains(&format!("step {command} --locked")), "{command}");
    // The ignored tests are run as well.
    assert!(gate.contains(&format!("step .ci/tools\nstep {command} --locked --tests -- --ignored\n")), "{command}");
}

#[test]
fn the_library_example_reports_drift() {
    let story = library::story().unwrap();
    let report = story.rsplit_once("\n\n").unwrap();
    assert_snapshot!(anstream::adapter::strip_str(&story).to_string().split("STATUS").nth(1).unwrap(), @"
        NAME     ZONE      ARCH    LABEL            PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  db       fr-par-1  x86_64  ubuntu_noble     35fdc69b  2026-09-02  3559232e  48 days behind (2026-10-20); 1 version behind
    outdated  web      fr-par-1  x86_64  ubuntu_noble     35fdc69b  2026-09-02  3559232e  48 days behind (2026-10-20); 1 version behind
    current   builder  fr-par-2  arm64   debian_bookworm  0b776cad  2026-09-21
    current   builder  fr-par-2  x86_64  debian_bookworm  0570a777  2026-09-21

    4 pins: 2 outdated, 2 current
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    to upgrade to the newest version: imagelock upgrade db web
    ");
    assert!(report.0.contains("[[pin]]"));
}

#[test]
fn the_pre_commit_hook_accepts_an_up_to_date_lockfile_and_rejects_a_stale_one() {
    let hooks = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml"));
    let entry = hooks.lines().find_map(|line| line.trim().strip_prefix("entry: imagelock ")).unwrap();
    // The `args` of the documentation come after the entry.
    let hook = format!("{entry} --manifest images.toml");
    let sandbox = quickstart();
    sandbox.ok("resolve --catalog catalog-2026-10-05.json");
    sandbox.ok(&hook);
    sandbox.write("images.toml", sandbox.read("images.toml").replace("fr-par-2", "fr-par-1"));
    assert_eq!(sandbox.run(&hook).status, Some(2));
}

/// SECURITY.md names the tests for each promise.
#[test]
fn every_test_that_the_security_policy_names_exists() {
    let security = Page::read("SECURITY.md");
    let names: Vec<&str> = security.text.split('`').filter(|code| code.contains("::")).collect();
    assert!(names.len() > 50, "{names:?}");
    let sources: Vec<_> = ["src", "tests/it"].into_iter().flat_map(source_files).collect();
    for name in names {
        let path: Vec<&str> = name.split("::").collect();
        let (function, modules) = path.split_last().unwrap();
        let modules: Vec<&str> = modules.iter().copied().filter(|module| *module != "tests").collect();
        let file = format!("/{}.rs", modules.join("/"));
        let mut candidates = sources.iter().filter(|(path, _)| format!("/{path}").ends_with(&file));
        let exists = candidates.any(|(_, text)| text.contains(&format!("fn {function}(")));
        assert!(exists, "there is no test `{name}`");
    }
}
