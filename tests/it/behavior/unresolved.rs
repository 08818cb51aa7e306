//! Pins that cannot be resolved: each error names the cause and the line that fixes it.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{Marketplace, id, image_id, local};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::two_images::offers;

#[test]
fn every_unresolved_pin_is_reported_in_one_run() {
    let marketplace = Marketplace::offering(offers());
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
      = note: of type instance_sbs it is offered for x86_64 in fr-par-1
      = help: change zone or arch of `zone`, or choose another label

    error: no image labelled `ubuntu_nobel` in the Marketplace
     --> images.toml:7:9
      |
    7 | label = "ubuntu_nobel"
      |         ^^^^^^^^^^^^^^ unknown label
      |
      = help: did you mean `ubuntu_noble`?

    error: no image labelled `debian_12` in the Marketplace
      --> images.toml:10:9
       |
    10 | label = "debian_12"
       |         ^^^^^^^^^^^ unknown label
       |
       = help: there is `debian_bookworm`; `imagelock search` lists all labels

    error: `debian_bookworm` is not offered with type instance_local for x86_64 in fr-par-1
      --> images.toml:18:8
       |
    18 | type = "instance_local"
       |        ^^^^^^^^^^^^^^^^ not of this type
       |
       = note: there it is offered with type instance_sbs
       = help: change it to `type = "instance_sbs"` in [images.local]; its servers then need the root volume type `sbs_volume`

    error: `ubuntu_noble` does not boot on `PRO2-X` for x86_64 in fr-par-1 and nl-ams-1
      --> images.toml:22:17
       |
    22 | instance-type = "PRO2-X"
       |                 ^^^^^^^^ cannot boot it
       |
       = note: it boots on DEV1-S and PRO2-S
       = help: did you mean `PRO2-S`?

    error: no image with the ID `00000000-0000-4000-8000-000000000000` in the Marketplace
      --> images.toml:25:12
       |
    25 | image-id = "00000000-0000-4000-8000-000000000000"
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown image ID
       |
       = note: it must be the ID of a Marketplace image, not of a version or of a local image
       = help: name the image by `label`; `imagelock search` lists the labels

    6 errors in all; nothing was changed
    "#);
}

#[test]
fn supported_labels_are_suggested_before_those_at_their_end_of_life() {
    let marketplace = Marketplace::offering([
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
    assert_snapshot!(sandbox.fails("resolve"), @"");
}

#[test]
fn a_uuid_as_label_gets_the_key_or_the_command_to_use_instead() {
    let marketplace = Marketplace::offering([local("docker", "fr-par-1", "x86_64", 1)]);
    let manifest = format!(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\na.label = \"{}\"\nb.label = \"{}\"\nc.label = \"{}\"\n",
        image_id("docker"),
        id(1),
        id(99)
    );
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @"");
    // The suggested key and the suggested command work.
    sandbox
        .write("images.toml", manifest.replace("a.label", "a.image-id").lines().take(5).collect::<Vec<_>>().join("\n"));
    sandbox.ok("resolve");
    sandbox.ok(&format!("adopt b={}", id(1)));
}

#[test]
fn an_omitted_type_means_sbs_and_the_help_gives_the_line_to_add() {
    let marketplace =
        Marketplace::offering([local("arch_linux", "fr-par-1", "x86_64", 1).of_type(Some("instance_local"))]);
    let sandbox = Sandbox::with("[images.a]\nlabel = \"arch_linux\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n")
        .asking(&marketplace);
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `arch_linux` is not offered with type instance_sbs for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "arch_linux"
      |         ^^^^^^^^^^^^ `type` is not declared, which means instance_sbs
      |
      = note: there it is offered with type instance_local
      = help: add `type = "instance_local"` to [images.a]; its servers then need the root volume type `l_ssd`
    "#);
}

#[test]
fn several_local_images_are_an_error_unless_the_instance_type_chooses_one() {
    let marketplace = Marketplace::offering([
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
      |         ^^^^^^^^^^^^^^^ which of them for `old`?
      |
      = note: in fr-par-1, 00000001-0000-4000-8000-000000000000 alone boots on C2L and C2M
      = note: in fr-par-1, 00000002-0000-4000-8000-000000000000 alone boots on DEV1-S and GP1-S
      = note: in fr-par-1, 00000003-0000-4000-8000-000000000000 alone boots on POP2-2C-8G
      = note: and likewise in 1 other cell
      = help: add the Instance type that will boot it to [images.old], for example `instance-type = "C2L"`
    "#);
    sandbox.write("images.toml", format!("{manifest}instance-type = \"ENT1-S\"\n"));
    assert_snapshot!(sandbox.fails("resolve"), @r#"
    error: `ubuntu_bionic` has several local images of type instance_sbs for x86_64 in fr-par-1
     --> images.toml:2:9
      |
    2 | label = "ubuntu_bionic"
      |         ^^^^^^^^^^^^^^^ which of them for `old`?
      |
      = note: in fr-par-1, 00000002-0000-4000-8000-000000000000 alone boots on DEV1-S and GP1-S
      = note: in fr-par-1, 00000003-0000-4000-8000-000000000000 alone boots on POP2-2C-8G
      = help: `ENT1-S` does not tell them apart; declare one that does, for example `instance-type = "DEV1-S"`

    error: `ubuntu_bionic` does not boot on `ENT1-S` for x86_64 in nl-ams-1
     --> images.toml:5:17
      |
    5 | instance-type = "ENT1-S"
      |                 ^^^^^^^^ cannot boot it
      |
      = note: it boots on C2L, DEV1-S and GP1-S
      = help: choose one of those, remove `instance-type`, or choose another label

    2 errors in all; nothing was changed
    "#);
    sandbox.write("images.toml", format!("{manifest}instance-type = \"DEV1-S\"\n"));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL          TO
    added   old   fr-par-1  x86_64  ubuntu_bionic  00000002
    added   old   nl-ams-1  x86_64  ubuntu_bionic  00000004

    2 pins: 2 added
    --- stderr
    warning: images.toml:2:9: support for `ubuntu_bionic` ended on 2023-05-31, by distro-info-data (Ubuntu 18.04 LTS)
      = help: plan its successor
    --- exit 0
    ");
}
