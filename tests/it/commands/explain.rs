//! `imagelock explain`: why a candidate was pinned, and what a UUID is.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Marketplace, id, image_id, local, version_id};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::one_pin::behind;

const OLD: &str = "2026-10-01T08:00:00Z";
const NEW: &str = "2026-11-20T08:00:00Z";

fn sandbox() -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([
        local("fedora_44", "fr-par-1", "x86_64", 2).published(NEW),
        local("fedora_44", "fr-par-1", "x86_64", 3).published(NEW).of_type(Some("instance_local")),
        local("fedora_44", "nl-ams-1", "x86_64", 4).published(NEW),
        local("fedora_44", "fr-par-1", "x86_64", 1).published(OLD).superseded(),
        local("fedora_43", "fr-par-1", "x86_64", 5).published(OLD),
        local("fedora_45", "fr-par-1", "x86_64", 6).published(OLD),
        local("fedora_rawhide", "fr-par-1", "x86_64", 7),
    ]);
    let sandbox = Sandbox::with(
        "[images.runner]\nlabel = \"fedora_*\"\nrelease = \">=43, <45\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\nmin-age = \"10d\"\n",
    )
    .asking(&marketplace);
    (sandbox, marketplace)
}

#[test]
fn a_name_lists_each_candidate_with_the_reason_why_it_won_or_lost() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("explain runner"), @"
    ZONE      ARCH           ID                                    LABEL           TYPE            PUBLISHED   WHY
    fr-par-1  x86_64  wins   00000001-0000-4000-8000-000000000000  fedora_44       instance_sbs    2026-10-01  the newest that fits; it is pinned
    fr-par-1  x86_64  loses                                        fedora_45                                   release 45 is not in `>=43, <45`
    fr-par-1  x86_64  loses  00000002-0000-4000-8000-000000000000  fedora_44       instance_sbs    2026-11-20  younger than 10d, until 2026-11-30
    fr-par-1  x86_64  loses  00000003-0000-4000-8000-000000000000  fedora_44       instance_local  2026-11-20  not of type instance_sbs
    fr-par-1  x86_64  loses                                        fedora_44                                   1 more in other zones or for other architectures
    fr-par-1  x86_64  loses  00000005-0000-4000-8000-000000000000  fedora_43       instance_sbs    2026-10-01  a newer release fits
    fr-par-1  x86_64  loses                                        fedora_rawhide                              its release cannot be read, from the label or from the name
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("explain runner --min-age 0d"), @"
    ZONE      ARCH           ID                                    LABEL           TYPE            PUBLISHED   WHY
    fr-par-1  x86_64  wins   00000002-0000-4000-8000-000000000000  fedora_44       instance_sbs    2026-11-20  the newest that fits
    fr-par-1  x86_64  loses                                        fedora_45                                   release 45 is not in `>=43, <45`
    fr-par-1  x86_64  loses  00000003-0000-4000-8000-000000000000  fedora_44       instance_local  2026-11-20  not of type instance_sbs
    fr-par-1  x86_64  loses                                        fedora_44                                   1 more in other zones or for other architectures
    fr-par-1  x86_64  loses  00000005-0000-4000-8000-000000000000  fedora_43       instance_sbs    2026-10-01  a newer release fits
    fr-par-1  x86_64  loses                                        fedora_rawhide                              its release cannot be read, from the label or from the name
    fr-par-1  x86_64  loses  00000001-0000-4000-8000-000000000000  fedora_44       instance_sbs    2026-10-01  pinned, but the Marketplace does not list it
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("explain runner --format json").stdout.lines().take(14).collect::<Vec<_>>().join("\n"), @r#"
    {
      "schema": "imagelock.explain/1",
      "candidates": [
        {
          "name": "runner",
          "zone": "fr-par-1",
          "arch": "x86_64",
          "wins": true,
          "id": "00000001-0000-4000-8000-000000000000",
          "label": "fedora_44",
          "type": "instance_sbs",
          "published": "2026-10-01T08:00:00Z",
          "reason": "the newest that fits; it is pinned"
        },
    "#);
    assert_snapshot!(sandbox.fails("explain runer"), @"
    error: no image is named `runer`
     |
     = help: did you mean `runner`?
    ");
}

#[test]
fn an_image_without_a_winning_candidate_shows_why() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.write("images.toml", sandbox.read("images.toml").replace("x86_64", "arm64"));
    assert_snapshot!(sandbox.run("explain runner"), @"
    ZONE      ARCH          LABEL           WHY
    fr-par-1  arm64  loses  fedora_45       release 45 is not in `>=43, <45`
    fr-par-1  arm64  loses  fedora_44       3 more in other zones or for other architectures
    fr-par-1  arm64  loses  fedora_43       1 more in other zones or for other architectures
    fr-par-1  arm64  loses  fedora_rawhide  its release cannot be read, from the label or from the name

    nothing wins in fr-par-1 (arm64)
    --- exit 0
    ");
}

#[test]
fn a_uuid_is_identified_with_its_kind_and_its_pins() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.ok("resolve --min-age 0d");
    let uuids = [id(2), version_id("fedora_44", OLD), image_id("fedora_44"), id(99)];
    let answers = uuids.map(|uuid| sandbox.run(&format!("explain {uuid}")).to_string());
    assert_snapshot!(answers.concat(), @"
    00000002-0000-4000-8000-000000000000 is a local image of `fedora_44`, in fr-par-1 for x86_64, of type instance_sbs, published 2026-11-20
    it can be pinned and booted
    the lockfile pins it for `runner` (fr-par-1, x86_64)
    --- exit 0
    295b993c-2222-4000-8000-000000000000 is a version of `fedora_44`, published 2026-10-01, with 1 local image
    no Instance boots it; a manifest declares its image by `label`
    the lockfile does not pin it
    --- exit 0
    7ce7fb46-1111-4000-8000-000000000000 is the Marketplace image `fedora_44`, fedora 44, over all its versions
    no Instance boots it; a manifest can ask for it with `image-id`, or better with `label`

    ZONE      ARCH    TYPE            ID
    fr-par-1  x86_64  instance_local  00000003-0000-4000-8000-000000000000
    fr-par-1  x86_64  instance_sbs    00000002-0000-4000-8000-000000000000
    nl-ams-1  x86_64  instance_sbs    00000004-0000-4000-8000-000000000000

    the lockfile does not pin it
    --- exit 0
    00000099-0000-4000-8000-000000000000 is nothing that the Marketplace describes: a superseded local image, a private image, of another service or mistyped
    the lockfile does not pin it
    --- exit 0
    ");
    assert_snapshot!(sandbox.run(&format!("explain {} --format json", id(2))), @r#"
    {
      "schema": "imagelock.explain/1",
      "id": "00000002-0000-4000-8000-000000000000",
      "kind": "local image",
      "label": "fedora_44",
      "zone": "fr-par-1",
      "arch": "x86_64",
      "type": "instance_sbs",
      "published": "2026-11-20T08:00:00Z",
      "pinned_by": [
        {
          "name": "runner",
          "label": "fedora_44",
          "image_id": null,
          "version_id": "85b7fad8-2222-4000-8000-000000000000",
          "release": "44",
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "edited": false,
          "id": "00000002-0000-4000-8000-000000000000",
          "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000",
          "published": "2026-11-20T08:00:00Z"
        }
      ]
    }
    --- exit 0
    "#);
}

#[test]
fn a_uuid_is_explained_without_a_manifest() {
    let (other, marketplace) = sandbox();
    let sandbox = Sandbox::new().asking(&marketplace);
    assert!(sandbox.ok(&format!("explain {}", id(2))).contains("is a local image of `fedora_44`"));
    assert_snapshot!(sandbox.fails(&format!("explain {} --offline", id(2))), @"
    error: could not identify 00000002-0000-4000-8000-000000000000: `--offline` forbids to ask
     |
     = help: run without `--offline`, or answer from a snapshot with `--catalog FILE`
    ");
    drop(other);
}

#[test]
fn an_unknown_image_is_an_error() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.write(
        "images.toml",
        "[images.web]\nlabel = \"fedora_54\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n",
    );
    assert_snapshot!(sandbox.fails("explain web"), @r#"
    error: no image labelled `fedora_54` in the Marketplace
     --> images.toml:2:9
      |
    2 | label = "fedora_54"
      |         ^^^^^^^^^^^ unknown label
      |
      = help: did you mean `fedora_44`, `fedora_45` or `fedora_43`?
    "#);
}

#[test]
fn a_current_pin_is_shown_with_the_date_in_the_lock() {
    let marketplace = Marketplace::offering([
        local("docker", "fr-par-1", "x86_64", 2).published(NEW),
        local("docker", "fr-par-1", "x86_64", 1).published(OLD).superseded(),
    ]);
    let manifest = "[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("explain web"), @"
    ZONE      ARCH          ID                                    LABEL   TYPE          PUBLISHED   WHY
    fr-par-1  x86_64  wins  00000002-0000-4000-8000-000000000000  docker  instance_sbs  2026-11-20  the newest that fits; it is pinned
    --- exit 0
    ");
}

#[test]
fn an_edited_block_causes_a_warning() {
    let (sandbox, _marketplace) = behind("");
    for line in ["explain web", &format!("explain {}", id(1))] {
        sandbox.ok(line);
        assert!(!sandbox.run(line).stderr.contains("digest"), "{line}");
    }
    sandbox.write("images.lock", sandbox.lock().replace("2026-10-01", "2026-10-02"));
    for line in ["explain web", &format!("explain {}", id(1))] {
        let run = sandbox.run(line);
        let warning = "warning: 1 block of `images.lock` does not match the digest: `web` (fr-par-1, x86_64)\n";
        assert!(run.stderr.starts_with(warning), "{line}: {run}");
    }
}
