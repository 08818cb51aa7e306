//! A first resolve, and a Marketplace that answers its request for a listing as a test sets.

use serde_json::Value;

use crate::support::fake_marketplace::{Local, Marketplace, Reply, local};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

pub fn noble() -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", 1)
}

/// The error of a first resolve whose listing is answered like this.
pub fn refusal(responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> String {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(responder);
    Sandbox::with(WEB).asking(&marketplace).fails("resolve --timeout 2")
}

/// Checks that a first resolve succeeds if its listing is answered like this, and gives the requests.
#[track_caller]
pub fn succeeds(responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> Vec<String> {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(responder);
    let sandbox = Sandbox::with(WEB).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&noble().id));
    marketplace.listings()
}
