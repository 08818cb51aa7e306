//! What each command prints and does, as its users meet it.

pub mod add_remove;
pub mod adopt;
pub mod adopt_files;
pub mod adopt_stated;
pub mod changed_since;
pub mod check;
pub mod check_reports;
pub mod explain;
pub mod export;
pub mod list_get;
pub mod log_diff;
pub mod merge_driver;
pub mod resolve;
pub mod search;
