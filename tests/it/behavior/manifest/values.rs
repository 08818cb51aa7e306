//! Invalid values: each message says what is expected, and suggests a value if possible.

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::refused_by_every_command;
use crate::support::manifest::web;

#[test]
fn an_invalid_release_range_is_refused() {
    let pattern = "[images.f]\nlabel = \"fedora_*\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\nrelease = \"41 to 44\"\n";
    assert_snapshot!(refused_by_every_command(pattern), @r#"
    error: `41 to 44` is not a valid value of `release`
     --> images.toml:5:11
      |
    5 | release = "41 to 44"
      |           ^^^^^^^^^^ expected a range of releases, like `>=41, <44`
      |
      = help: did you mean `>=41, <=44`?
    "#);
}

#[test]
fn an_invalid_age_is_refused() {
    assert_snapshot!(refused_by_every_command(&web("min-age = \"1 week\"\neol-warning = 90\n")), @r#"
    error: `1 week` is not a valid age
     --> images.toml:5:11
      |
    5 | min-age = "1 week"
      |           ^^^^^^^^ expected a number of days or hours, like `3d` or `36h`
      |
      = help: did you mean `7d`?

    error: `eol-warning` must be a string
     --> images.toml:6:15
      |
    6 | eol-warning = 90
      |               ^^ this is a number
      |
      = help: write `eol-warning = "90d"`

    2 errors in all; nothing was changed
    "#);
}

#[test]
fn an_end_of_life_in_quotes_is_refused() {
    assert_snapshot!(refused_by_every_command(&web("eol = \"2027-05-31\"\n")), @r#"
    error: `eol` must be a date
     --> images.toml:5:7
      |
    5 | eol = "2027-05-31"
      |       ^^^^^^^^^^^^ this is a string
      |
      = help: remove the quotes: `eol = 2027-05-31`
    "#);
}

#[test]
fn a_malformed_label_is_refused() {
    assert_snapshot!(refused_by_every_command("[images.f]\nlabel = \"Ubuntu 24.04\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `Ubuntu 24.04` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "Ubuntu 24.04"
      |         ^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = help: write, for example, `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
}

#[test]
fn a_malformed_zone_gets_a_suggestion() {
    assert_snapshot!(refused_by_every_command("[images.w]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"fr_par_2\"]\narch = \"x86_64\"\n"), @r#"
    error: `fr_par_2` is not a valid zone
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "fr_par_2"]
      |                      ^^^^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: did you mean `fr-par-2`?
    "#);
}

#[test]
fn a_region_instead_of_a_zone_suggests_its_zones() {
    assert_snapshot!(refused_by_every_command("[images.w]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par\"\narch = \"x86_64\"\n"), @r#"
    error: `fr-par` is not a valid zone
     --> images.toml:3:8
      |
    3 | zone = "fr-par"
      |        ^^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: did you mean `fr-par-1`, `fr-par-2` or `fr-par-3`?
    "#);
}

#[test]
fn an_arch_by_another_name_gets_a_suggestion() {
    assert_snapshot!(refused_by_every_command("[images.w]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = [\"amd64\", \"aarch64\", \"x86-64\"]\n"), @r#"
    error: `amd64` is not a valid architecture
     --> images.toml:4:9
      |
    4 | arch = ["amd64", "aarch64", "x86-64"]
      |         ^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `x86_64`?

    error: `aarch64` is not a valid architecture
     --> images.toml:4:18
      |
    4 | arch = ["amd64", "aarch64", "x86-64"]
      |                  ^^^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `arm64`?

    error: `x86-64` is not a valid architecture
     --> images.toml:4:29
      |
    4 | arch = ["amd64", "aarch64", "x86-64"]
      |                             ^^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `x86_64`?

    3 errors in all; nothing was changed
    "#);
}

#[test]
fn an_unknown_type_lists_the_valid_types() {
    assert_snapshot!(refused_by_every_command(&web("type = \"sbs\"\n")), @r#"
    error: `sbs` is not a valid image type
     --> images.toml:5:8
      |
    5 | type = "sbs"
      |        ^^^^^ expected `instance_sbs` (Block Storage root volume) or `instance_local` (local root volume)
      |
      = help: did you mean `instance_sbs`?
    "#);
}

#[test]
fn an_image_id_that_is_not_a_uuid_is_refused() {
    assert_snapshot!(refused_by_every_command("[images.web]\nimage-id = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `ubuntu_noble` is not a valid image ID
     --> images.toml:2:12
      |
    2 | image-id = "ubuntu_noble"
      |            ^^^^^^^^^^^^^^ expected a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`
      |
      = help: if this is a label, write `label = "ubuntu_noble"` instead of `image-id`
    "#);
}

#[test]
fn a_zone_and_its_legacy_name_are_duplicates() {
    assert_snapshot!(refused_by_every_command("[images.w]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"par1\"]\narch = \"x86_64\"\n"), @r#"
    error: `zones` contains `fr-par-1` twice
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "par1"]
      |                      ^^^^^^ same as an earlier `fr-par-1`
      |
      = help: remove one of them
    "#);
}

#[test]
fn an_empty_list_is_refused() {
    assert_snapshot!(refused_by_every_command("[images.w]\nlabel = \"ubuntu_noble\"\nzones = []\narch = \"x86_64\"\n"), @r#"
    error: `zones` is empty in `[images.w]`
     --> images.toml:3:9
      |
    3 | zones = []
      |         ^^ empty list
      |
      = help: write, for example, `zones = ["fr-par-1", "nl-ams-1"]`, or remove the key to use the value of `[defaults]`
    "#);
}

#[test]
fn a_number_instead_of_a_string_is_refused() {
    assert_snapshot!(refused_by_every_command(&web("instance-type = 2\n")), @r#"
    error: `instance-type` must be a string
     --> images.toml:5:17
      |
    5 | instance-type = 2
      |                 ^ this is a number
      |
      = help: write `instance-type = "PRO2-S"`
    "#);
}

#[test]
fn a_name_that_is_not_an_identifier_is_refused() {
    assert_snapshot!(refused_by_every_command("[images.\"my web\"]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `my web` is not a valid image name
     --> images.toml:1:9
      |
    1 | [images."my web"]
      |         ^^^^^^^^ expected a letter or `_`, followed by letters, digits, `_` or `-`
      |
      = help: did you mean `my-web`?
    "#);
}

#[test]
fn an_image_that_is_not_a_table_is_refused() {
    assert_snapshot!(refused_by_every_command("[images]\nweb = \"ubuntu_noble\"\n"), @r#"
    error: `web` must be a table
     --> images.toml:2:7
      |
    2 | web = "ubuntu_noble"
      |       ^^^^^^^^^^^^^^ this is a string
      |
      = help: write `web = { label = "ubuntu_noble" }`, or a table `[images.web]`
    "#);
}

#[test]
fn an_invalid_version_requirement_is_refused() {
    assert_snapshot!(refused_by_every_command(&format!("requires = \"latest\"\n{}", web(""))), @r#"
    error: `latest` is not a valid value of `requires`
     --> images.toml:1:12
      |
    1 | requires = "latest"
      |            ^^^^^^^^ expected a range of releases of imagelock, like `>=0.1, <0.2`
      |
      = help: write, for example, `requires = "^0.1.0"`
    "#);
}

#[test]
fn a_requirement_for_another_release_is_refused() {
    assert_snapshot!(refused_by_every_command(&format!("requires = \">=9.1\"\n{}", web(""))), @r#"
    error: this manifest requires imagelock >=9.1, but this is imagelock 0.1.0
     --> images.toml:1:12
      |
    1 | requires = ">=9.1"
      |            ^^^^^^^ does not include 0.1.0
      |
      = help: install imagelock >=9.1, or change `requires`
    "#);
}
