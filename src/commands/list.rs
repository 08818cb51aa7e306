//! `imagelock list`: the pins.

use super::project::read_lock;
use super::{Context, Format, Outcome, lock_path};
use crate::domain::words::{and_more, count, shown};
use crate::error::Error;
use crate::render::{human, json};

/// Prints all pins.
///
/// # Errors
/// If there is no lockfile, or it cannot be read.
pub fn run(context: &Context) -> Result<Outcome, Error> {
    let (lock, _) = read_lock(context)?;
    let edited: Vec<_> = lock.pins().iter().filter(|pin| lock.is_edited(&pin.cell)).map(|pin| &pin.cell).collect();
    let mut warning = String::new();
    if !edited.is_empty() {
        warning = format!(
            "warning: {} of `{}` {} not match the digest: {}; `imagelock check` tells more",
            count(edited.len(), "block"),
            shown(&lock_path(context.manifest())?),
            if edited.len() == 1 { "does" } else { "do" },
            and_more(edited, 12)
        );
    }
    let outcome = match context.format {
        Format::Json => Outcome::well(json::pins(lock)),
        _ => Outcome::well(human::pins(lock)),
    };
    Ok(Outcome { warning, ..outcome })
}
