//! A lockfile for cloud image IDs: pins Scaleway Marketplace images, and says when they drift.
//!
//! The house, one way only: `main -> cli -> commands -> {marketplace, files, git, render, export} -> domain`.
//!
//! - [`domain`]: the whole of the thinking, pure. `manifest` and `lock` read the two files, `catalog` is what the
//!   Marketplace offers, `inquiry` knows what to ask it next, `select` chooses, `resolve` makes a lock, `drift` judges
//!   one, `explain` tells why, `history` what became of the pins, `merge` joins two branches of a lock, and `mend` one
//!   that git could not join; `adopt` makes one of IDs that people run already.
//! - [`marketplace`]: the outside world that answers: the API, a snapshot, or nobody.
//! - [`files`], [`replace`] and [`guard`]: reading, atomic writing, one writer at a time. [`claims`]: no two files of a
//!   run are one; [`real_path`]: where a path leads; [`find`]: the manifests below a folder.
//! - [`git`]: the lockfile's earlier states, from the `git` program.
//! - [`deadline`]: ends the process when its time is over.
//! - [`render`]: values to text: tables, JSON, errors with the lines they are about.
//! - [`export`]: the lock as other tools read it.
//! - [`commands`]: one file a command, each a table of contents.
//! - [`progress`]: what people see of the requests under way.
//! - [`cli`]: flags and help; the clock, the environment and the terminal; the exit status.
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
