//! Three stacks in separate directories, each with a manifest and a lockfile.

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::sandbox::Sandbox;

const DATE: &str = "2026-09-02T08:30:55Z";

pub fn manifest(images: &str) -> String {
    format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n{images}")
}

/// Returns three stacks with lockfiles. The Marketplace has a new build of Ubuntu since then.
pub fn stacks() -> (Sandbox, Marketplace) {
    let bookworm = local("debian_bookworm", "fr-par-1", "x86_64", 2).published(DATE);
    let noble = |number, date| local("ubuntu_noble", "fr-par-1", "x86_64", number).published(date);
    let marketplace = Marketplace::offering([noble(1, DATE), bookworm.clone()]);
    let sandbox = Sandbox::new().asking(&marketplace);
    for directory in ["stacks/api", "stacks/db/eu", "stacks/web", "stacks/.terraform/modules/web"] {
        std::fs::create_dir_all(sandbox.path(directory)).unwrap();
    }
    let web = "[images.web]\nlabel = \"ubuntu_noble\"\n";
    let db = "[images.db]\nlabel = \"debian_bookworm\"\n";
    sandbox.write("stacks/web/images.toml", manifest(web));
    sandbox.write("stacks/api/images.toml", manifest(&web.replace("web", "api")));
    sandbox.write("stacks/db/eu/images.toml", manifest(&format!("{web}{db}")));
    // Hidden directories belong to other tools, so this manifest must be skipped.
    sandbox.write("stacks/.terraform/modules/web/images.toml", "nonsense");
    sandbox.ok("resolve --recursive stacks");
    marketplace.offers([noble(11, "2026-10-20T10:03:30Z"), bookworm]);
    marketplace.requests();
    (sandbox, marketplace)
}

/// Like `stacks`, but one manifest is not TOML and one lockfile has a newer format.
pub fn two_broken_stacks() -> (Sandbox, Marketplace) {
    let (sandbox, marketplace) = stacks();
    sandbox.write("stacks/api/images.toml", "[images.api]\nlabel = \"ubuntu_noble\n");
    sandbox.write("stacks/web/images.lock", "version = 9 # read by imagelock 4.0.0 and later\n");
    (sandbox, marketplace)
}
