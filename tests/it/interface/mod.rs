//! Everything that people and machines read: help, schemas, reports and documentation. Also the layout of the code.

mod architecture;
mod browser;
mod documentation;
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
mod width;
