//! `adopt`: from IDs that people run already to a manifest and a lock, without moving any of them.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Marketplace, id, local};
use crate::support::sandbox::Sandbox;

const DATE: &str = "2026-09-02T08:30:55Z";

fn marketplace() -> Marketplace {
    Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(DATE),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2).published(DATE),
        local("debian_bookworm", "fr-par-1", "x86_64", 3).published(DATE),
        local("debian_bookworm", "fr-par-1", "arm64", 4).published(DATE),
        local("debian_bookworm", "nl-ams-1", "arm64", 5).published(DATE),
        local("ubuntu_jammy", "fr-par-1", "x86_64", 6).of_type(Some("instance_local")).published(DATE),
    ])
}

#[test]
fn ids_become_a_manifest_and_a_lock() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let line = format!("adopt web=fr-par-1/{} web={} db={} old={}", id(1), id(2), id(3), id(6));
    assert_snapshot!(sandbox.run(&format!("{line} --dry-run")), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO        DETAIL
    added   db    fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   old   fr-par-1  x86_64  ubuntu_jammy     00000006  published 2026-09-02
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02
    added   web   nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02

    dry run, nothing was written; would be: 4 added
    --- stderr
    would declare `db`, `old` and `web` in `images.toml`
    --- exit 0
    ");
    assert_eq!(sandbox.files(), [""; 0]);
    assert_snapshot!(sandbox.run(&line), @"
    CHANGE  NAME  ZONE      ARCH    LABEL            TO        DETAIL
    added   db    fr-par-1  x86_64  debian_bookworm  00000003  published 2026-09-02
    added   old   fr-par-1  x86_64  ubuntu_jammy     00000006  published 2026-09-02
    added   web   fr-par-1  x86_64  ubuntu_noble     00000001  published 2026-09-02
    added   web   nl-ams-1  x86_64  ubuntu_noble     00000002  published 2026-09-02

    4 pins: 4 added
    --- stderr
    declared `db`, `old` and `web` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.db]
    label = "debian_bookworm"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_sbs"

    [images.old]
    label = "ubuntu_jammy"
    zone = "fr-par-1"
    arch = "x86_64"
    type = "instance_local"

    [images.web]
    label = "ubuntu_noble"
    zones = ["fr-par-1", "nl-ams-1"]
    arch = "x86_64"
    type = "instance_sbs"
    "#);
    assert_snapshot!(sandbox.ok("list"), @"
    NAME  ZONE      ARCH    TYPE            LABEL            ID                                    PUBLISHED
    db    fr-par-1  x86_64  instance_sbs    debian_bookworm  00000003-0000-4000-8000-000000000000  2026-09-02
    old   fr-par-1  x86_64  instance_local  ubuntu_jammy     00000006-0000-4000-8000-000000000000  2026-09-02
    web   fr-par-1  x86_64  instance_sbs    ubuntu_noble     00000001-0000-4000-8000-000000000000  2026-09-02
    web   nl-ams-1  x86_64  instance_sbs    ubuntu_noble     00000002-0000-4000-8000-000000000000  2026-09-02
    ");
    // Nothing is left to do.
    sandbox.ok("resolve --locked");
    let (manifest, lock) = (sandbox.read("images.toml"), sandbox.lock());
    sandbox.ok("resolve");
    sandbox.ok("check");
    assert_snapshot!(sandbox.run(&line), @"
    nothing to change: 4 pins
    --- exit 0
    ");
    assert_eq!((sandbox.read("images.toml"), sandbox.lock()), (manifest, lock));
}

/// A file of many UUIDs: none of them is sent.
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
      = note: it is an image of your own, or one that was superseded; IDs that are read from files are never sent
      = help: to look it up, name it: `imagelock adopt mine=fr-par-1/UUID`; if it was superseded, say what it is: `--label LABEL --arch ARCH`
    skipped 2 other UUIDs that the Marketplace does not list and that no key calls an image
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
    let asked = marketplace.requests().join("\n");
    assert!(["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().all(|id| !asked.contains(id)), "{asked}");
    // Doing it again changes nothing.
    let (manifest, lock) = (sandbox.read("images.toml"), sandbox.lock());
    assert_eq!(sandbox.run("adopt --from main.tf").status, Some(0));
    assert_eq!((sandbox.read("images.toml"), sandbox.lock()), (manifest, lock));
}

/// What the user states is about the IDs that they type, never about those in files.
#[test]
fn options_that_describe_an_id_require_a_typed_id() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("main.tf", MAIN_TF);
    let options = "--label ubuntu_noble --arch x86_64 --zone fr-par-1";
    assert!(sandbox.fails(&format!("adopt --from main.tf {options}")).contains("<NAME=[ZONE/]UUID>"));
    sandbox.ok(&format!("adopt old={} --from main.tf {options}", id(99)));
    let lock = sandbox.lock();
    assert!(lock.contains(&id(99)), "{lock}");
    assert!(["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().all(|id| !lock.contains(id)), "{lock}");
}

/// UUIDs that are not images, under keys that sound like one, as `%NN%`; and behind them five that may be.
const SECRETS: [(&str, &str); 5] = [
    (
        "a.json",
        r#"{
        "image_registry_auth": "%01%", "image_pull_passphrase": "%02%", "imagePullPwd": "%03%",
        "docker_image_passwd": "%04%", "imagery_license": "%05%", "images": {"registry_login": "%06%", "project": "%07%"},
        "image_builder": {"private": "%08%"}, "image": "https://user:pass@example.com/%09%",
        "images_of": {"image": {"apiKey": "%30%"}}, "backup_image": "%30%"
        }"#,
    ),
    (
        "b.tfstate",
        r#"{
        "outputs": {
            "packer_image_builder": {"value": "%11%", "type": "string", "sensitive": true},
            "base_image": {"value": "%12%", "type": "string", "sensitive": true}
        },
        "resources": [
            {"type": "random_uuid", "name": "image_signing", "instances": [{"attributes": {"id": "%13%", "result": "%14%"}}]},
            {"type": "random_uuid", "name": "image", "instances": [{"attributes": {"id": "%15%", "result": "%16%"}}]},
            {"type": "scaleway_iam_api_key", "name": "packer_image", "instances": [{"attributes": {"secret_key": "%17%"}}]},
            {"type": "some_thing", "name": "it", "instances": [
                {"attributes": {"image": "%18%"}, "sensitive_attributes": [[{"type": "get_attr", "value": "image"}]]}
            ]}
        ]}"#,
    ),
    (
        "c.tf",
        r#"
        variable "image_builder_sk" {
          sensitive = true
          default   = "%21%"
        }
        variable "vm_image" {
          default   = { image = "%22%" }
          sensitive = true
        }
        variable "disk_image" {
          type      = string
          sensitive = true
        }
        output "an_image" { value = sensitive("%23%") }
        image_url = "https://user:%24%@example.com/%25%"
        provider "registry" { image = "%26%" }
        resource "some_thing" "it" { image_pull { image = "%27%" } }
        "#,
    ),
    ("d.tfvars", "disk_image = \"%28%\"\ndb_image = \"%30%\"\n"),
    (
        "e.tf",
        r#"
        image = "%91%"
        web_image = "%92%"
        images = { db = "%93%" }
        variable "old_image" {
          default   = "%94%"
          sensitive = false
        }
        resource "scaleway_instance_server" "found" { image = lookup(var.images, "web", "%95%") }
        "#,
    ),
];

#[test]
fn a_possible_secret_is_never_sent_or_printed() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let image = |n: u32| format!("{n:08}-0000-4000-8000-000000000000");
    let uuid = |n: u32| if n < 90 { format!("{n:08}-0000-4000-8000-0000deadbeef") } else { image(n) };
    let mut line = format!("adopt web={}", id(1));
    for (name, text) in SECRETS {
        sandbox.write(name, (1..=95).fold(text.to_owned(), |text, n| text.replace(&format!("%{n:02}%"), &uuid(n))));
        line.extend([" --from ", name]);
    }
    for line in [format!("{line} --dry-run"), line] {
        let told = sandbox.run(&line);
        assert_eq!(told.status, Some(0), "{told}");
        let asked = marketplace.requests().join("\n");
        assert!(!asked.contains("deadbeef") && !told.to_string().contains("deadbeef"), "{asked}{told}");
        assert!((91..=95).all(|n| !asked.contains(&image(n))), "{asked}");
    }
}

#[test]
fn invalid_json_is_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("bom.json", format!("\u{feff}{{\"web_image\": \"{}\"}}", id(1)));
    assert_eq!(
        sandbox.ok("adopt --from bom.json --dry-run").lines().last(),
        Some("dry run, nothing was written; would be: 1 added")
    );
    sandbox.write("cut.tfstate", format!("{{\"web_image\": \"{}\",\n", id(1)));
    sandbox.write("lines", format!("{{\"web_image\": \"{}\"}}\n{{\"web_image\": \"{}\"}}\n", id(1), id(2)));
    sandbox.write("deep.json", "[".repeat(1000) + &"]".repeat(1000));
    assert_snapshot!(sandbox.fails("adopt --from cut.tfstate"), @"
    error: `cut.tfstate` is no whole JSON value: EOF while parsing a value at line 2 column 0
     |
     = help: have the tool that wrote `cut.tfstate` write it again, or name the IDs: `imagelock adopt web=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from lines"), @"
    error: `lines` is no whole JSON value: trailing characters at line 2 column 1
     |
     = help: have the tool that wrote `lines` write it again, or name the IDs: `imagelock adopt web=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from deep.json"), @"
    error: `deep.json` is no whole JSON value: recursion limit exceeded at line 1 column 128
     |
     = help: have the tool that wrote `deep.json` write it again, or name the IDs: `imagelock adopt web=UUID`
    ");
}

#[test]
fn unlisted_ids_beyond_the_first_ten_are_counted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let names = (100..200).map(|n| format!("\"a{n}\": \"{}\"", id(n))).collect::<Vec<_>>().join(", ");
    sandbox.write("images.json", format!("{{\"images\": {{{names}, \"web\": \"{}\"}}}}", id(1)));
    let told = sandbox.run("adopt --from images.json");
    assert_eq!(told.stderr.matches("warning: ").count(), 11, "{told}");
    assert_snapshot!(told.stderr.lines().rev().take(3).collect::<Vec<_>>().join("\n"), @"
    declared `web` in `images.toml`
    warning: and 90 more that the Marketplace does not list
      = help: to look it up, name it: `imagelock adopt a109=UUID`; if it was superseded, say what it is: `--label LABEL --arch ARCH --zone ZONE`
    ");
}

/// As many as a big state has. Of each the line is found and the listing is searched, and neither from the beginning.
#[test]
fn a_state_with_a_hundred_thousand_ids_is_adopted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let id = |n: usize| format!("\"{n:08x}-0000-4000-8000-000000000000\"");
    let ids: Vec<String> = (1000..100_000).map(id).collect();
    sandbox.write("state.json", format!("{{\"ids\": [{}], \"web_image\": {}}}", ids.join(",\n"), id(1)));
    assert_eq!(sandbox.ok("adopt --from state.json").lines().last(), Some("1 pin: 1 added"));
}

