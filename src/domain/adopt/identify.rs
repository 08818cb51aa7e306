//! What the IDs are: by the Marketplace, else by the lock, else by what the user states.

use std::collections::BTreeSet;

use super::declare::numbered;
use super::listed::{Listed, Offers};
use super::typed::{Known, is_indexed, type_in, typed};
use super::{Found, Request, Stated};
use crate::domain::catalog::identify::identify_queries;
use crate::domain::catalog::{Catalog, LocalImage, Lookup, Query, QueryError, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, visible};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::types::{ImageRef, LocalImageId, Name};

/// What must be asked to identify the IDs and to learn how old they are.
///
/// Only IDs that the user typed are sent. Those that were read from files may be secrets: they are compared with the
/// listings of all images.
pub fn queries(requests: &[Request], stated: &Stated, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index]);
    for request in requests.iter().filter(|request| request.is_typed()) {
        queries.extend(identify_queries(request.id, catalog));
    }
    if let Some(label) = stated.label.as_ref().filter(|label| is_indexed(label, catalog)) {
        queries.insert(Query::Listing(ImageRef::Label(label.clone())));
    }
    if requests.iter().any(|request| !request.is_typed()) {
        queries.extend(catalog.images().iter().map(|image| Query::Listing(ImageRef::Label(image.label.clone()))));
        let read = requests.iter().filter(|request| !request.is_typed()).map(|request| request.id);
        for label in Listed::new(&Lock::default(), catalog).labels(read) {
            let image = ImageRef::Label(label);
            queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
            if let Lookup::Found(versions) = catalog.versions(&image) {
                let of = versions.iter().filter(|_| versions.len() > 1);
                queries.extend(of.map(|version| Query::Listing(ImageRef::Version(version.id))));
            }
        }
    }
    catalog.unanswered(queries)
}

/// The result of identifying IDs.
#[derive(Debug, Default)]
pub struct Identified {
    /// What they are.
    pub found: Vec<Found>,
    /// Why some cannot be adopted.
    pub problems: Vec<Problem>,
    /// Warnings about IDs that are adopted, and about unknown IDs that files call images.
    pub warnings: Vec<Problem>,
    /// How many other UUIDs of files are unknown: they may be anything, so nothing is wrong with them.
    pub others: usize,
}

/// How many unknown IDs are reported one by one. More would bury what was found.
const MAX_UNKNOWN: usize = 10;

/// Identifies the IDs.
///
/// # Errors
/// If the Marketplace did not answer.
pub fn identify(
    requests: &[Request],
    stated: &Stated,
    manifest: Option<&Manifest>,
    lock: &Lock,
    catalog: &Catalog,
) -> Result<Identified, QueryError> {
    let mut identified = Identified::default();
    let mut unknown: Vec<&Request> = Vec::new();
    let mut others: BTreeSet<LocalImageId> = BTreeSet::new();
    let listed = Listed::new(lock, catalog);
    let known = Known { stated, manifest, lock, catalog };
    for request in requests {
        let local = if request.is_typed() {
            typed(request, known)?.map(|(local, warnings)| {
                identified.warnings.extend(warnings);
                Some(local)
            })
        } else {
            Ok(listed.get(request.id)?)
        };
        let found = match local {
            Ok(Some(local)) => found_as(request, local, stated, catalog)?,
            Ok(None) if request.is_image => {
                unknown.push(request);
                continue;
            }
            Ok(None) => {
                others.insert(request.id);
                continue;
            }
            Err(problem) => Err(problem),
        };
        match found {
            Ok(found) => identified.found.push(found),
            Err(problem) => identified.problems.push(problem),
        }
    }
    identified.others = others.len();
    let mut taken: BTreeSet<Name> = lock.pins().iter().map(|pin| pin.cell.name.clone()).collect();
    taken.extend(identified.found.iter().map(|found| found.name.clone()));
    identified.warnings.extend(unknown_warnings(&unknown, taken, catalog));
    Ok(identified)
}

/// The warnings about unknown IDs that files call images. Each gets a name that is not taken.
fn unknown_warnings(unknown: &[&Request], mut taken: BTreeSet<Name>, catalog: &Catalog) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for request in unknown.iter().take(MAX_UNKNOWN) {
        let name = request.name.as_ref().and_then(|name| numbered(name).find(|name| taken.insert(name.clone())));
        warnings.push(not_listed(request, name, catalog));
    }
    if let more @ 1.. = unknown.len().saturating_sub(MAX_UNKNOWN) {
        warnings.push(Problem::new(format!("and {more} more that the Marketplace does not list")));
    }
    warnings
}

fn found_as(
    request: &Request,
    local: LocalImage,
    stated: &Stated,
    catalog: &Catalog,
) -> Result<Result<Found, Problem>, QueryError> {
    let problem = |what: String| Problem::new(format!("{}{} is {what}", request.origin(), request.zoned()));
    if let Some(zone) = request.zone.as_ref().filter(|zone| **zone != local.zone) {
        return Ok(Err(problem(format!("in {}, not in {zone}", local.zone))));
    }
    let Some(label) = local.label.clone().or_else(|| stated.label.clone()) else {
        return Ok(Err(problem("an image without a label".to_owned())));
    };
    let image_type = match (&local.image_type, stated.image_type) {
        (StatedType::Known(known), _) => *known,
        (StatedType::Unstated, Some(stated)) => stated,
        (StatedType::Unstated, None) => {
            match type_in(&Offers::of(&label, catalog)?, request, &label, &local.zone, &local.arch) {
                Ok(image_type) => image_type,
                Err(problem) => return Ok(Err(problem)),
            }
        }
        (StatedType::Other(other), _) => {
            let what = format!("of the type {}, which this imagelock does not know", visible(other));
            return Ok(Err(problem(what)));
        }
    };
    let by_label = || label.as_str().replace('.', "_").parse().ok();
    let Some(name) = request.name.clone().or_else(by_label) else {
        let adopt = Command::new("adopt").args([format!("NAME={}", request.zoned())]);
        let problem = problem(format!("`{label}`, and needs a name"));
        return Ok(Err(problem.help(Help::from("name it: ").then_run(adopt))));
    };
    Ok(Ok(Found { name, local, label, image_type, place: request.place.clone() }))
}

/// An ID that a file calls an image and that is not known. `name` is what it could be called. Its first digits are enough to
/// find it: if it is a secret after all, it is not for the log.
fn not_listed(request: &Request, name: Option<Name>, catalog: &Catalog) -> Problem {
    let origin = request.origin();
    let mut id = request.id.to_string();
    id.truncate(8);
    if let Some(image) = catalog.image(&ImageRef::Id(request.id.into())) {
        return Problem::new(format!(
            "{origin}{id}… is the Marketplace image `{}`, which no Instance boots",
            image.label
        ))
        .help(Help::from("name the ID of the local image that your server boots: ").then_run("adopt NAME=UUID"));
    }
    let (before, option) = match &request.zone {
        Some(zone) => (format!("{zone}/"), ""),
        None => (String::new(), " --zone ZONE"),
    };
    let name = name.map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    Problem::new(format!("{origin}the Marketplace does not list {before}{id}…"))
        .note("it is an image of your own, or one that was superseded; IDs that are read from files are never sent")
        .help(
            Help::from("to look it up, name it: ")
                .then_run(Command::new("adopt").args([format!("{name}={before}UUID")]))
                .then(format!("; if it was superseded, say what it is: `--label LABEL --arch ARCH{option}`")),
        )
}
