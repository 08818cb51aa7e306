//! `imagelock list`: the pins.

use super::{Output, join};
use crate::render::Format;
use crate::render::list::{human, json};
use crate::workspace::{Context, Error, Pins, edited};

/// Prints all pins.
///
/// # Errors
/// If there is no lockfile, or it cannot be read.
pub(crate) fn run(context: &Context, locked: bool) -> Result<Output, Error> {
    let pins = Pins::read(context, locked)?;
    if let Some(refusal) = pins.refusal(context, locked) {
        return Ok(Output::refused(refusal));
    }
    let edited = edited(pins.lock.pins(), &pins.lock, context)?;
    // An edited block is reported as such, not as one that is out of date.
    let warning = join([edited, pins.warning(context, |finding| !pins.lock.is_edited(&finding.cell))]);
    let outcome = match context.format {
        Format::Json => Output::clean(json::write_list(pins.lock)),
        _ => Output::clean(human::write(pins.lock)),
    };
    Ok(Output { warning, ..outcome })
}
