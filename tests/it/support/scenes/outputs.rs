//! A manifest with outputs at any path.
#![cfg(unix)]

use std::fs;

use crate::support::file_tree::refused;
use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;
use crate::support::scenes::outdated::UPGRADE;

/// A manifest with outputs of these paths, and more keys for each.
pub fn manifest(outputs: &[&str], keys: &str) -> String {
    let output = |path: &&str| format!("[[outputs]]\nformat = \"env\"\npath = {}\n{keys}", quoted(path));
    WEB.to_owned() + &outputs.iter().map(output).collect::<String>()
}

/// A string of JSON is one of TOML.
pub fn quoted(path: &str) -> String {
    serde_json::to_string(path).unwrap()
}

/// The first line of the error with outputs of these paths.
#[track_caller]
pub fn error(sandbox: &Sandbox, outputs: &[&str], keys: &str) -> String {
    sandbox.write("images.toml", manifest(outputs, keys));
    let message = refused(sandbox, UPGRADE);
    message.lines().next().unwrap().replace(fs::canonicalize(sandbox.path("")).unwrap().to_str().unwrap(), "[HERE]")
}
