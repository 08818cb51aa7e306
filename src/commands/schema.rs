//! `imagelock schema`: prints the JSON Schema of the manifest, by which editors complete and check it.

use super::output::Output;
use super::task::{Setup, Task};
use crate::domain::manifest::schema::SCHEMA;
use crate::workspace::{Context, Error};
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { prints_data: true, ..Setup::default() }
    }

    fn run(&self, _context: &Context) -> Result<Output, Error> {
        Ok(Output::clean(SCHEMA.to_owned()))
    }
}
