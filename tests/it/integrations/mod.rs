//! The real programs that read the files of imagelock, each in a copy of its example.
//!
//! Tests of programs that `cargo` does not install are marked `#[ignore]`. `.ci/tools` installs the programs and
//! `cargo test -- --ignored` runs the tests; a missing program is then a failure.

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
