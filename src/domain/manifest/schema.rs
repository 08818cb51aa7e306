//! The JSON Schema of the manifest, with which editors complete and validate it.

/// The text of the schema.
pub const SCHEMA: &str = include_str!("../../../images.schema.json");

/// The name of the schema file that `init` writes next to the manifest.
pub const FILE: &str = "images.schema.json";
