//! What each command prints and does, as its users meet it.

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
