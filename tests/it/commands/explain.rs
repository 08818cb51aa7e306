//! `imagelock explain`: why a candidate was or was not pinned, and what a UUID identifies.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, image_id, local, version_id};
use crate::support::fixtures::one_pin::outdated_pin;
use crate::support::sandbox::Sandbox;

const OLD: &str = "2026-10-01T08:00:00Z";
const NEW: &str = "2026-11-20T08:00:00Z";

fn sandbox() -> (Sandbox, FakeMarketplace) {
    let marketplace = FakeMarketplace::offering([
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
fn explain_lists_each_candidate_and_why_it_won_or_lost() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("explain runner"), @"
    ZONE      ARCH    RESULT  ID        LABEL           TYPE            PUBLISHED   REASON
    fr-par-1  x86_64  wins    00000001  fedora_44       instance_sbs    2026-10-01  the newest match; it is pinned
    fr-par-1  x86_64  loses             fedora_45                                   release 45 is not in `>=43, <45`
    fr-par-1  x86_64  loses   00000002  fedora_44       instance_sbs    2026-11-20  younger than 10d until 2026-11-30
    fr-par-1  x86_64  loses   00000003  fedora_44       instance_local  2026-11-20  its type is not instance_sbs
    fr-par-1  x86_64  loses             fedora_44                                   1 local image in other zones or for other architectures
    fr-par-1  x86_64  loses   00000005  fedora_43       instance_sbs    2026-10-01  a newer release matches
    fr-par-1  x86_64  loses             fedora_rawhide                              its release is unknown: neither the label nor the name contains one
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("explain runner --min-age 0d"), @"
    ZONE      ARCH    RESULT  ID        LABEL           TYPE            PUBLISHED   REASON
    fr-par-1  x86_64  wins    00000002  fedora_44       instance_sbs    2026-11-20  the newest match
    fr-par-1  x86_64  loses             fedora_45                                   release 45 is not in `>=43, <45`
    fr-par-1  x86_64  loses   00000003  fedora_44       instance_local  2026-11-20  its type is not instance_sbs
    fr-par-1  x86_64  loses             fedora_44                                   1 local image in other zones or for other architectures
    fr-par-1  x86_64  loses   00000005  fedora_43       instance_sbs    2026-10-01  a newer release matches
    fr-par-1  x86_64  loses             fedora_rawhide                              its release is unknown: neither the label nor the name contains one
    fr-par-1  x86_64  loses   00000001  fedora_44       instance_sbs    2026-10-01  pinned, but the Marketplace does not list it
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
          "reason": "the newest match; it is pinned"
        },
    "#);
    assert_snapshot!(sandbox.fails("explain runer"), @"
    error: `runer` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: did you mean `runner`?
    ");
}

/// The error names everything that was searched, and suggests similar names, labels and IDs.
#[test]
fn an_unknown_word_gets_similar_names_labels_and_ids() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.ok("resolve");
    let pinned = id(1);
    let words = ["Runner", "fedora_4", "FEDORA_44", "windows", &pinned[..7], &pinned.replace('-', ""), "ffffffff"];
    let messages = words.map(|word| sandbox.run(&format!("explain {word}")).stderr);
    assert_snapshot!(messages.join("\n"), @"
    error: `Runner` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: did you mean `runner`?

    error: `fedora_4` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: did you mean `fedora_43`, `fedora_44` or `fedora_45`?

    error: `FEDORA_44` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: did you mean `fedora_44`, `fedora_43` or `fedora_45`?

    error: `windows` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: to list the labels: `imagelock search`; to list the pins: `imagelock list`

    error: `0000000` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: did you mean `00000001-0000-4000-8000-000000000000`?

    error: `00000001000040008000000000000000` is not an image name, a label or an ID
     |
     = note: searched the image names in the manifest, the labels of the Marketplace, and IDs
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: write the ID with dashes: `imagelock explain 00000001-0000-4000-8000-000000000000`

    error: no ID begins with `ffffffff`
     |
     = note: searched the lockfile and all listings of the Marketplace
     = help: to show the pinned IDs: `imagelock list`
    ");
    assert!(sandbox.ok(&format!("explain {}", pinned.to_uppercase())).contains("is a local image"));
    let manifest = sandbox.read("images.toml");
    std::fs::remove_file(sandbox.path("images.toml")).unwrap();
    assert_snapshot!(sandbox.fails("explain runner"), @"
    error: `runner` is not an image name, a label or an ID
     |
     = note: searched the labels of the Marketplace and IDs; there is no manifest with image names
     = note: an ID is a UUID with dashes, or at least its first 8 digits
     = help: to list the labels: `imagelock search`; to list the pins: `imagelock list`
    ");
    sandbox.write("images.toml", manifest);
}

#[test]
fn an_image_without_a_winner_shows_why_each_candidate_lost() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.write("images.toml", sandbox.read("images.toml").replace("x86_64", "arm64"));
    assert_snapshot!(sandbox.run("explain runner"), @"
    ZONE      ARCH   RESULT  LABEL           REASON
    fr-par-1  arm64  loses   fedora_45       release 45 is not in `>=43, <45`
    fr-par-1  arm64  loses   fedora_44       3 local images in other zones or for other architectures
    fr-par-1  arm64  loses   fedora_43       1 local image in other zones or for other architectures
    fr-par-1  arm64  loses   fedora_rawhide  its release is unknown: neither the label nor the name contains one

    no candidate wins for fr-par-1 (arm64)
    --- exit 0
    ");
}

#[test]
fn explain_shows_the_kind_and_the_pins_of_a_uuid() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.ok("resolve --min-age 0d");
    let uuids = [id(2), version_id("fedora_44", OLD), image_id("fedora_44"), id(99)];
    let answers = uuids.map(|uuid| sandbox.run(&format!("explain {uuid}")).to_string());
    assert_snapshot!(answers.concat(), @"
    00000002-0000-4000-8000-000000000000 is a local image of `fedora_44` in fr-par-1 for x86_64, type instance_sbs, published 2026-11-20
    it can be pinned, and an Instance can boot from it
    the lockfile pins it for `runner` (fr-par-1, x86_64)
    --- exit 0
    295b993c-2222-4000-8000-000000000000 is a version of `fedora_44`, published 2026-10-01, with 1 local image
    an Instance cannot boot from it; to pin this image, declare its `label` in the manifest
    the lockfile does not pin it
    --- exit 0
    7ce7fb46-1111-4000-8000-000000000000 is the Marketplace image `fedora_44` (fedora 44)
    an Instance cannot boot from it; to pin this image, declare its `label`, or this ID as `image-id`

    ZONE      ARCH    TYPE            ID
    fr-par-1  x86_64  instance_local  00000003
    fr-par-1  x86_64  instance_sbs    00000002
    nl-ams-1  x86_64  instance_sbs    00000004

    the lockfile pins it for `runner` (fr-par-1, x86_64)
    --- exit 0
    the Marketplace does not list 00000099-0000-4000-8000-000000000000: it may be a superseded local image, a private image, an ID of another service or a typo
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
    error: cannot identify 00000002-0000-4000-8000-000000000000: `--offline` does not allow queries to the Marketplace
     |
     = help: run without `--offline`, or use a snapshot: `--catalog FILE`
    ");
    drop(other);
}

#[test]
fn an_unknown_label_is_an_error() {
    let (sandbox, _marketplace) = sandbox();
    sandbox.write(
        "images.toml",
        "[images.web]\nlabel = \"fedora_54\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n",
    );
    assert_snapshot!(sandbox.fails("explain web"), @r#"
    error: the Marketplace has no image with the label `fedora_54`
     --> images.toml:2:9
      |
    2 | label = "fedora_54"
      |         ^^^^^^^^^^^ unknown label
      |
      = help: did you mean `fedora_44`, `fedora_45` or `fedora_43`?
    "#);
}

#[test]
fn the_winner_is_marked_as_pinned_if_the_pin_is_current() {
    let marketplace = FakeMarketplace::offering([
        local("docker", "fr-par-1", "x86_64", 2).published(NEW),
        local("docker", "fr-par-1", "x86_64", 1).published(OLD).superseded(),
    ]);
    let manifest = "[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    assert_snapshot!(sandbox.run("explain web"), @"
    ZONE      ARCH    RESULT  ID        LABEL   TYPE          PUBLISHED   REASON
    fr-par-1  x86_64  wins    00000002  docker  instance_sbs  2026-11-20  the newest match; it is pinned
    --- exit 0
    ");
}

#[test]
fn an_edited_block_causes_a_warning() {
    let (sandbox, _marketplace) = outdated_pin("");
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
