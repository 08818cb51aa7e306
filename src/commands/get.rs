//! `imagelock get NAME`: prints the ID of one pin, for scripts.

use super::options::{DataFormat, ManifestOption, name};
use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::domain::diagnostics::{Help, Problem, visible};
use crate::domain::lock::find::find;
use crate::domain::types::{Arch, Zone, ZonedId};
use crate::render::Format;
use crate::render::list::pin_json;
use crate::workspace::{Context, Error, Pins};
use clap::Args;

pub(super) const EXAMPLES: &[Example] = &[
    ("Print the ID of an image", "get db"),
    ("Print the ID in one of several zones", "get web --zone fr-par-1"),
    ("Print the ID with its zone, as Terraform needs it", "get db --zoned"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Name of the image
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// Zone of the pin, if the image has pins in several zones
    #[arg(long)]
    zone: Option<Zone>,
    /// Architecture of the pin, if the image has pins for several
    #[arg(long)]
    arch: Option<Arch>,
    /// Print `ZONE/UUID` instead of `UUID`
    #[arg(long)]
    zoned: bool,
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
        self.get(context)
    }
}

impl Options {
    /// Prints the ID of the pin that matches the name, the zone and the architecture.
    ///
    /// # Errors
    /// If no pin or more than one matches, the pin was edited by hand, or the manifest does not declare the name.
    fn get(&self, context: &Context) -> Result<Output, Error> {
        let pins = Pins::read(context, self.locked)?;
        if let Some(refusal) = pins.refusal(context, self.locked) {
            return Ok(Output::refused(refusal));
        }
        let is_declared = pins.declared.as_ref().is_none_or(|names| names.iter().any(|it| it.as_str() == self.name));
        let found = find(&pins.lock, &self.name, self.zone.as_ref(), self.arch.as_ref());
        let declared = found.and_then(|pin| if is_declared { Ok(pin) } else { Err(vec![undeclared(&self.name)]) });
        let pin = declared.map_err(|problems| pins.error(problems))?;
        let warning = pins.warning(context, |finding| finding.cell == pin.cell);
        let output = match context.format {
            Format::Json => pin_json(pin),
            _ if self.zoned => format!("{}\n", ZonedId(&pin.cell.zone, pin.id)),
            _ => format!("{}\n", pin.id),
        };
        Ok(Output { warning, ..Output::clean(output) })
    }
}

/// The error for an image that is pinned but no longer declared. The next `resolve` removes it, so a script must not use it.
fn undeclared(name: &str) -> Problem {
    Problem::new(format!("the lockfile pins `{}`, but the manifest does not declare it", visible(name)))
        .help(Help::from("declare it again, or remove its pins from the lockfile: ").then_run("resolve"))
}
