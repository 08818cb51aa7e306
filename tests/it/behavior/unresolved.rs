//! Pins that cannot be resolved: each error names the cause and the line that fixes it.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, image_id, local};
use crate::support::fixtures::two_images::offers;
use crate::support::sandbox::Sandbox;

#[test]
fn every_unresolved_pin_is_reported_in_one_run() {
    let marketplace = FakeMarketplace::offering(offers());
    let sandbox = Sandbox::with(
        r#"
[defaults]
zones = ["fr-par-1", "nl-ams-1"]
arch = "x86_64"

[images.typo]
label = "ubuntu_nobel"

[images.family]
label = "debian_12"

[images.zone]
label = "debian_bookworm"

[images.local]
label = "debian_bookworm"
zone = "fr-par-1"
type = "instance_local"

[images.gpu]
label = "ubuntu_noble"
instance-type = "PRO2-X"

[images.by-id]
image-id = "00000000-0000-4000-8000-000000000000"
"#,
    )
    .asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `debian_bookworm` is not offered for x86_64 in nl-ams-1
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "nl-ams-1"]
      |                      ^^^^^^^^^^ not offered here for x86_64
      |
      = note: it is offered with type instance_sbs for x86_64 in fr-par-1
      = help: change the zone or the architecture in [images.zone], or choose another label

    error: the Marketplace has no image with the label `ubuntu_nobel`
     --> images.toml:7:9
      |
    7 | label = "ubuntu_nobel"
      |         ^^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `ubuntu_noble`?

    error: the Marketplace has no image with the label `debian_12`
      --> images.toml:10:9
       |
    10 | label = "debian_12"
       |         ^^^^^^^^^^^ unknown label
       |
       = help: similar labels: `debian_bookworm`; to list all labels: `imagelock search`

    error: `debian_bookworm` is not offered with type instance_local for x86_64 in fr-par-1
      --> images.toml:18:8
       |
    18 | type = "instance_local"
       |        ^^^^^^^^^^^^^^^^ not offered with this type
       |
       = note: it is offered there with type instance_sbs
       = help: write `type = "instance_sbs"` in [images.local]; servers with this image need the root volume type `sbs_volume`

    error: `ubuntu_noble` does not boot on `PRO2-X` for x86_64 in fr-par-1 and nl-ams-1
      --> images.toml:22:17
       |
    22 | instance-type = "PRO2-X"
       |                 ^^^^^^^^ cannot boot it
       |
       = note: it boots on DEV1-S and PRO2-S
       = help: did you mean `PRO2-S`?

    error: the Marketplace has no image with the ID `00000000-0000-4000-8000-000000000000`
      --> images.toml:25:12
       |
    25 | image-id = "00000000-0000-4000-8000-000000000000"
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown image ID
       |
       = note: `image-id` takes the ID of a Marketplace image, not of a version or of a local image
       = help: to find out what the ID is: `imagelock explain 00000000-0000-4000-8000-000000000000`; to list the labels: `imagelock search`

    6 errors in all; nothing was changed
    "#);
}

#[test]
fn supported_labels_are_suggested_before_those_at_their_end_of_life() {
    let marketplace = FakeMarketplace::offering([
        local("fedora_37", "fr-par-1", "x86_64", 1),
        local("fedora_44", "fr-par-1", "x86_64", 2),
        local("ubuntu_focal", "fr-par-1", "x86_64", 3),
        local("debian_buster", "fr-par-1", "x86_64", 4),
        local("debian_trixie", "fr-par-1", "x86_64", 5),
    ]);
    let sandbox = Sandbox::with(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\na.label = \"fedora_54\"\nb.label = \"fedora_38\"\n\
         c.label = \"ubuntu_foca\"\nd.label = \"debian_12\"\n",
    )
    .asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: the Marketplace has no image with the label `fedora_54`
     --> images.toml:5:11
      |
    5 | a.label = "fedora_54"
      |           ^^^^^^^^^^^ unknown label
      |
      = help: did you mean `fedora_44`?

    error: the Marketplace has no image with the label `fedora_38`
     --> images.toml:6:11
      |
    6 | b.label = "fedora_38"
      |           ^^^^^^^^^^^ unknown label
      |
      = help: did you mean `fedora_44` or `fedora_37` (end-of-life)?

    error: the Marketplace has no image with the label `ubuntu_foca`
     --> images.toml:7:11
      |
    7 | c.label = "ubuntu_foca"
      |           ^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `ubuntu_focal` (end-of-life)?

    error: the Marketplace has no image with the label `debian_12`
     --> images.toml:8:11
      |
    8 | d.label = "debian_12"
      |           ^^^^^^^^^^^ unknown label
      |
      = help: similar labels: `debian_trixie` and `debian_buster` (end-of-life); to list all labels: `imagelock search`

    4 errors in all; nothing was changed
    "#);
}

