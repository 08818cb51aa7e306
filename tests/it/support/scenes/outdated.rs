//! A lockfile with an outdated pin: the Marketplace has replaced local image 1 with local image 2.

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::sandbox::Sandbox;

/// The upgrade that reads the catalog from `new.json`.
pub const UPGRADE: &str = "upgrade --catalog new.json";

/// Resolves a sandbox that declares Ubuntu. Afterwards the Marketplace publishes a newer version.
pub fn outdated(sandbox: Sandbox) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let sandbox = sandbox.asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    (sandbox, marketplace)
}

/// Like `outdated`, with a snapshot of the newer catalog in `new.json`.
pub fn outdated_with_snapshot(sandbox: Sandbox) -> Sandbox {
    let (sandbox, _marketplace) = outdated(sandbox);
    sandbox.ok("snapshot new.json");
    sandbox
}
