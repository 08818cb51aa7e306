//! `imagelock export`: the pins in the formats of other tools.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::fixtures::awkward_names::{MANIFEST, resolved};
use crate::support::sandbox::Sandbox;

#[test]
fn tfvars_nests_ids_by_name_zone_and_arch() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export tfvars"), @r#"
    {
      "//": "This file is written by imagelock from its lockfile. Change the manifest instead of editing it.",
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
fn hcl_nests_ids_by_name_zone_and_arch() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export hcl"), @r#"
    # This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
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
fn ansible_nests_ids_by_name_zone_and_arch() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export ansible"), @r#"
    # This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
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
fn env_has_two_variables_per_pin() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export env"), @"
    # This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
    IMAGE_NO_FR_PAR_1_X86_64=00000002-0000-4000-8000-000000000000
    IMAGE_NO_FR_PAR_1_X86_64_ZONED=fr-par-1/00000002-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64=00000003-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64_ZONED=nl-ams-1/00000003-0000-4000-8000-000000000000
    IMAGE_WEB_1_FR_PAR_1_X86_64=00000001-0000-4000-8000-000000000000
    IMAGE_WEB_1_FR_PAR_1_X86_64_ZONED=fr-par-1/00000001-0000-4000-8000-000000000000
    ");
}

#[test]
fn json_has_every_field_of_a_pin() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export json"), @r#"
    {
      "//": "This file is written by imagelock from its lockfile. Change the manifest instead of editing it.",
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
              "version_id": "dba44ef6-2222-4000-8000-000000000000",
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
fn yaml_has_every_field_of_a_pin() {
    assert_snapshot!(resolved(MANIFEST).0.ok("export yaml"), @r#"
    # This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
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
            "version_id": "dba44ef6-2222-4000-8000-000000000000"
            "volume_type": "sbs_volume"
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000"
    "schema": "imagelock.export/1"
    "#);
}

#[test]
fn a_shell_reads_the_env_file() {
    let (sandbox, _marketplace) = resolved(MANIFEST);
    sandbox.write("images.env", sandbox.run("export env").stdout);
    let script = ". ./images.env && echo \"$IMAGE_WEB_1_FR_PAR_1_X86_64 $IMAGE_NO_NL_AMS_1_X86_64_ZONED\"";
    let output = Command::new("sh").arg("-c").arg(script).current_dir(sandbox.path("")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{} nl-ams-1/{}\n", id(1), id(3)));
}

#[test]
fn a_new_zone_only_adds_lines() {
    let (sandbox, _marketplace) = resolved(MANIFEST);
    let before = sandbox.ok("export hcl");
    sandbox.write("images.toml", MANIFEST.replace(", \"nl-ams-1\"", ""));
    sandbox.ok("resolve");
    for line in sandbox.ok("export hcl").lines() {
        assert!(before.lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn names_that_become_the_same_variable_are_refused() {
    let (sandbox, _marketplace) = resolved(&format!("{MANIFEST}[images.web_1]\nlabel = \"docker\"\n"));
    assert_snapshot!(sandbox.fails("export env"), @"
    error: the format `env` has the same variable `IMAGE_WEB_1_FR_PAR_1_X86_64` for `web-1` (fr-par-1, x86_64) and `web_1` (fr-par-1, x86_64)
     |
     = help: rename one of the images `web-1` and `web_1`
    ");
    sandbox.ok("export tfvars");
}

/// If the file were sorted by variable, `no-2` would come before `no`.
#[test]
fn the_env_file_is_ordered_like_the_lockfile() {
    let (sandbox, _marketplace) = resolved(&MANIFEST.replace("web-1", "no-2"));
    assert_snapshot!(sandbox.ok("export env"), @"
    # This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
    IMAGE_NO_FR_PAR_1_X86_64=00000002-0000-4000-8000-000000000000
    IMAGE_NO_FR_PAR_1_X86_64_ZONED=fr-par-1/00000002-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64=00000003-0000-4000-8000-000000000000
    IMAGE_NO_NL_AMS_1_X86_64_ZONED=nl-ams-1/00000003-0000-4000-8000-000000000000
    IMAGE_NO_2_FR_PAR_1_X86_64=00000001-0000-4000-8000-000000000000
    IMAGE_NO_2_FR_PAR_1_X86_64_ZONED=fr-par-1/00000001-0000-4000-8000-000000000000
    ");
}

/// An architecture can have any name, so its variable can equal the zoned variable of another architecture.
#[test]
fn an_arch_whose_variable_equals_the_zoned_variable_of_another_is_refused() {
    let rows = ["x86_64", "x86_64_zoned"].map(|arch| local("docker", "fr-par-1", arch, 1));
    let marketplace = FakeMarketplace::offering(rows);
    let manifest = "[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = [\"x86_64\", \"x86_64_zoned\"]\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.fails("export env"), @"
    error: the format `env` has the same variable `IMAGE_WEB_FR_PAR_1_X86_64_ZONED` for `web` (fr-par-1, x86_64_zoned) and `web` (fr-par-1, x86_64)
     |
     = help: declare one of them with a name other than `web`
    ");
}

#[test]
fn an_edited_lockfile_is_not_exported() {
    let (sandbox, _marketplace) = resolved(MANIFEST);
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(7)));
    assert_snapshot!(sandbox.fails("export hcl"), @r#"
    error: the block of `web-1` (fr-par-1, x86_64) in the lockfile does not match its digest
      --> images.lock:31:10
       |
    31 | digest = "sha256:d79aa49718da5dce6387d08e54bc45b4d88438d087378302257c97be0b903d33"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the block was edited by hand or by a merge
       |
       = help: restore the file with `git restore images.lock`; or, to pin the image again: `imagelock upgrade web-1`
    "#);
}
