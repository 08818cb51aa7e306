//! Mistakes in `images.toml`: each message says what, where, and what to write instead.

use imagelock::domain::manifest::{Manifest, check_names};
use insta::assert_snapshot;

use crate::support::sandbox::Sandbox;

/// What imagelock says of a manifest, without asking anybody.
fn mistake(manifest: &str) -> String {
    let sandbox = Sandbox::with(manifest);
    let message = sandbox.fails("resolve --offline");
    // Every other command that reads the manifest says the same.
    assert_eq!(sandbox.fails("resolve --locked"), message);
    assert_eq!(sandbox.fails("check"), message);
    message
}

/// An image that is right but for what a test adds.
fn web(rest: &str) -> String {
    format!("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

#[test]
fn a_misspelled_key_gets_a_suggestion() {
    assert_snapshot!(mistake(&web("instance_type = \"PRO2-S\"\n")), @r#"
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
    assert_snapshot!(mistake(&web("region = \"fr-par\"\n")), @r#"
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
    assert_snapshot!(mistake(&format!("[default]\nzone = \"fr-par-1\"\n{}", web(""))), @"
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
    assert_snapshot!(mistake("[images.f]\nlabel = \"fedora_*\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: [images.f] has a pattern for a label, and no `release`
     --> images.toml:2:9
      |
    2 | label = "fedora_*"
      |         ^^^^^^^^^^ of which releases?
      |
      = help: add the releases that are wanted, like `release = ">=41, <44"`; `"*"` is any
    "#);
    assert_snapshot!(mistake(&web("release = \">=41, <44\"\n")), @r#"
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
fn an_invalid_release_range_is_refused() {
    let pattern = "[images.f]\nlabel = \"fedora_*\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\nrelease = \"41 to 44\"\n";
    assert_snapshot!(mistake(pattern), @r#"
    error: `41 to 44` is not a range of releases
     --> images.toml:5:11
      |
    5 | release = "41 to 44"
      |           ^^^^^^^^^^ expected comma after major version number, found 't'
      |
      = help: write for example `release = ">=41, <44"`
    "#);
}

#[test]
fn an_invalid_age_is_refused() {
    assert_snapshot!(mistake(&web("min-age = \"1 week\"\neol-warning = 90\n")), @r#"
    error: `1 week` is not a valid min-age
     --> images.toml:5:11
      |
    5 | min-age = "1 week"
      |           ^^^^^^^^ expected a number of days or hours, like `3d` or `36h`

    error: `eol-warning` is an integer
     --> images.toml:6:15
      |
    6 | eol-warning = 90
      |               ^^ expected a string in quotes

    2 errors in all; nothing was changed
    "#);
}

#[test]
fn a_freeze_requires_a_reason_and_an_end() {
    assert_snapshot!(mistake(&web("freeze = { reason = \"\" }\n")), @r#"
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
    assert_snapshot!(mistake(&web("freeze = true\n")), @r#"
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
        mistake(&web("accept = [{ status = \"mismatch\", reason = \"x\", until = 2027-01-01 }, { status = \"eol\" }]\n")),
        @r#"
    error: `mismatch` is no status that can be accepted
     --> images.toml:5:22
      |
    5 | accept = [{ status = "mismatch", reason = "x", until = 2027-01-01 }, { status = "eol" }]
      |                      ^^^^^^^^^^ cannot be accepted
      |
      = help: what can be accepted is `eol`, `withdrawn`, `retired`, `incompatible`, `outdated` or `eol-soon`

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
fn an_end_of_life_in_quotes_is_refused() {
    assert_snapshot!(mistake(&web("eol = \"2027-05-31\"\n")), @r#"
    error: `eol` is a string
     --> images.toml:5:7
      |
    5 | eol = "2027-05-31"
      |       ^^^^^^^^^^^^ expected a date without quotes, like 2026-12-31
    "#);
}

#[test]
fn a_malformed_label_is_refused() {
    assert_snapshot!(mistake("[images.f]\nlabel = \"Ubuntu 24.04\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `Ubuntu 24.04` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "Ubuntu 24.04"
      |         ^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
    "#);
}

#[test]
fn a_malformed_zone_gets_a_suggestion() {
    assert_snapshot!(mistake("[images.w]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"fr_par_2\"]\narch = \"x86_64\"\n"), @r#"
    error: `fr_par_2` is not a valid zone
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "fr_par_2"]
      |                      ^^^^^^^^^^ expected country, city and number, like `fr-par-1`
      |
      = help: did you mean `fr-par-2`?
    "#);
}

#[test]
fn a_region_instead_of_a_zone_suggests_its_zones() {
    assert_snapshot!(mistake("[images.w]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par\"\narch = \"x86_64\"\n"), @r#"
    error: `fr-par` is not a valid zone
     --> images.toml:3:8
      |
    3 | zone = "fr-par"
      |        ^^^^^^^^ expected country, city and number, like `fr-par-1`
      |
      = help: did you mean `fr-par-1`, `fr-par-2` or `fr-par-3`?
    "#);
}

#[test]
fn an_arch_by_another_name_gets_a_suggestion() {
    assert_snapshot!(mistake("[images.w]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = [\"amd64\", \"aarch64\", \"x86-64\"]\n"), @r#"
    error: `amd64` is not a valid arch
     --> images.toml:4:9
      |
    4 | arch = ["amd64", "aarch64", "x86-64"]
      |         ^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `x86_64`?

    error: `aarch64` is not a valid arch
     --> images.toml:4:18
      |
    4 | arch = ["amd64", "aarch64", "x86-64"]
      |                  ^^^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `arm64`?

    error: `x86-64` is not a valid arch
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
    assert_snapshot!(mistake(&web("type = \"sbs\"\n")), @r#"
    error: `sbs` is not a valid type
     --> images.toml:5:8
      |
    5 | type = "sbs"
      |        ^^^^^ expected `instance_sbs` (a Block Storage root volume) or `instance_local` (a local one)
    "#);
}

#[test]
fn a_missing_zone_and_arch_are_reported() {
    assert_snapshot!(mistake("[images.web]\nlabel = \"ubuntu_noble\"\n"), @r#"
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
    assert_snapshot!(mistake("[images.web]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
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
    assert_snapshot!(mistake(&web("image-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\n")), @r#"
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
fn an_image_id_that_is_not_a_uuid_is_refused() {
    assert_snapshot!(mistake("[images.web]\nimage-id = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `ubuntu_noble` is not a valid image-id
     --> images.toml:2:12
      |
    2 | image-id = "ubuntu_noble"
      |            ^^^^^^^^^^^^^^ expected a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`
    "#);
}

#[test]
fn a_zone_and_its_legacy_name_are_duplicates() {
    assert_snapshot!(mistake("[images.w]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"par1\"]\narch = \"x86_64\"\n"), @r#"
    error: `fr-par-1` is listed twice
     --> images.toml:3:22
      |
    3 | zones = ["fr-par-1", "par1"]
      |                      ^^^^^^ means `fr-par-1`, as an earlier item does
      |
      = help: remove one of the two
    "#);
}

#[test]
fn zone_and_zones_exclude_each_other() {
    assert_snapshot!(mistake(&web("zones = [\"nl-ams-1\"]\n")), @r#"
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
fn an_empty_list_is_refused() {
    assert_snapshot!(mistake("[images.w]\nlabel = \"ubuntu_noble\"\nzones = []\narch = \"x86_64\"\n"), @"
    error: `zones` is empty in [images.w]
     --> images.toml:3:9
      |
    3 | zones = []
      |         ^^ nothing to resolve
      |
      = help: name at least one zone, or remove the key to inherit it from [defaults]
    ");
}

#[test]
fn a_number_instead_of_a_string_is_refused() {
    assert_snapshot!(mistake(&web("instance-type = 2\n")), @"
    error: `instance-type` is an integer
     --> images.toml:5:17
      |
    5 | instance-type = 2
      |                 ^ expected a string in quotes
    ");
}

#[test]
fn a_name_that_is_not_an_identifier_is_refused() {
    assert_snapshot!(mistake("[images.\"my web\"]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n"), @r#"
    error: `my web` is not a valid image name
     --> images.toml:1:9
      |
    1 | [images."my web"]
      |         ^^^^^^^^ expected a letter or `_`, then letters, digits, `_` or `-`, so that shells and HCL can use it as an identifier
    "#);
}

#[test]
fn an_image_that_is_not_a_table_is_refused() {
    assert_snapshot!(mistake("[images]\nweb = \"ubuntu_noble\"\n"), @r#"
    error: `web` is a string
     --> images.toml:2:7
      |
    2 | web = "ubuntu_noble"
      |       ^^^^^^^^^^^^^^ expected a table
      |
      = help: write `[images.web]` on a line of its own, then `label = …`
    "#);
}

#[test]
fn an_invalid_version_requirement_is_refused() {
    assert_snapshot!(mistake(&format!("requires = \"latest\"\n{}", web(""))), @r#"
    error: `latest` is not a version requirement
     --> images.toml:1:12
      |
    1 | requires = "latest"
      |            ^^^^^^^^ unexpected character 'l' while parsing major version number
      |
      = help: write for example `requires = "^0.1.0"`
    "#);
}

#[test]
fn a_requirement_for_another_release_is_refused() {
    assert_snapshot!(mistake(&format!("requires = \">=9.1\"\n{}", web(""))), @r#"
    error: this manifest requires imagelock >=9.1, and this is imagelock 0.1.0
     --> images.toml:1:12
      |
    1 | requires = ">=9.1"
      |            ^^^^^^^ does not admit 0.1.0
      |
      = help: run a release of imagelock that is >=9.1, or change `requires`
    "#);
}

#[test]
fn a_manifest_without_images_is_refused() {
    assert_snapshot!(mistake(""), @r#"
    error: the manifest declares no image
     |
     = help: declare one: `[images.web]`, then `label = "ubuntu_noble"`
    "#);
    assert_snapshot!(mistake("[images]\n"), @r#"
    error: the manifest declares no image
     --> images.toml:1:1
      |
    1 | [images]
      | ^^^^^^^^ empty
      |
      = help: declare one: `[images.web]`, then `label = "ubuntu_noble"`
    "#);
}

#[test]
fn a_manifest_that_is_not_toml_is_refused() {
    assert_snapshot!(mistake("[images.web\nlabel = ubuntu_noble\nzone = \"fr-par-1\"\n"), @"
    error: this is not TOML
     --> images.toml:1:12
      |
    1 | [images.web
      |            ^ unclosed table, expected `]`
    ");
}

#[test]
fn a_duplicate_key_is_refused() {
    assert_snapshot!(mistake(&web("label = \"ubuntu_jammy\"\n")), @r#"
    error: this is not TOML
     --> images.toml:5:1
      |
    5 | label = "ubuntu_jammy"
      | ^^^^^ duplicate key
    "#);
}

#[test]
fn a_mistake_in_the_defaults_is_reported_once() {
    assert_snapshot!(
        mistake("[defaults]\nzone = \"paris\"\narch = \"x86_64\"\n[images.a]\nlabel = \"a\"\n[images.b]\nlabel = \"b\"\n"),
        @r#"
    error: `paris` is not a valid zone
     --> images.toml:2:8
      |
    2 | zone = "paris"
      |        ^^^^^^^ expected country, city and number, like `fr-par-1`
    "#
    );
}

#[test]
fn all_mistakes_are_reported_in_one_run() {
    assert_snapshot!(
        mistake(
            r#"requires = "soon"
[defaults]
zone = "fr-par1"
[images.a]
lable = "ubuntu_noble"
arch = "x86_64"
[images.b]
label = "ubuntu_jammy"
arch = "amd64"
"#
        ),
        @r#"
    error: `soon` is not a version requirement
     --> images.toml:1:12
      |
    1 | requires = "soon"
      |            ^^^^^^ unexpected character 's' while parsing major version number
      |
      = help: write for example `requires = "^0.1.0"`

    error: `fr-par1` is not a valid zone
     --> images.toml:3:8
      |
    3 | zone = "fr-par1"
      |        ^^^^^^^^^ expected country, city and number, like `fr-par-1`
      |
      = help: did you mean `fr-par-1`, `fr-par-2` or `fr-par-3`?

    error: [images.a] does not say which image it is
     --> images.toml:4:9
      |
    4 | [images.a]
      |         ^ `label` is missing
      |
      = help: add `label = "ubuntu_noble"`; `imagelock search` lists the labels

    error: unknown key `lable` in [images.a]
     --> images.toml:5:1
      |
    5 | lable = "ubuntu_noble"
      | ^^^^^ unknown key
      |
      = help: did you mean `label`?

    error: `amd64` is not a valid arch
     --> images.toml:9:8
      |
    9 | arch = "amd64"
      |        ^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `x86_64`?

    5 errors in all; nothing was changed
    "#
    );
}

#[test]
fn a_missing_manifest_suggests_the_command_that_writes_it() {
    assert_snapshot!(Sandbox::new().fails("resolve"), @"
    error: there is no manifest `images.toml`
     |
     = help: `imagelock init` writes one; `--manifest PATH` names another
    ");
    assert_snapshot!(Sandbox::new().fails("check --manifest infra/images.toml"), @"
    error: there is no manifest `infra/images.toml`
     |
     = help: `imagelock --manifest infra/images.toml init` writes one; `--manifest PATH` names another
    ");
}

#[test]
fn a_lockfile_given_as_the_manifest_is_refused() {
    assert_snapshot!(Sandbox::new().fails("resolve --manifest images.lock"), @"
    error: `images.lock` is a lockfile, not a manifest
     |
     = help: name the manifest, `--manifest images.toml`; the lockfile lies beside it
    ");
}

#[test]
fn dotted_keys_and_inline_tables_are_read() {
    let sandbox = Sandbox::with("images.web = { label = \"ubuntu_noble\", zone = \"fr-par-1\", arch = \"x86_64\" }\n");
    assert_eq!(sandbox.run("resolve --locked").status, Some(2));
}

#[test]
fn conflict_markers_in_the_manifest_are_recognized() {
    assert_snapshot!(mistake(&format!("<<<<<<< HEAD\n{}=======\n>>>>>>> other\n", web(""))), @"
    error: the file has conflict markers of an unfinished git merge
     --> images.toml:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ left by git
      |
      = help: settle the conflict, or take one side with `git checkout --ours FILE` or `--theirs FILE`, and run `imagelock resolve`, which keeps every pin that still fits; if the markers are committed already, restore the file from the last good commit
    ");
}

#[test]
fn mistakes_beyond_a_screenful_are_shortened_to_one_escaped_line_each() {
    let keys: Vec<String> = (10..30).map(|n| format!("\"k{n}\\u001b[31m\\u202e\" = 1")).collect();
    let message = mistake(&web(&keys.join("\n")));
    assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message:?}");
    assert_snapshot!(message.rsplit_once("\n\n").unwrap().1, @"20 errors in all; nothing was changed");
    assert_snapshot!(message.lines().rev().nth(2).unwrap(), @r"error: images.toml:24:1: unknown key `k29\u{1b}[31m\u{202e}` in [images.web]");
}

/// As many declarations.
fn images(n: usize) -> String {
    (0..n).map(|n| format!("[images.n{n:03}]\nlabel = \"docker\"\n")).collect::<Vec<_>>().concat()
}

/// A few kilobytes can ask for millions of pins: they are counted before they are made.
#[test]
fn a_manifest_with_too_many_pins_is_refused_with_their_number() {
    let zones: Vec<String> = (0..100).map(|it| format!("\"aa-bb-{it}\"")).collect();
    let archs: Vec<String> = (0..100).map(|it| format!("\"a{it}\"")).collect();
    let manifest = |n: usize| {
        let head = format!("[defaults]\nzones = [{}]\narchs = [{}]\n", zones.join(", "), archs.join(", "));
        head + &images(n)
    };
    let sandbox = Sandbox::with(&manifest(300));
    assert_snapshot!(sandbox.fails("resolve --locked"), @r#"
    error: the manifest declares 3000000 pins, and imagelock accepts at most 100000
      --> images.toml:24:9
       |
    24 | [images.n010]
       |         ^^^^ [images.n010] exceeds the limit
       |
       = note: an image has one pin for each of its zones and architectures
       = help: remove images, zones or architectures, or split the manifest
    "#);
    assert_eq!(Manifest::parse(&manifest(10)).unwrap().targets().len(), 100_000);
    assert!(Manifest::parse(&manifest(11)).is_err());
}

#[test]
fn the_manifests_of_a_run_share_one_limit_on_pins() {
    let zones: Vec<String> = (0..100).map(|it| format!("\"aa-bb-{it}\"")).collect();
    let archs: Vec<String> = (0..100).map(|it| format!("\"a{it}\"")).collect();
    let head = format!("[defaults]\nzones = [{}]\narchs = [{}]\n", zones.join(", "), archs.join(", "));
    let text = head + &images(10);
    let sandbox = Sandbox::new();
    for directory in 0..12 {
        std::fs::create_dir(sandbox.path(&format!("d{directory:02}"))).unwrap();
        sandbox.write(&format!("d{directory:02}/images.toml"), &text);
    }
    let message = sandbox.fails("resolve --locked --recursive .");
    assert!(message.contains("the manifests of this run declare more than 1000000 pins together"), "{message}");
}

/// To compare each of many wrong names with each right one would take their product in time.
#[test]
fn only_the_first_unknown_names_get_a_suggestion() {
    let names: Vec<String> = (0..30).map(|it| format!("fron{it}")).collect();
    let front = "front".parse().unwrap();
    let problems = check_names(&names, &[&front].into_iter().collect()).unwrap_err();
    assert_eq!(problems.len(), 30);
    let suggestion = Some("did you mean `front`?".into());
    assert_eq!(problems.iter().filter(|problem| problem.help == suggestion).count(), 20);
}
