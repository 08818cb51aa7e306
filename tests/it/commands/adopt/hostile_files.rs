//! `adopt --from` with files that may contain secrets, are invalid, or contain very many IDs.

use insta::assert_snapshot;

use crate::support::fake_marketplace::id;
use crate::support::fixtures::adoptable::marketplace;
use crate::support::sandbox::Sandbox;

/// UUIDs as `%NN%`. The first ones are not images, although their keys look like it; the five from 91 on may be images.
const SECRETS: [(&str, &str); 5] = [
    (
        "a.json",
        r#"{
        "image_registry_auth": "%01%", "image_pull_passphrase": "%02%", "imagePullPwd": "%03%",
        "docker_image_passwd": "%04%", "imagery_license": "%05%", "images": {"registry_login": "%06%", "project": "%07%"},
        "image_builder": {"private": "%08%"}, "image": "https://user:pass@example.com/%09%",
        "images_of": {"image": {"apiKey": "%30%"}}, "backup_image": "%30%"
        }"#,
    ),
    (
        "b.tfstate",
        r#"{
        "outputs": {
            "packer_image_builder": {"value": "%11%", "type": "string", "sensitive": true},
            "base_image": {"value": "%12%", "type": "string", "sensitive": true}
        },
        "resources": [
            {"type": "random_uuid", "name": "image_signing", "instances": [{"attributes": {"id": "%13%", "result": "%14%"}}]},
            {"type": "random_uuid", "name": "image", "instances": [{"attributes": {"id": "%15%", "result": "%16%"}}]},
            {"type": "scaleway_iam_api_key", "name": "packer_image", "instances": [{"attributes": {"secret_key": "%17%"}}]},
            {"type": "some_thing", "name": "it", "instances": [
                {"attributes": {"image": "%18%"}, "sensitive_attributes": [[{"type": "get_attr", "value": "image"}]]}
            ]}
        ]}"#,
    ),
    (
        "c.tf",
        r#"
        variable "image_builder_sk" {
          sensitive = true
          default   = "%21%"
        }
        variable "vm_image" {
          default   = { image = "%22%" }
          sensitive = true
        }
        variable "disk_image" {
          type      = string
          sensitive = true
        }
        output "an_image" { value = sensitive("%23%") }
        image_url = "https://user:%24%@example.com/%25%"
        provider "registry" { image = "%26%" }
        resource "some_thing" "it" { image_pull { image = "%27%" } }
        "#,
    ),
    ("d.tfvars", "disk_image = \"%28%\"\ndb_image = \"%30%\"\n"),
    (
        "e.tf",
        r#"
        image = "%91%"
        web_image = "%92%"
        images = { db = "%93%" }
        variable "old_image" {
          default   = "%94%"
          sensitive = false
        }
        resource "scaleway_instance_server" "found" { image = lookup(var.images, "web", "%95%") }
        "#,
    ),
];

#[test]
fn a_possible_secret_is_never_sent_or_printed() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let image = |n: u32| format!("{n:08}-0000-4000-8000-000000000000");
    let uuid = |n: u32| if n < 90 { format!("{n:08}-0000-4000-8000-0000deadbeef") } else { image(n) };
    let mut line = format!("adopt web={}", id(1));
    for (name, text) in SECRETS {
        sandbox.write(name, (1..=95).fold(text.to_owned(), |text, n| text.replace(&format!("%{n:02}%"), &uuid(n))));
        line.extend([" --from ", name]);
    }
    for line in [format!("{line} --dry-run"), line] {
        let run = sandbox.run(&line);
        assert_eq!(run.status, Some(0), "{run}");
        let requests = marketplace.requests().join("\n");
        assert!(!requests.contains("deadbeef") && !run.to_string().contains("deadbeef"), "{requests}{run}");
        assert!((91..=95).all(|n| !requests.contains(&image(n))), "{requests}");
    }
}

#[test]
fn invalid_json_is_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("bom.json", format!("\u{feff}{{\"web_image\": \"{}\"}}", id(1)));
    assert_eq!(
        sandbox.ok("adopt --from bom.json --dry-run").lines().last(),
        Some("1 pin: 1 added (dry run, nothing was written)")
    );
    sandbox.write("cut.tfstate", format!("{{\"web_image\": \"{}\",\n", id(1)));
    sandbox.write("lines", format!("{{\"web_image\": \"{}\"}}\n{{\"web_image\": \"{}\"}}\n", id(1), id(2)));
    sandbox.write("deep.json", "[".repeat(1000) + &"]".repeat(1000));
    assert_snapshot!(sandbox.fails("adopt --from cut.tfstate"), @"
    error: `cut.tfstate` is not valid JSON: it ends in line 2, before the JSON value is complete
     |
     = help: write `cut.tfstate` again with the tool that created it, or type the IDs: `imagelock adopt NAME=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from lines"), @"
    error: `lines` is not valid JSON: line 2 has more text after the end of the JSON value
     |
     = help: write `lines` again with the tool that created it, or type the IDs: `imagelock adopt NAME=UUID`
    ");
    assert_snapshot!(sandbox.fails("adopt --from deep.json"), @"
    error: cannot read `deep.json`: line 1 is nested more than 128 levels deep
     |
     = help: remove the file from the command line, or type the IDs: `imagelock adopt NAME=UUID`
    ");
}

#[test]
fn one_warning_lists_ten_unlisted_ids_and_counts_the_others() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let names = (100..200).map(|n| format!("\"a{n}\": \"{}\"", id(n))).collect::<Vec<_>>().join(", ");
    sandbox.write("images.json", format!("{{\"images\": {{{names}, \"web\": \"{}\"}}}}", id(1)));
    let run = sandbox.run("adopt --from images.json");
    assert_snapshot!(run.stderr, @"
    warning: the Marketplace does not list 100 IDs that are used as image IDs
      = note: images.json:1: 00000100…
      = note: images.json:1: 00000101…
      = note: images.json:1: 00000102…
      = note: images.json:1: 00000103…
      = note: images.json:1: 00000104…
      = note: images.json:1: 00000105…
      = note: images.json:1: 00000106…
      = note: images.json:1: 00000107…
      = note: images.json:1: 00000108…
      = note: images.json:1: 00000109…
      = note: 90 more
      = note: they are private or superseded images; IDs from files are never sent to the Marketplace
      = help: to look up one of them, type the whole ID: `imagelock adopt a100=UUID`; for a superseded image, add `--label LABEL --arch ARCH --type TYPE --zone ZONE`
    declared `web` in `images.toml`
    ");
}

/// A large Terraform state has this many IDs. Searching the file or the listing from the start for each ID would take
/// quadratic time.
#[test]
fn a_state_with_a_hundred_thousand_ids_is_adopted() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let id = |n: usize| format!("\"{n:08x}-0000-4000-8000-000000000000\"");
    let ids: Vec<String> = (1000..100_000).map(id).collect();
    sandbox.write("state.json", format!("{{\"ids\": [{}], \"web_image\": {}}}", ids.join(",\n"), id(1)));
    assert_eq!(sandbox.ok("adopt --from state.json").lines().last(), Some("1 pin: 1 added"));
}
