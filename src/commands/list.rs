//! `imagelock list`: prints the pins.

use super::options::{DataFormat, ManifestOption};
use super::output::{Output, join};
use super::task::{Example, Setup, Task};
use crate::render::Format;
use crate::render::list::{json, table};
use crate::workspace::{Context, Error, Pins, edited_warning};
use clap::Args;

pub(super) const EXAMPLES: &[Example] = &[("List all pins", "list"), ("Print all pins as JSON", "list --format json")];

#[derive(Args)]
pub(crate) struct Options {
    /// Exit with 2 if the lockfile does not match the manifest
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: DataFormat,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        let format = Some(self.output.format);
        Setup { manifests: self.manifest.manifests(), format, prints_data: true, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        list(context, self.locked)
    }
}

/// Prints all pins.
///
/// # Errors
/// If the lockfile is missing or cannot be read.
fn list(context: &Context, locked: bool) -> Result<Output, Error> {
    let pins = Pins::read(context, locked)?;
    if let Some(refusal) = pins.refusal(context, locked) {
        return Ok(Output::refused(refusal));
    }
    let edited = edited_warning(pins.lock.pins(), &pins.lock, context)?;
    // A pin that was edited by hand is reported as edited, not also as out of date.
    let warning = join([edited, pins.warning(context, |finding| !pins.lock.is_edited(&finding.cell))]);
    let output = match context.format {
        Format::Json => json(&pins.lock),
        _ => table(&pins.lock, context.width),
    };
    Ok(Output { warning, ..Output::clean(output) })
}
