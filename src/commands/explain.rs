//! `imagelock explain NAME|UUID`: why a pin is what it is, or what a UUID is.

use super::options::{DataFormat, ManifestOption, MarketplaceOptions, MinAgeOption, name};
use super::output::{Output, join, undated};
use super::task::{Setup, Task};
use crate::domain::catalog::identify::{IdKind, identify, identify_queries, parse_id};
use crate::domain::diagnostics::Problem;
use crate::domain::lookup::explain::{explain, pins_of, queries};
use crate::domain::manifest::{Target, check_names};
use crate::domain::types::LocalImageId;
use crate::render::Format;
use crate::render::explain as render;
use crate::workspace::{Context, Error, Project, edited, lock_path, read_lock, unanswered};
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {
    /// The name of an image in images.toml, or the UUID of a local image, a version or an image
    #[arg(value_name = "NAME|UUID", value_parser = name)]
    what: String,
    #[command(flatten)]
    policy: MinAgeOption,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: DataFormat,
    #[command(flatten)]
    marketplace: MarketplaceOptions,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup {
            manifests: self.manifest.manifests(),
            marketplace: Some(&self.marketplace),
            min_age: self.policy.min_age,
            format: Some(self.output.format),
            prints_data: true,
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        explain_word(context, &self.what)
    }
}

/// Explains an image of the manifest by its name, or anything of the Marketplace by its UUID.
///
/// # Errors
/// If there is no such name, or the Marketplace does not answer.
fn explain_word(context: &Context, what: &str) -> Result<Output, Error> {
    match parse_id(what) {
        Some(Ok(id)) => explain_id(context, id, what),
        Some(Err(expected)) => {
            let problem = Problem::new(format!("`{what}` is not an ID: {expected}"));
            let help = "give the name of an image in the manifest, or a UUID that something has";
            Err(problem.help(help).into())
        }
        None => explain_name(context, what),
    }
}

fn explain_name(context: &Context, name: &str) -> Result<Output, Error> {
    let project = Project::read(context)?;
    let names =
        check_names(&[name.to_owned()], &project.manifest.names()).map_err(|problems| project.error(problems))?;
    let targets: Vec<Target> =
        project.manifest.targets().iter().filter(|target| names.contains(&target.cell.name)).cloned().collect();
    let (lock, now) = (&project.lock, context.now);
    let catalog = context.fetch(|catalog| queries(&targets, lock, now, catalog));
    let candidates = explain(&targets, lock, now, &catalog).map_err(|problems| project.error(problems))?;
    let output = match context.format {
        Format::Json => render::candidates_json(&candidates),
        _ => render::candidates(&targets, &candidates),
    };
    let pins = targets.iter().filter_map(|target| lock.get(&target.cell));
    let warning = join([edited(pins, lock, context)?, undated(context, &catalog)]);
    Ok(Output { warning, ..Output::clean(output) })
}

/// A UUID is explained without a manifest and a lock as well.
fn explain_id(context: &Context, id: LocalImageId, text: &str) -> Result<Output, Error> {
    let (lock, _) = read_lock(lock_path(context.manifest())?)?;
    let catalog = context.fetch(|catalog| identify_queries(id, catalog));
    let identity = identify(id, &catalog).map_err(|error| unanswered(&format!("find out what {text} is"), error))?;
    let pins: Vec<_> = pins_of(id, &lock).collect();
    let output = match context.format {
        Format::Json => render::identity_json(text, &identity, &pins),
        _ => render::identity(text, &identity, &pins),
    };
    // An unknown UUID has no date that could be missing.
    let undated = if identity == IdKind::Unknown { String::new() } else { undated(context, &catalog) };
    let warning = join([edited(pins, &lock, context)?, undated]);
    Ok(Output { warning, ..Output::clean(output) })
}