#[test]
fn a_uuid_as_label_gets_the_key_or_the_command_to_use_instead() {
    let marketplace = FakeMarketplace::offering([local("docker", "fr-par-1", "x86_64", 1)]);
    let manifest = format!(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\na.label = \"{}\"\nb.label = \"{}\"\nc.label = \"{}\"\n",
        image_id("docker"),
        id(1),
        id(99)
    );
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `b0ef6e20-1111-4000-8000-000000000000` is a UUID, not a label
     --> images.toml:5:11
      |
    5 | a.label = "b0ef6e20-1111-4000-8000-000000000000"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not a label
      |
      = note: it is the ID of the Marketplace image `docker`
      = help: write `label = "docker"`, or `image-id = "b0ef6e20-1111-4000-8000-000000000000"`

    error: `00000001-0000-4000-8000-000000000000` is a UUID, not a label
     --> images.toml:6:11
      |
    6 | b.label = "00000001-0000-4000-8000-000000000000"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not a label
      |
      = note: it is the ID of a local image in fr-par-1 for x86_64
      = help: to pin exactly this ID, remove [images.b] and run `imagelock adopt b=00000001-0000-4000-8000-000000000000`

    error: `00000099-0000-4000-8000-000000000000` is a UUID, not a label
     --> images.toml:7:11
      |
    7 | c.label = "00000099-0000-4000-8000-000000000000"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not a label
      |
      = note: a label is a name such as `ubuntu_noble`
      = help: to find out what the ID is: `imagelock explain 00000099-0000-4000-8000-000000000000`; to list the labels: `imagelock search`

    3 errors in all; nothing was changed
    "#);
    // The suggested key and the suggested command work.
    sandbox
        .write("images.toml", manifest.replace("a.label", "a.image-id").lines().take(5).collect::<Vec<_>>().join("\n"));
    sandbox.ok("resolve");
    sandbox.ok(&format!("adopt b={}", id(1)));
}

#[test]
fn an_omitted_type_means_sbs_and_the_help_gives_the_line_to_add() {
    let marketplace =
        FakeMarketplace::offering([local("arch_linux", "fr-par-1", "x86_64", 1).of_type(Some("instance_local"))]);
    let sandbox = Sandbox::with("[images.a]\nlabel = \"arch_linux\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `arch_linux` is not offered with type instance_sbs for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "arch_linux"
      |         ^^^^^^^^^^^^ `type` is missing and defaults to instance_sbs
      |
      = note: it is offered there with type instance_local
      = help: add `type = "instance_local"` to [images.a]; servers with this image need the root volume type `l_ssd`
    "#);
}

#[test]
fn several_local_images_are_an_error_unless_the_instance_type_selects_one() {
    let marketplace = FakeMarketplace::offering([
        local("ubuntu_bionic", "fr-par-1", "x86_64", 1).boots(&["C2L", "C2M"]),
        local("ubuntu_bionic", "fr-par-1", "x86_64", 2).boots(&["DEV1-S", "ENT1-S", "GP1-S"]),
        local("ubuntu_bionic", "fr-par-1", "x86_64", 3).boots(&["ENT1-S", "POP2-2C-8G"]),
        local("ubuntu_bionic", "nl-ams-1", "x86_64", 4).boots(&["DEV1-S", "GP1-S"]),
        local("ubuntu_bionic", "nl-ams-1", "x86_64", 5).boots(&["C2L"]),
    ]);
    let manifest = "[images.old]\nlabel = \"ubuntu_bionic\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `ubuntu_bionic` has several local images of type instance_sbs for x86_64 in fr-par-1 and nl-ams-1
     --> images.toml:2:9
      |
    2 | label = "ubuntu_bionic"
      |         ^^^^^^^^^^^^^^^ ambiguous
      |
      = note: in fr-par-1, 00000001-0000-4000-8000-000000000000 is the only one that boots on C2L and C2M
      = note: in fr-par-1, 00000002-0000-4000-8000-000000000000 is the only one that boots on DEV1-S and GP1-S
      = note: in fr-par-1, 00000003-0000-4000-8000-000000000000 is the only one that boots on POP2-2C-8G
      = note: the same applies to 1 other pin
      = help: add the Instance type of your servers to [images.old], for example `instance-type = "C2L"`
    "#);
    sandbox.write("images.toml", format!("{manifest}instance-type = \"ENT1-S\"\n"));
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `ubuntu_bionic` has several local images of type instance_sbs for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "ubuntu_bionic"
      |         ^^^^^^^^^^^^^^^ ambiguous
      |
      = note: in fr-par-1, 00000002-0000-4000-8000-000000000000 is the only one that boots on DEV1-S and GP1-S
      = note: in fr-par-1, 00000003-0000-4000-8000-000000000000 is the only one that boots on POP2-2C-8G
      = help: several of them boot on `ENT1-S`; write another Instance type, for example `instance-type = "DEV1-S"`

    error: `ubuntu_bionic` does not boot on `ENT1-S` for x86_64 in nl-ams-1
     --> images.toml:5:17
      |
    5 | instance-type = "ENT1-S"
      |                 ^^^^^^^^ cannot boot it
      |
      = note: it boots on C2L, DEV1-S and GP1-S
      = help: write one of these Instance types, remove `instance-type`, or choose another label

    2 errors in all; nothing was changed
    "#);
    sandbox.write("images.toml", format!("{manifest}instance-type = \"DEV1-S\"\n"));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL          TO
    added   old   fr-par-1  x86_64  ubuntu_bionic  00000002
    added   old   nl-ams-1  x86_64  ubuntu_bionic  00000004

    2 pins: 2 added
    --- stderr
    warning: images.toml:2:9: support for `ubuntu_bionic` ended on 2023-05-31, according to distro-info-data (Ubuntu 18.04 LTS)
      = help: to look for a successor: `imagelock search ubuntu`
    --- exit 0
    ");
}
