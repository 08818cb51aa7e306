//! Mistakes on the command line: each line, as a shell runs it, with the whole message.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::file_tree::tree;
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

/// Two pinned images, here and in `stacks`, and a Marketplace that offers both.
fn scene() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2),
        local("debian_bookworm", "fr-par-1", "x86_64", 3),
    ]);
    let sandbox = repository(Sandbox::with(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\
         zones = [\"fr-par-1\", \"nl-ams-1\"]\n\n[images.db]\nlabel = \"debian_bookworm\"\n",
    ))
    .asking(&marketplace);
    sandbox.write("terraform.tfstate", format!("{{\"image\": \"{}\"}}", id(3)));
    std::fs::create_dir(sandbox.path("stacks")).unwrap();
    sandbox.write("stacks/images.toml", sandbox.read("images.toml"));
    sandbox.ok("resolve --recursive");
    commit(&sandbox, "2026-11-05", "Pin the images");
    (sandbox, marketplace)
}

/// A shell in the sandbox that finds imagelock.
fn shell(sandbox: &Sandbox, line: &str) -> (Option<i32>, String, String) {
    let path = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap().to_owned();
    let mut shell = sandbox.program("/bin/sh");
    let run = shell.env("PATH", format!("{path}:/usr/bin:/bin")).args(["-c", line]).output().unwrap();
    let [stdout, stderr] = [run.stdout, run.stderr].map(|text| String::from_utf8(text).unwrap());
    (run.status.code(), stdout, stderr)
}

/// The command lines that a message suggests. An example is not about the files of the scene.
fn suggestions(message: &str) -> impl Iterator<Item = &str> {
    let help = message.lines().filter(|line| line.contains("= help: ") && !line.contains("for example: "));
    let quoted = help.flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter(|line| line.starts_with("imagelock ") && !line.contains("LABEL") && !line.contains("35fdc69b"))
}

