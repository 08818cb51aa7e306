//! One report and one exit status for all manifests.

use insta::assert_snapshot;

use crate::support::fixtures::stacks::{manifest, stacks, two_broken_stacks};

#[test]
fn one_report_covers_all_manifests() {
    let (sandbox, _marketplace) = stacks();
    assert_snapshot!(sandbox.run("check --recursive stacks"), @"
    STATUS    MANIFEST                  NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  stacks/api/images.toml    api   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000011  48 days behind (2026-10-20)
    outdated  stacks/db/eu/images.toml  web   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000011  48 days behind (2026-10-20)
    outdated  stacks/web/images.toml    web   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000011  48 days behind (2026-10-20)
    current   stacks/db/eu/images.toml  db    fr-par-1  x86_64  debian_bookworm  00000002  2026-09-02

    4 pins in 3 manifests: 3 outdated, 1 current
    the Marketplace does not list the IDs of 3 pins (`api` and `web`), so they cannot be verified
    to upgrade to the newest version: imagelock upgrade api --manifest stacks/api/images.toml
    to upgrade to the newest version: imagelock upgrade web --manifest stacks/db/eu/images.toml
    to upgrade to the newest version: imagelock upgrade web --manifest stacks/web/images.toml
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("check db --manifest stacks/web/images.toml --manifest stacks/db/eu/images.toml"), @"
    STATUS   MANIFEST                  NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED
    current  stacks/db/eu/images.toml  db    fr-par-1  x86_64  debian_bookworm  00000002  2026-09-02

    1 pin in 2 manifests: all current
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check --recursive stacks --format github"), @"
    ::warning file=stacks/api/images.toml,line=6,col=9,endColumn=23,title=imagelock%3A api%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20)%0Ato upgrade to the newest version: imagelock upgrade api --manifest stacks/api/images.toml
    ::warning file=stacks/db/eu/images.toml,line=6,col=9,endColumn=23,title=imagelock%3A web%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20)%0Ato upgrade to the newest version: imagelock upgrade web --manifest stacks/db/eu/images.toml
    ::warning file=stacks/web/images.toml,line=6,col=9,endColumn=23,title=imagelock%3A web%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20)%0Ato upgrade to the newest version: imagelock upgrade web --manifest stacks/web/images.toml
    4 pins in 3 manifests: 3 outdated, 1 current
    the Marketplace does not list the IDs of 3 pins (`api` and `web`), so they cannot be verified
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 2
    ");
    assert_snapshot!(sandbox.run("check --recursive stacks --format markdown"), @r"
    ### The images have drifted

    4 pins in 3 manifests: 3 outdated, 1 current

    | status | manifest | image | zones | label | pinned | published | newest | detail |
    |---|---|---|---|---|---|---|---|---|
    | **outdated** | stacks/api/images.toml | `api` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | 2026-09-02 | `00000011` | 48 days behind (2026-10-20) |
    | **outdated** | stacks/db/eu/images.toml | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | 2026-09-02 | `00000011` | 48 days behind (2026-10-20) |
    | **outdated** | stacks/web/images.toml | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | 2026-09-02 | `00000011` | 48 days behind (2026-10-20) |

    The Marketplace does not list the IDs of 3 pins (`api` and `web`), so they cannot be verified.

    To upgrade to the newest version:

    ```sh
    imagelock upgrade api --manifest stacks/api/images.toml
    ```

    ```sh
    imagelock upgrade web --manifest stacks/db/eu/images.toml
    ```

    ```sh
    imagelock upgrade web --manifest stacks/web/images.toml
    ```
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 2
    ");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run("check --recursive stacks --format json").stdout).unwrap();
    let rows = json["pins"].as_array().unwrap().iter();
    let rows: Vec<String> = rows.map(|row| format!("{} {} {}", row["manifest"], row["name"], row["status"])).collect();
    assert_snapshot!(rows.join("\n"), @r#"
    "stacks/api/images.toml" "api" "outdated"
    "stacks/db/eu/images.toml" "db" "current"
    "stacks/db/eu/images.toml" "web" "outdated"
    "stacks/web/images.toml" "web" "outdated"
    "#);
}

#[test]
fn a_thousand_stacks_send_no_more_requests_than_one() {
    let (sandbox, marketplace) = stacks();
    sandbox.run("check --manifest stacks/db/eu/images.toml");
    let one = marketplace.requests().len();
    for n in 0..1000 {
        std::fs::create_dir_all(sandbox.path(&format!("stacks/{n}"))).unwrap();
        for file in ["images.toml", "images.lock"] {
            sandbox.write(&format!("stacks/{n}/{file}"), sandbox.read(&format!("stacks/db/eu/{file}")));
        }
    }
    let run = sandbox.run("check --recursive stacks");
    assert!(run.stdout.contains("\n2004 pins in 1003 manifests: 1003 outdated, 1001 current\n"), "{run}");
    assert_eq!(marketplace.requests().len(), one);
}

#[test]
fn an_upgrade_moves_the_named_image_in_every_manifest() {
    let (sandbox, _marketplace) = stacks();
    let api = sandbox.read("stacks/api/images.lock");
    assert_snapshot!(sandbox.run("upgrade web --recursive stacks --dry-run"), @"
    CHANGE  MANIFEST                  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    stacks/api/images.toml    api   fr-par-1  x86_64  ubuntu_noble  00000001            newer: 00000011, published 2026-09-02 → 2026-10-20
    moved   stacks/db/eu/images.toml  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000011  published 2026-09-02 → 2026-10-20
    moved   stacks/web/images.toml    web   fr-par-1  x86_64  ubuntu_noble  00000001  00000011  published 2026-09-02 → 2026-10-20

    4 pins in 3 manifests: 2 moved, 2 kept (dry run, nothing was written)
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("upgrade web --recursive stacks"), @"
    CHANGE  MANIFEST                  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    kept    stacks/api/images.toml    api   fr-par-1  x86_64  ubuntu_noble  00000001            newer: 00000011, published 2026-09-02 → 2026-10-20
    moved   stacks/db/eu/images.toml  web   fr-par-1  x86_64  ubuntu_noble  00000001  00000011  published 2026-09-02 → 2026-10-20
    moved   stacks/web/images.toml    web   fr-par-1  x86_64  ubuntu_noble  00000001  00000011  published 2026-09-02 → 2026-10-20

    4 pins in 3 manifests: 2 moved, 2 kept
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
    assert_eq!(sandbox.read("stacks/api/images.lock"), api);
    assert_snapshot!(sandbox.run("upgrade --recursive stacks --format markdown"), @r"
    1 moved, 3 kept

    | change | manifest | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|---|
    | **moved** | stacks/api/images.toml | `api` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000011` | published 2026-09-02 → 2026-10-20 |
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("resolve --recursive stacks"), @"
    nothing to change: 4 pins in 3 manifests
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
}

#[test]
fn all_stale_lockfiles_are_reported() {
    let (sandbox, _marketplace) = stacks();
    assert_snapshot!(sandbox.run("resolve --locked --recursive stacks"), @"
    the lockfiles match the manifests: 4 pins
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 0
    ");
    for stack in ["web", "api"] {
        let file = format!("stacks/{stack}/images.toml");
        sandbox.write(&file, sandbox.read(&file).replace("fr-par-1", "nl-ams-1"));
    }
    assert_snapshot!(sandbox.run("resolve --locked --recursive stacks"), @"
    STATUS  MANIFEST                NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED   DETAIL
    stale   stacks/api/images.toml  api   fr-par-1  x86_64  ubuntu_noble  00000001  2026-09-02  in the lockfile, but not declared
    stale   stacks/api/images.toml  api   nl-ams-1  x86_64  ubuntu_noble                        declared, but not in the lockfile
    stale   stacks/web/images.toml  web   fr-par-1  x86_64  ubuntu_noble  00000001  2026-09-02  in the lockfile, but not declared
    stale   stacks/web/images.toml  web   nl-ams-1  x86_64  ubuntu_noble                        declared, but not in the lockfile

    the lockfiles do not match the manifests: 4 differences
    to update the lockfile: imagelock resolve --recursive stacks
    --- stderr
    note: skipped hidden or git-ignored directories that contain a manifest: `stacks/.terraform/modules/web`
    --- exit 2
    ");
}

#[test]
fn a_manifest_that_is_named_twice_counts_once() {
    let (sandbox, _marketplace) = stacks();
    let twice = sandbox.run("check --manifest stacks/web/images.toml --manifest ./stacks/../stacks/web/images.toml");
    assert!(twice.stdout.contains("\n1 pin: 1 outdated\n"), "{twice}");
    // The same run also finds manifests with another file name.
    sandbox.write("stacks/web/prod.toml", manifest("[images.prod]\nlabel = \"debian_bookworm\"\n"));
    let line = "check --recursive stacks --manifest images.toml --manifest prod.toml";
    assert_snapshot!(sandbox.run(line).stdout.lines().last().unwrap(), @"to upgrade to the newest version: imagelock upgrade web --manifest stacks/web/images.toml");
    let from_within = sandbox
        .program(env!("CARGO_BIN_EXE_imagelock"))
        .args(["check", "--recursive", ".", "--format", "json"])
        .output()
        .unwrap();
    assert!(!String::from_utf8(from_within.stdout).unwrap().contains("\"./"));
}

#[test]
fn search_works_without_a_manifest() {
    let (sandbox, _marketplace) = stacks();
    assert!(sandbox.ok("search").contains("ubuntu_noble"));
}

#[test]
fn a_broken_manifest_does_not_hide_the_others_from_check() {
    let (sandbox, _marketplace) = two_broken_stacks();
    assert_snapshot!(sandbox.run("check --recursive stacks -o r.md -o r.xml -o r.html -o r.sarif -q"), @r#"
    STATUS    MANIFEST                  NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  stacks/db/eu/images.toml  web   fr-par-1  x86_64  ubuntu_noble  00000001  2026-09-02  00000011  48 days behind (2026-10-20)
    --- stderr
    error: invalid TOML: a string has no closing quote
     --> stacks/api/images.toml:2:22
      |
    2 | label = "ubuntu_noble
      |                      ^ expected `"`
      |
      = help: write `label = "ubuntu_noble"`

    error: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2
     --> stacks/web/images.lock:1:11
      |
    1 | version = 9 # read by imagelock 4.0.0 and later
      |           ^ expected a number, at most 2
      |
      = help: install imagelock 4.0.0 or later, which can read this file
    --- exit 1
    "#);
    assert_snapshot!(sandbox.read("r.md"), @r"
    ### The check is incomplete

    2 pins in 1 manifest: 1 outdated, 1 current

    > **Error**: `stacks/api/images.toml:2:22`: invalid TOML: a string has no closing quote

    > **Error**: `stacks/web/images.lock:1:11`: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2

    | status | manifest | image | zones | label | pinned | published | newest | detail |
    |---|---|---|---|---|---|---|---|---|
    | **outdated** | stacks/db/eu/images.toml | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | 2026-09-02 | `00000011` | 48 days behind (2026-10-20) |

    The Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified.

    To upgrade to the newest version:

    ```sh
    imagelock upgrade web --manifest stacks/db/eu/images.toml
    ```
    ");
    assert_snapshot!(sandbox.read("r.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="imagelock" tests="4" failures="1" errors="2" skipped="0" time="0">
      <testsuite name="imagelock check" tests="4" failures="1" errors="2" skipped="0" time="0">
        <testcase classname="stacks/api/images.toml" name="check" time="0">
          <error message="stacks/api/images.toml:2:22: invalid TOML: a string has no closing quote">stacks/api/images.toml:2:22: invalid TOML: a string has no closing quote</error>
        </testcase>
        <testcase classname="stacks/web/images.toml" name="check" time="0">
          <error message="stacks/web/images.lock:1:11: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2">stacks/web/images.lock:1:11: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2</error>
        </testcase>
        <testcase classname="stacks/db/eu/images.toml.web" name="ubuntu_noble in fr-par-1 x86_64" time="0">
          <failure type="outdated" message="outdated: 48 days behind (2026-10-20)">outdated: 48 days behind (2026-10-20)
    to upgrade to the newest version: imagelock upgrade web --manifest stacks/db/eu/images.toml</failure>
        </testcase>
        <testcase classname="stacks/db/eu/images.toml.db" name="debian_bookworm in fr-par-1 x86_64" time="0"/>
        <system-err>the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified</system-err>
      </testsuite>
    </testsuites>
    "#);
    let sarif: serde_json::Value = serde_json::from_str(&sandbox.read("r.sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let errors = invocation["toolExecutionNotifications"].as_array().unwrap();
    let texts: Vec<&str> = errors.iter().map(|error| error["message"]["text"].as_str().unwrap()).collect();
    assert_snapshot!(texts.join("\n"), @"
    `stacks/api/images.toml:2:22`: invalid TOML: a string has no closing quote
    `stacks/web/images.lock:1:11`: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2
    ");
    let html = sandbox.read("r.html");
    assert!(
        html.contains("The check is incomplete") && html.contains("<code>stacks/api/images.toml:2:22</code>"),
        "{html}"
    );
    let run = sandbox.run("check --recursive stacks --format json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.status, json["pins"].as_array().unwrap().len()), (Some(1), 2));
    assert_snapshot!(serde_json::to_string_pretty(&json["errors"]).unwrap(), @r#"
    [
      {
        "help": "write `label = \"ubuntu_noble\"`",
        "manifest": "stacks/api/images.toml",
        "message": "stacks/api/images.toml:2:22: invalid TOML: a string has no closing quote"
      },
      {
        "help": "install imagelock 4.0.0 or later, which can read this file",
        "manifest": "stacks/web/images.toml",
        "message": "stacks/web/images.lock:1:11: the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2"
      }
    ]
    "#);
    let github = sandbox.run("check --recursive stacks --format github").stdout;
    assert_snapshot!(github.lines().filter(|line| line.starts_with("::error")).collect::<Vec<_>>().join("\n"), @"
    ::error file=stacks/api/images.toml,line=2,col=22,endColumn=22,title=imagelock%3A stacks/api/images.toml::invalid TOML: a string has no closing quote
    ::error file=stacks/web/images.lock,line=1,col=11,endColumn=12,title=imagelock%3A stacks/web/images.toml::the lockfile has format 9, but imagelock 0.1.0 reads formats up to 2
    ");
    // `--exit-zero` does not hide errors.
    assert_eq!(sandbox.run("check --recursive stacks --exit-zero").status, Some(1));
    assert_eq!(sandbox.run("resolve --locked --recursive stacks").status, Some(1));
}
