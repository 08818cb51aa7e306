//! `imagelock export`, and the outputs that are kept in step with the lock.

use std::process::Command;

use insta::assert_snapshot;

use crate::bench::Bench;
use crate::standin::{Marketplace, id, local};

const MANIFEST: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web-1]
label = "docker"

[images.no]
label = "gitlab"
zones = ["fr-par-1", "nl-ams-1"]
"#;

const OUTPUTS: &str = r#"
[[outputs]]
format = "tfvars"
path = "infra/images.auto.tfvars.json"

[[outputs]]
format = "env"
path = "images.env"
"#;

fn marketplace() -> Marketplace {
    Marketplace::offering([
        local("docker", "fr-par-1", "x86_64", 1).published("2026-09-02T08:30:55Z"),
        local("gitlab", "fr-par-1", "x86_64", 2),
        local("gitlab", "nl-ams-1", "x86_64", 3),
    ])
}

fn resolved(manifest: &str) -> (Bench, Marketplace) {
    let marketplace = marketplace();
    let bench = Bench::with(manifest).asking(&marketplace);
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.ok("resolve");
    (bench, marketplace)
}

#[test]
fn tfvars() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export tfvars"), @r#"
    {
      "images": {
        "no": {
          "fr-par-1": {
            "x86_64": {
              "id": "00000002-0000-4000-8000-000000000000",
              "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000"
            }
          },
          "nl-ams-1": {
            "x86_64": {
              "id": "00000003-0000-4000-8000-000000000000",
              "zoned_id": "nl-ams-1/00000003-0000-4000-8000-000000000000"
            }
          }
        },
        "web-1": {
          "fr-par-1": {
            "x86_64": {
              "id": "00000001-0000-4000-8000-000000000000",
              "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000"
            }
          }
        }
      }
    }
    "#);
}

#[test]
fn hcl() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export hcl"), @r#"
    # This file is written by imagelock from its lockfile. Change images.toml instead of editing it.
    locals {
      images = {
        "no" = {
          "fr-par-1" = {
            "x86_64" = {
              id       = "00000002-0000-4000-8000-000000000000"
              zoned_id = "fr-par-1/00000002-0000-4000-8000-000000000000"
            }
          }
          "nl-ams-1" = {
            "x86_64" = {
              id       = "00000003-0000-4000-8000-000000000000"
              zoned_id = "nl-ams-1/00000003-0000-4000-8000-000000000000"
            }
          }
        }
        "web-1" = {
          "fr-par-1" = {
            "x86_64" = {
              id       = "00000001-0000-4000-8000-000000000000"
              zoned_id = "fr-par-1/00000001-0000-4000-8000-000000000000"
            }
          }
        }
      }
    }
    "#);
}

#[test]
fn ansible() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export ansible"), @r#"
    # This file is written by imagelock from its lockfile. Change images.toml instead of editing it.
    ---
    "imagelock":
      "no":
        "fr-par-1":
          "x86_64":
            "id": "00000002-0000-4000-8000-000000000000"
            "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000"
        "nl-ams-1":
          "x86_64":
            "id": "00000003-0000-4000-8000-000000000000"
            "zoned_id": "nl-ams-1/00000003-0000-4000-8000-000000000000"
      "web-1":
        "fr-par-1":
          "x86_64":
            "id": "00000001-0000-4000-8000-000000000000"
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000"
    "#);
}

#[test]
fn env() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export env"), @"
    # This file is written by imagelock from its lockfile. Change images.toml instead of editing it.
    IMAGE_NO_FR_PAR_1_X86_64=00000002-0000-4000-8000-000000000000
    IMAGE_NO_FR_PAR_1_X86_64_ZONED=fr-par-1/00000002-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64=00000003-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64_ZONED=nl-ams-1/00000003-0000-4000-8000-000000000000
    IMAGE_WEB_1_FR_PAR_1_X86_64=00000001-0000-4000-8000-000000000000
    IMAGE_WEB_1_FR_PAR_1_X86_64_ZONED=fr-par-1/00000001-0000-4000-8000-000000000000
    ");
}