/// Runs each line with a shell; every line must exit with 1, print nothing to standard output and change no file. Every command
/// line that the message suggests must work.
fn messages(lines: &[&str]) -> String {
    let (sandbox, marketplace) = scene();
    let before = tree(&sandbox.path(""));
    let (mut messages, mut broken) = (String::new(), Vec::new());
    for line in lines {
        let (status, stdout, message) = shell(&sandbox, line);
        let _ = writeln!(messages, "$ {line}\n{message}");
        assert_eq!((status, &*stdout), (Some(1), ""), "{line}\n{message}");
        assert!(tree(&sandbox.path("")) == before, "{line} changed a file");
        for suggestion in suggestions(&message) {
            let copy = Sandbox::new().asking(&marketplace);
            let copied = Command::new("cp").args(["-a", "."]).arg(copy.path("")).current_dir(sandbox.path("")).status();
            assert!(copied.unwrap().success());
            if suggestion == "imagelock init" {
                std::fs::remove_file(copy.path("images.toml")).unwrap();
            }
            let (status, _, stderr) = shell(&copy, suggestion);
            if !matches!(status, Some(0 | 2)) {
                broken.push(format!("{line}\n{suggestion}\n{stderr}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    messages
}

#[test]
fn commands() {
    assert_snapshot!(messages(&[
        "imagelock ''",
        "imagelock frobnicate",
        "imagelock chekc",
        "imagelock Check",
        "imagelock check check",
        "imagelock rename web front",
        "imagelock images.toml",
        "imagelock web",
        "imagelock frobnicate --help",
        "imagelock help frobnicate",
        "imagelock help adopt check",
        "imagelock \"$(printf '\\377')\"",
        "imagelock check \"$(printf '\\377')\"",
        "imagelock update",
        "imagelock update web",
        "imagelock outdated",
        "imagelock status",
        "imagelock show",
        "imagelock show web",
        "imagelock plan",
        "imagelock apply",
        "imagelock verify",
        "imagelock lock",
        "imagelock pin web",
        "imagelock import front=00000003-0000-4000-8000-000000000000",
        "imagelock import terraform.tfstate",
        "imagelock install",
        "imagelock validate",
        "imagelock sync",
        "imagelock pull",
        "imagelock fetch",
        "imagelock ls",
        "imagelock rm web",
        "imagelock new",
        "imagelock ci",
        "imagelock audit",
        "imagelock delete web",
        "imagelock history web",
        "imagelock tree",
        "imagelock unpin web",
        "imagelock freeze web",
    ]));
}

#[test]
fn options() {
    assert_snapshot!(messages(&[
        "imagelock check --jsn",
        "imagelock check --json",
        "imagelock list --json",
        "imagelock check --json web",
        "imagelock resolve --force",
        "imagelock init --force",
        "imagelock upgrade --all",
        "imagelock upgrade -y",
        "imagelock upgrade web --yes",
        "imagelock check --fix",
        "imagelock check web --fix",
        "imagelock list -r",
        "imagelock list --recursive stacks",
        "imagelock export tfvars -o images.tfvars.json",
        "imagelock export tfvars --output=images.tfvars.json",
        "imagelock upgrade --dry-rum",
        "imagelock check --dry-run",
        "imagelock upgrade -n",
        "imagelock resolve --check",
        "imagelock check --locked",
        "imagelock check --frozen",
        "imagelock get web -z fr-par-1",
        "imagelock get web --region fr-par",
        "imagelock list --label ubuntu_noble",
        "imagelock -m images.toml check",
        "imagelock --exit-zero check web",
        "imagelock --frobnicate check",
        "imagelock check -x",
        "imagelock check --manifest",
        "imagelock check -v -q",
        "imagelock resolve --locked --dry-run",
        "imagelock check --changed-since HEAD --min-age 3d",
        "imagelock check --exit-zero=yes",
        "imagelock check --format json --format human",
        "imagelock add cache --version-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e",
        "imagelock add cache --name cache",
        "imagelock \"$(printf -- '--\\033[2J')\"",
        "imagelock check \"$(printf -- '--\\377')\"",
    ]));
}

#[test]
fn arguments() {
    assert_snapshot!(messages(&[
        "imagelock get",
        "imagelock get web",
        "imagelock get web fr-par-1",
        "imagelock get web nl-ams-1 --zoned",
        "imagelock get web db",
        "imagelock get wbe",
        "imagelock get web --zone",
        "imagelock get \"$UNSET\"",
        "imagelock check \"$UNSET\"",
        "imagelock upgrade \"$UNSET\" web",
        "imagelock resolve web",
        "imagelock resolve web --dry-run",
        "imagelock list web",
        "imagelock init web",
        "imagelock add",
        "imagelock add cache",
        "imagelock add cache ubuntu_noble",
        "imagelock add \"$UNSET\" --label ubuntu_noble",
        "imagelock add 2nd --label ubuntu_noble",
        "imagelock add web --label ubuntu_noble",
        "imagelock add cache --label ubuntu_noble --release '>=22'",
        "imagelock add cache --label 'fedora_*'",
        "imagelock add cache --release '>=22'",
        "imagelock remove",
        "imagelock remove wbe",
        "imagelock adopt",
        "imagelock adopt web",
        "imagelock adopt web=",
        "imagelock adopt web=1234",
        "imagelock adopt 00000003-0000-4000-8000-000000000000",
        "imagelock adopt --label ubuntu_noble",
        "imagelock adopt --from main.tf --label ubuntu_noble",
        "imagelock explain",
        "imagelock explain \"$UNSET\"",
        "imagelock explain web db",
        "imagelock search ubuntu noble",
        "imagelock diff \"$UNSET\"",
        "imagelock diff HEAD HEAD HEAD",
        "imagelock log wbe",
        "imagelock export",
        "imagelock completions",
        "imagelock merge-driver a",
        "imagelock snapshot",
    ]));
}

#[test]
fn values() {
    assert_snapshot!(messages(&[
        "imagelock check --format xml",
        "imagelock check --format JSON",
        "imagelock check --format ''",
        "imagelock list --format markdown",
        "imagelock resolve --format sarif",
        "imagelock export terraform",
        "imagelock completions ksh",
        "imagelock schema manifest",
        "imagelock check --color yes",
        "imagelock check -o report",
        "imagelock check -o pdf=report.pdf",
        "imagelock check -o json=",
        "imagelock check -o -",
        "imagelock check -o ''",
        "imagelock check --timeout soon",
        "imagelock check --timeout ''",
        "imagelock check --timeout 0",
        "imagelock check --timeout 2h",
        "imagelock check --min-age 30",
        "imagelock check --min-age 1w",
        "imagelock check --min-age 99999999999d",
        "imagelock check --min-age 99999d",
        "imagelock check --min-age -3d",
        "imagelock check --min-age ''",
        "imagelock get web --zone paris",
        "imagelock get web --zone fr-par",
        "imagelock get web --zone \"$UNSET\"",
        "imagelock get web --arch amd64",
        "imagelock search --type sbs",
        "imagelock search --category linux",
        "imagelock search --instance-type 'PRO2 S'",
        "imagelock check --api-url api.scaleway.com",
        "imagelock check --api-url http://api.scaleway.com",
        "imagelock check --api-url ftp://api.scaleway.com",
        "imagelock check --api-url https://user:secret@api.scaleway.com",
        "imagelock check --api-url https://",
        "imagelock check --api-url 'https://api.scaleway.com:port'",
        "imagelock check --api-url 'https://api.scaleway.com?x=1'",
        "imagelock check --api-url ''",
        "imagelock check --catalog ''",
        "imagelock check -m ''",
        "imagelock check --changed-since ''",
        "imagelock check --now yesterday",
        "imagelock explain 6d1b1b5e-4a0f-4c62-9c52",
        "imagelock explain 00000000-0000-0000-0000-000000000000",
        "imagelock add cache --label ubuntu_noble --zone paris",
        "imagelock add cache --label ubuntu_noble --zone \"$UNSET\"",
        "imagelock add cache --label 'ubuntu noble'",
        "imagelock add cache --label \"$UNSET\"",
        "imagelock add cache --label ubuntu_noble --arch amd64",
        "imagelock add cache --label ubuntu_noble --type sbs",
        "imagelock add cache --image-id 1234",
        "imagelock add cache --label ubuntu_noble --min-age 1w",
        "imagelock add cache --label ubuntu_noble --eol soon",
        "imagelock add cache --label ubuntu_noble --eol 2027-02-30",
        "imagelock add cache --label ubuntu_noble --eol-warning soon",
        "imagelock add cache --label ubuntu_noble --freeze 2026-12-31",
        "imagelock add cache --label ubuntu_noble --freeze someday why",
        "imagelock add cache --label ubuntu_noble --freeze 2026-12-31 ''",
        "imagelock add cache --label 'fedora_*' --release newest",
        "imagelock check --min-age \"$(printf '\\377')\"",
        "imagelock check --catalog \"$(printf '\\033[2J')\"",
    ]));
}
