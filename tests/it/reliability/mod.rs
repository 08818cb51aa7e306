//! What goes wrong in the world: signals, hostile input, old or broken repositories.

mod deadline;
mod files;
mod git_hardening;
mod git_odd_commits;
mod hostile;
mod memory;
mod network;
mod offline;
mod signals;
mod terminal;
