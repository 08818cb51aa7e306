//! The manifest as a whole: missing, empty, not TOML, or with many mistakes.

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::refused_by_every_command;
use crate::support::manifest::web;
use crate::support::sandbox::Sandbox;

#[test]
fn a_manifest_without_images_is_refused() {
    assert_snapshot!(refused_by_every_command(""), @r#"
    error: the manifest declares no images
     |
     = help: declare an image, for example:
             [images.web]
             label = "ubuntu_noble"
             zone = "fr-par-1"
             arch = "x86_64"
    "#);
    assert_snapshot!(refused_by_every_command("[images]\n"), @r#"
    error: the manifest declares no images
     --> images.toml:1:1
      |
    1 | [images]
      | ^^^^^^^^ empty table
      |
      = help: declare an image, for example:
              [images.web]
              label = "ubuntu_noble"
              zone = "fr-par-1"
              arch = "x86_64"
    "#);
}

#[test]
fn a_manifest_that_is_not_toml_is_refused() {
    assert_snapshot!(refused_by_every_command("[images.web\nlabel = ubuntu_noble\nzone = \"fr-par-1\"\n"), @"
    error: invalid TOML: the header of a table has no closing bracket
     --> images.toml:1:12
      |
    1 | [images.web
      |            ^ expected `]`
      |
      = help: write `[images.web]`
    ");
}

#[test]
fn a_mistake_in_the_defaults_is_reported_once() {
    assert_snapshot!(
        refused_by_every_command("[defaults]\nzone = \"paris\"\narch = \"x86_64\"\n[images.a]\nlabel = \"a\"\n[images.b]\nlabel = \"b\"\n"),
        @r#"
    error: `paris` is not a valid zone
     --> images.toml:2:8
      |
    2 | zone = "paris"
      |        ^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: write, for example, `zone = "fr-par-1"`
    "#
    );
}

#[test]
fn all_mistakes_are_reported_in_one_run() {
    assert_snapshot!(
        refused_by_every_command(
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
    error: `soon` is not a valid value of `requires`
     --> images.toml:1:12
      |
    1 | requires = "soon"
      |            ^^^^^^ expected a range of releases of imagelock, like `>=0.1, <0.2`
      |
      = help: write, for example, `requires = "^0.1.0"`

    error: `fr-par1` is not a valid zone
     --> images.toml:3:8
      |
    3 | zone = "fr-par1"
      |        ^^^^^^^^^ expected a zone, like `fr-par-1`
      |
      = help: did you mean `fr-par-1`, `fr-par-2` or `fr-par-3`?

    error: unknown key `lable` in `[images.a]`
     --> images.toml:5:1
      |
    5 | lable = "ubuntu_noble"
      | ^^^^^ unknown key
      |
      = help: did you mean `label`?

    error: `amd64` is not a valid architecture
     --> images.toml:9:8
      |
    9 | arch = "amd64"
      |        ^^^^^^^ expected `x86_64` or `arm64`
      |
      = help: did you mean `x86_64`?

    4 errors in all; nothing was changed
    "#
    );
}

#[test]
fn a_missing_manifest_suggests_the_command_that_writes_it() {
    assert_snapshot!(Sandbox::new().fails("resolve"), @"
    error: cannot find the manifest `images.toml`
     |
     = help: to create one: `imagelock init`; to use another manifest: `--manifest PATH`
    ");
    // A path without an extension was meant as a directory, and `get` needs a manifest before it needs a lockfile.
    assert_snapshot!(Sandbox::new().fails("get web --manifest staging"), @"
    error: cannot find the manifest `staging/images.toml`
     |
     = help: to create one: `mkdir -p staging`, then `imagelock init --manifest staging/images.toml`; to use another manifest: `--manifest PATH`
    ");
    assert_snapshot!(Sandbox::new().fails("check --manifest infra/images.toml"), @"
    error: cannot find the manifest `infra/images.toml`
     |
     = help: to create one: `mkdir -p infra`, then `imagelock init --manifest infra/images.toml`; to use another manifest: `--manifest PATH`
    ");
}

#[test]
fn a_lockfile_given_as_the_manifest_is_refused() {
    assert_snapshot!(Sandbox::new().fails("resolve --manifest images.lock"), @"
    error: `images.lock` is a lockfile, not a manifest
     |
     = help: use the manifest next to it: `--manifest images.toml`
    ");
}

#[test]
fn dotted_keys_and_inline_tables_are_read() {
    let sandbox = Sandbox::with("images.web = { label = \"ubuntu_noble\", zone = \"fr-par-1\", arch = \"x86_64\" }\n");
    assert_eq!(sandbox.run("resolve --locked").status, Some(2));
}

#[test]
fn conflict_markers_in_the_manifest_are_recognized() {
    assert_snapshot!(refused_by_every_command(&format!("<<<<<<< HEAD\n{}=======\n>>>>>>> other\n", web(""))), @"
    error: the file contains conflict markers from an unfinished git merge
     --> images.toml:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ conflict marker
      |
      = help: resolve the conflicts, or keep one side with `git checkout --ours images.toml` or `git checkout --theirs images.toml`; then run `imagelock resolve`, which keeps every pin that still matches the manifest
    ");
}
