//! Tables and messages fit the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::documentation::quickstart;
use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::every_status::every_status;
use crate::support::fixtures::stacks::stacks;
use crate::support::git_repository::{commit, repository};
use crate::support::sandbox::Sandbox;

const OLD: &str = "2026-09-02T08:30:55Z";
const NEW: &str = "2026-11-20T10:03:30Z";

/// The quickstart with two commits.
fn story() -> Sandbox {
    let sandbox = repository(quickstart());
    sandbox.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&sandbox, "2026-10-05", "Pin the images");
    sandbox.ok("upgrade web --catalog catalog-2026-11-02.json");
    commit(&sandbox, "2026-11-02", "Upgrade the image of the web servers, which have to restart");
    sandbox
}

const STORY: [&str; 7] = [
    "list",
    "check --catalog catalog-2026-11-02.json",
    "search --catalog catalog-2026-11-02.json",
    "log",
    "diff HEAD~1",
    "explain builder --catalog catalog-2026-11-02.json",
    "upgrade --dry-run --catalog catalog-2026-11-02.json",
];

/// The output of several commands, after each its command line.
fn outputs(sandbox: &Sandbox, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = write!(text, "$ imagelock {line}\n{}\n", sandbox.run(line).stdout);
    }
    text
}

#[test]
fn every_table_reads_well_at_common_widths() {
    let sandbox = story();
    assert_snapshot!("unlimited", outputs(&sandbox, &STORY));
    let sandbox = sandbox.env("COLUMNS", "120");
    assert_snapshot!("120_columns", outputs(&sandbox, &STORY));
    let sandbox = sandbox.env("COLUMNS", "80");
    assert_snapshot!("80_columns", outputs(&sandbox, &STORY));
    let sandbox = sandbox.env("COLUMNS", "60");
    assert_snapshot!("60_columns", outputs(&sandbox, &STORY));
}

#[test]
fn every_status_reads_well_at_common_widths() {
    let (sandbox, _marketplace) = every_status();
    let lines = ["check", "resolve --locked"];
    let sandbox = sandbox.env("COLUMNS", "120");
    assert_snapshot!("every_status_in_120_columns", outputs(&sandbox, &lines));
    let sandbox = sandbox.env("COLUMNS", "80");
    assert_snapshot!("every_status_in_80_columns", outputs(&sandbox, &lines));
    let sandbox = sandbox.env("COLUMNS", "60");
    assert_snapshot!("every_status_in_60_columns", outputs(&sandbox, &lines));
}

