//! `adopt --from` with Terraform configurations, states and variables.

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::fixtures::adoptable::marketplace;
use crate::support::sandbox::Sandbox;

/// A configuration with many UUIDs. None of them may be sent.
const MAIN_TF: &str = r#"
# The old one was "00000006-0000-4000-8000-000000000000".
terraform {
  backend "s3" { access_key = "aaaaaaaa-0000-4000-8000-000000000000" }
}

variable "db_image" {
  type    = string
  default = "00000003-0000-4000-8000-000000000000" # Debian
}

locals {
  builders = {
    "fr-par-1" = { x86_64 = "00000003-0000-4000-8000-000000000000", arm64 = "00000004-0000-4000-8000-000000000000" }
    "nl-ams-1" = { arm64 = "nl-ams-1/00000005-0000-4000-8000-000000000000" }
  }
  note = <<-EOT
    image = "00000006-0000-4000-8000-000000000000"
  EOT
}

resource "scaleway_instance_server" "web" {
  project_id = "bbbbbbbb-0000-4000-8000-000000000000"
  type       = "DEV1-S"
  image      = "${var.zone}/00000001-0000-4000-8000-000000000000"
  /* image = "00000006-0000-4000-8000-000000000000" */
}

resource "scaleway_instance_server" "web-ams" {
  image = "nl-ams-1/00000002-0000-4000-8000-000000000000"
}

resource "scaleway_instance_server" "mine" {
  image = "fr-par-1/cccccccc-0000-4000-8000-000000000000"
}
"#;

