//! The pure core. Its functions use no clock, environment, files or network, and print nothing.
//!
//! Imports go one way: `{resolve, check, lookup, adopt} -> {plan, references, select} -> {catalog, manifest, lock} ->
//! {types, diagnostics}`. The first four do not import each other.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stdout, clippy::print_stderr)]

pub mod adopt;
pub mod catalog;
pub mod check;
pub mod diagnostics;
pub mod lock;
pub mod lookup;
pub mod manifest;
pub mod plan;
pub mod references;
pub mod resolve;
pub mod select;
pub mod types;
