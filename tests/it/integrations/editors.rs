//! `images.toml` in editors and validators that use the schema.

use crate::support::example::{Example, repository};

#[test]
#[ignore = "needs check-jsonschema: run .ci/tools first"]
fn validators_accept_every_example_and_refuse_an_invalid_manifest() {
    let example = Example::of("terraform");
    example.script("sh", "imagelock schema > images.schema.json");
    example.ok("check-jsonschema --check-metaschema images.schema.json");
    for manifest in ["images.toml", "../quickstart/images.toml", "../quickstart/policy.toml"] {
        example.ok(&format!("check-jsonschema --schemafile images.schema.json {manifest}"));
    }
    example.edit("label = \"ubuntu_noble\"\n\n[images.db]", "lable = \"ubuntu_noble\"\n\n[images.db]");
    let wrong = example.run("check-jsonschema --schemafile images.schema.json images.toml");
    assert_eq!(wrong.status, Some(1), "{wrong}");
    assert!(wrong.stdout.contains("'lable' was unexpected"), "{wrong}");
}

/// The first line of the manifest names the schema.
#[test]
#[ignore = "needs taplo: run .ci/tools first"]
fn the_manifest_that_init_writes_passes_taplo() {
    let example = Example::of("terraform");
    example.ok("imagelock init --manifest new.toml");
    example.ok("taplo lint new.toml");
    let manifest = example.read("new.toml");
    example.write("new.toml", &manifest.replacen("zones =", "zonez =", 1));
    let wrong = example.run("taplo lint new.toml");
    assert_eq!(wrong.status, Some(1), "{wrong}");
    assert!(wrong.stderr.contains("'zonez' was unexpected"), "{wrong}");
    assert_eq!(std::fs::read_to_string(repository("images.schema.json")).unwrap(), example.read("images.schema.json"));
}

#[test]
#[ignore = "needs mandoc: run .ci/tools first"]
fn manual_pages_pass_mandoc() {
    let example = Example::of("terraform");
    example.ok("imagelock man pages");
    let verdict = example.script("sh", "for page in pages/man*/*; do mandoc -T lint -W warning $page || exit 1; done");
    assert_eq!(verdict, "");
    assert!(example.ok("mandoc -T html pages/man1/imagelock-check.1").contains("EXIT_STATUS"));
}
