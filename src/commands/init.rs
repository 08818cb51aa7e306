//! `imagelock init`: writes the annotated manifest, and the schema that editors check it by.

use super::options::{ManifestOption, QuietOption};
use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::domain::diagnostics::{Command, Help, shell, shown};
use crate::domain::manifest::schema::{FILE, SCHEMA};
use crate::workspace::{Context, Error, Files, Role, files};
use clap::Args;

pub(super) const EXAMPLES: &[Example] = &[
    ("Create images.toml and its schema", "init"),
    ("Create a manifest in another directory", "init --manifest stacks/api/images.toml"),
];

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: QuietOption,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { manifests: self.manifest.manifests(), quiet: self.output.quiet, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        init(context)
    }
}

/// The annotated manifest, as it stands in the repository.
const EXAMPLE: &str = include_str!("../../images.toml.example");

/// Writes the annotated manifest and its schema; never over a file.
///
/// # Errors
/// If the manifest exists, or one of the two cannot be written. Without a manifest no schema is written.
fn init(context: &Context) -> Result<Output, Error> {
    Files::new(context, [context.manifest()], &[Role::Manifest, Role::Schema])?;
    let beside = context.manifest().with_file_name(FILE);
    let old = files::read(&beside)?;
    files::create(context.manifest(), EXAMPLE)?;
    if old.is_none() {
        files::create(&beside, SCHEMA)?;
    }
    let (path, schema) = (shown(context.manifest()), shown(&beside));
    let schema = match old {
        None => format!("; editors check it by `{schema}`, written beside it"),
        Some(old) if old == SCHEMA => format!("; editors check it by `{schema}`, which was there"),
        Some(_) => format!(
            "\n`{schema}` was there, and is not the schema of this release; it was left alone, and this would refresh \
             it: {} > {}",
            Command::new("schema").show(&context.invocation),
            shell(&beside)
        ),
    };
    let resolve = Help::from("declare your images there, then run ").then_run("resolve").show(&context.invocation);
    Ok(Output::remark(format!("wrote `{path}`: {resolve}{schema}")))
}
