//! What the IDs are: by the Marketplace, else by the lock, else by what the user states.

use std::collections::BTreeSet;

use super::declare::numbered;
use super::listed::{Listed, Offers};
use super::typed::typed;
use super::{Found, Request, Stated, Unidentified};
use crate::domain::catalog::identify::identify_queries;
use crate::domain::catalog::{Catalog, LocalImage, Query, QueryError, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, visible};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::types::{ImageRef, LocalImageId, Name};

/// What must be asked to identify the IDs and to learn how old they are.
///
/// Only IDs that the user typed are sent. Those that were read from files may be secrets: they are compared with the
/// listings of all images.
pub fn queries(requests: &[Request], stated: &Stated, catalog: &Catalog) -> BTreeSet<Query> {
    let (typed, read): (Vec<&Request>, Vec<&Request>) = requests.iter().partition(|request| request.is_typed());
    let mut queries = BTreeSet::from([Query::Index]);
    queries.extend(typed.iter().flat_map(|request| identify_queries(request.id, catalog)));
    let of_label = stated.label.clone().map(ImageRef::Label);
    queries.extend(of_label.filter(|image| catalog.image(image).is_some()).map(Query::Listing));
    if !read.is_empty() {
        queries.extend(catalog.images().iter().map(|image| Query::Listing(ImageRef::Label(image.label.clone()))));
        for label in Listed::new(&Lock::default(), catalog).labels(read.iter().map(|request| request.id)) {
            let image = ImageRef::Label(label);
            queries.extend(catalog.versions_query(&image));
            let versions = catalog.known_versions(&image);
            queries.extend(versions.iter().filter(|_| versions.len() > 1).map(Query::version));
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
    for request in requests {
        let local = if request.is_typed() {
            typed(request, stated, manifest, lock, catalog).map(|(local, warning)| {
                identified.warnings.extend(warning);
                Some(local)
            })
        } else {
            listed.get(request.id).map_err(Unidentified::Failed)
        };
        let found = local.and_then(|local| local.map(|local| found_as(request, local, stated, catalog)).transpose());
        match found {
            Ok(Some(found)) => identified.found.push(found),
            Ok(None) if request.is_image => unknown.push(request),
            Ok(None) => drop(others.insert(request.id)),
            Err(Unidentified::Problem(problem)) => identified.problems.push(problem),
            Err(Unidentified::Failed(failure)) => return Err(failure),
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

/// What is adopted of a local image, if all of it is known.
fn found_as(request: &Request, local: LocalImage, stated: &Stated, catalog: &Catalog) -> Result<Found, Unidentified> {
    let problem = |what: String| Problem::new(format!("{}{} is {what}", request.origin(), request.zoned()));
    if let Some(zone) = request.zone.as_ref().filter(|zone| **zone != local.zone) {
        return Err(problem(format!("in {}, not in {zone}", local.zone)).into());
    }
    let Some(label) = local.label.clone().or_else(|| stated.label.clone()) else {
        return Err(problem("an image without a label".to_owned()).into());
    };
    let image_type = match (&local.image_type, stated.image_type) {
        (StatedType::Known(known), _) => *known,
        (StatedType::Unstated, Some(stated)) => stated,
        (StatedType::Unstated, None) => Offers::of(&label, catalog)?.only_type(request, &local.zone, &local.arch)?,
        (StatedType::Other(other), _) => {
            let what = format!("of the type {}, which this imagelock does not know", visible(other));
            return Err(problem(what).into());
        }
    };
    let by_label = || label.as_str().replace('.', "_").parse().ok();
    let Some(name) = request.name.clone().or_else(by_label) else {
        let adopt = Command::new("adopt").args([format!("NAME={}", request.zoned())]);
        let problem = problem(format!("`{label}`, and needs a name"));
        return Err(problem.help(Help::from("name it: ").then_run(adopt)).into());
    };
    Ok(Found { name, local, label, image_type, place: request.place.clone() })
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
