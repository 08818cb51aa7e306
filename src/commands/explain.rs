//! `imagelock explain NAME|LABEL|ID`: explains how pins are chosen, or identifies an ID or a label.

use std::collections::BTreeSet;

use super::options::{DataFormat, ManifestOption, MarketplaceOptions, MinAgeOption, name};
use super::output::{Output, fetch_indexed, join, undated};
use super::task::{Example, Setup, Task};
use crate::domain::catalog::Catalog;
use crate::domain::catalog::identify::{IdKind, identify, identify_queries, parse_id};
use crate::domain::diagnostics::{Problem, visible};
use crate::domain::lookup::explain::{explain, pins_of, queries};
use crate::domain::lookup::search;
use crate::domain::lookup::short_id::ShortId;
use crate::domain::lookup::unknown::unknown_word;
use crate::domain::manifest::{Manifest, Target, check_names};
use crate::domain::types::{ImageRef, Label, LocalImageId, Zone, ZonedId};
use crate::render::Format;
use crate::render::explain as render;
use crate::workspace::{Context, Error, Project, edited_warning, lock_path, read_lock, read_manifest, unanswered};
use clap::Args;

pub(super) const EXAMPLES: &[Example] = &[
    ("Explain how the pins of an image are chosen", "explain web"),
    ("Identify an ID", "explain 35fdc69b-503a-4d8c-8879-497a1abfd103"),
    ("Describe a label", "explain ubuntu_noble"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Name of an image in images.toml, or a Marketplace label or ID
    ///
    /// An ID can be the ID of a local image, a version or an image. Write `UUID`, `ZONE/UUID`, or at least the first eight digits.
    #[arg(value_name = "NAME|LABEL|ID", value_parser = name)]
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

/// Explains an image of the manifest, or identifies an ID or a label of the Marketplace.
///
/// # Errors
/// If the argument names none of these, or the Marketplace cannot be queried.
fn explain_word(context: &Context, what: &str) -> Result<Output, Error> {
    let zoned = what.split_once('/').and_then(|(zone, id)| Some((zone.parse::<Zone>().ok()?, id)));
    let (zone, id) = zoned.map_or((None, what), |(zone, id)| (Some(zone), id));
    match parse_id(id) {
        Some(Ok(known)) => explain_id(context, known, id, zone.as_ref()),
        Some(Err(expected)) => {
            let problem = Problem::new(format!("`{}` is not an ID: {expected}", visible(what)));
            let help = "use the name of an image in the manifest, a label, or the UUID of an image";
            Err(problem.help(help).into())
        }
        None => explain_name(context, what, ShortId::parse(id), zone.as_ref()),
    }
}

/// Names of the manifest take precedence over short IDs, and short IDs over labels.
fn explain_name(context: &Context, name: &str, short: Option<ShortId>, zone: Option<&Zone>) -> Result<Output, Error> {
    let manifest = read_manifest(context.manifest());
    let declares = |manifest: &Manifest| manifest.names().iter().any(|declared| declared.as_str() == name);
    match (manifest, short) {
        (Ok(Some(manifest)), _) if declares(&manifest) => explain_image(context, name),
        (_, Some(short)) => {
            let id = find_id(context, &short)?;
            explain_id(context, id, &id.to_string(), zone)
        }
        (Err(error), None) => Err(error),
        (Ok(manifest), None) => explain_label(context, name, manifest.as_ref()),
    }
}

/// Explains the image with a label.
///
/// # Errors
/// If the label is unknown, or the Marketplace does not respond.
fn explain_label(context: &Context, text: &str, manifest: Option<&Manifest>) -> Result<Output, Error> {
    let label: Option<Label> = text.parse().ok();
    // No request is needed for a text that cannot be a label.
    let catalog = if label.is_some() { fetch_indexed(context, |_| BTreeSet::new())? } else { Catalog::default() };
    if let Some(image) = label.and_then(|label| catalog.image(&ImageRef::Label(label))) {
        return explain_id(context, image.id.into(), text, None);
    }
    let (lock, _) = read_lock(lock_path(context.manifest())?)?;
    let names = manifest.map(Manifest::names);
    Err(unknown_word(text, names.as_ref(), &lock, context.now, &catalog).into())
}

/// The ID that begins with these digits, in the lockfile or else in the Marketplace.
fn find_id(context: &Context, short: &ShortId) -> Result<LocalImageId, Error> {
    let (lock, _) = read_lock(lock_path(context.manifest())?)?;
    let mut ids = short.in_lock(&lock);
    if ids.is_empty() {
        let catalog = fetch_indexed(context, |catalog| search::queries(&catalog.images().iter().collect::<Vec<_>>()))?;
        ids = short.in_catalog(&catalog);
    }
    Ok(short.only(&ids)?)
}

fn explain_image(context: &Context, name: &str) -> Result<Output, Error> {
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
        _ => render::candidates(&targets, &candidates, context.width),
    };
    let pins = targets.iter().filter_map(|target| lock.get(&target.cell));
    let warning = join([edited_warning(pins, lock, context)?, undated(context, &catalog)]);
    Ok(Output { warning, ..Output::clean(output) })
}

/// Identifies a UUID. Neither a manifest nor a lockfile is needed.
fn explain_id(context: &Context, id: LocalImageId, text: &str, zone: Option<&Zone>) -> Result<Output, Error> {
    let (lock, _) = read_lock(lock_path(context.manifest())?)?;
    let catalog = context.fetch(|catalog| identify_queries(id, catalog));
    let identity = identify(id, &catalog).map_err(|error| unanswered(&format!("identify {text}"), error))?;
    if let (Some(zone), IdKind::LocalImage { local, .. }) = (zone, &identity)
        && local.zone != *zone
    {
        let problem = Problem::new(format!("{text} is in {}, not in {zone}", local.zone));
        return Err(problem.help(format!("use `{}`", ZonedId(&local.zone, id))).into());
    }
    let pins: Vec<_> = pins_of(id, &identity, &lock).collect();
    let output = match context.format {
        Format::Json => render::identity_json(text, &identity, &pins),
        _ => render::identity(text, &identity, &pins, context.width),
    };
    // The output for an unknown UUID contains no date.
    let undated = if identity == IdKind::Unknown { String::new() } else { undated(context, &catalog) };
    let warning = join([edited_warning(pins, &lock, context)?, undated]);
    Ok(Output { warning, ..Output::clean(output) })
}
