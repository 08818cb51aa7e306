//! The surfaces that people and machines read: help, schema, reports, documentation; and the layout of the code.

mod architecture;
mod browser;
mod docs;
mod formats;
mod guesses;
mod help;
mod html_page;
mod man;
mod mistakes;
mod options;
mod progress;
mod recursive;
mod report_schemas;
mod schema;
mod suggestions;
