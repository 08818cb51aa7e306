//! `[[outputs]]`: files that are generated from the lockfile.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{id, local};
use crate::support::fixtures::awkward_names::{MANIFEST, declared, resolved};
use crate::support::sandbox::Sandbox;

const OUTPUTS: &str = r#"
[[outputs]]
format = "tfvars"
path = "infra/images.auto.tfvars.json"

[[outputs]]
format = "env"
path = "images.env"
"#;

#[test]
fn resolve_updates_the_outputs() {
    let (sandbox, marketplace) = declared(&format!("{MANIFEST}{OUTPUTS}"));
    assert_snapshot!(sandbox.run("resolve --dry-run").stderr, @"
    would write `infra/images.auto.tfvars.json`
    would write `images.env`
    ");
    assert_snapshot!(sandbox.run("resolve").stderr, @"
    wrote `infra/images.auto.tfvars.json`
    wrote `images.env`
    ");
    // `export` prints no manifest path, unlike the file.
    assert_eq!(sandbox.read("images.env").replace("# Manifest: images.toml\n", ""), sandbox.ok("export env"));
    let tfvars = sandbox.read("infra/images.auto.tfvars.json");
    assert_eq!(tfvars.replace(" Manifest: ../images.toml", ""), sandbox.ok("export tfvars"));
    assert_snapshot!(sandbox.run("resolve"), @"
    nothing to change: 3 pins
    --- exit 0
    ");
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));

    sandbox.write("images.env", sandbox.read("images.env").replace(&id(1), &id(7)));
    assert_snapshot!(sandbox.run("resolve --locked"), @"
    `images.env` is out of date; to update it: imagelock resolve
    --- exit 2
    ");
    for format in ["json", "markdown", "github", "sarif", "junit", "html"] {
        let run = sandbox.run(&format!("resolve --locked --format {format}"));
        let says = run.stdout.contains("images.env") && run.stdout.contains("imagelock resolve");
        assert!(run.status == Some(2) && says && !run.stdout.contains("have not drifted"), "{format}: {run}");
    }
    let json: serde_json::Value = serde_json::from_str(&sandbox.run("resolve --locked --format json").stdout).unwrap();
    assert_eq!(json["drift"], true);
    let stale = serde_json::json!([
        { "manifest": "images.toml", "path": "images.env", "help": "run `imagelock resolve` to update it" }
    ]);
    assert_eq!(json["stale_outputs"], stale);
    assert_snapshot!(sandbox.run("resolve --offline"), @"
    nothing to change: 3 pins
    --- stderr
    wrote `images.env`
    --- exit 0
    ");
    assert_eq!(sandbox.run("resolve --locked").status, Some(0));

    marketplace.offers([
        local("docker", "fr-par-1", "x86_64", 11),
        local("gitlab", "fr-par-1", "x86_64", 2),
        local("gitlab", "nl-ams-1", "x86_64", 3),
    ]);
    sandbox.ok("upgrade web-1");
    assert!(sandbox.read("images.env").contains(&id(11)));
}

#[test]
fn an_output_that_cannot_be_written_leaves_the_lockfile_unchanged() {
    let (sandbox, _marketplace) = declared(&format!("{MANIFEST}{OUTPUTS}"));
    sandbox.write("images.env", "MINE=1\n");
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: the output `images.env` was not written by imagelock; refusing to overwrite it
      --> images.toml:19:8
       |
    19 | path = "images.env"
       |        ^^^^^^^^^^^^ this output
       |
       = help: choose another path, move the file away, or add `overwrite = true` to the output
    "#);
    assert_eq!(sandbox.read("images.env"), "MINE=1\n");
    sandbox.write("images.toml", format!("{MANIFEST}{OUTPUTS}overwrite = true\n"));
    sandbox.ok("resolve");
    assert!(sandbox.read("images.env").contains(&id(1)));
}

/// git checks out files with CRLF line endings if `core.autocrlf` is set.
#[test]
fn an_output_with_other_line_endings_is_up_to_date() {
    let (sandbox, _marketplace) = declared(&format!("{MANIFEST}{OUTPUTS}"));
    sandbox.ok("resolve");
    for file in ["images.env", "infra/images.auto.tfvars.json"] {
        sandbox.write(file, sandbox.read(file).replace('\n', "\r\n"));
    }
    sandbox.ok("resolve --locked");
}

#[test]
fn all_outputs_that_cannot_be_written_are_reported_at_once() {
    let (sandbox, _marketplace) = declared(&format!("{MANIFEST}{OUTPUTS}"));
    sandbox.write("images.env", "MINE=1\n");
    sandbox.write("infra/images.auto.tfvars.json", "{\"mine\": 1}\n");
    let message = sandbox.fails("resolve");
    assert_eq!(message.matches("was not written by imagelock").count(), 2, "{message}");
}

#[test]
fn all_mistakes_in_outputs_are_reported_at_once() {
    let outputs = r#"
[[outputs]]
format = "terraform"
path = "../images.auto.tfvars.json"

[[outputs]]
path = "/etc/images.env"
outsid = true

[[outputs]]
format = "env"
path = "a.env"

[[outputs]]
format = "env"
path = "a.env"
overwrite = "yes"
"#;
    assert_snapshot!(Sandbox::with(&format!("{MANIFEST}{outputs}")).fails("resolve --offline"), @r#"
    error: `terraform` is not a valid format
      --> images.toml:14:10
       |
    14 | format = "terraform"
       |          ^^^^^^^^^^^ expected `tfvars`, `hcl`, `ansible`, `env`, `json` or `yaml`
       |
       = help: did you mean `tfvars` or `hcl`?

    error: the output `../images.auto.tfvars.json` is outside the manifest's directory
      --> images.toml:15:8
       |
    15 | path = "../images.auto.tfvars.json"
       |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ outside the directory
       |
       = help: change the path, or add `outside = true` to this output to allow it

    error: `[[outputs]]` has no `format`
      --> images.toml:17:1
       |
    17 | [[outputs]]
       | ^^^^^^^^^^^ `format` is missing
       |
       = help: add this line, with your values:
               format = "tfvars"

    error: the output `/etc/images.env` is outside the manifest's directory
      --> images.toml:18:8
       |
    18 | path = "/etc/images.env"
       |        ^^^^^^^^^^^^^^^^^ outside the directory
       |
       = help: change the path, or add `outside = true` to this output to allow it

    error: unknown key `outsid` in `[[outputs]]`
      --> images.toml:19:1
       |
    19 | outsid = true
       | ^^^^^^ unknown key
       |
       = help: did you mean `outside`?

    error: two outputs have the path `a.env`
      --> images.toml:27:8
       |
    27 | path = "a.env"
       |        ^^^^^^^ same path as an earlier output
       |
       = help: change this `path`, or remove this output

    error: `overwrite` must be `true` or `false`
      --> images.toml:28:13
       |
    28 | overwrite = "yes"
       |             ^^^^^ this is a string
       |
       = help: write `overwrite = true`, without quotes

    7 errors in all; nothing was changed
    "#);
}

#[test]
#[cfg(unix)]
fn an_output_that_is_the_same_file_as_another_is_refused() {
    let (env, again) = ("[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n", "[[outputs]]\nformat = \"env\"\n");
    let (sandbox, _marketplace) = resolved(MANIFEST);
    let fails = |outputs: &str| {
        sandbox.write("images.toml", format!("{MANIFEST}{outputs}"));
        sandbox.fails("resolve")
    };
    assert_snapshot!(fails(&format!("{env}{again}path = \"./images.env\"\n")), @r#"
    error: two outputs have the path `./images.env`
      --> images.toml:17:8
       |
    17 | path = "./images.env"
       |        ^^^^^^^^^^^^^^ same path as an earlier output
       |
       = help: change this `path`, or remove this output
    "#);
    std::os::unix::fs::symlink("images.env", sandbox.path("link.env")).unwrap();
    sandbox.write("images.env", "");
    assert_snapshot!(fails(&format!("{env}{again}path = \"link.env\"\n")), @r#"
    error: the output `link.env` is the same file as the output `images.env`
      --> images.toml:17:8
       |
    17 | path = "link.env"
       |        ^^^^^^^^^^ the path of this output
       |
       = help: give the output another `path`
    "#);
    assert_snapshot!(fails(&format!("{again}path = \"images.lock\"\noverwrite = true\n")), @r#"
    error: the output `images.lock` is the same file as the lockfile `images.lock`
      --> images.toml:14:8
       |
    14 | path = "images.lock"
       |        ^^^^^^^^^^^^^ the path of this output
       |
       = help: give the output another `path`
    "#);
    assert_snapshot!(fails(&format!("{again}path = \"infra/../images.toml\"\noutside = true\noverwrite = true\n")), @r#"
    error: the output `infra/../images.toml` is the same file as the manifest `images.toml`
      --> images.toml:14:8
       |
    14 | path = "infra/../images.toml"
       |        ^^^^^^^^^^^^^^^^^^^^^^ the path of this output
       |
       = help: give the output another `path`
    "#);
}

#[test]
fn check_reports_outputs_that_resolve_cannot_write() {
    let (sandbox, _marketplace) = declared(&format!("{MANIFEST}{OUTPUTS}"));
    sandbox.ok("resolve");
    assert_eq!(sandbox.run("check").stderr, "");
    std::fs::remove_dir_all(sandbox.path("infra")).unwrap();
    sandbox.write("images.env", "MINE=1\n");
    assert_snapshot!(sandbox.run("check").stderr, @"
    warning: images.toml:15:8: cannot write `infra/images.auto.tfvars.json`: its directory does not exist
      = help: create the directory first: `mkdir -p infra`
    warning: images.toml:19:8: the output `images.env` was not written by imagelock; refusing to overwrite it
      = help: choose another path, move the file away, or add `overwrite = true` to the output
    ");
    // The same in the formats for machines. It is not drift.
    let run = sandbox.run("check --format json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.status, json["notices"].as_array().map(Vec::len)), (Some(0), Some(2)), "{run}");
}
