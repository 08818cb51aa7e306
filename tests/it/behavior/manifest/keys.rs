//! Unknown, missing, duplicate and conflicting keys: each message names the key and the fix.

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::refused_by_every_command;
use crate::support::manifest::{accept, web};

#[test]
fn a_misspelled_key_gets_a_suggestion() {
    assert_snapshot!(refused_by_every_command(&web("instance_type = \"PRO2-S\"\n")), @r#"
    error: unknown key `instance_type` in `[images.web]`
     --> images.toml:5:1
      |
    5 | instance_type = "PRO2-S"
      | ^^^^^^^^^^^^^ unknown key
      |
      = help: did you mean `instance-type`?
    "#);
}

#[test]
fn an_unknown_key_lists_the_valid_keys() {
    assert_snapshot!(refused_by_every_command(&web("flavor = \"small\"\n")), @r#"
    error: unknown key `flavor` in `[images.web]`
     --> images.toml:5:1
      |
    5 | flavor = "small"
      | ^^^^^^ unknown key
      |
      = help: the keys of `[images.web]` are `label`, `release`, `image-id`, `zone`, `zones`, `arch`, `archs`, `type`, `instance-type`, `min-age`, `eol-warning`, `freeze` and `eol`
    "#);
}

#[test]
fn a_misspelled_table_gets_a_suggestion() {
    assert_snapshot!(refused_by_every_command(&format!("[default]\nzone = \"fr-par-1\"\n{}", web(""))), @"
    error: unknown key `default` in the manifest
     --> images.toml:1:2
      |
    1 | [default]
      |  ^^^^^^^ unknown key
      |
      = help: did you mean `defaults`?
    ");
}

#[test]
fn a_pattern_and_a_release_range_require_each_other() {
    assert_snapshot!(refused_by_every_command("[images.f]\nlabel = \"fedora_*\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `[images.f]` has a label pattern but no `release`
     --> images.toml:2:9
      |
    2 | label = "fedora_*"
      |         ^^^^^^^^^^ matches several releases
      |
      = help: add a range of releases, like `release = ">=41, <44"`, or `release = "*"` for any release
    "#);
    assert_snapshot!(refused_by_every_command(&web("release = \">=41, <44\"\n")), @r#"
    error: `[images.web]` has a `release` but no label pattern
     --> images.toml:5:1
      |
    5 | release = ">=41, <44"
      | ^^^^^^^ requires a `*` in `label`
      |
      = help: replace the release in the label with `*`, like `label = "fedora_*"`, or remove `release`
    "#);
}

#[test]
fn a_one_line_image_has_the_same_errors() {
    assert_snapshot!(refused_by_every_command("[images]\nweb = \"ubuntu_noble\"\ndb = { label = \"ubuntu_noble\", zones = \"paris\", region = 1 }\n"), @r#"
    error: `web` must be a table
     --> images.toml:2:7
      |
    2 | web = "ubuntu_noble"
      |       ^^^^^^^^^^^^^^ this is a string
      |
      = help: write `web = { label = "ubuntu_noble" }`, or a table `[images.web]`

    error: `[images.db]` has no `arch`
     --> images.toml:3:1
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      | ^^ `arch` is missing
      |
      = help: add to this image, or to `[defaults]` for all images:
              arch = "x86_64"

    error: `paris` is not a valid zone
     --> images.toml:3:40
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      |                                        ^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: write, for example, `zones = ["fr-par-1", "nl-ams-1"]`

    error: unknown key `region` in `[images.db]`
     --> images.toml:3:49
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      |                                                 ^^^^^^ unknown key
      |
      = help: list the zones of the region: `zones = ["fr-par-1", "nl-ams-1"]`

    4 errors in all; nothing was changed
    "#);
}

#[test]
fn the_error_for_a_former_status_shows_the_line_to_write() {
    let old = |status| web("") + &accept("web", status, "x", "2027-01-01");
    assert_snapshot!(refused_by_every_command(&old("retired")));
    assert!(refused_by_every_command(&old("withdrawn")).contains("write `status = \"unavailable\"`"));
}

#[test]
fn a_missing_zone_and_arch_are_reported() {
    assert_snapshot!(refused_by_every_command("[images.web]\nlabel = \"ubuntu_noble\"\n"), @r#"
    error: `[images.web]` has no `zone` or `arch`
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ `zone` and `arch` are missing
      |
      = help: add to this image, or to `[defaults]` for all images:
              zone = "fr-par-1"
              arch = "x86_64"
    "#);
}

#[test]
fn a_missing_label_is_reported() {
    assert_snapshot!(refused_by_every_command("[images.web]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `[images.web]` has no `label`
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ `label` is missing
      |
      = help: add `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
}

#[test]
fn a_label_and_an_image_id_exclude_each_other() {
    assert_snapshot!(refused_by_every_command(&web("image-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\n")), @r#"
    error: `[images.web]` has both `label` and `image-id`
     --> images.toml:5:1
      |
    5 | image-id = "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e"
      | ^^^^^^^^ second selector
      |
      = help: remove `image-id` or `label`; each of them selects the image
    "#);
}

#[test]
fn zone_and_zones_exclude_each_other() {
    assert_snapshot!(refused_by_every_command(&web("zones = [\"nl-ams-1\"]\n")), @r#"
    error: `[images.web]` has both `zone` and `zones`
     --> images.toml:5:1
      |
    5 | zones = ["nl-ams-1"]
      | ^^^^^ same meaning as `zone`
      |
      = help: remove `zone`, and list all values in `zones`
    "#);
}

#[test]
fn a_duplicate_key_is_refused() {
    assert_snapshot!(refused_by_every_command(&web("label = \"ubuntu_jammy\"\n")), @r#"
    error: invalid TOML: the key `label` is defined twice
     --> images.toml:5:1
      |
    5 | label = "ubuntu_jammy"
      | ^^^^^ defined again
      |
      = help: remove one of the two lines
    "#);
}
