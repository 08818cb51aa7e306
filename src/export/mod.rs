//! Exports the pins of a lockfile in the formats of other tools.
//!
//! All formats except `env` have the same structure: image, then zone, then architecture. A new zone or architecture
//! only adds lines. The order is that of the lockfile, and the same lockfile always results in the same bytes.

mod env;
pub(crate) mod header;
mod nested;

use crate::domain::diagnostics::Problem;
use crate::domain::lock::Lock;
use crate::domain::manifest::outputs::Format;

/// The pins of a lockfile in a format, without the header of the file. All files with one format have the same body.
///
/// # Errors
/// Returns a problem for every block of the lockfile that was edited, and for every two pins that would have the same name
/// in the format.
pub fn body(lock: &Lock, format: Format) -> Result<String, Vec<Problem>> {
    let pins = lock.pins();
    let mut problems: Vec<Problem> = pins.iter().filter_map(|pin| lock.edited(&pin.cell)).collect();
    if problems.is_empty() && format == Format::Env {
        problems = env::collisions(pins);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(nested::document(format).map_or_else(|| env::text(pins), |document| document.text(pins)))
}