/// As the provider writes it: two servers of one resource run different builds, and the data source has moved on.
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
      = note: it is an image of your own, or one that was superseded; IDs that are read from files are never sent
      = help: to look it up, name it: `imagelock adopt web-2=fr-par-1/UUID`; if it was superseded, say what it is: `--label LABEL --arch ARCH`
    skipped 2 other UUIDs that the Marketplace does not list and that no key calls an image
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
    // What the message says can be done, can be done.
    let line = "adopt web=fr-par-1/ffffffff-0000-4000-8000-000000000000 --label ubuntu_noble --arch x86_64";
    assert_snapshot!(sandbox.fails(line), @"
    error: `web` (fr-par-1, x86_64) is pinned to 00000001-0000-4000-8000-000000000000 already, and not to ffffffff-0000-4000-8000-000000000000
     |
     = help: choose another name: `imagelock adopt NAME=UUID`; or remove its block from the lockfile first
    ");
    assert_snapshot!(sandbox.run(&line.replace("web=", "web-old=")), @"
    CHANGE  NAME     ZONE      ARCH    LABEL         TO        DETAIL
    added   web-old  fr-par-1  x86_64  ubuntu_noble  ffffffff  the Marketplace does not list the ID: pinned as it is described

    3 pins: 1 added, 2 kept
    --- stderr
    declared `web-old` in `images.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("check web-old"), @"
    STATUS    NAME     ZONE      ARCH    LABEL         LOCKED    PUBLISHED  LATEST    DETAIL
    outdated  web-old  fr-par-1  x86_64  ubuntu_noble  ffffffff  unknown    00000001  the latest is of 2026-09-02

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web-old`), so it cannot be verified
    to move to the latest: imagelock resolve --upgrade web-old
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

#[test]
fn an_unlisted_id_is_pinned_as_the_manifest_describes_it() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(
        "[images.web]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n",
    );
    let sandbox = sandbox.asking(&marketplace);
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(99))), @"
    error: the Marketplace does not describe 00000099-0000-4000-8000-000000000000
     |
     = note: it is an image of your own, or one that was superseded: those stay bootable, and are forgotten
     = help: if it was superseded, say what it is: `imagelock adopt web=00000099-0000-4000-8000-000000000000 --label LABEL --arch ARCH --zone ZONE`
    ");
    assert_snapshot!(sandbox.run(&format!("adopt web=fr-par-1/{} web=nl-ams-1/{}", id(99), id(2))), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000099  the Marketplace does not list the ID: pinned as it is described
    added   web   nl-ams-1  x86_64  ubuntu_noble  00000002  published 2026-09-02

    2 pins: 2 added
    --- exit 0
    ");
    sandbox.ok("resolve --locked");
}

