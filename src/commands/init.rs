//! `imagelock init`: writes the annotated manifest.

use super::{Context, Outcome};
use crate::error::Error;
use crate::files;

/// The annotated manifest, as it stands in the repository.
pub const EXAMPLE: &str = include_str!("../../images.toml.example");

/// Writes the annotated manifest; never over a file.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn run(context: &Context) -> Result<Outcome, Error> {
    super::lock_path(&context.manifest)?;
    files::create(&context.manifest, EXAMPLE)?;
    let path = context.manifest.display();
    Ok(Outcome::remark(format!("wrote `{path}`: declare your images there, then run `imagelock resolve`")))
}
