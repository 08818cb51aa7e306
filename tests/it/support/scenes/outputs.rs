//! A manifest whose outputs have any paths.
#![cfg(unix)]

use std::fs;

use crate::support::file_tree::refused;
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;
use crate::support::scenes::outdated::UPGRADE;

/// Returns a manifest with outputs at these paths, each with additional keys.
pub fn manifest(outputs: &[&str], keys: &str) -> String {
    let output = |path: &&str| format!("[[outputs]]\nformat = \"env\"\npath = {}\n{keys}", quoted(path));
    WEB.to_owned() + &outputs.iter().map(output).collect::<String>()
}

/// Quotes a path for TOML. A JSON string is also a TOML string.
pub fn quoted(path: &str) -> String {
    serde_json::to_string(path).unwrap()
}

/// Returns the first line of the error for outputs at these paths.
#[track_caller]
pub fn error(sandbox: &Sandbox, outputs: &[&str], keys: &str) -> String {
    sandbox.write("images.toml", manifest(outputs, keys));
    let message = refused(sandbox, UPGRADE);
    message.lines().next().unwrap().replace(fs::canonicalize(sandbox.path("")).unwrap().to_str().unwrap(), "[HERE]")
}