#[test]
fn ids_in_a_terraform_configuration_are_adopted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("main.tf", MAIN_TF);
    assert_snapshot!(sandbox.run("adopt --from main.tf"), @"
    CHANGE  NAME        ZONE      ARCH    LABEL            TO        DETAIL
    added   builders    fr-par-1  arm64   debian_bookworm  00000004  published 2026-09-02
    added   builders    fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   builders-2  nl-ams-1  arm64   debian_bookworm  00000005  published 2026-09-02
    added   db          fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   web         fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02
    added   web-ams     nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02

    6 pins: 6 added
    --- stderr
    warning: main.tf:34: the Marketplace does not list fr-par-1/cccccccc…
      = note: it is a private or superseded image; IDs from files are never sent to the Marketplace
      = help: to look it up, type the whole ID: `imagelock adopt mine=fr-par-1/UUID`; for a superseded image, add `--label LABEL --arch ARCH --type TYPE`
    skipped 2 other UUIDs: the Marketplace does not list them, and their keys do not name an image
    declared `builders`, `builders-2`, `db`, `web` and `web-ams` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.builders]
    label = "debian_bookworm"
    zone = "fr-par-1"
    archs = ["arm64", "x86_64"]
    type = "instance_sbs"

    [images.builders-2]
    label = "debian_bookworm"
    zone = "nl-ams-1"
    arch = "arm64"
    type = "instance_sbs"

    [images.db]
    label = "debian_bookworm"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"

    [images.web]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"

    [images.web-ams]
    label = "ubuntu_noble"
    zone = "nl-ams-1"
    arch = "x86_64"
    type = "instance_sbs"
    "#);
    assert_snapshot!(sandbox.ok("list"), @"
    NAME        ZONE      ARCH    TYPE          LABEL            ID                                    PUBLISHED
    builders    fr-par-1  arm64   instance_sbs  debian_bookworm  00000004-0000-4000-8000-000000000000  2026-09-02
    builders    fr-par-1  x86_64  instance_sbs  debian_bookworm  00000003-0000-4000-8000-000000000000  2026-09-02
    builders-2  nl-ams-1  arm64   instance_sbs  debian_bookworm  00000005-0000-4000-8000-000000000000  2026-09-02
    db          fr-par-1  x86_64  instance_sbs  debian_bookworm  00000003-0000-4000-8000-000000000000  2026-09-02
    web         fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000  2026-09-02
    web-ams     nl-ams-1  x86_64  instance_sbs  ubuntu_noble     00000002-0000-4000-8000-000000000000  2026-09-02
    ");
    let requests = marketplace.requests().join("\n");
    assert!(["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().all(|id| !requests.contains(id)), "{requests}");
    let (manifest, lock) = (sandbox.read("images.toml"), sandbox.lock());
    assert_eq!(sandbox.run("adopt --from main.tf").status, Some(0));
    assert_eq!((sandbox.read("images.toml"), sandbox.lock()), (manifest, lock));
}

/// A description applies to IDs that the user types, never to IDs from a file.
#[test]
fn options_that_describe_an_id_require_a_typed_id() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("main.tf", MAIN_TF);
    let options = "--label ubuntu_noble --arch x86_64 --zone fr-par-1";
    assert!(sandbox.fails(&format!("adopt --from main.tf {options}")).contains("only apply to named IDs"));
    sandbox.ok(&format!("adopt old={} --from main.tf {options}", id(99)));
    let lock = sandbox.lock();
    assert!(lock.contains(&id(99)), "{lock}");
    assert!(["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().all(|id| !lock.contains(id)), "{lock}");
}

/// A state in which two servers of one resource use different builds, and the data source has a newer build.
const STATE: &str = r#"{
  "version": 4,
  "terraform_version": "1.11.4",
  "resources": [
    {
      "mode": "data", "type": "scaleway_marketplace_image", "name": "noble",
      "instances": [{ "attributes": { "id": "fr-par-1/00000001-0000-4000-8000-000000000000", "label": "ubuntu_noble" } }]
    },
    {
      "module": "module.servers",
      "mode": "managed", "type": "scaleway_instance_server", "name": "web",
      "instances": [
        { "index_key": 0, "attributes": { "id": "fr-par-1/dddddddd-0000-4000-8000-000000000000", "image": "fr-par-1/00000001-0000-4000-8000-000000000000" } },
        { "index_key": 1, "attributes": { "id": "fr-par-1/eeeeeeee-0000-4000-8000-000000000000", "image": "fr-par-1/ffffffff-0000-4000-8000-000000000000" } }
      ]
    }
  ]
}"#;

#[test]
fn ids_in_a_terraform_state_are_adopted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("terraform.tfstate", STATE);
    assert_snapshot!(sandbox.run("adopt --from terraform.tfstate"), @"
    CHANGE  NAME   ZONE      ARCH    LABEL         TO        DETAIL
    added   noble  fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02
    added   web    fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02

    2 pins: 2 added
    --- stderr
    warning: terraform.tfstate:14: the Marketplace does not list fr-par-1/ffffffff…
      = note: it is a private or superseded image; IDs from files are never sent to the Marketplace
      = help: to look it up, type the whole ID: `imagelock adopt web-2=fr-par-1/UUID`; for a superseded image, add `--label LABEL --arch ARCH --type TYPE`
    skipped 2 other UUIDs: the Marketplace does not list them, and their keys do not name an image
    declared `noble` and `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.noble]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"

    [images.web]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"
    "#);
    // The command that the warning suggests.
    let line = "adopt web=fr-par-1/ffffffff-0000-4000-8000-000000000000 --label ubuntu_noble --arch x86_64";
    assert_snapshot!(sandbox.fails(line), @"
    error: cannot adopt ffffffff-0000-4000-8000-000000000000: `web` (fr-par-1, x86_64) is already pinned to 00000001-0000-4000-8000-000000000000
     |
     = help: choose another name: `imagelock adopt NAME=ffffffff-0000-4000-8000-000000000000`; or remove the block of this pin from the lockfile first
    ");
    assert_snapshot!(sandbox.run(&line.replace("web=", "web-old=")), @"
    CHANGE  NAME     ZONE      ARCH    LABEL         TO        DETAIL
    added   web-old  fr-par-1  x86_64  ubuntu_noble  ffffffff  pinned as described, because the Marketplace does not list the ID

    3 pins: 1 added, 2 kept
    --- stderr
    declared `web-old` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check web-old"), @"
    STATUS    NAME     ZONE      ARCH    LABEL         PINNED    PUBLISHED  NEWEST    DETAIL
    outdated  web-old  fr-par-1  x86_64  ubuntu_noble  ffffffff  unknown    00000001  the newest version was published on 2026-09-02

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web-old`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web-old
    --- exit 2
    ");
}

#[test]
fn ids_in_variables_and_json_are_adopted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("prod.tfvars", format!("web_image = \"{}\"\nimages = {{ db = \"{}\" }}\n", id(1), id(3)));
    sandbox
        .write("images.json", format!("{{\"cache\": {{\"image_id\": \"{}\"}}, \"9 lives\": [\"{}\"]}}", id(3), id(2)));
    assert_snapshot!(sandbox.run("adopt --from prod.tfvars --from images.json"), @"
    CHANGE  NAME      ZONE      ARCH    LABEL            TO        DETAIL
    added   _9_lives  nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02
    added   cache     fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   db        fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   web       fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02

    4 pins: 4 added
    --- stderr
    declared `_9_lives`, `cache`, `db` and `web` in `images.toml`
    --- exit 0
    ");
}
