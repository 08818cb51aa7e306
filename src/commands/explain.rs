//! `imagelock explain NAME|UUID`: why a pin is what it is, or what a UUID is.

use super::{Output, join, undated};
use crate::domain::catalog::identify::{IdKind, UnknownId, identify, identify_queries};
use crate::domain::diagnostics::Problem;
use crate::domain::lookup::explain::{explain, pins_of, queries};
use crate::domain::manifest::{Target, check_names};
use crate::render::Format;
use crate::render::explain::{human, json};
use crate::workspace::{Context, Error, Project, edited, lock_path, read_lock, unanswered};

/// Explains an image of the manifest by its name, or anything of the Marketplace by its UUID.
///
/// # Errors
/// If there is no such name, or the Marketplace does not answer.
pub(crate) fn run(context: &Context, what: &str) -> Result<Output, Error> {
    match UnknownId::parse(what) {
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
        Format::Json => json::candidates(&candidates),
        _ => human::candidates(&targets, &candidates),
    };
    let pins = targets.iter().filter_map(|target| lock.get(&target.cell));
    let warning = join([edited(pins, lock, context)?, undated(context, &catalog)]);
    Ok(Output { warning, ..Output::clean(output) })
}

/// A UUID is explained without a manifest and a lock as well.
fn explain_id(context: &Context, id: UnknownId, text: &str) -> Result<Output, Error> {
    let (lock, _) = read_lock(lock_path(context.manifest())?)?;
    let catalog = context.fetch(|catalog| identify_queries(id, catalog));
    let identity = identify(id, &catalog).map_err(|error| unanswered(&format!("find out what {text} is"), error))?;
    let pins: Vec<_> = pins_of(id, &lock).collect();
    let output = match context.format {
        Format::Json => json::identity(text, &identity, &pins),
        _ => human::identity(text, &identity, &pins),
    };
    // An unknown UUID has no date that could be missing.
    let undated = if identity == IdKind::Unknown { String::new() } else { undated(context, &catalog) };
    let warning = join([edited(pins, &lock, context)?, undated]);
    Ok(Output { warning, ..Output::clean(output) })
}
