//! The reports of `check` for pull requests, annotations, code scanning, test results and files.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::drifted::{MANIFEST, drifted};
use crate::support::sandbox::Sandbox;

#[test]
fn markdown_has_one_row_per_finding() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.run("check --format markdown"));
}

#[test]
fn github_has_one_annotation_per_finding() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.run("check --format github"));
}

#[test]
fn sarif_has_one_result_per_finding() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.run("check --format sarif"));
}

#[test]
fn junit_has_one_test_case_per_pin() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.run("check --format junit"));
}

#[test]
fn reports_without_drift_have_no_findings() {
    let marketplace = FakeMarketplace::offering([local("debian_bookworm", "fr-par-1", "x86_64", 6)]);
    let manifest = "[images.fine]\nlabel = \"debian_bookworm\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("check --format markdown"), @"
    ### The images have not drifted

    1 pin: all current
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check --format github"), @"
    1 pin: all current
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check --format junit"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="imagelock" tests="1" failures="0" errors="0" skipped="0" time="0">
      <testsuite name="imagelock check" tests="1" failures="0" errors="0" skipped="0" time="0">
        <testcase classname="images.toml.fine" name="debian_bookworm in fr-par-1 x86_64" time="0"/>
      </testsuite>
    </testsuites>
    --- exit 0
    "#);
    assert!(sandbox.ok("check --format sarif").contains("\"results\": []"));
}

#[test]
fn the_exit_status_is_the_same_in_every_format() {
    let (sandbox, _marketplace) = drifted();
    for format in ["human", "json", "markdown", "github", "sarif", "junit", "html"] {
        assert_eq!(sandbox.run(&format!("check --format {format}")).status, Some(2), "{format}");
        sandbox.ok(&format!("check --exit-zero --format {format}"));
    }
}

