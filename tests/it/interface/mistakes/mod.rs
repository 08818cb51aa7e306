//! Mistakes that people make, and what imagelock prints for each.

mod command_line;
mod manifest;
