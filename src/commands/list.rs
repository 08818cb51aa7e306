//! `imagelock list`: the pins.

use super::project::Pins;
use super::{Context, Format, Outcome, join, lock_path};
use crate::domain::problem::Problem;
use crate::domain::words::{and_more, count, shown};
use crate::error::Error;
use crate::render::{human, json, problems};

/// Prints all pins.
///
/// # Errors
/// If there is no lockfile, or it cannot be read.
pub fn run(context: &Context, locked: bool) -> Result<Outcome, Error> {
    let pins = Pins::read(context, locked)?;
    if let Some(refusal) = pins.refusal(context, locked) {
        return Ok(refusal);
    }
    let edited = edited(&pins, context)?;
    // An edited block is reported as such, not as one that is out of date.
    let warning = join([edited, pins.warning(context, |finding| !pins.lock.is_edited(&finding.cell))]);
    let outcome = match context.format {
        Format::Json => Outcome::well(json::pins(pins.lock)),
        _ => Outcome::well(human::pins(pins.lock)),
    };
    Ok(Outcome { warning, ..outcome })
}

/// Warns of blocks that do not match their digest.
fn edited(pins: &Pins, context: &Context) -> Result<String, Error> {
    let lock = &pins.lock;
    let edited: Vec<_> = lock.pins().iter().filter(|pin| lock.is_edited(&pin.cell)).map(|pin| &pin.cell).collect();
    if edited.is_empty() {
        return Ok(String::new());
    }
    let title = format!(
        "{} of `{}` {} not match the digest: {}",
        count(edited.len(), "block"),
        shown(&lock_path(context.manifest())?),
        if edited.len() == 1 { "does" } else { "do" },
        and_more(edited, 4)
    );
    let problem = Problem::new(title).help("`imagelock check` says more");
    Ok(problems::warnings(&[problem], None, &context.invocation))
}
