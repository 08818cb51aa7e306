//! The errors that imagelock prints for an invalid manifest, lockfile or snapshot.

use crate::support::manifest::web;
use crate::support::sandbox::Sandbox;

pub const ID: &str = "00000001-0000-4000-8000-000000000000";

pub fn lock(label: &str) -> String {
    let cell = "name = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    format!(
        "version = 1\n\n[[pin]]\n{cell}type = \"instance_sbs\"\nlabel = \"{label}\"\nid = \"{ID}\"\ndigest = \"\"\n"
    )
}

pub fn snapshot(label: &str, name: &str) -> String {
    let local = format!("{{\"id\":\"{ID}\",\"zone\":\"fr-par-1\",\"arch\":\"x86_64\",\"commercial_types\":[]}}");
    let image = format!("{{\"label\":\"{label}\",\"id\":\"{ID}\",\"name\":\"{name}\",\"local_images\":[{local}]}}");
    format!("{{\"imagelock_snapshot\":1,\"taken\":\"2026-11-24T08:00:00Z\",\"images\":[{image}]}}")
}

/// Returns the error for a manifest.
pub fn mistake(manifest: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("images.toml", manifest);
    sandbox.fails("resolve --locked")
}

/// Returns the error for a manifest, after checking that every command that reads it prints the same one.
pub fn refused_by_every_command(manifest: &str) -> String {
    let sandbox = Sandbox::with(manifest);
    let message = sandbox.fails("resolve --offline");
    assert_eq!(sandbox.fails("resolve --locked"), message);
    assert_eq!(sandbox.fails("check"), message);
    message
}

/// Returns the error for a lockfile.
pub fn mistake_in_lock(lock: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::with(&web(""));
    sandbox.write("images.lock", lock);
    sandbox.fails("list")
}

/// Returns the error for a snapshot.
pub fn mistake_in_snapshot(snapshot: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::with(&web(""));
    sandbox.write("catalog.json", snapshot);
    sandbox.fails("resolve --catalog catalog.json")
}

/// Calls a function for the numbers below `n`, and joins the results.
pub fn each(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect::<Vec<_>>().concat()
}
