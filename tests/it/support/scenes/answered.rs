//! A first resolve, with a Marketplace whose listing response is set by the test.

use serde_json::Value;

use crate::support::fake_marketplace::{Local, Marketplace, Reply, local};
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

pub fn noble() -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", 1)
}

/// Returns the error of a first resolve with this response to the listing request.
pub fn refusal(responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> String {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(responder);
    Sandbox::with(WEB).asking(&marketplace).fails("resolve --timeout 2")
}

/// Checks that a first resolve succeeds with this response to the listing request, and returns the requests.
#[track_caller]
pub fn succeeds(responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static) -> Vec<String> {
    let marketplace = Marketplace::offering([noble()]);
    marketplace.answers_listings(responder);
    let sandbox = Sandbox::with(WEB).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(sandbox.lock().contains(&noble().id));
    marketplace.listings()
}
