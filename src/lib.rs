//! A lockfile for cloud image IDs: pins Scaleway Marketplace images, and says when they drift.
//!
//! Imports go one way: `main -> cli -> commands -> workspace -> {marketplace, render, export} -> domain`.
//!
//! - [`domain`]: the pure core, without files, network or clock. The two files (`manifest`, `lock`), what the Marketplace
//!   offers (`catalog`), which image fits (`select`), and what follows from that (`resolve`, `check`, `lookup`, `adopt`).
//! - [`marketplace`]: the backends that answer queries: the API, a snapshot, or none.
//! - [`render`]: reports, plans, tables and errors as text.
//! - [`export`]: the lock as other tools read it.
//! - `workspace`: the user's files: projects, outputs, reports, and the history in git. `deadline` ends a run in time.
//! - `commands`: one file per command: read, compute, write, render.
//! - `cli`: options and help; the clock, the environment and the terminal; the exit status. These three, and what only they
//!   need, are left out without the feature `cli`.
//!
//! `examples/library.rs` shows the crate used as a library.

#![cfg_attr(not(feature = "cli"), expect(dead_code, reason = "what only the commands of the terminal program use"))]

#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod commands;
mod deadline;
pub mod domain;
pub mod export;
pub mod marketplace;
pub mod render;
#[cfg(feature = "cli")]
mod workspace;

#[cfg(feature = "cli")]
pub use cli::run;

/// This release of imagelock.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
