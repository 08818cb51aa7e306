//! `imagelock get NAME`: one ID, for scripts.

use super::project::read_lock;
use super::{Context, Format, Outcome};
use crate::domain::pick::pick;
use crate::domain::{Arch, Zone};
use crate::error::Error;
use crate::render::json;

/// Prints the ID of the one pin of this name, in this zone and for this architecture where several have the name.
///
/// # Errors
/// If there is no such pin, or more than one, or its block was edited.
pub fn run(context: &Context, name: &str, zone: Option<&Zone>, arch: Option<&Arch>) -> Result<Outcome, Error> {
    let (lock, lock_file) = read_lock(context)?;
    let pin = pick(&lock, name, zone, arch).map_err(|problems| lock_file.error(problems))?;
    Ok(Outcome::well(match context.format {
        Format::Json => json::pin(pin),
        _ => format!("{}\n", pin.id),
    }))
}
