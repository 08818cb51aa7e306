//! One image in one zone, and a Marketplace that moves on from October to November.

use crate::support::fake_marketplace::{Local, Marketplace, local};
use crate::support::sandbox::Sandbox;

pub const OLD: &str = "2026-10-01T08:00:00Z";
pub const NEW: &str = "2026-11-20T08:00:00Z";

/// One image; `rest` is its policy. Its label has no end of support by a vendor.
pub fn manifest(rest: &str) -> String {
    format!("[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

pub fn docker(number: u32) -> Local {
    local("docker", "fr-par-1", "x86_64", number)
}

/// A Marketplace with a version of November that still lists the version of October.
pub fn two_versions() -> Marketplace {
    Marketplace::offering([docker(2).published(NEW), docker(1).published(OLD).superseded()])
}

/// A sandbox whose lock pins the version of October; the Marketplace has moved on since.
pub fn behind(rest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest(rest)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    (sandbox, marketplace)
}