#[test]
fn one_run_writes_several_reports() {
    let (sandbox, _marketplace) = drifted();
    let run =
        sandbox.run("check fine -o drift.sarif -o drift.xml -o drift.md -o drift.json -o drift.txt -o github=notes");
    assert_snapshot!(run, @"
    STATUS   NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED
    current  fine  fr-par-1  x86_64  debian_bookworm  00000006  2026-11-01

    1 pin: all current
    --- stderr
    wrote `drift.sarif`
    wrote `drift.xml`
    wrote `drift.md`
    wrote `drift.json`
    wrote `drift.txt`
    wrote `notes`
    --- exit 0
    ");
    for (file, format) in [("sarif", "sarif"), ("xml", "junit"), ("md", "markdown"), ("json", "json"), ("txt", "human")]
    {
        assert_eq!(
            sandbox.read(&format!("drift.{file}")),
            sandbox.ok(&format!("check fine --format {format}")),
            "{file}"
        );
    }
    assert_eq!(sandbox.read("notes"), sandbox.ok("check fine --format github"));
}

#[test]
fn a_report_file_takes_the_requested_format_and_the_terminal_shows_the_human_one() {
    let (sandbox, _marketplace) = drifted();
    let run = sandbox.run("check fine --format sarif -o results.json");
    assert_snapshot!(run, @"
    STATUS   NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED
    current  fine  fr-par-1  x86_64  debian_bookworm  00000006  2026-11-01

    1 pin: all current
    --- stderr
    wrote `results.json`
    --- exit 0
    ");
    assert_eq!(sandbox.read("results.json"), sandbox.ok("check fine --format sarif"));
    // A file with its own format does not change the format of standard output.
    assert_eq!(
        sandbox.ok("check fine --format github -o sarif=results.json"),
        sandbox.ok("check fine --format github")
    );
}

#[test]
fn color_is_not_written_to_files() {
    let (sandbox, _marketplace) = drifted();
    assert!(sandbox.ok("check fine --color always -o drift.txt").contains('\u{1b}'));
    assert!(!sandbox.read("drift.txt").contains('\u{1b}'));
}

#[test]
fn an_ambiguous_report_file_is_refused_before_any_request() {
    let (sandbox, marketplace) = drifted();
    marketplace.requests();
    assert_snapshot!(sandbox.fails("check -o drift"), @"
    error: cannot choose the format of `drift`: its extension is unknown, and `--format` is not set
     |
     = help: choose the format: `-o human=drift`, `-o json=drift`, `-o markdown=drift`, `-o github=drift`, `-o sarif=drift`, `-o junit=drift` or `-o html=drift`
    ");
    assert_snapshot!(sandbox.fails("check --format github -o drift.md"), @"
    error: cannot choose the format of `drift.md`: its extension does not match `--format github`
     |
     = help: choose the format: `-o markdown=drift.md` or `-o github=drift.md`
    ");
    assert_snapshot!(sandbox.fails("check -o a.xml -o ./a.xml"), @"
    error: the report `./a.xml` is the same file as the report `a.xml`
     |
     = help: choose another file: `-o FILE`
    ");
    assert_snapshot!(sandbox.fails("check --format json -o images.lock"), @"
    error: the report `images.lock` is the same file as the lockfile `images.lock`
     |
     = help: choose another file: `-o FILE`
    ");
    assert_snapshot!(sandbox.fails("check -o human=./images.toml"), @"
    error: the report `./images.toml` is the same file as the manifest `images.toml`
     |
     = help: choose another file: `-o FILE`
    ");
    assert_snapshot!(sandbox.fails("check -o sarif="), @"
    error: invalid value `sarif=` for `--output`
     |
     = help: use a file after `=`
    ");
    assert_snapshot!(sandbox.fails("search --format sarif"), @"
    error: invalid value `sarif` for `--format`
     |
     = help: use `human` or `json`
    ");
    assert_snapshot!(sandbox.fails("resolve --format junit"), @"
    error: the format `junit` needs `--locked`
     |
     = help: add `--locked`, or use `human`, `json` or `markdown`
    ");
    assert_eq!(marketplace.requests(), [""; 0]);
}

#[test]
fn a_report_never_replaces_another_file_of_the_run() {
    let (sandbox, _marketplace) = drifted();
    sandbox.ok("snapshot catalog.json");
    sandbox.write("images.toml", format!("{MANIFEST}\n[[outputs]]\nformat = \"json\"\npath = \"out.json\"\n"));
    sandbox.ok("resolve");
    for line in [
        "check --catalog catalog.json -o catalog.json",
        "check -o out.json",
        "check -o json=images.schema.json",
        "check -o foo=x.md",
        "check -o json=-",
    ] {
        let before = sandbox.files();
        sandbox.fails(line);
        assert_eq!(sandbox.files(), before, "{line}");
    }
    assert_snapshot!(sandbox.fails("check -o foo=x.md"), @"
    error: invalid value `foo=x.md` for `--output`
     |
     = help: use `human`, `json`, `markdown`, `github`, `sarif`, `junit` or `html` before `=`; for a file with this name: `./foo=x.md`
    ");
    sandbox.run("check -o markdown=./foo=x.md");
    assert!(sandbox.read("foo=x.md").starts_with("###"));
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.fails("check -o reports/drift.xml"), @"
    error: cannot write `reports/drift.xml`: its directory does not exist
     |
     = help: create the directory first: `mkdir -p reports`
    ");
}

/// The report must not replace the file that standard output is redirected to.
#[test]
#[cfg(unix)]
fn a_report_file_that_is_standard_output_is_refused() {
    let (sandbox, _marketplace) = drifted();
    sandbox.write("log", "before\n");
    for line in ["check fine -q -o markdown=/dev/stdout", "snapshot /dev/stdout"] {
        let log = std::fs::OpenOptions::new().append(true).open(sandbox.path("log")).unwrap();
        assert_eq!(sandbox.command(line).stdout(log).status().unwrap().code(), Some(1));
        assert_eq!(sandbox.read("log"), "before\n");
    }
}

#[test]
fn resolve_prints_the_body_of_a_pull_request_as_markdown() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.ok("upgrade web --format markdown"), @r"
    1 removed, 2 moved, 3 kept

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **removed** | `gone` | fr-par-1 x86_64 | debian\_bookworm | `00000006` |  | published 2026-11-01 |
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000011` | published 2026-09-02 → 2026-10-20 |
    | **moved** | `web` | nl-ams-1 x86_64 | ubuntu\_noble | `00000002` | `00000012` | published 2026-09-02 → 2026-10-20 |
    ");
    assert_snapshot!(sandbox.ok("resolve --format markdown"), @"No pins change.");
}

#[test]
fn a_stale_lockfile_is_annotated_without_the_network() {
    let (sandbox, _marketplace) = drifted();
    assert_snapshot!(sandbox.run("resolve --locked --offline --format github"), @"
    ::warning file=images.lock,line=27,col=1,endColumn=14,title=imagelock%3A gone%3A stale::fr-par-1 x86_64: in the lockfile, but not declared%0Ato update the lockfile: imagelock resolve
    1 pin: 1 stale
    --- exit 2
    ");
}

#[test]
fn free_text_in_markdown_is_escaped() {
    let (sandbox, _marketplace) = drifted();
    for reason in
        ["` @acme/everyone <img src=x> ```", "`` <img src=x> `", "a` <img src=x> `b` @acme `", "\\` <img src=x> \\`"]
    {
        let manifest = MANIFEST.replace("a|b <c> @team _x_, 100%", &reason.replace('\\', "\\\\"));
        sandbox.write("images.toml", manifest);
        let text = sandbox.run("check db --format markdown").stdout;
        let row = text.lines().find(|line| line.contains("| `db`")).unwrap();
        // Text outside of code must not contain a tag or a mention. Code ends at the next backtick.
        let outside: Vec<&str> = row.split('`').step_by(2).collect();
        assert!(!row.contains("``") && outside.iter().all(|text| !text.contains(['<', '@'])), "{row}");
    }
}

/// GitHub limits the length of a pull request body. A report of a thousand pins must stay below the limit.
#[test]
fn markdown_stays_below_the_size_limit_of_a_pull_request() {
    let images: Vec<String> = (0..1000).map(|n| format!("[images.i{n}]\nlabel = \"ubuntu_noble\"\n")).collect();
    let manifest = format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat());
    let sandbox = Sandbox::with(&manifest);
    let run = sandbox.run("resolve --locked --format markdown");
    let rows = run.stdout.lines().filter(|line| line.starts_with("| **stale**")).count();
    assert!(run.stdout.contains(&format!("\nand {} more\n", 1000 - rows)), "{rows}");
    assert!(rows > 200 && run.stdout.len() < 65_536, "{rows} rows, {} bytes", run.stdout.len());
}
