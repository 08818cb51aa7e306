//! `imagelock schema`: prints the JSON Schema of the manifest, for editors, or of a JSON report.

use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::domain::manifest::schema::SCHEMA;
use crate::render::schemas::REPORTS;
use crate::workspace::{Context, Error};
use clap::Args;
use clap::builder::PossibleValuesParser;

pub(super) const EXAMPLES: &[Example] = &[
    ("Update the schema of images.toml", "schema > images.schema.json"),
    ("Print the schema of a JSON report", "schema check"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// JSON report to print the schema of [default: images.toml]
    #[arg(value_name = "REPORT", value_parser = PossibleValuesParser::new(REPORTS.map(|(name, _)| name)))]
    report: Option<String>,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { prints_data: true, ..Setup::default() }
    }

    fn run(&self, _context: &Context) -> Result<Output, Error> {
        let of_report = |name: &String| REPORTS.into_iter().find(|(report, _)| report == name);
        let schema = self.report.as_ref().and_then(of_report).map_or(SCHEMA, |(_, schema)| schema);
        Ok(Output::clean(schema.to_owned()))
    }
}
