//! What goes wrong in the world: signals, hostile input, old or broken repositories.

pub mod deadline;
pub mod files;
pub mod git_hardening;
pub mod git_odd_commits;
pub mod hostile;
pub mod memory;
pub mod network;
pub mod offline;
pub mod signals;
pub mod terminal;