#[test]
fn json() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export json"), @r#"
    {
      "images": {
        "no": {
          "fr-par-1": {
            "x86_64": {
              "id": "00000002-0000-4000-8000-000000000000",
              "image_id": null,
              "instance_type": null,
              "label": "gitlab",
              "published": null,
              "release": null,
              "type": "instance_sbs",
              "version_id": null,
              "volume_type": "sbs_volume",
              "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000"
            }
          },
          "nl-ams-1": {
            "x86_64": {
              "id": "00000003-0000-4000-8000-000000000000",
              "image_id": null,
              "instance_type": null,
              "label": "gitlab",
              "published": null,
              "release": null,
              "type": "instance_sbs",
              "version_id": null,
              "volume_type": "sbs_volume",
              "zoned_id": "nl-ams-1/00000003-0000-4000-8000-000000000000"
            }
          }
        },
        "web-1": {
          "fr-par-1": {
            "x86_64": {
              "id": "00000001-0000-4000-8000-000000000000",
              "image_id": null,
              "instance_type": null,
              "label": "docker",
              "published": "2026-09-02T08:30:55Z",
              "release": null,
              "type": "instance_sbs",
              "version_id": null,
              "volume_type": "sbs_volume",
              "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000"
            }
          }
        }
      },
      "schema": "imagelock.export/1"
    }
    "#);
}

#[test]
fn yaml() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export yaml"), @r#"
    # This file is written by imagelock from its lockfile. Change images.toml instead of editing it.
    ---
    "images":
      "no":
        "fr-par-1":
          "x86_64":
            "id": "00000002-0000-4000-8000-000000000000"
            "image_id": null
            "instance_type": null
            "label": "gitlab"
            "published": null
            "release": null
            "type": "instance_sbs"
            "version_id": null
            "volume_type": "sbs_volume"
            "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000"
        "nl-ams-1":
          "x86_64":
            "id": "00000003-0000-4000-8000-000000000000"
            "image_id": null
            "instance_type": null
            "label": "gitlab"
            "published": null
            "release": null
            "type": "instance_sbs"
            "version_id": null
            "volume_type": "sbs_volume"
            "zoned_id": "nl-ams-1/00000003-0000-4000-8000-000000000000"
      "web-1":
        "fr-par-1":
          "x86_64":
            "id": "00000001-0000-4000-8000-000000000000"
            "image_id": null
            "instance_type": null
            "label": "docker"
            "published": "2026-09-02T08:30:55Z"
            "release": null
            "type": "instance_sbs"
            "version_id": null
            "volume_type": "sbs_volume"
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000"
    "schema": "imagelock.export/1"
    "#);
}