#[test]
fn adopt_writes_the_outputs() {
    let marketplace = marketplace();
    let sandbox = Sandbox::with(
        "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n\n[images.db]\nlabel = \"debian_bookworm\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n",
    );
    let sandbox = sandbox.asking(&marketplace);
    assert_snapshot!(sandbox.run(&format!("adopt web={}", id(1))), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02

    1 pin: 1 added
    --- stderr
    declared `web` in `images.toml`
    wrote `images.env`
    --- exit 0
    ");
    assert_eq!(sandbox.ok("export env"), sandbox.read("images.env").replace("# Manifest: images.toml\n", ""));
}

#[test]
fn an_id_that_cannot_be_adopted_is_an_error() {
    let marketplace = marketplace();
    let manifest = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("empty.tf", "image = \"ubuntu_noble\"\n");
    assert_snapshot!(sandbox.fails("adopt"), @"
    error: the following required arguments were not provided:
      <NAME=[ZONE/]UUID|--from <FILE>>

    Usage: imagelock adopt <NAME=[ZONE/]UUID|--from <FILE>>

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.fails("adopt web"), @"
    error: `web` is no name and ID: expected a name, `=` and a UUID
     |
     = note: IDs are found in a file with `--from FILE`
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`
    ");
    assert_snapshot!(sandbox.fails("adopt web=ubuntu_noble 2=x db=paris/00000001-0000-4000-8000-000000000000"), @"
    error: `ubuntu_noble` is no ID: expected a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    error: `2` is no image name: expected a letter or `_`, then letters, digits, `_` or `-`, so that shells and HCL can use it as an identifier
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    error: `paris` is no zone: expected country, city and number, like `fr-par-1`
     |
     = help: write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`

    3 errors in all; nothing was changed
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt db=nl-ams-1/{}", id(1))), @"error: nl-ams-1/00000001-0000-4000-8000-000000000000 is in fr-par-1, not in nl-ams-1");
    assert_snapshot!(sandbox.fails(&format!("adopt db={}", id(99))), @"
    error: the Marketplace does not describe 00000099-0000-4000-8000-000000000000
     |
     = note: it is an image of your own, or one that was superseded: those stay bootable, and are forgotten
     = help: if it was superseded, say what it is: `imagelock adopt db=00000099-0000-4000-8000-000000000000 --label LABEL --arch ARCH --zone ZONE`
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(2))), @r#"
    error: 00000002-0000-4000-8000-000000000000 is in nl-ams-1 for x86_64, where `web` is not declared
     --> images.toml:3:8
      |
    3 | zone = "fr-par-1"
      |        ^^^^^^^^^^ declared here
      |
      = help: declare it there, or choose another name: `imagelock adopt NAME=UUID`
    "#);
    assert_snapshot!(sandbox.fails(&format!("adopt web={}", id(3))), @r#"
    error: 00000003-0000-4000-8000-000000000000 is debian_bookworm (instance_sbs), and `web` is declared as ubuntu_noble (instance_sbs)
     --> images.toml:2:9
      |
    2 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ declared here
      |
      = help: change what is declared, or choose another name: `imagelock adopt NAME=UUID`
    "#);
    assert_snapshot!(sandbox.fails(&format!("adopt web=fr-par-1/{} --label ubuntu_noble --arch x86_64", id(99))), @"
    error: `web` (fr-par-1, x86_64) is pinned to 00000001-0000-4000-8000-000000000000 already, and not to 00000099-0000-4000-8000-000000000000
     |
     = help: choose another name: `imagelock adopt NAME=UUID`; or remove its block from the lockfile first
    ");
    assert_snapshot!(sandbox.fails("adopt --from empty.tf"), @"
    error: in `empty.tf` there is no ID of an image that the Marketplace lists
     |
     = help: name the IDs: `imagelock adopt web=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from nowhere.tf"), @"
    error: could not read `nowhere.tf`: No such file or directory (os error 2)
     |
     = help: check the path
    ");
    assert_snapshot!(sandbox.fails(&format!("adopt db={} --offline", id(1))), @"
    error: could not identify the IDs: `--offline` forbids to ask
     |
     = help: run without `--offline`, or answer from a snapshot with `--catalog FILE`
    ");
    assert_eq!(sandbox.read("images.toml"), manifest);
}
