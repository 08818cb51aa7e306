//! Mistakes on the command line: each line, as a shell runs it, with the whole message.

use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::file_tree::tree;
use crate::support::sandbox::Sandbox;

/// Two pinned images, and a Marketplace that offers both.
fn scene() -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2),
        local("debian_bookworm", "fr-par-1", "x86_64", 3),
    ]);
    let sandbox = Sandbox::with(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\
         zones = [\"fr-par-1\", \"nl-ams-1\"]\n\n[images.db]\nlabel = \"debian_bookworm\"\n",
    )
    .asking(&marketplace);
    sandbox.ok("resolve");
    (sandbox, marketplace)
}

/// Runs each line with a shell; every line must exit with 1, print nothing to standard output and change no file.
fn messages(lines: &[&str]) -> String {
    let (sandbox, _marketplace) = scene();
    let before = tree(&sandbox.path(""));
    let path = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap().to_owned();
    let mut messages = String::new();
    for line in lines {
        let mut shell = sandbox.here("/bin/sh");
        let run = shell.env("PATH", format!("{path}:/usr/bin:/bin")).args(["-c", line]).output().unwrap();
        let text = String::from_utf8(run.stderr).unwrap();
        let _ = writeln!(messages, "$ {line}\n{text}");
        assert_eq!((run.status.code(), &*run.stdout), (Some(1), &b""[..]), "{line}\n{text}");
        assert!(tree(&sandbox.path("")) == before, "{line} changed a file");
    }
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
        "imagelock import web=6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e",
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
        "imagelock --offline check web",
        "imagelock --frobnicate check",
        "imagelock check -x",
        "imagelock check --manifest",
        "imagelock check -v -q",
        "imagelock resolve --locked --dry-run",
        "imagelock check --changed-since HEAD --min-age 3d",
        "imagelock check --offline=yes",
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
        "imagelock adopt 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e",
        "imagelock adopt --label ubuntu_noble",
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