#[test]
fn manifests_are_above_their_pins_in_a_narrow_table() {
    let (sandbox, _marketplace) = stacks();
    let sandbox = sandbox.env("COLUMNS", "80");
    assert_snapshot!(sandbox.run("check --recursive stacks"), @"
      STATUS    NAME  ZONE      ARCH    LABEL            PINNED    NEWEST
    stacks/api/images.toml
      outdated  api   fr-par-1  x86_64  ubuntu_noble     00000001  00000011
          published 2026-09-02; 48 days behind (2026-10-20)
    stacks/db/eu/images.toml
      outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  00000011
          published 2026-09-02; 48 days behind (2026-10-20)
    stacks/web/images.toml
      outdated  web   fr-par-1  x86_64  ubuntu_noble     00000001  00000011
          published 2026-09-02; 48 days behind (2026-10-20)
    stacks/db/eu/images.toml
      current   db    fr-par-1  x86_64  debian_bookworm  00000002
          published 2026-09-02

    4 pins in 3 manifests: 3 outdated, 1 current
    the Marketplace does not list the IDs of 3 pins (`api` and `web`), so they
      cannot be verified
    to upgrade to the newest version:
      imagelock upgrade api --manifest stacks/api/images.toml
    to upgrade to the newest version:
      imagelock upgrade web --manifest stacks/db/eu/images.toml
    to upgrade to the newest version:
      imagelock upgrade web --manifest stacks/web/images.toml
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("upgrade web --recursive stacks --dry-run"), @"
    CHANGE  MANIFEST                  NAME  ZONE      ARCH    FROM      TO
    kept    stacks/api/images.toml    api   fr-par-1  x86_64  00000001
        label ubuntu_noble; newer: 00000011, published 2026-09-02 → 2026-10-20
    moved   stacks/db/eu/images.toml  web   fr-par-1  x86_64  00000001  00000011
    moved   stacks/web/images.toml    web   fr-par-1  x86_64  00000001  00000011
        both: label ubuntu_noble; published 2026-09-02 → 2026-10-20

    4 pins in 3 manifests: 2 moved, 2 kept (dry run, nothing was written)
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
}

#[test]
fn the_width_comes_from_columns_or_else_from_ci() {
    let width = |variables: &[(&str, &str)]| {
        let sandbox = variables.iter().fold(story(), |sandbox, (name, value)| sandbox.env(name, value));
        sandbox.ok("log").lines().map(|line| line.chars().count()).max().unwrap()
    };
    let unlimited = width(&[]);
    assert!(unlimited > 200, "{unlimited}");
    for ignored in ["", "0", "-1", "80.5", "wide", " "] {
        assert_eq!(width(&[("COLUMNS", ignored)]), unlimited, "{ignored:?}");
    }
    assert_eq!(width(&[("CI", "")]), unlimited);
    assert_eq!(width(&[("CI", "false")]), unlimited);
    let in_ci = width(&[("CI", "true")]);
    assert!(in_ci <= 100, "{in_ci}");
    assert_eq!(width(&[("CI", "1"), ("COLUMNS", "0")]), in_ci);
    let narrow = width(&[("CI", "true"), ("COLUMNS", "70")]);
    assert!(narrow <= 70, "{narrow}");
}

#[test]
fn report_files_and_other_formats_have_no_width() {
    let (sandbox, _marketplace) = every_status();
    let formats = ["json", "markdown", "github", "sarif", "junit"];
    let reports = |sandbox: &Sandbox| {
        sandbox.run("check -o human=report.txt");
        let printed = formats.map(|format| sandbox.run(&format!("check --format {format}")).stdout);
        (sandbox.read("report.txt"), printed)
    };
    let unlimited = reports(&sandbox);
    let sandbox = sandbox.env("COLUMNS", "60");
    assert_eq!(reports(&sandbox), unlimited);
}

/// Checks that the lines fit, apart from commands and single words.
#[track_caller]
fn fits(text: &str, width: usize) {
    for line in text.lines() {
        let is_command = line.trim_start().starts_with("imagelock ");
        let is_word = !line.trim().contains(' ');
        assert!(is_command || is_word || line.chars().count() <= width, "wider than {width}: {line}\n\n{text}");
    }
}

#[test]
fn lines_fit_at_every_width() {
    let (marked, _first) = every_status();
    let (stacks, _second) = stacks();
    let story = story();
    for width in (40..=130).step_by(9) {
        let run = |sandbox: &Sandbox, line: &str| {
            let output = sandbox.command(line).env("COLUMNS", width.to_string()).output().unwrap();
            fits(&String::from_utf8(output.stdout).unwrap(), width);
        };
        for line in ["check", "resolve --locked", "list", "search", "explain web", "explain docker"] {
            run(&marked, line);
        }
        for line in ["check --recursive stacks", "upgrade --dry-run --recursive stacks"] {
            run(&stacks, line);
        }
        for line in STORY {
            run(&story, line);
        }
    }
}

/// Forty pins, half of which are outdated.
fn forty_pins() -> (Sandbox, FakeMarketplace) {
    let zones = ["fr-par-1", "fr-par-2", "nl-ams-1", "pl-waw-1"];
    let labels = ["ubuntu_noble", "debian_bookworm", "rockylinux_9", "fedora_43", "almalinux_9"];
    let offers = |first: u32, published: &'static str| {
        let pairs = labels.into_iter().flat_map(|label| zones.map(|zone| (label, zone)));
        let cells = pairs.flat_map(|(label, zone)| ["x86_64", "arm64"].map(|arch| (label, zone, arch)));
        let numbered = (first..).zip(cells);
        let offers =
            numbered.map(|(number, (label, zone, arch))| local(label, zone, arch, number).published(published));
        offers.collect::<Vec<_>>()
    };
    let marketplace = FakeMarketplace::offering(offers(1, OLD));
    let mut manifest = format!("[defaults]\nzones = {zones:?}\narchs = [\"x86_64\", \"arm64\"]\n");
    for label in labels {
        let _ = write!(manifest, "[images.{}-servers]\nlabel = \"{label}\"\n", label.replace('_', "-"));
    }
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(offers(101, NEW).into_iter().take(20).chain(offers(1, OLD).into_iter().skip(20)));
    (sandbox, marketplace)
}

/// The words of a text, without punctuation.
fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().map(|word| word.trim_matches([';', ',', ':'])).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_of_80_columns_shows_40_pins_without_a_broken_word() {
    let (sandbox, _marketplace) = forty_pins();
    for line in ["list", "check", "search", "explain fedora-43-servers", "upgrade --dry-run"] {
        let unlimited = sandbox.run(line).stdout;
        let command = format!(
            "/usr/bin/stty cols 80 rows 24; {} {line} --now 2026-11-24T10:00:00Z 2>/dev/null",
            env!("CARGO_BIN_EXE_imagelock")
        );
        let mut script = sandbox.program("/usr/bin/script");
        // The terminal is stronger than the variable.
        script.args(["-qec", &command, "/dev/null"]).env("COLUMNS", "200").env("NO_COLOR", "1");
        let output = String::from_utf8(script.output().unwrap().stdout).unwrap().replace('\r', "");
        fits(&output, 80);
        // Values that moved out of their column are labeled with its heading, and counted if several rows have them.
        let headings = unlimited.lines().next().unwrap().to_lowercase();
        let labels: Vec<&str> = headings.split_whitespace().chain(["all", "both"]).collect();
        let is_new = |word: &&str| !labels.contains(word) && word.parse::<usize>().is_err();
        let broken: Vec<_> = words(&output).difference(&words(&unlimited)).copied().filter(is_new).collect();
        assert!(broken.is_empty(), "{broken:?}\n{output}");
        let lost: Vec<_> = words(&unlimited).difference(&words(&output)).copied().collect();
        let is_heading = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        assert!(lost.iter().all(is_heading), "{lost:?}\n{output}");
    }
}
