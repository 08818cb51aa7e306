//! `imagelock add` and `imagelock remove`: they edit the manifest and keep everything else in it.

use insta::assert_snapshot;

use crate::support::sandbox::Sandbox;

#[test]
fn adding_and_removing_an_image_restores_the_manifest_byte_for_byte() {
    let sandbox = Sandbox::new();
    sandbox.ok("init");
    let before = sandbox.read("images.toml");
    assert_snapshot!(sandbox.run("add runner --label fedora_* --release >=42 --zone fr-par-1 --zone nl-ams-1 --type instance_local"), @"
    --- stderr
    declared `runner` in `images.toml`: `imagelock resolve` pins it
    --- exit 0
    ");
    let after = sandbox.read("images.toml");
    let added = after.replacen(&before[..common_prefix_length(&before, &after)], "", 1);
    assert_snapshot!(added.split("\n# The newest release").next().unwrap(), @r#"
    [images.runner]
    label = "fedora_*"
    release = ">=42"
    zones = ["fr-par-1", "nl-ams-1"]
    type = "instance_local"
    "#);
    assert_snapshot!(sandbox.run("remove runner"), @"
    --- stderr
    removed `runner` from `images.toml`: `imagelock resolve` drops the pins
    --- exit 0
    ");
    assert_eq!(sandbox.read("images.toml"), before);
}

/// Returns the length of the common prefix of two texts.
fn common_prefix_length(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

#[test]
fn the_first_image_creates_the_manifest() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("add web --label ubuntu_noble --zone fr-par-1 --arch x86_64 --instance-type DEV1-S --manifest prod.toml"), @"
    --- stderr
    declared `web` in `prod.toml`: `imagelock resolve --manifest prod.toml` pins it
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("prod.toml"), @r#"
    [images.web]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    instance-type = "DEV1-S"
    "#);
    sandbox.ok("add db --image-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e --zone fr-par-1 --arch arm64 --arch x86_64 --manifest prod.toml");
    assert_snapshot!(sandbox.read("prod.toml"), @r#"
    [images.web]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    instance-type = "DEV1-S"

    [images.db]
    image-id = "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e"
    zone = "fr-par-1"
    archs = ["arm64", "x86_64"]
    "#);
}

#[test]
fn an_invalid_value_is_shown_in_the_line_that_add_would_write() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let before = sandbox.read("images.toml");
    assert_snapshot!(sandbox.fails("add db --label fedora_* --zone paris --arch amd64"), @r#"
    error: `[images.db]` has a label pattern but no `release`
     --> images.toml:7:9
      |
    7 | label = "fedora_*"
      |         ^^^^^^^^^^ matches several releases
      |
      = help: add a range of releases, like `release = ">=41, <44"`, or `release = "*"` for any release

    error: `paris` is not a valid zone
     --> images.toml:8:8
      |
    8 | zone = "paris"
      |        ^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: write, for example, `zone = "fr-par-1"`

    error: `amd64` is not a valid architecture
     --> images.toml:9:8
      |
    9 | arch = "amd64"
      |        ^^^^^^^ expected `x86_64` or `arm64`
      |
      = note: these lines would have been written; the options of the command, like `--zone`, say more
      = help: did you mean `x86_64`?

    3 errors in all; nothing was changed
    "#);
    assert_snapshot!(sandbox.fails("add 2nd --label fedora_43 --zone fr-par-1 --arch x86_64"), @"
    error: `2nd` is not a valid image name
     --> images.toml:6:9
      |
    6 | [images.2nd]
      |         ^^^ expected a letter or `_`, followed by letters, digits, `_` or `-`
      |
      = note: these lines would have been written; the options of the command, like `--zone`, say more
      = help: did you mean `_2nd`?
    ");
    assert_snapshot!(sandbox.fails("add web --label fedora_43 --zone fr-par-1 --arch x86_64"), @"
    error: the image `web` is already declared
     --> images.toml:1:9
      |
    1 | [images.web]
      |         ^^^ declared here
      |
      = help: edit this declaration, or choose another name
    ");
    assert_snapshot!(sandbox.fails("add db --zone fr-par-1 --arch x86_64"), @r#"
    error: `[images.db]` has no `label`
     --> images.toml:6:9
      |
    6 | [images.db]
      |         ^^ `label` is missing
      |
      = note: these lines would have been written; the options of the command, like `--zone`, say more
      = help: add `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
    assert_eq!(sandbox.read("images.toml"), before);
}

#[test]
fn an_image_that_cannot_be_removed_is_an_error() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    assert_snapshot!(sandbox.fails("remove wep"), @"
    error: no image is named `wep`
     |
     = help: did you mean `web`?
    ");
    assert_snapshot!(sandbox.fails("remove web"), @"
    error: without `web` the manifest would declare no image
     |
     = help: keep one, or delete the manifest and the lockfile
    ");
    assert_snapshot!(Sandbox::new().fails("remove web"), @"
    error: there is no manifest `images.toml`
     |
     = help: to create one: `imagelock init`; to use another manifest: `--manifest PATH`
    ");
}

#[test]
fn every_key_of_an_image_can_be_added() {
    let sandbox = Sandbox::new();
    let options = "--label|fedora_*|--release|>=42|--zones|fr-par-1,nl-ams-1|--archs|x86_64,arm64|--type|instance_local|\
                   --instance-type|PRO2-S|--min-age|3d|--freeze|2026-12-31|kernel \"regression\"|--eol|2027-05-31|\
                   --eol-warning|30d";
    let words = ["add", "runner"].into_iter().chain(options.split('|'));
    assert!(sandbox.command("").args(words).output().unwrap().status.success());
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [images.runner]
    label = "fedora_*"
    release = ">=42"
    zones = ["fr-par-1", "nl-ams-1"]
    archs = ["x86_64", "arm64"]
    type = "instance_local"
    instance-type = "PRO2-S"
    min-age = "3d"
    freeze = { reason = 'kernel "regression"', until = 2026-12-31 }
    eol = 2027-05-31
    eol-warning = "30d"
    "#);
    sandbox.ok("add legacy --image-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e --zone fr-par-1 --arch x86_64");
    let manifest = sandbox.read("images.toml");
    // The schema lists each key. `zone` counts as `zones`, and `arch` as `archs`.
    let schema: serde_json::Value = serde_json::from_str(&sandbox.ok("schema")).unwrap();
    let keys = schema["definitions"]["image"]["properties"].as_object().unwrap().keys();
    for key in keys {
        assert!(manifest.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key}\n{manifest}");
    }
}

#[test]
fn an_invalid_date_and_an_invalid_freeze_are_shown_in_their_lines() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let add = "add db --label ubuntu_noble --zone fr-par-1 --arch x86_64";
    assert_snapshot!(sandbox.fails(&format!("{add} --eol soon --freeze 2026-02-30 why --min-age 1w")), @r#"
    error: `1w` is not a valid age
      --> images.toml:10:11
       |
    10 | min-age = "1w"
       |           ^^^^ expected a number of days or hours, like `3d` or `36h`
       |
       = help: did you mean `7d`?

    error: `2026-02-30` is not a valid date
      --> images.toml:11:36
       |
    11 | freeze = { reason = "why", until = "2026-02-30" }
       |                                    ^^^^^^^^^^^^ expected a date like `2026-12-31`
       |
       = help: write a date that exists, as year, month and day, like `2026-12-31`

    error: `soon` is not a valid date
      --> images.toml:12:7
       |
    12 | eol = "soon"
       |       ^^^^^^ expected a date like `2026-12-31`
       |
       = note: these lines would have been written; the options of the command, like `--zone`, say more
       = help: write a date that exists, as year, month and day, like `2026-12-31`

    3 errors in all; nothing was changed
    "#);
    assert_snapshot!(sandbox.fails(&format!("{add} --freeze 2026-12-31")), @"
    error: 2 values required for '--freeze <DATE> <REASON>' but 1 was provided

    Usage: imagelock add [OPTIONS] <NAME>

    For more information, try '--help'.
    ");
    let version = "--version-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e";
    assert_snapshot!(sandbox.fails(&format!("add db {version} --zone fr-par-1 --arch x86_64")), @"
    error: an exact version cannot be declared: declare its label, and freeze the image
     |
     = help: run `imagelock add --now 2026-11-24T10:00:00Z db --zone fr-par-1 --arch x86_64 --label LABEL --freeze DATE REASON`
    ");
}

#[test]
fn one_line_images_are_added_and_removed_as_one_line() {
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images]\nweb = { label = \"ubuntu_noble\" } # three\n\
                    db = { label = \"ubuntu_noble\" }\n\n[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n";
    let sandbox = Sandbox::with(manifest);
    sandbox.ok("add cache --label debian_bookworm --zone fr-par-1 --zone nl-ams-1");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [defaults]
    zone = "fr-par-1"
    arch = "x86_64"

    [images]
    web = { label = "ubuntu_noble" } # three
    db = { label = "ubuntu_noble" }
    cache = { label = "debian_bookworm", zones = ["fr-par-1", "nl-ams-1"] }

    [[outputs]]
    format = "env"
    path = "images.env"
    "#);
    sandbox.ok("remove db");
    sandbox.ok("remove cache");
    let line = "db = { label = \"ubuntu_noble\" }\n";
    assert_eq!(sandbox.read("images.toml"), manifest.replace(line, ""));
    assert_snapshot!(sandbox.fails("add runner --label fedora_* --zone paris"), @r#"
    error: `[images.runner]` has a label pattern but no `release`
     --> images.toml:7:20
      |
    7 | runner = { label = "fedora_*", zone = "paris" }
      |                    ^^^^^^^^^^ matches several releases
      |
      = help: add a range of releases, like `release = ">=41, <44"`, or `release = "*"` for any release

    error: `paris` is not a valid zone
     --> images.toml:7:39
      |
    7 | runner = { label = "fedora_*", zone = "paris" }
      |                                       ^^^^^^^ expected a zone, like `fr-par-1`
      |
      = note: these lines would have been written; the options of the command, like `--zone`, say more
      = help: write, for example, `zone = "fr-par-1"`

    2 errors in all; nothing was changed
    "#);
}
