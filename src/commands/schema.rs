//! `imagelock schema`: prints the JSON Schema of the manifest, by which editors complete and check it.

use super::Outcome;
use crate::domain::manifest::schema::SCHEMA;

/// Prints the schema.
pub fn run() -> Outcome {
    Outcome::well(SCHEMA.to_owned())
}
