//! The real programs that read the files of imagelock, each in a copy of its example.
//!
//! Tests that need a program that `cargo` does not install are marked with `#[ignore]`. `.ci/tools` installs the
//! programs, and `cargo test -- --ignored` runs the tests. If a program is missing, its tests fail.

mod ansible;
mod ci_kit;
mod editors;
mod examples;
mod export_formats;
mod git;
mod help_examples;
mod packer;
mod precommit;
mod reports;
mod shells;
mod terraform;
