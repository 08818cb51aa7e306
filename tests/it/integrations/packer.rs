//! Packer accepts the template and the variable, and would pass the pinned ID to the Scaleway builder.
//!
//! The Packer of Debian is 1.6.6, which includes that builder. From 1.7 on, the builder is a plugin, which is not
//! tested here. Booting a server from the image is not tested either, because it requires an account.

use crate::support::example::{Example, NOVEMBER};

/// A fake account. `validate` requires one, but does not check whether it exists.
const ACCOUNT: &str = "env SCW_DEFAULT_PROJECT_ID=11111111-1111-4111-8111-111111111111 \
                       SCW_ACCESS_KEY=SCWXXXXXXXXXXXXXXXXX SCW_SECRET_KEY=11111111-1111-4111-8111-111111111111";

fn image(example: &Example) -> String {
    let expression = r#"var.images["web"]["fr-par-1"]["x86_64"].id"#;
    assert!(example.read("server.pkr.hcl").contains(expression));
    example.script("sh", &format!("echo '{expression}' | packer console ."))
}

#[test]
#[ignore = "needs packer: run .ci/tools first"]
fn packer_builds_from_the_pinned_image() {
    let example = Example::of("packer");
    example.ok("packer fmt -check .");
    example.ok(&format!("{ACCOUNT} packer validate ."));
    assert_eq!(image(&example), "35fdc69b-503a-4d8c-8879-497a1abfd103\n");
    example.ok(&format!("imagelock upgrade web {NOVEMBER}"));
    assert_eq!(image(&example), "3559232e-6848-4761-b469-a6ac569e248d\n");
}

/// Proves that the validation can fail.
#[test]
#[ignore = "needs packer: run .ci/tools first"]
fn a_template_without_its_pins_is_invalid() {
    let example = Example::of("packer");
    std::fs::remove_file(example.path("images.auto.pkrvars.json")).unwrap();
    assert_eq!(example.run(&format!("{ACCOUNT} packer validate .")).status, Some(1));
}
