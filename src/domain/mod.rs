//! The pure core: no clock, environment, files, network or printing.
//!
//! Imports go one way: `{resolve, check, lookup, adopt} -> {plan, references, select} -> {catalog, manifest, lock} ->
//! {types, diagnostics}`; the four on the left do not import each other.
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
