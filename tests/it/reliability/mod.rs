//! Signals, hostile input, network faults, and unusual git repositories.

mod deadline;
mod files;
mod git_hardening;
mod git_history;
mod hostile_files;
mod hostile_text;
mod memory;
mod network;
mod offline;
mod signals;
mod suggested_paths;
mod terminal;