#[test]
fn a_shell_reads_the_env_file() {
    let (bench, _marketplace) = resolved(MANIFEST);
    bench.ok("export env -o images.env");
    let script = ". ./images.env && echo \"$IMAGE_WEB_1_FR_PAR_1_X86_64 $IMAGE_NO_NL_AMS_1_X86_64_ZONED\"";
    let output = Command::new("sh").arg("-c").arg(script).current_dir(bench.path("")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{} nl-ams-1/{}\n", id(1), id(3)));
}

#[test]
fn a_new_zone_moves_nothing_that_was_there() {
    let (bench, _marketplace) = resolved(MANIFEST);
    let before = bench.ok("export hcl");
    bench.write("images.toml", MANIFEST.replace(", \"nl-ams-1\"", ""));
    bench.ok("resolve");
    for line in bench.ok("export hcl").lines() {
        assert!(before.lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn names_that_become_one_variable_are_refused() {
    let (bench, _marketplace) = resolved(&format!("{MANIFEST}[images.web_1]\nlabel = \"docker\"\n"));
    assert_snapshot!(bench.fails("export env"), @"
    error: `web-1` (fr-par-1, x86_64) and `web_1` (fr-par-1, x86_64) would both be `IMAGE_WEB_1_FR_PAR_1_X86_64` in an env file
     |
     = help: rename one of the images, `web-1` or `web_1`

    error: `web-1` (fr-par-1, x86_64) and `web_1` (fr-par-1, x86_64) would both be `IMAGE_WEB_1_FR_PAR_1_X86_64_ZONED` in an env file
     |
     = help: rename one of the images, `web-1` or `web_1`

    2 errors in all; nothing was changed
    ");
    bench.ok("export tfvars");
}

#[test]
fn an_edited_lock_is_not_exported() {
    let (bench, _marketplace) = resolved(MANIFEST);
    bench.write("images.lock", bench.lock().replace(&id(1), &id(7)));
    assert_snapshot!(bench.fails("export hcl"), @r#"
    error: the block of `web-1` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:30:10
       |
    30 | digest = "sha256:7437aa62a6eeabdbe75581dc0f60c41174a018f10b800ee920e5cde1d8669696"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand, or by a merge
       |
       = help: restore the file from version control, or run `imagelock resolve --upgrade web-1` to pin it anew
    "#);
}

#[test]
fn a_file_is_written_once_and_no_foreign_file_is_replaced() {
    let (bench, _marketplace) = resolved(MANIFEST);
    assert_snapshot!(bench.run("export tfvars -o infra/images.auto.tfvars.json"), @"
    --- stderr
    wrote `infra/images.auto.tfvars.json`
    --- exit 0
    ");
    assert_snapshot!(bench.run("export tfvars -o infra/images.auto.tfvars.json"), @"
    --- stderr
    `infra/images.auto.tfvars.json` is up to date
    --- exit 0
    ");
    for (format, text) in
        [("tfvars", "{\"region\": \"fr-par\"}"), ("hcl", "locals {}\n"), ("env", "A=1\n"), ("json", "{}")]
    {
        bench.write("mine", text);
        let message = bench.fails(&format!("export {format} -o mine"));
        assert!(message.contains("`mine` holds something that imagelock did not write"), "{message}");
        assert_eq!(bench.read("mine"), text);
    }
}

#[test]
fn outputs_are_kept_in_step_with_the_lock() {
    let marketplace = marketplace();
    let bench = Bench::with(&format!("{MANIFEST}{OUTPUTS}")).asking(&marketplace);
    std::fs::create_dir(bench.path("infra")).unwrap();
    assert_snapshot!(bench.run("resolve --dry-run").stderr, @"
    would write `infra/images.auto.tfvars.json`
    would write `images.env`
    ");
    assert_snapshot!(bench.run("resolve").stderr, @"
    wrote `infra/images.auto.tfvars.json`
    wrote `images.env`
    ");
    assert_eq!(bench.read("images.env"), bench.ok("export env"));
    assert_eq!(bench.read("infra/images.auto.tfvars.json"), bench.ok("export tfvars"));
    assert_snapshot!(bench.run("resolve"), @"
    nothing to change: 3 pins
    --- exit 0
    ");
    assert_eq!(bench.run("resolve --locked").status, Some(0));

    bench.write("images.env", bench.read("images.env").replace(&id(1), &id(7)));
    assert_snapshot!(bench.run("resolve --locked"), @"
    the lockfile satisfies the manifest: 3 pins
    --- stderr
    `images.env` is out of step with the lockfile
    to bring it in step: imagelock resolve
    --- exit 2
    ");
    assert_snapshot!(bench.run("resolve --offline"), @"
    nothing to change: 3 pins
    --- stderr
    wrote `images.env`
    --- exit 0
    ");
    assert_eq!(bench.run("resolve --locked").status, Some(0));

    marketplace.offers([
        local("docker", "fr-par-1", "x86_64", 11),
        local("gitlab", "fr-par-1", "x86_64", 2),
        local("gitlab", "nl-ams-1", "x86_64", 3),
    ]);
    bench.ok("resolve --upgrade web-1");
    assert!(bench.read("images.env").contains(&id(11)));
}

#[test]
fn an_output_that_cannot_be_written_leaves_the_lock_as_it_was() {
    let marketplace = marketplace();
    let bench = Bench::with(&format!("{MANIFEST}{OUTPUTS}")).asking(&marketplace);
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.write("images.env", "MINE=1\n");
    assert_snapshot!(bench.fails("resolve"), @r#"
    error: the output `images.env` holds something that imagelock did not write
      --> images.toml:19:8
       |
    19 | path = "images.env"
       |        ^^^^^^^^^^^^ left as it is
       |
       = help: choose another path, move the file away, or add `overwrite = true`
    "#);
    assert_eq!(bench.read("images.env"), "MINE=1\n");
    bench.write("images.toml", format!("{MANIFEST}{OUTPUTS}overwrite = true\n"));
    bench.ok("resolve");
    assert!(bench.read("images.env").contains(&id(1)));
}

/// As git checks files out where `core.autocrlf` is set.
#[test]
fn an_output_with_other_line_ends_is_in_step() {
    let marketplace = marketplace();
    let bench = Bench::with(&format!("{MANIFEST}{OUTPUTS}")).asking(&marketplace);
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.ok("resolve");
    for file in ["images.env", "infra/images.auto.tfvars.json"] {
        bench.write(file, bench.read(file).replace('\n', "\r\n"));
    }
    bench.ok("resolve --locked");
}

#[test]
fn all_outputs_that_cannot_be_written_are_told_at_once() {
    let marketplace = marketplace();
    let bench = Bench::with(&format!("{MANIFEST}{OUTPUTS}")).asking(&marketplace);
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.write("images.env", "MINE=1\n");
    bench.write("infra/images.auto.tfvars.json", "{\"mine\": 1}\n");
    let message = bench.fails("resolve");
    assert_eq!(message.matches("holds something that imagelock did not write").count(), 2, "{message}");
}

#[test]
fn mistakes_in_outputs() {
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
    assert_snapshot!(Bench::with(&format!("{MANIFEST}{outputs}")).fails("resolve --offline"), @r#"
    error: `terraform` is not a valid format
      --> images.toml:14:10
       |
    14 | format = "terraform"
       |          ^^^^^^^^^^^ expected `tfvars`, `hcl`, `ansible`, `env`, `json` or `yaml`

    error: the output `../images.auto.tfvars.json` is outside the manifest's directory
      --> images.toml:15:8
       |
    15 | path = "../images.auto.tfvars.json"
       |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leads out
       |
       = help: if that is meant, add `outside = true` to it

    error: an output has no `format`
      --> images.toml:17:1
       |
    17 | [[outputs]]
       | ^^^^^^^^^^^ `format` is missing
       |
       = help: write `format = "tfvars"` and `path = "images.auto.tfvars.json"`

    error: the output `/etc/images.env` is outside the manifest's directory
      --> images.toml:18:8
       |
    18 | path = "/etc/images.env"
       |        ^^^^^^^^^^^^^^^^^ leads out
       |
       = help: if that is meant, add `outside = true` to it

    error: unknown key `outsid` in [[outputs]]
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
       |        ^^^^^^^ again
       |
       = help: remove one of the two

    error: `overwrite` is a string
      --> images.toml:28:13
       |
    28 | overwrite = "yes"
       |             ^^^^^ expected `true` or `false`

    7 errors in all; nothing was changed
    "#);
}

#[test]
#[cfg(unix)]
fn outputs_that_are_one_file_or_none_of_theirs() {
    let (env, again) = ("[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n", "[[outputs]]\nformat = \"env\"\n");
    let (bench, _marketplace) = resolved(MANIFEST);
    let fails = |outputs: &str| {
        bench.write("images.toml", format!("{MANIFEST}{outputs}"));
        bench.fails("resolve")
    };
    assert_snapshot!(fails(&format!("{env}{again}path = \"./images.env\"\n")), @r#"
    error: two outputs have the path `./images.env`
      --> images.toml:17:8
       |
    17 | path = "./images.env"
       |        ^^^^^^^^^^^^^^ again
       |
       = help: remove one of the two
    "#);
    std::os::unix::fs::symlink("images.env", bench.path("link.env")).unwrap();
    bench.write("images.env", "");
    assert_snapshot!(fails(&format!("{env}{again}path = \"link.env\"\n")), @r#"
    error: the output `link.env` is the same file as the output `images.env`
      --> images.toml:17:8
       |
    17 | path = "link.env"
       |        ^^^^^^^^^^ leads there
       |
       = help: choose another path
    "#);
    assert_snapshot!(fails(&format!("{again}path = \"images.lock\"\noverwrite = true\n")), @r#"
    error: the output `images.lock` is the same file as the lockfile
      --> images.toml:14:8
       |
    14 | path = "images.lock"
       |        ^^^^^^^^^^^^^ leads there
       |
       = help: choose another path
    "#);
    assert_snapshot!(fails(&format!("{again}path = \"infra/../images.toml\"\noutside = true\noverwrite = true\n")), @r#"
    error: the output `infra/../images.toml` is the same file as the manifest
      --> images.toml:14:8
       |
    14 | path = "infra/../images.toml"
       |        ^^^^^^^^^^^^^^^^^^^^^^ leads there
       |
       = help: choose another path
    "#);
}
