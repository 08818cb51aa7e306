//! A lock with a pin that is out of date: the Marketplace has replaced local image 1 with local image 2.

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::sandbox::Sandbox;

/// The upgrade that takes its answers from `new.json`.
pub const UPGRADE: &str = "upgrade --catalog new.json";

/// Resolves a sandbox that declares Ubuntu; afterwards the Marketplace moves on.
pub fn outdated(sandbox: Sandbox) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([local("ubuntu_noble", "fr-par-1", "x86_64", 1)]);
    let sandbox = sandbox.asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([local("ubuntu_noble", "fr-par-1", "x86_64", 2)]);
    (sandbox, marketplace)
}

/// The same with a snapshot of the Marketplace, `new.json`, that the pin would move with.
pub fn outdated_with_snapshot(sandbox: Sandbox) -> Sandbox {
    let (sandbox, _marketplace) = outdated(sandbox);
    sandbox.ok("snapshot new.json");
    sandbox
}
