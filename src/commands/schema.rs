//! `imagelock schema`: prints the JSON Schema of the manifest, by which editors complete and check it.

use super::Outcome;

/// The schema, as it stands in the repository.
pub const SCHEMA: &str = include_str!("../../images.schema.json");

/// What the manifest written by `init` calls the schema, and so how the file beside it is named.
pub const FILE: &str = "images.schema.json";

/// Prints the schema.
pub fn run() -> Outcome {
    Outcome::well(SCHEMA.to_owned())
}
