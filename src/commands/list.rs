//! `imagelock list`: the pins.

use super::{Context, Format, Outcome, lock_path, read_lock};
use crate::domain::words::{and, count};
use crate::error::Error;
use crate::render::{human, json};

/// Prints all pins.
///
/// # Errors
/// If there is no lockfile, or it cannot be read.
pub fn run(context: &Context) -> Result<Outcome, Error> {
    let (lock, _) = read_lock(context)?;
    let output = match context.format {
        Format::Json => Box::new(json::pins(&lock)),
        _ => human::pins(&lock),
    };
    let mut outcome = Outcome::well(output);
    let edited: Vec<_> = lock.pins().iter().filter(|pin| lock.is_edited(&pin.cell)).map(|pin| &pin.cell).collect();
    if !edited.is_empty() {
        outcome.warning = format!(
            "warning: {} of `{}` {} not match the digest: {}; `imagelock check` tells more",
            count(edited.len(), "block"),
            lock_path(context.manifest())?.display(),
            if edited.len() == 1 { "does" } else { "do" },
            and(edited)
        );
    }
    Ok(outcome)
}
