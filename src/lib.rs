//! A lockfile for cloud image IDs: pins Scaleway Marketplace images and reports drift.
//!
//! # Structure
//!
//! Imports go one way: `main -> cli -> commands -> workspace -> {marketplace, render, export} -> domain`.
//!
//! - `cli`: the clock, the environment and the terminal; command-line errors; the exit status.
//! - `commands`: one file per command: its options, then the steps read, compute, write and render.
//! - `workspace`: the user's files: manifests, lockfiles, outputs, reports, the git history, and the write lock.
//! - [`marketplace`]: the backend that answers queries: the live API, a snapshot, or none.
//! - [`render`]: turns values into text. [`export`]: writes the pins in the formats of other tools.
//! - [`domain`]: the pure core: `manifest`, `lock`, `catalog`, `select`, `resolve`, `check`, `lookup`, `adopt`. It
//!   reads no files, sends no requests, and gets the current time as a value.
//!
//! # The life of a pin
//!
//! 1. `workspace::project` reads `images.toml` and `images.lock`. `manifest::parse` makes a `Target` for each image,
//!    zone and architecture. `lock::read` makes a `Pin` from each block and checks its digest.
//! 2. `resolve::queries` skips targets whose pins stay. For every other target, [`domain::select`] determines the
//!    candidates in the catalog, and the queries that are still needed to decide.
//! 3. `marketplace::Backend::fetch` sends these queries and records the responses in the `Catalog`. It repeats this
//!    until no query is missing: first the index and the listings, then the versions, then the listing of a version.
//! 4. `resolve::resolve` pins the selected local image: `plan::pin` makes the pin, and the `Plan` contains all changes.
//! 5. `workspace::resolver` takes the write lock and reads the files again. `workspace::apply` writes the outputs and
//!    then the lockfile.
//! 6. Later, `check::queries` uses `select` in the same way. It also looks up the pinned ID if no listing contains it
//!    anymore.
//! 7. `check::assess` compares the pin with the selected local image, then considers the end of life and the
//!    acceptances of the manifest. The result is a `Finding` with a `Status`.
//! 8. `check::suggestions` determines the commands that fix the findings, `render::check` prints the report, and the
//!    report determines the exit status.
//!
//! `examples/library.rs` shows how to use the crate as a library.

#![cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "some functions are used only by the command-line program")
)]

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

/// The version number of this release of imagelock: `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
