//! `imagelock init`: creates a commented manifest and its schema for editors.

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

/// The manifest to create.
const EXAMPLE: &str = include_str!("../../images.toml.example");

/// Creates the manifest and its schema. Existing files are kept.
///
/// # Errors
/// If the manifest exists, or a file cannot be written.
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
        None => format!(" and its schema `{schema}`"),
        Some(old) if old == SCHEMA => String::new(),
        Some(_) => format!(
            "\nkept `{schema}`, which is not the schema of this release; to update it: `{} > {}`",
            Command::new("schema").show(&context.invocation),
            shell(&beside)
        ),
    };
    let resolve =
        Help::from("declare your images there, then pin them: ").then_run("resolve").show(&context.invocation);
    Ok(Output::remark(format!("wrote `{path}`{schema}\n{resolve}")))
}
