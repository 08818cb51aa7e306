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
    declared `runner` in `images.toml`; to pin it: `imagelock resolve`
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
    removed `runner` from `images.toml`; to remove the pins: `imagelock resolve`
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
    declared `web` in `prod.toml`; to pin it: `imagelock resolve --manifest prod.toml`
    --- exit 0
    ");
    assert_snapshot!(sandbox.read("prod.toml"), @r#"
    #:schema ./images.schema.json

    [images.web]
    label = "ubuntu_noble"
    zone = "fr-par-1"
    arch = "x86_64"
    instance-type = "DEV1-S"
    "#);
    sandbox.ok("add db --image-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e --zone fr-par-1 --arch arm64 --arch x86_64 --manifest prod.toml");
    assert_snapshot!(sandbox.read("prod.toml"), @r#"
    #:schema ./images.schema.json

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
fn an_invalid_image_is_not_added() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let before = sandbox.read("images.toml");
    assert_snapshot!(sandbox.fails("add db --label fedora_* --zone paris --arch amd64"), @"
    error: invalid value `paris` for `--zone`
     |
     = help: use a zone, like `fr-par-1`
    ");
    assert_snapshot!(sandbox.fails("add 2nd --label fedora_43 --zone fr-par-1 --arch x86_64"), @"
    error: invalid value `2nd` for `NAME`
     |
     = help: use a letter or `_`, followed by letters, digits, `_` or `-`
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
    assert_snapshot!(sandbox.fails("add db --zone fr-par-1 --arch x86_64"), @"
    error: `db` needs a label or an image ID
     |
     = help: add `--label LABEL` or `--image-id UUID`; to find labels: `imagelock search`
    ");
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
    assert_snapshot!(Sandbox::new().fails("remove web"), @"
    error: cannot find the manifest `images.toml`
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
    #:schema ./images.schema.json

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
fn invalid_dates_and_ages_are_reported_by_option() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let add = "add db --label ubuntu_noble --zone fr-par-1 --arch x86_64";
    assert_snapshot!(sandbox.fails(&format!("{add} --eol soon --freeze 2026-02-30 why --min-age 1w")), @"
    error: invalid value `soon` for `--eol`
     |
     = help: use a date, like `2026-12-31`
    ");
    assert_snapshot!(sandbox.fails(&format!("{add} --freeze 2026-12-31")), @"
    error: `--freeze` needs a date and a reason
     |
     = help: add the reason after the date, like `--freeze 2026-12-31 'kernel regression, ticket 4711'`
    ");
    let version = "--version-id 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e";
    assert_snapshot!(sandbox.fails(&format!("add db {version} --zone fr-par-1 --arch x86_64")), @"
    error: an image cannot be declared by the ID of a version
     |
     = help: declare its label and freeze it: `imagelock add --now 2026-11-24T10:00:00Z db --zone fr-par-1 --arch x86_64 --label LABEL --freeze DATE REASON`
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
    assert_snapshot!(sandbox.fails("add runner --label fedora_* --zone paris"), @"
    error: invalid value `paris` for `--zone`
     |
     = help: use a zone, like `fr-par-1`
    ");
}

/// The next command can be `add`, so a manifest without images is written.
#[test]
fn the_last_image_can_be_replaced() {
    let sandbox =
        Sandbox::with("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n");
    assert_snapshot!(sandbox.run("remove web"), @"
    --- stderr
    removed `web` from `images.toml`, which now declares no images; declare one, or delete it and the lockfile
    --- exit 0
    ");
    assert_eq!(sandbox.read("images.toml"), "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    sandbox.ok("add db --label docker");
    assert_snapshot!(sandbox.read("images.toml"), @r#"
    [defaults]
    zone = "fr-par-1"
    arch = "x86_64"

    [images.db]
    label = "docker"
    "#);
}

#[test]
fn a_zone_or_an_architecture_that_is_missing_is_named_as_an_option() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.fails("add web --label ubuntu_noble"), @"
    error: `web` needs a zone and an architecture
     |
     = help: add `--zone fr-par-1` and `--arch x86_64`, or declare the default for all images under `[defaults]` in the manifest
    ");
    assert_snapshot!(sandbox.fails("add web --label ubuntu_noble --zone fr-par-1"), @"
    error: `web` needs an architecture
     |
     = help: add `--arch x86_64`, or declare the default for all images under `[defaults]` in the manifest
    ");
    assert_snapshot!(sandbox.fails("add web --label ubuntu_noble --arch x86_64"), @"
    error: `web` needs a zone
     |
     = help: add `--zone fr-par-1`, or declare the default for all images under `[defaults]` in the manifest
    ");
}
