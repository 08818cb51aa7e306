//! A lockfile with two pins that are current.

use crate::support::fake_marketplace::Marketplace;
use crate::support::sandbox::Sandbox;
use crate::support::scenes::two_images::{WEB_AND_DB, bookworm, noble};

pub fn manifest() -> String {
    format!("{WEB_AND_DB}instance-type = \"PRO2-S\"\n")
}

/// Returns a sandbox whose lockfile pins the offered images.
pub fn resolved() -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([noble(1), bookworm(2)]);
    let sandbox = Sandbox::with(&manifest()).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.requests();
    (sandbox, marketplace)
}
