//! An image in one or two zones, and a Marketplace with a newer version in both zones.

use crate::support::fake_marketplace::{Local, Marketplace, local};
use crate::support::sandbox::Sandbox;
use crate::support::scenes::one_pin::{NEW, OLD, docker};

pub fn image(name: &str, zones: &str, rest: &str) -> String {
    format!("[images.{name}]\nlabel = \"docker\"\nzones = [{zones}]\narch = \"x86_64\"\n{rest}")
}

pub const PARIS: &str = "\"fr-par-1\"";
pub const BOTH: &str = "\"fr-par-1\", \"nl-ams-1\"";

pub fn amsterdam(number: u32) -> Local {
    local("docker", "nl-ams-1", "x86_64", number)
}

/// Offers a newer version in both zones, and still lists the old version.
pub fn moved_on() -> [Local; 4] {
    [
        docker(2).published(NEW),
        amsterdam(12).published(NEW),
        docker(1).published(OLD).superseded(),
        amsterdam(11).published(OLD).superseded(),
    ]
}

/// Returns a lockfile that pins the October version in Paris. The Marketplace has a newer version since then.
pub fn pinned(name: &str, rest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([docker(1).published(OLD), amsterdam(11).published(OLD)]);
    let sandbox = Sandbox::with(&image(name, PARIS, rest)).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(moved_on());
    marketplace.requests();
    (sandbox, marketplace)
}

/// Returns the pinned IDs in the order of the lockfile, as the numbers that they begin with.
pub fn ids(sandbox: &Sandbox) -> Vec<u32> {
    let lock = sandbox.lock();
    let ids = lock.lines().filter_map(|line| line.strip_prefix("id = \""));
    ids.map(|id| id[..8].parse().unwrap()).collect()
}
