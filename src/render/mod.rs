//! Values -> text, a file a format. What is styled here is stripped in `cli.rs` where no terminal wants colour.

pub mod explain;
pub mod human;
pub mod json;
pub mod man;
pub mod problems;
mod style;
mod table;
