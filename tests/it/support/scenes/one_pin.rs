//! The scene of most tests of policy: one image in one cell, and a Marketplace that moves on from October to November.

use crate::support::fake_marketplace::{Local, Marketplace, local};
use crate::support::sandbox::Sandbox;

pub const OLD: &str = "2026-10-01T08:00:00Z";
pub const NEW: &str = "2026-11-20T08:00:00Z";

/// An image in one cell; `rest` is its policy. The label has no vendor's end of support.
pub fn manifest(rest: &str) -> String {
    format!("[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

pub fn docker(number: u32) -> Local {
    local("docker", "fr-par-1", "x86_64", number)
}

/// A Marketplace whose newest version is of November, and lists the one of October too.
pub fn two_versions() -> Marketplace {
    Marketplace::offering([docker(2).published(NEW), docker(1).published(OLD).superseded()])
}

/// A sandbox whose lock pins the version of October, and whose Marketplace has moved on since.
pub fn behind(rest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest(rest)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), docker(1).published(OLD).superseded()]);
    (sandbox, marketplace)
}
