//! A Marketplace with images whose IDs can be adopted.

use crate::support::fake_marketplace::{Marketplace, local};

const DATE: &str = "2026-09-02T08:30:55Z";

pub fn marketplace() -> Marketplace {
    Marketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(DATE),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 2).published(DATE),
        local("debian_bookworm", "fr-par-1", "x86_64", 3).published(DATE),
        local("debian_bookworm", "fr-par-1", "arm64", 4).published(DATE),
        local("debian_bookworm", "nl-ams-1", "arm64", 5).published(DATE),
        local("ubuntu_jammy", "fr-par-1", "x86_64", 6).of_type(Some("instance_local")).published(DATE),
    ])
}
