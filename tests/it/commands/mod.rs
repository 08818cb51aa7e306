//! What each command prints and does, as its users meet it.

mod add_remove;
mod adopt;
mod adopt_files;
mod adopt_stated;
mod changed_since;
mod check;
mod check_reports;
mod explain;
mod export;
mod list_get;
mod log_diff;
mod merge_driver;
mod resolve;
mod search;
