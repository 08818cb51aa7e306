//! Keys that are unknown, missing, duplicate or in conflict: each message names the key and the fix.

use insta::assert_snapshot;

use crate::support::manifest::web;
use crate::support::scenes::mistakes::refused_by_every_command;

#[test]
fn a_misspelled_key_gets_a_suggestion() {
    assert_snapshot!(refused_by_every_command(&web("instance_type = \"PRO2-S\"\n")), @r#"
    error: unknown key `instance_type` in [images.web]
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
    assert_snapshot!(refused_by_every_command(&web("region = \"fr-par\"\n")), @r#"
    error: unknown key `region` in [images.web]
     --> images.toml:5:1
      |
    5 | region = "fr-par"
      | ^^^^^^ unknown key
      |
      = help: the keys of [images.web] are `label`, `release`, `image-id`, `version-id`, `zone`, `zones`, `arch`, `archs`, `type`, `instance-type`, `min-age`, `eol-warning`, `freeze`, `accept` or `eol`
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
    error: [images.f] has a pattern for a label, and no `release`
     --> images.toml:2:9
      |
    2 | label = "fedora_*"
      |         ^^^^^^^^^^ of which releases?
      |
      = help: add the releases that are wanted, like `release = ">=41, <44"`; `"*"` is any
    "#);
    assert_snapshot!(refused_by_every_command(&web("release = \">=41, <44\"\n")), @r#"
    error: [images.web] has a `release`, but no pattern to find it by
     --> images.toml:5:1
      |
    5 | release = ">=41, <44"
      | ^^^^^^^ goes with a `*` in `label`
      |
      = help: write the label with `*` in the place of the release, like `label = "fedora_*"`
    "#);
}

#[test]
fn a_freeze_requires_a_reason_and_an_end() {
    assert_snapshot!(refused_by_every_command(&web("freeze = { reason = \"\" }\n")), @r#"
    error: `freeze` has no `until`
     --> images.toml:5:10
      |
    5 | freeze = { reason = "" }
      |          ^^^^^^^^^^^^^^^ `until` is missing
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`

    error: the reason of `freeze` is empty
     --> images.toml:5:21
      |
    5 | freeze = { reason = "" }
      |                     ^^ say why
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`

    2 errors in all; nothing was changed
    "#);
    assert_snapshot!(refused_by_every_command(&web("freeze = true\n")), @r#"
    error: `freeze` is a boolean
     --> images.toml:5:10
      |
    5 | freeze = true
      |          ^^^^ expected a table in braces
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`
    "#);
}

#[test]
fn an_acceptance_requires_an_acceptable_status_a_reason_and_an_end() {
    assert_snapshot!(
        refused_by_every_command(&web("accept = [{ status = \"mismatch\", reason = \"x\", until = 2027-01-01 }, { status = \"eol\" }]\n")),
        @r#"
    error: `mismatch` is not a status that can be accepted
     --> images.toml:5:22
      |
    5 | accept = [{ status = "mismatch", reason = "x", until = 2027-01-01 }, { status = "eol" }]
      |                      ^^^^^^^^^^ cannot be accepted
      |
      = help: these can be accepted: `eol`, `unavailable`, `incompatible`, `stale`, `outdated` or `eol-soon`

    error: `accept` has no `reason`
     --> images.toml:5:70
      |
    5 | accept = [{ status = "mismatch", reason = "x", until = 2027-01-01 }, { status = "eol" }]
      |                                                                      ^^^^^^^^^^^^^^^^^^ `reason` is missing
      |
      = help: write `accept = [{ status = "eol", reason = "migration planned, ticket 4712", until = 2026-12-31 }]`

    error: `accept` has no `until`
     --> images.toml:5:70
      |
    5 | accept = [{ status = "mismatch", reason = "x", until = 2027-01-01 }, { status = "eol" }]
      |                                                                      ^^^^^^^^^^^^^^^^^^ `until` is missing
      |
      = help: write `accept = [{ status = "eol", reason = "migration planned, ticket 4712", until = 2026-12-31 }]`

    3 errors in all; nothing was changed
    "#
    );
}

#[test]
fn an_old_status_gets_the_line_with_the_new_one() {
    let accept = |status| web(&format!("accept = [{{ status = \"{status}\", reason = \"x\", until = 2027-01-01 }}]\n"));
    assert_snapshot!(refused_by_every_command(&accept("retired")), @r#"
    error: the status `retired` is called `unavailable`
     --> images.toml:5:22
      |
    5 | accept = [{ status = "retired", reason = "x", until = 2027-01-01 }]
      |                      ^^^^^^^^^ old name
      |
      = help: write `status = "unavailable"`
    "#);
    assert!(refused_by_every_command(&accept("withdrawn")).contains("write `status = \"unavailable\"`"));
}

#[test]
fn a_missing_zone_and_arch_are_reported() {
    assert_snapshot!(refused_by_every_command("[images.web]\nlabel = \"ubuntu_noble\"\n"), @r#"
    error: [images.web] has no zone
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ `zone` is missing
      |
      = help: add `zone = "fr-par-1"` here, or under `[defaults]` for all images

    error: [images.web] has no arch
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ `arch` is missing
      |
      = help: add `arch = "x86_64"` here, or under `[defaults]` for all images

    2 errors in all; nothing was changed
    "#);
}

#[test]
fn a_missing_label_is_reported() {
    assert_snapshot!(refused_by_every_command("[images.web]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: [images.web] does not say which image it is
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ `label` is missing
      |
      = help: add `label = "ubuntu_noble"`; `imagelock search` lists the labels
    "#);
}

#[test]
fn a_label_and_an_image_id_exclude_each_other() {
    assert_snapshot!(refused_by_every_command(&web("image-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\n")), @r#"
    error: [images.web] has both `label` and `image-id`
     --> images.toml:5:1
      |
    5 | image-id = "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e"
      | ^^^^^^^^ names the image a second time
      |
      = help: keep one of them
    "#);
}

#[test]
fn zone_and_zones_exclude_each_other() {
    assert_snapshot!(refused_by_every_command(&web("zones = [\"nl-ams-1\"]\n")), @r#"
    error: [images.web] has both `zone` and `zones`
     --> images.toml:5:1
      |
    5 | zones = ["nl-ams-1"]
      | ^^^^^ the same key as `zone`
      |
      = help: keep one of them; `zones` takes a string or a list
    "#);
}

#[test]
fn a_duplicate_key_is_refused() {
    assert_snapshot!(refused_by_every_command(&web("label = \"ubuntu_jammy\"\n")), @r#"
    error: this is not TOML
     --> images.toml:5:1
      |
    5 | label = "ubuntu_jammy"
      | ^^^^^ duplicate key
    "#);
}
