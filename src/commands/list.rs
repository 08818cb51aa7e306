//! `imagelock list`: the pins.

use super::{Output, join};
use crate::render::Format;
use crate::render::list;
use crate::workspace::context::Context;
use crate::workspace::error::Error;
use crate::workspace::project::{Pins, edited};

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
    let output = match context.format {
        Format::Json => list::json(&pins.lock),
        _ => list::table(&pins.lock),
    };
    Ok(Output { warning, ..Output::clean(output) })
}
