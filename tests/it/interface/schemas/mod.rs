//! The JSON Schemas of the manifest and of the reports.

mod manifest;
mod reports;
