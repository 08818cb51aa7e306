//! One image in one zone, and a Marketplace with a version of October and one of November.

use crate::support::fake_marketplace::{Local, Marketplace, local};
use crate::support::sandbox::Sandbox;

pub const OLD: &str = "2026-10-01T08:00:00Z";
pub const NEW: &str = "2026-11-20T08:00:00Z";

/// Returns a manifest with one image and additional policy lines. No vendor end of life is known for its label.
pub fn manifest(rest: &str) -> String {
    format!("[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

pub fn docker(number: u32) -> Local {
    local("docker", "fr-par-1", "x86_64", number)
}

/// Returns a Marketplace with a November version that still lists the October version.
pub fn two_versions() -> Marketplace {
    Marketplace::offering([docker(2).published(NEW), docker(1).published(OLD).superseded()])
}

/// Returns a sandbox whose lockfile pins the October version. The Marketplace has the November version since then.
pub fn behind(rest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest(rest)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    (sandbox, marketplace)
}
