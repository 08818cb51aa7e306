//! Terraform replaces a server only after an upgrade of its image.

use crate::support::example::{Example, NOVEMBER, OCTOBER};

/// Returns the exit status of `terraform plan -detailed-exitcode`, and all planned actions.
fn plan(example: &Example) -> (Option<i32>, Vec<String>) {
    let run = example.run("terraform plan -detailed-exitcode -out=plan");
    assert_ne!(run.status, Some(1), "{run}");
    let plan: serde_json::Value = serde_json::from_str(&example.ok("terraform show -json plan")).unwrap();
    let changes = plan["resource_changes"].as_array().unwrap().iter().map(|change| {
        let actions: Vec<&str> =
            change["change"]["actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
        format!("{} {}", change["address"].as_str().unwrap(), actions.join("+"))
    });
    (run.status, changes.filter(|change| !change.ends_with(" no-op")).collect())
}

fn check_upgrade_story(name: &str) {
    let nothing = (Some(0), Vec::new());
    let example = Example::of(name);
    example.ok("terraform init");
    example.ok("terraform fmt -check -diff");
    assert_eq!(
        plan(&example),
        (Some(2), ["db", "web[0]", "web[1]"].map(|server| format!("terraform_data.{server} create")).to_vec())
    );
    example.ok("terraform apply -auto-approve");
    assert_eq!(plan(&example), nothing);

    // Four weeks later there is a newer Ubuntu. `check` reports it, and `resolve` replaces no server.
    assert_eq!(example.run(&format!("imagelock check {NOVEMBER}")).status, Some(2));
    example.ok(&format!("imagelock resolve {NOVEMBER}"));
    assert_eq!(plan(&example), nothing);

    // A new zone for one image changes the files, but replaces no server.
    example.edit("[images.db]\n", "[images.db]\nzones = [\"fr-par-1\", \"nl-ams-1\"]\n");
    let resolved = example.ok(&format!("imagelock resolve {NOVEMBER}"));
    assert!(resolved.ends_with("3 pins: 1 added, 2 kept\n"), "{resolved}");
    example.ok("terraform fmt -check -diff");
    assert_eq!(plan(&example), nothing);

    // An upgrade of one image replaces its servers. `db` has the same label and is kept.
    example.ok(&format!("imagelock upgrade web {NOVEMBER}"));
    let replaced = ["web[0]", "web[1]"].map(|server| format!("terraform_data.{server} delete+create"));
    assert_eq!(plan(&example), (Some(2), replaced.to_vec()));
    example.ok("terraform apply -auto-approve");
    assert_eq!(plan(&example), nothing);
}

#[test]
#[ignore = "needs terraform: run .ci/tools first"]
fn a_server_is_replaced_only_after_an_upgrade_with_tfvars() {
    check_upgrade_story("terraform");
}

#[test]
#[ignore = "needs terraform: run .ci/tools first"]
fn a_server_is_replaced_only_after_an_upgrade_with_locals() {
    check_upgrade_story("terraform-locals");
}

/// The IDs come from a configuration with copied UUIDs, or from a state.
#[test]
#[ignore = "needs terraform: run .ci/tools first"]
fn adopting_the_images_of_running_servers_replaces_no_server() {
    for source in ["old.tf", "terraform.tfstate"] {
        let example = Example::of("terraform");
        let read = example.read("main.tf");
        let ids: serde_json::Value = serde_json::from_str(&example.read("images.auto.tfvars.json")).unwrap();
        let copied = ["web", "db"].into_iter().fold(read.clone(), |text, name| {
            let pin = format!("var.images[\"{name}\"][\"fr-par-1\"][\"x86_64\"].zoned_id");
            text.replace(&pin, &ids["images"][name]["fr-par-1"]["x86_64"]["zoned_id"].to_string())
        });
        for file in ["images.toml", "images.lock", "images.auto.tfvars.json", "main.tf"] {
            std::fs::remove_file(example.path(file)).unwrap();
        }
        let (_, resources) = copied.split_once("\n}\n").unwrap();
        example.write("old.tf", resources);
        example.ok("terraform init");
        example.ok("terraform apply -auto-approve");

        example.ok(&format!("imagelock adopt --from {source} {OCTOBER}"));
        example.write("images.auto.tfvars.json", &example.ok("imagelock export tfvars"));
        std::fs::remove_file(example.path("old.tf")).unwrap();
        example.write("main.tf", &read);
        assert_eq!(plan(&example), (Some(0), Vec::new()), "{source}");
        example.ok(&format!("imagelock resolve {NOVEMBER}"));
        assert_eq!(plan(&example), (Some(0), Vec::new()), "{source}");
        example.ok(&format!("imagelock upgrade db {NOVEMBER}"));
        example.write("images.auto.tfvars.json", &example.ok("imagelock export tfvars"));
        assert_eq!(plan(&example), (Some(2), vec!["terraform_data.db delete+create".to_owned()]), "{source}");
    }
}

/// An image that was renamed only in the manifest causes an error instead of a plan.
#[test]
#[ignore = "needs terraform: run .ci/tools first"]
fn a_missing_pin_is_an_error() {
    let example = Example::of("terraform");
    example.ok("terraform init");
    example.edit("[images.web]", "[images.frontend]");
    example.ok(&format!("imagelock resolve {NOVEMBER}"));
    let run = example.run("terraform plan -detailed-exitcode");
    assert_eq!(run.status, Some(1), "{run}");
    assert!(run.stderr.contains("Invalid index"), "{run}");
}
