//! A lockfile for cloud image IDs: pins Scaleway Marketplace images and reports drift.
//!
//! # Where things are
//!
//! Imports go one way: `main -> cli -> commands -> workspace -> {marketplace, render, export} -> domain`.
//!
//! - `cli`: the clock, the environment and the terminal; wrong command lines; the exit status.
//! - `commands`: the list of commands, and one file per command: its options, then read, compute, write, render.
//! - `workspace`: the user's files: manifest and lock of a project, outputs, reports, the git history, one writer at a time.
//! - [`marketplace`]: the backend that answers queries: the live API, a snapshot, or none.
//! - [`render`]: values to text, by what is rendered. [`export`]: the lock as other tools read it.
//! - [`domain`]: the pure core, by topic: `manifest`, `lock`, `catalog`, `select`, `resolve`, `check`, `lookup`, `adopt`.
//!
//! # One pin on its way through `resolve` and `check`
//!
//! 1. `workspace::project` reads `images.toml` and `images.lock`. `manifest::parse` makes a `Target` of each image, zone
//!    and architecture, and `lock::read` makes a `Pin` of each block and checks its digest.
//! 2. `resolve::queries` passes over pins that satisfy their target. For any other target, [`domain::select`] lists the
//!    candidates that the catalog has so far, and the queries that are missing for a decision.
//! 3. `marketplace::Backend::fetch` sends those queries, records the responses in the `Catalog` and asks again until
//!    nothing is missing: the index and the listings first, then the versions, then the listing of a version.
//! 4. `resolve::resolve` takes the winner of the selection; `plan::pin` makes a pin of it, and the `Plan` says what changes.
//! 5. `workspace::resolver` takes the write lock and reads the files again, and `workspace::apply` writes the outputs and then
//!    the lockfile: each key in the order of `lock::format`, then the digest.
//! 6. Later, `check::queries` asks `select` about the pin in the same way, and for its ID if no listing has it any more.
//! 7. `check::assess` compares the pin with the winner: the same, newer, held back by an age or a freeze, or gone. The end
//!    of life and the acceptances of the manifest follow, and a `Finding` with its `Status` results.
//! 8. `check::suggestions` says which command fixes it, `render::check` prints it, and the exit status comes from the report.
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
