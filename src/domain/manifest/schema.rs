//! The JSON Schema of the manifest, by which editors complete and check it.

/// The schema, as it is in the repository.
pub const SCHEMA: &str = include_str!("../../../images.schema.json");

/// What the manifest written by `init` calls the schema, and so the name of the file next to it.
pub const FILE: &str = "images.schema.json";
