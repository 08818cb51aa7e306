//! Values -> text, a file a format. What is styled here is stripped in `cli.rs` where no terminal wants colour.

mod change;
pub mod explain;
pub mod history;
pub mod human;
pub mod json;
pub mod problems;
mod style;
mod table;
