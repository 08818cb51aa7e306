//! `imagelock get NAME`: one ID, for scripts.

use super::Output;
use crate::domain::diagnostics::{Help, Problem, visible};
use crate::domain::lock::find::find;
use crate::domain::types::{Arch, Zone};
use crate::render::Format;
use crate::render::list::json;
use crate::workspace::{Context, Error, Pins};

/// Prints the ID of the one pin of this name, in this zone and for this architecture where several have the name.
///
/// # Errors
/// If there is no such pin, or more than one, or its block was edited, or the manifest does not declare the name.
pub(crate) fn run(
    context: &Context,
    name: &str,
    zone: Option<&Zone>,
    arch: Option<&Arch>,
    locked: bool,
) -> Result<Output, Error> {
    let pins = Pins::read(context, locked)?;
    if let Some(refusal) = pins.refusal(context, locked) {
        return Ok(Output::refused(refusal));
    }
    let is_declared = pins.declared.as_ref().is_none_or(|names| names.iter().any(|it| it.as_str() == name));
    let found = find(&pins.lock, name, zone, arch);
    let declared = found.and_then(|pin| if is_declared { Ok(pin) } else { Err(vec![undeclared(name)]) });
    let pin = declared.map_err(|problems| pins.error(problems))?;
    let warning = pins.warning(context, |finding| finding.cell == pin.cell);
    let output = match context.format {
        Format::Json => json::write_pin(pin),
        _ => format!("{}\n", pin.id),
    };
    Ok(Output { warning, ..Output::clean(output) })
}

/// The problem of a name that is locked but no longer declared: a script would go on with an image that is on its way out.
fn undeclared(name: &str) -> Problem {
    Problem::new(format!("`{}` is in the lockfile, but the manifest does not declare it", visible(name)))
        .help(Help::from("declare it again, or remove its pins: ").then_run("resolve"))
}
