//! All formats have the same content, according to the parsers of the tools that read them.

use serde_json::Value;

use crate::support::example::{Example, OCTOBER};

/// Names that YAML 1.1 would read as other types, and one that HCL would read as a subtraction.
const NAMES: [&str; 4] = ["no", "off", "null", "web-1"];

fn exported() -> Example {
    let example = Example::of("terraform");
    let image = |name| {
        format!(
            "[images.{name}]
label = \"debian_bookworm\"
zones = [\"fr-par-1\", \"nl-ams-1\"]
"
        )
    };
    let images = NAMES.map(image).concat();
    example.write("images.toml", &format!("[defaults]\narch = \"x86_64\"\n{images}"));
    example.ok(&format!("imagelock resolve {OCTOBER}"));
    std::fs::remove_file(example.path("main.tf")).unwrap();
    std::fs::remove_file(example.path("images.auto.tfvars.json")).unwrap();
    for (format, file) in [
        ("tfvars", "pins.tfvars.json"),
        ("hcl", "images.tf"),
        ("ansible", "ansible.yml"),
        ("json", "images.json"),
        ("yaml", "images.yml"),
    ] {
        example.write(file, &example.ok(&format!("imagelock export {format}")));
    }
    example
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Reads a file with `PyYAML`, which Ansible also uses.
fn yaml(example: &Example, file: &str) -> Value {
    json(&example.script("python3", &format!("import json, yaml; print(json.dumps(yaml.safe_load(open('{file}'))))")))
}

#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn yaml_equals_json() {
    let example = exported();
    // JSON has no comments, so the header is a key.
    let mut without_head = json(&example.read("images.json"));
    assert!(without_head.as_object_mut().unwrap().remove("//").is_some());
    assert_eq!(yaml(&example, "images.yml"), without_head);
    assert_eq!(yaml(&example, "ansible.yml")["imagelock"], json(&example.read("pins.tfvars.json"))["images"]);
    for name in NAMES {
        assert!(yaml(&example, "images.yml")["images"][name]["nl-ams-1"]["x86_64"]["id"].is_string(), "{name}");
    }
}

#[test]
#[ignore = "needs terraform: run .ci/tools first"]
fn hcl_equals_tfvars() {
    let example = exported();
    example.ok("terraform init");
    example.ok("terraform fmt -check -diff");
    let read = example.script("sh", "echo 'jsonencode(local.images)' | terraform console");
    // The console prints an HCL string, which is also valid JSON.
    let read = json(json(&read).as_str().unwrap());
    assert_eq!(read, json(&example.read("pins.tfvars.json"))["images"]);
}

#[test]
#[ignore = "needs jq: run .ci/tools first"]
fn jq_reads_json() {
    let example = exported();
    let id = example.script("sh", r#"jq -r '.images["web-1"]["fr-par-1"].x86_64.zoned_id' images.json"#);
    assert_eq!(id, "fr-par-1/91fc8647-cf93-4402-9deb-5d64ebd35cfe\n");
}
