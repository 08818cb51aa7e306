//! `imagelock schema`: prints the JSON Schema of the manifest, by which editors complete and check it.

use super::Output;
use crate::domain::manifest::schema::SCHEMA;

/// Prints the schema.
pub(crate) fn run() -> Output {
    Output::clean(SCHEMA.to_owned())
}
