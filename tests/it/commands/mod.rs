//! What each command prints and does, from the point of view of its users.

mod add_remove;
mod adopt;
mod changed_since;
mod check;
mod diff;
mod explain;
mod export;
mod list_get;
mod log;
mod merge_driver;
mod resolve;
mod search;
