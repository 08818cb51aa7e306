//! The surfaces that people and machines read: help, schema, reports, documentation; and the layout of the code.

pub mod architecture;
pub mod browser;
pub mod docs;
pub mod formats;
pub mod help;
pub mod html_page;
pub mod man;
pub mod progress;
pub mod recursive;
pub mod schema;
pub mod suggestions;
