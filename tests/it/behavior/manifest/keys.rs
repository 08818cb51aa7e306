//! Keys that are unknown, missing, duplicate or in conflict: each message names the key and the fix.

use insta::assert_snapshot;

use crate::support::manifest::{accept, web};
use crate::support::sandbox::Sandbox;
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
      = help: the keys of [images.web] are `label`, `release`, `image-id`, `zone`, `zones`, `arch`, `archs`, `type`, `instance-type`, `min-age`, `eol-warning`, `freeze` or `eol`
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
fn an_image_is_frozen_or_thawed_and_the_defaults_are_frozen_or_not() {
    assert_snapshot!(refused_by_every_command(&format!("[defaults]\nfreeze = false\n{}", web(""))), @r#"
    error: `freeze` is a boolean
     --> images.toml:2:10
      |
    2 | freeze = false
      |          ^^^^^ expected a table in braces
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`
    "#);
}

#[test]
fn an_acceptance_requires_an_image_an_acceptable_status_a_reason_and_an_end() {
    let no_image = accept("web", "mismatch", "x", "2027-01-01").replace("image = \"web\"\n", "");
    let wrong = format!("{no_image}\n[[accept]]\nimage = \"web server\"\n");
    assert_snapshot!(refused_by_every_command(&web(&wrong)), @r#"
    error: [[accept]] has no `image`
     --> images.toml:6:1
      |
    6 | [[accept]]
      | ^^^^^^^^^^ `image` is missing
      |
      = help: write `image = "web"` or `image = "web-*"`

    error: `mismatch` is not a status that can be accepted
     --> images.toml:7:10
      |
    7 | status = "mismatch"
      |          ^^^^^^^^^^ cannot be accepted
      |
      = help: what can be accepted is `eol`, `withdrawn`, `retired`, `incompatible`, `outdated` or `eol-soon`

    error: [[accept]] has no `status`
      --> images.toml:11:1
       |
    11 | [[accept]]
       | ^^^^^^^^^^ `status` is missing
       |
       = help: write `status = "eol"`

    error: [[accept]] has no `reason`
      --> images.toml:11:1
       |
    11 | [[accept]]
       | ^^^^^^^^^^ `reason` is missing
       |
       = help: write `reason = "replaced in January, ticket 4712"` and `until = 2026-12-31`

    error: [[accept]] has no `until`
      --> images.toml:11:1
       |
    11 | [[accept]]
       | ^^^^^^^^^^ `until` is missing
       |
       = help: write `reason = "replaced in January, ticket 4712"` and `until = 2026-12-31`

    error: `web server` is not a valid image name
      --> images.toml:12:9
       |
    12 | image = "web server"
       |         ^^^^^^^^^^^^ expected the name of an image, in which each `*` stands for any characters, like `web-*`

    6 errors in all; nothing was changed
    "#);
    assert_snapshot!(refused_by_every_command(&format!("accept = {{ image = \"web\" }}\n{}", web(""))), @r#"
    error: `accept` is a table
     --> images.toml:1:10
      |
    1 | accept = { image = "web" }
      |          ^^^^^^^^^^^^^^^^^ expected tables: `[[accept]]`
      |
      = help: write each acceptance as a table of its own:
              [[accept]]
              image = "web"
              status = "eol"
              reason = "…"
              until = 2026-12-31
    "#);
}

#[test]
fn an_acceptance_is_about_a_declared_image() {
    let wrong = accept("wep", "eol", "x", "2027-01-01") + &accept("db-*", "eol", "x", "2027-01-01");
    assert_snapshot!(refused_by_every_command(&web(&wrong)), @"
    error: no image is named `wep`
     --> images.toml:6:1
      |
    6 | [[accept]]
      | ^^^^^^^^^^ accepts nothing
      |
      = help: did you mean `web`?

    error: no image matches `db-*`
      --> images.toml:12:1
       |
    12 | [[accept]]
       | ^^^^^^^^^^ accepts nothing
       |
       = help: the images are `web`

    2 errors in all; nothing was changed
    ");
}

/// The table in the message can be pasted.
#[test]
fn an_acceptance_inside_an_image_is_shown_as_a_table_of_its_own() {
    let accept = "accept = [{ status = \"eol\", reason = \"ticket \\\"4712\\\"\", until = 2027-01-31 }, { status = \"outdated\" }]\n";
    let message = refused_by_every_command(&web(accept));
    assert_snapshot!(message, @r#"
    error: `accept` is not a key of [images.web]
     --> images.toml:5:1
      |
    5 | accept = [{ status = "eol", reason = "ticket \"4712\"", until = 2027-01-31 }, { status = "outdated" }]
      | ^^^^^^ each acceptance is a table at the top level
      |
      = help: remove it, and add these tables at the end of the file:
              [[accept]]
              image = "web"
              status = "eol"
              reason = 'ticket "4712"'
              until = 2027-01-31
              [[accept]]
              image = "web"
              status = "outdated"
              reason = "…"
              until = 2026-12-31
    "#);
    let table: Vec<&str> =
        message.lines().skip_while(|line| !line.contains("[[accept]]")).take(5).map(str::trim).collect();
    let sandbox = Sandbox::with(&web(&format!("{}\n", table.join("\n"))));
    assert_eq!(sandbox.run("resolve --locked").status, Some(2));
    assert_snapshot!(refused_by_every_command(&web("accept = []\n")), @r#"
    error: `accept` is not a key of [images.web]
     --> images.toml:5:1
      |
    5 | accept = []
      | ^^^^^^ each acceptance is a table at the top level
      |
      = help: remove it, and add this table at the end of the file:
              [[accept]]
              image = "web"
              status = "eol"
              reason = "…"
              until = 2026-12-31
    "#);
}

#[test]
fn an_exact_version_is_declared_by_label_and_freeze() {
    let version = "version-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"";
    assert_snapshot!(refused_by_every_command(&web("").replace("label = \"ubuntu_noble\"", version)), @r#"
    error: `version-id` is not a key of [images.web]
     --> images.toml:2:1
      |
    2 | version-id = "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e"
      | ^^^^^^^^^^ an exact version cannot be declared
      |
      = note: a pin of this version stays in the lockfile; a freeze keeps upgrades from moving it
      = help: write `label = "…"` and `freeze = { reason = "…", until = 2026-12-31 }` instead; `imagelock explain 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e` prints the label
    "#);
}

#[test]
fn an_image_in_one_line_has_the_same_errors() {
    assert_snapshot!(refused_by_every_command("[images]\nweb = \"ubuntu_noble\"\ndb = { label = \"ubuntu_noble\", zones = \"paris\", region = 1 }\n"), @r#"
    error: `web` is a string
     --> images.toml:2:7
      |
    2 | web = "ubuntu_noble"
      |       ^^^^^^^^^^^^^^ expected a table
      |
      = help: write `web = { label = "ubuntu_noble" }`, or a table `[images.web]`

    error: [images.db] has no arch
     --> images.toml:3:1
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      | ^^ `arch` is missing
      |
      = help: add `arch = "x86_64"` here, or under `[defaults]` for all images

    error: `paris` is not a valid zone
     --> images.toml:3:40
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      |                                        ^^^^^^^ expected country, city and number, like `fr-par-1`

    error: unknown key `region` in [images.db]
     --> images.toml:3:49
      |
    3 | db = { label = "ubuntu_noble", zones = "paris", region = 1 }
      |                                                 ^^^^^^ unknown key
      |
      = help: the keys of [images.db] are `label`, `release`, `image-id`, `zone`, `zones`, `arch`, `archs`, `type`, `instance-type`, `min-age`, `eol-warning`, `freeze` or `eol`

    4 errors in all; nothing was changed
    "#);
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
