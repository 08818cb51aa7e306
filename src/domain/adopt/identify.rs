//! Identifies the IDs: by the responses of the Marketplace, or else by the lockfile, or else by the user's description.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::declare::numbered;
use super::listed::{Listed, Offers};
use super::typed::typed;
use super::{Found, Request, Stated, Unidentified};
use crate::domain::catalog::identify::identify_queries;
use crate::domain::catalog::{Catalog, LocalImage, Query, QueryError, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, visible};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::types::{ImageRef, LocalImageId, Name, ZonedId};

/// The queries that are still needed to identify the IDs and to find their publication dates.
///
/// Only IDs that the user typed are sent. IDs that were read from files may be secrets, so they are never sent.
/// Instead, the listings of all images are fetched and compared with them.
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
    /// The identified IDs.
    pub found: Vec<Found>,
    /// The problems of IDs that cannot be adopted.
    pub problems: Vec<Problem>,
    /// Warnings about IDs that are adopted, and about unknown IDs in files that use them as image IDs.
    pub warnings: Vec<Problem>,
    /// The number of other unknown UUIDs in the files. They may be IDs of anything, so no warning mentions them.
    pub others: usize,
}

/// How many unknown IDs a warning lists.
const MAX_LISTED: usize = 10;

/// Identifies the IDs at the time `now`.
///
/// # Errors
/// Returns the first failed query whose response is needed.
pub fn identify(
    requests: &[Request],
    stated: &Stated,
    manifest: Option<&Manifest>,
    lock: &Lock,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Identified, QueryError> {
    let mut identified = Identified::default();
    let mut unknown: Vec<&Request> = Vec::new();
    let mut others: BTreeSet<LocalImageId> = BTreeSet::new();
    // The same ID under the same name, in several files or typed twice, is adopted once.
    let mut known: BTreeSet<(Name, LocalImageId)> = BTreeSet::new();
    let listed = Listed::new(lock, catalog);
    for request in requests {
        let (local, warning) = if request.is_typed() {
            match typed(request, stated, manifest, lock, now, catalog) {
                Ok((local, warning)) => (Ok(Some(local)), warning),
                Err(error) => (Err(error), None),
            }
        } else {
            (listed.get(request.id).map_err(Unidentified::Failed), None)
        };
        let found = local.and_then(|local| local.map(|local| to_found(request, local, stated, catalog)).transpose());
        match found {
            Ok(Some(found)) => {
                if known.insert((found.name.clone(), found.local.id)) {
                    identified.found.push(found);
                    identified.warnings.extend(warning);
                }
            }
            Ok(None) if request.is_image => unknown.push(request),
            Ok(None) => drop(others.insert(request.id)),
            Err(Unidentified::Problem(problem)) => {
                if identified.problems.last() != Some(&problem) {
                    identified.problems.push(problem);
                }
            }
            Err(Unidentified::Failed(error)) => return Err(error),
        }
    }
    identified.others = others.len();
    let mut taken: BTreeSet<Name> = lock.pins().iter().map(|pin| pin.cell.name.clone()).collect();
    taken.extend(identified.found.iter().map(|found| found.name.clone()));
    let (images, unlisted): (Vec<_>, Vec<_>) =
        unknown.into_iter().partition(|request| catalog.image(&ImageRef::Id(request.id.into())).is_some());
    identified.warnings.extend(marketplace_images(&images, catalog));
    identified.warnings.extend(not_listed(&unlisted, &taken));
    Ok(identified)
}

/// The identified ID, if everything that is needed to adopt a local image is known.
fn to_found(request: &Request, local: LocalImage, stated: &Stated, catalog: &Catalog) -> Result<Found, Unidentified> {
    let problem = |what: String| Problem::new(format!("{}{} is {what}", request.origin(), request.zoned()));
    if let Some(zone) = request.zone.as_ref().filter(|zone| **zone != local.zone) {
        let problem = problem(format!("in {}, not in {zone}", local.zone));
        return Err(problem.help(format!("write `{}`", ZonedId(&local.zone, request.id))).into());
    }
    let Some(label) = local.label.clone().or_else(|| stated.label.clone()) else {
        let problem = problem("a local image whose label the Marketplace does not give".to_owned());
        return Err(problem.help("type the ID as `NAME=UUID`, and add its label with `--label LABEL`").into());
    };
    let image_type = match (&local.image_type, stated.image_type) {
        (StatedType::Known(known), _) => *known,
        (StatedType::Unstated, Some(stated)) => stated,
        (StatedType::Unstated, None) => Offers::of(&label, catalog)?.only_type(request, &local.zone, &local.arch)?,
        (StatedType::Other(other), _) => {
            let what =
                format!("a local image of the type {}, which this release of imagelock does not know", visible(other));
            return Err(problem(what).help("upgrade imagelock").into());
        }
    };
    let by_label = || label.as_str().replace('.', "_").parse().ok();
    let Some(name) = request.name.clone().or_else(by_label) else {
        let adopt = Command::new("adopt").args([format!("NAME={}", request.zoned())]);
        let problem = problem(format!("a local image of `{label}`, but no name was found for it"));
        return Err(problem.help(Help::from("give it a name: ").then_run(adopt)).into());
    };
    Ok(Found { name, local, label, image_type, location: request.location.clone() })
}

/// The warning about IDs in files that are IDs of Marketplace images, not of local images.
fn marketplace_images(requests: &[&Request], catalog: &Catalog) -> Option<Problem> {
    let title = |request: &Request| {
        let label = catalog.image(&ImageRef::Id(request.id.into())).map_or("", |image| image.label.as_str());
        format!(
            "{}{} is the Marketplace image `{label}`, which an Instance cannot boot",
            request.origin(),
            beginning(request)
        )
    };
    let problem = match requests {
        [] => return None,
        [one] => Problem::new(title(one)),
        several => {
            let problem = Problem::new(format!(
                "{} IDs are IDs of Marketplace images, which an Instance cannot boot",
                several.len()
            ));
            listed_in_notes(problem, several.iter().map(|request| title(request)))
        }
    };
    Some(
        problem
            .help(Help::from("adopt the ID of the local image that your server boots: ").then_run("adopt NAME=UUID")),
    )
}

/// The warning about unknown IDs in files that use them as image IDs. The suggested name is not in `taken`.
fn not_listed(requests: &[&Request], taken: &BTreeSet<Name>) -> Option<Problem> {
    let first = requests.first()?;
    let problem = if requests.len() == 1 {
        Problem::new(format!("{}the Marketplace does not list {}", first.origin(), beginning(first)))
            .note("it is a private or superseded image; IDs from files are never sent to the Marketplace")
    } else {
        let title = format!("the Marketplace does not list {} IDs that are used as image IDs", requests.len());
        let lines = requests.iter().map(|request| format!("{}{}", request.origin(), beginning(request)));
        listed_in_notes(Problem::new(title), lines)
            .note("they are private or superseded images; IDs from files are never sent to the Marketplace")
    };
    let (zone, option) = match &first.zone {
        Some(zone) => (format!("{zone}/"), ""),
        None => (String::new(), " --zone ZONE"),
    };
    let name = first.name.as_ref().and_then(|name| numbered(name).find(|name| !taken.contains(name)));
    let name = name.map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    let look_up = if requests.len() == 1 { "to look it up" } else { "to look up one of them" };
    Some(
        problem.help(
            Help::from(format!("{look_up}, type the whole ID: "))
                .then_run(Command::new("adopt").args([format!("{name}={zone}UUID")]))
                .then(format!("; for a superseded image, add `--label LABEL --arch ARCH --type TYPE{option}`")),
        ),
    )
}

/// The problem with the first lines as notes, and how many more there are.
fn listed_in_notes(problem: Problem, lines: impl ExactSizeIterator<Item = String>) -> Problem {
    let more = lines.len().saturating_sub(MAX_LISTED);
    let problem = lines.take(MAX_LISTED).fold(problem, Problem::note);
    if more > 0 { problem.note(format!("{more} more")) } else { problem }
}

/// The first digits of an ID that was read from a file, with its zone. They are enough to find it in the file. The
/// whole ID is not printed, because it may be a secret.
fn beginning(request: &Request) -> String {
    let zone = request.zone.as_ref().map_or_else(String::new, |zone| format!("{zone}/"));
    let mut id = request.id.to_string();
    id.truncate(8);
    format!("{zone}{id}…")
}
