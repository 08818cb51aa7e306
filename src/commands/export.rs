//! `imagelock export FORMAT`: prints the pins in a format for another tool.

use super::options::ManifestOption;
use super::task::{Example, Setup, Task};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::output::Output;
use crate::domain::manifest::outputs::Format;
use crate::export::{body, header::header};
use crate::workspace::{Context, Error, Pins};

pub(super) const EXAMPLES: &[Example] = &[
    ("Write variables for Terraform", "export tfvars > images.auto.tfvars.json"),
    ("Write variables for a shell", "export env > images.env"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Output format
    #[arg(value_name = "FORMAT", value_parser = formats())]
    format: Format,
    /// Exit with 2 if the lockfile does not match the manifest
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    manifest: ManifestOption,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { manifests: self.manifest.manifests(), prints_data: true, ..Setup::default() }
    }

    /// Prints the pins.
    ///
    /// # Errors
    /// If the lockfile is missing, or a pin in it was edited by hand.
    fn run(&self, context: &Context) -> Result<Output, Error> {
        let pins = Pins::read(context, self.locked)?;
        if let Some(refusal) = pins.refusal(context, self.locked) {
            return Ok(Output::refused(refusal));
        }
        let warning = pins.warning(context, |_| true);
        let body = body(&pins.lock, self.format).map_err(|problems| pins.error(problems))?;
        Ok(Output { warning, ..Output::clean(header(self.format, None) + &body) })
    }
}
