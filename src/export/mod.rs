//! The pins of a lock, as other tools read them.
//!
//! All formats but `env` have one shape: image, then zone, then architecture. A new zone or architecture adds a branch and
//! moves no other. The order is that of the lock, and the same lock gives the same bytes.

mod env;
pub(crate) mod head;
mod nested;

use crate::domain::diagnostics::Problem;
use crate::domain::lock::Lock;
use crate::domain::manifest::outputs::Format;

/// The pins of a lock in a format: all of the file but its head, the same for every file of the format.
///
/// # Errors
/// If a block of the lock was edited, so that its ID is not trusted; or if two pins would have one name in the format.
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
