//! What the IDs are: by the Marketplace, else by the lock, else by the word of the user.

use std::collections::BTreeSet;

use super::declare::numbered;
use super::listed::{Listed, Offers};
use super::stated::{Known, is_indexed, type_in, typed};
use super::{Found, Wish, Word};
use crate::domain::catalog::identify::{UnknownId, identify_queries};
use crate::domain::catalog::{Catalog, LocalImage, Lookup, Query, QueryError, StatedType};
use crate::domain::diagnostics::help::{Command, Help};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::{ImageRef, LocalImageId, Name};

/// What must be asked to identify the IDs and to learn how old they are.
///
/// Only IDs that the user typed are sent. Those that were read from files may be secrets: they are compared with the
/// listings of all images.
pub fn queries(wishes: &[Wish], word: &Word, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index]);
    for wish in wishes.iter().filter(|wish| wish.is_typed()) {
        queries.extend(identify_queries(UnknownId::of(wish.id), catalog));
    }
    if let Some(label) = word.label.as_ref().filter(|label| is_indexed(label, catalog)) {
        queries.insert(Query::Listing(ImageRef::Label(label.clone())));
    }
    if wishes.iter().any(|wish| !wish.is_typed()) {
        queries.extend(catalog.images().iter().map(|image| Query::Listing(ImageRef::Label(image.label.clone()))));
        let read = wishes.iter().filter(|wish| !wish.is_typed()).map(|wish| wish.id);
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

/// What the IDs came to.
#[derive(Debug, Default)]
pub struct Identified {
    /// What they are.
    pub found: Vec<Found>,
    /// Why some cannot be adopted.
    pub problems: Vec<Problem>,
    /// What to say of IDs that are adopted, and of IDs that files call images and that are not known.
    pub warnings: Vec<Problem>,
    /// How many other UUIDs of files are not known: they may be anything, so nothing is wrong with them.
    pub others: usize,
}

/// How many IDs that are not known are reported one by one. More would bury what was found.
const MOST_UNKNOWN: usize = 10;

/// Identifies the IDs.
///
/// # Errors
/// If the Marketplace did not answer.
pub fn identify(
    wishes: &[Wish],
    word: &Word,
    manifest: Option<&Manifest>,
    lock: &Lock,
    catalog: &Catalog,
) -> Result<Identified, QueryError> {
    let mut identified = Identified::default();
    let mut unknown: Vec<&Wish> = Vec::new();
    let mut others: Vec<LocalImageId> = Vec::new();
    let listed = Listed::new(lock, catalog);
    let known = Known { word, manifest, lock, catalog };
    for wish in wishes {
        let local = if wish.is_typed() {
            match typed(wish, known)? {
                Ok((local, warnings)) => {
                    identified.warnings.extend(warnings);
                    Some(local)
                }
                Err(problem) => {
                    identified.problems.push(problem);
                    continue;
                }
            }
        } else {
            listed.get(wish.id)?
        };
        match local {
            Some(local) => match found_as(wish, local, word, catalog)? {
                Ok(one) => identified.found.push(one),
                Err(problem) => identified.problems.push(problem),
            },
            None if wish.is_image => unknown.push(wish),
            None => others.push(wish.id),
        }
    }
    others.sort_unstable();
    others.dedup();
    identified.others = others.len();
    let mut taken: BTreeSet<Name> = lock.pins().iter().map(|pin| pin.cell.name.clone()).collect();
    taken.extend(identified.found.iter().map(|found| found.name.clone()));
    let more = unknown.len().saturating_sub(MOST_UNKNOWN);
    for wish in unknown.into_iter().take(MOST_UNKNOWN) {
        let name = wish.name.as_ref().and_then(|name| numbered(name).find(|name| taken.insert(name.clone())));
        identified.warnings.push(not_listed(wish, name, catalog));
    }
    if more > 0 {
        let title = format!("and {more} more that the Marketplace does not list");
        identified.warnings.push(Problem::new(title));
    }
    Ok(identified)
}

fn found_as(
    wish: &Wish,
    local: LocalImage,
    word: &Word,
    catalog: &Catalog,
) -> Result<Result<Found, Problem>, QueryError> {
    let origin = wish.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let problem = |what: String| Problem::new(format!("{origin}{} is {what}", wish.zoned()));
    if let Some(zone) = wish.zone.as_ref().filter(|zone| **zone != local.zone) {
        return Ok(Err(problem(format!("in {}, not in {zone}", local.zone))));
    }
    let Some(label) = local.label.clone().or_else(|| word.label.clone()) else {
        return Ok(Err(problem("an image without a label".to_owned())));
    };
    let image_type = match (&local.image_type, word.image_type) {
        (StatedType::Known(known), _) => *known,
        (StatedType::Unstated, Some(stated)) => stated,
        (StatedType::Unstated, None) => {
            match type_in(&Offers::of(&label, catalog)?, wish, &label, &local.zone, &local.arch) {
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
    let Some(name) = wish.name.clone().or_else(by_label) else {
        let help = Help::from("name it: ").then_run(Command::new("adopt").args([format!("NAME={}", wish.zoned())]));
        return Ok(Err(problem(format!("`{label}`, and needs a name")).help(help)));
    };
    Ok(Ok(Found { name, local, label, image_type, place: wish.place.clone() }))
}

/// An ID that a file calls an image and that is not known. `name` is what it could be called. Its first digits are enough to
/// find it: if it is a secret after all, it is not for the log.
fn not_listed(wish: &Wish, name: Option<Name>, catalog: &Catalog) -> Problem {
    let place = wish.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let mut id = wish.id.to_string();
    id.truncate(8);
    if let Some(image) = catalog.image(&ImageRef::Id(UnknownId::of(wish.id).image())) {
        return Problem::new(format!(
            "{place}{id}… is the Marketplace image `{}`, which no Instance boots",
            image.label
        ))
        .help(Help::from("name the ID of the local image that your server boots: ").then_run("adopt NAME=UUID"));
    }
    let (before, option) = match &wish.zone {
        Some(zone) => (format!("{zone}/"), ""),
        None => (String::new(), " --zone ZONE"),
    };
    let name = name.map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    Problem::new(format!("{place}the Marketplace does not list {before}{id}…"))
        .note("it is an image of your own, or one that was superseded; IDs that are read from files are never sent")
        .help(
            Help::from("to look it up, name it: ")
                .then_run(Command::new("adopt").args([format!("{name}={before}UUID")]))
                .then(format!("; if it was superseded, say what it is: `--label LABEL --arch ARCH{option}`")),
        )
}
