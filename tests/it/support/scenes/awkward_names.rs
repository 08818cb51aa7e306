//! Two images with names that are awkward in other formats: `no` is a boolean in YAML 1.1, and `web-1` is a subtraction
//! in HCL.

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::sandbox::Sandbox;

pub const MANIFEST: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web-1]
label = "docker"

[images.no]
label = "gitlab"
zones = ["fr-par-1", "nl-ams-1"]
"#;

/// Returns a sandbox with this manifest, and a directory `infra` for its outputs.
pub fn declared(manifest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([
        local("docker", "fr-par-1", "x86_64", 1).published("2026-09-02T08:30:55Z"),
        local("gitlab", "fr-par-1", "x86_64", 2),
        local("gitlab", "nl-ams-1", "x86_64", 3),
    ]);
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    std::fs::create_dir(sandbox.path("infra")).unwrap();
    (sandbox, marketplace)
}

/// Like `declared`, with a lockfile.
pub fn resolved(manifest: &str) -> (Sandbox, Marketplace) {
    let (sandbox, marketplace) = declared(manifest);
    sandbox.ok("resolve");
    (sandbox, marketplace)
}
