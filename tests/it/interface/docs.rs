//! The documentation is true: every block of the README is run or parsed, and its output is compared.

use std::path::Path;
use std::process::Command;

use imagelock::domain::lock::Lock;
use imagelock::domain::manifest::Manifest;
use imagelock::domain::types::{Fix, Status};
use insta::assert_snapshot;

use crate::support::documentation::{COMMANDS, README, blocks, quickstart};
use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::git_repository::{commit, git, repository};
use crate::support::sandbox::Sandbox;
use crate::support::source_files::source_files;

#[path = "../../../examples/library.rs"]
#[expect(dead_code, reason = "an example's main is not called from here")]
mod library;

const DATE: &str = "2026-09-02T08:30:55Z";

/// The blocks of the README whose fence names a file after the language, with that file.
fn excerpts() -> Vec<(&'static str, &'static str)> {
    let blocks = README.split("\n```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.split_once('\n'))
        .filter_map(|(fence, text)| Some((fence.split_once(' ')?.1, text)))
        .collect()
}

/// A file with its commented lines, which a user with an account would write.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("# ") {
        Some(rest) => format!("{}{rest}\n", &line[..line.len() - rest.len() - 2]),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect::<Vec<_>>().concat()
}

/// Runs a line of the README as a shell would, with the program that was built for this test.
fn shell(sandbox: &Sandbox, line: &str) -> String {
    let program = env!("CARGO_BIN_EXE_imagelock");
    let line = line
        .replace("cd examples/quickstart && ", "")
        .replace("cargo run --release --quiet --", program)
        .replace("cargo run -rq --", program);
    let path = Path::new(program).parent().unwrap().to_str().unwrap().to_owned() + ":/usr/bin:/bin";
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{line} 2>&1")).current_dir(sandbox.path("")).env_clear().env("PATH", path);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn the_quickstart_prints_what_the_readme_shows() {
    let sandbox = quickstart();
    let mut shown = 0;
    for block in blocks("console") {
        for step in block.strip_prefix("$ ").unwrap().split("\n$ ") {
            let (line, output) = step.split_once('\n').unwrap_or((step, ""));
            assert_eq!(shell(&sandbox, line).trim_end(), output, "$ {line}");
            shown += output.lines().count();
        }
    }
    assert!(shown > 20, "the README shows hardly any output");
}

#[test]
fn every_toml_block_is_a_valid_manifest_or_lockfile() {
    let blocks = blocks("toml");
    assert!(!blocks.is_empty());
    for block in blocks {
        if block.contains("[[pin]]") {
            let lock = Lock::parse(block).unwrap();
            assert!(lock.pins().iter().all(|pin| !lock.is_edited(&pin.cell)), "{block}");
        } else {
            assert!(!Manifest::parse(block).unwrap().targets().is_empty(), "{block}");
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

#[test]
fn every_command_of_the_readme_runs() {
    let marketplace = Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(DATE),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2).published(DATE),
        local("debian_bookworm", "fr-par-2", "x86_64", 3).published(DATE),
        local("debian_bookworm", "fr-par-2", "arm64", 4).published(DATE),
    ]);
    let table = README.split("## Commands").nth(1).unwrap().split("Options of every command").next().unwrap();
    let in_the_table: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`'))
        .map(|(command, _)| command)
        .collect();
    let sandbox = repository(Sandbox::new()).asking(&marketplace);
    let all = [blocks("sh").join("\n"), in_the_table.join("\n"), blocks("yaml").join("\n")].join("\n");
    let commands = commands(&all);
    assert!(commands.len() > 15, "{commands:?}");
    for line in commands {
        if line.starts_with("adopt") {
            let id = "00000001-0000-4000-8000-000000000000";
            let server = format!(
                "{{\"type\": \"scaleway_instance_server\", \"name\": \"front\", \"values\": {{\"image\": \"{id}\"}}}}"
            );
            sandbox.write("terraform.tfstate", server);
        }
        if line.starts_with("merge-driver") {
            for file in ["%O", "%A", "%B"] {
                sandbox.write(file, sandbox.lock());
            }
        }
        if line == "init" {
            // The table of commands contains it as well.
            let _ = std::fs::remove_file(sandbox.path("images.toml"));
        }
        if line == "log web" {
            commit(&sandbox, "2026-11-10", "Pin the images");
            git(&sandbox, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
        }
        // A shell does the redirection.
        sandbox.ok(line.split(" > ").next().unwrap());
    }
}

/// The table of the code, as the README has it.
#[test]
fn the_readme_has_the_table_of_statuses() {
    let command = |fix: Fix| {
        let Some((command, purpose)) = fix.command() else { return String::new() };
        let (image, name) =
            (if command == "search" { " it" } else { "" }, if command == "upgrade" { " NAME" } else { "" });
        format!("{purpose}{image}: `imagelock {command}{name}`")
    };
    let row = |status: Status| {
        let fix = match status.fix() {
            // What can move is moved.
            Fix::Replace => format!("{}, or {}", command(Fix::Upgrade), command(Fix::Replace)),
            fix => command(fix),
        };
        format!("| `{}` | {} | {} | {fix} |\n", status.as_str(), status.class().as_str(), status.meaning())
    };
    let table = "| status | class | meaning | fix |\n|---|---|---|---|\n".to_owned() + &Status::ALL.map(row).concat();
    assert!(README.contains(&format!("\n\n{table}\n")), "the README lacks this table:\n\n{table}");
}

#[test]
fn the_readme_names_every_command_and_schema() {
    for command in COMMANDS {
        assert!(README.contains(&format!("| `imagelock {command}")), "{command}");
        assert!(Sandbox::new().ok("--help").contains(&format!("\n  {command} ")), "{command}");
    }
    for schema in ["check", "resolve", "list", "log", "diff", "get", "export", "explain", "search"] {
        assert!(README.contains(&format!("`imagelock.{schema}/1`")), "{schema}");
    }
}

#[test]
fn links_in_the_readme_have_a_target() {
    for link in README.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
        let heading = link.strip_prefix('#').map(|heading| format!("# {heading}\n"));
        let within = heading.is_some_and(|heading| README.to_lowercase().contains(&heading));
        assert!(link.starts_with("https://") || path.exists() || within, "{link}");
    }
}

#[test]
fn excerpts_of_files_are_current_and_their_image_lines_are_in_use() {
    let excerpts = excerpts();
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
fn the_gate_calls_the_test_command_of_the_readme() {
    let develop = README.split("## Develop").nth(1).unwrap();
    let command = develop.split("```sh\n").nth(1).unwrap().lines().next().unwrap();
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
        NAME     ZONE      ARCH    LABEL            LOCKED    PUBLISHED   LATEST    DETAIL
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
fn the_pre_commit_hook_passes_an_up_to_date_lock_and_fails_a_stale_one() {
    let hooks = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml"));
    let entry = hooks.lines().find_map(|line| line.trim().strip_prefix("entry: imagelock ")).unwrap();
    // The `args` of the README come after the entry.
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
    let names: Vec<&str> = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/SECURITY.md"))
        .split('`')
        .filter(|code| code.contains("::"))
        .collect();
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
