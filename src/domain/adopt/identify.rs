//! What the IDs are: by the Marketplace, else by the manifest, else by the word of the user.

use std::collections::{BTreeMap, BTreeSet};

use super::declare::numbered;
use super::{Found, Wish, Word};
use crate::domain::catalog::{Answer, Catalog, Failure, LocalImage, Question, StatedType};
use crate::domain::inquiry;
use crate::domain::lock::Lock;
use crate::domain::manifest::{Manifest, Target};
use crate::domain::problem::Problem;
use crate::domain::word_set::WordSet;
use crate::domain::words::visible;
use crate::domain::{Arch, ImageRef, ImageType, Label, LocalImageId, Name, Zone};

/// What must be asked to identify the IDs and to learn how old they are. UUIDs that are not said to be images are
/// compared with all listings instead of being sent.
pub fn questions(wishes: &[Wish], catalog: &Catalog) -> BTreeSet<Question> {
    let mut questions: BTreeSet<Question> =
        wishes.iter().filter(|wish| wish.is_image).map(|wish| Question::LocalImage(wish.id)).collect();
    questions.insert(Question::Index);
    if wishes.iter().any(|wish| !wish.is_image) {
        questions.extend(catalog.images().iter().map(|image| Question::Listing(ImageRef::Label(image.label.clone()))));
    }
    let known = Known::new(wishes, catalog);
    let locals = wishes.iter().filter_map(|wish| known.local_image(wish, catalog).ok()?);
    let labels: BTreeSet<Label> = locals.filter_map(|local| local.label).collect();
    for image in labels.into_iter().map(ImageRef::Label) {
        questions.extend(catalog.image(&image).map(|image| Question::Versions(image.id)));
        if let Answer::Found(versions) = catalog.versions(&image) {
            let of = versions.iter().filter(|_| versions.len() > 1);
            questions.extend(of.map(|version| Question::Listing(ImageRef::Version(version.id))));
        }
        questions.insert(Question::Listing(image));
    }
    inquiry::unknown(questions, catalog)
}

/// What the Marketplace lists, by ID, for the IDs that it is not asked about.
struct Known {
    listed: BTreeMap<LocalImageId, LocalImage>,
    /// Why that may not be all.
    doubt: Option<Failure>,
}

impl Known {
    fn new(wishes: &[Wish], catalog: &Catalog) -> Self {
        let mut known = Self { listed: BTreeMap::new(), doubt: None };
        if wishes.iter().all(|wish| wish.is_image) {
            return known;
        }
        for image in catalog.images() {
            match catalog.listing(&ImageRef::Label(image.label.clone())) {
                Answer::Found(listing) => {
                    known.doubt = known.doubt.or_else(|| listing.doubt());
                    for local in listing.local_images() {
                        let label = Some(local.label.clone().unwrap_or_else(|| image.label.clone()));
                        known.listed.entry(local.id).or_insert_with(|| LocalImage { label, ..local.clone() });
                    }
                }
                Answer::NotFound => {}
                Answer::Failed(failure) => known.doubt = Some(failure),
            }
        }
        known
    }

    /// The local image with an ID, by a look-up or by a listing.
    fn local_image(&self, wish: &Wish, catalog: &Catalog) -> Result<Option<LocalImage>, Failure> {
        if wish.is_image {
            return match catalog.local_image(wish.id) {
                Answer::Found(local) => Ok(Some(local.clone())),
                Answer::Failed(failure) => Err(failure),
                Answer::NotFound => Ok(None),
            };
        }
        match (self.listed.get(&wish.id), &self.doubt) {
            (Some(local), _) => Ok(Some(local.clone())),
            (None, Some(doubt)) => Err(doubt.clone()),
            (None, None) => Ok(None),
        }
    }
}

/// What the IDs came to.
#[derive(Debug, Default)]
pub struct Identified {
    /// What they are.
    pub found: Vec<Found>,
    /// Why some cannot be adopted.
    pub problems: Vec<Problem>,
    /// IDs of files that nobody knows: they may be anything, so nothing is wrong with them.
    pub strangers: Vec<Problem>,
}

/// How many IDs that nobody knows are told of one by one. More would bury what was found.
const MOST_STRANGERS: usize = 10;

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
) -> Result<Identified, Failure> {
    let mut identified = Identified::default();
    let mut strangers = Vec::new();
    let known = Known::new(wishes, catalog);
    for wish in wishes {
        let mut local = known.local_image(wish, catalog)?;
        if local.is_none() && wish.is_image {
            local = manifest.and_then(|manifest| declared(wish, manifest, lock)).or_else(|| stated(wish, word));
        }
        match local {
            Some(local) => match found_as(wish, local, word) {
                Ok(one) => identified.found.push(one),
                Err(problem) => identified.problems.push(problem),
            },
            None if wish.place.is_none() => identified.problems.push(unknown(wish, wish.name.clone())),
            None if wish.is_image => strangers.push(wish),
            None => {}
        }
    }
    let mut taken: BTreeSet<Name> = lock.pins().iter().map(|pin| pin.cell.name.clone()).collect();
    taken.extend(identified.found.iter().map(|found| found.name.clone()));
    let more = strangers.len().saturating_sub(MOST_STRANGERS);
    for wish in strangers.into_iter().take(MOST_STRANGERS) {
        let name = wish.name.as_ref().and_then(|name| numbered(name).find(|name| taken.insert(name.clone())));
        identified.strangers.push(unknown(wish, name));
    }
    if more > 0 {
        let title = format!("and {more} more that the Marketplace does not describe");
        identified.strangers.push(Problem::new(title));
    }
    Ok(identified)
}

/// What is declared under the name, in the one cell that could be meant.
fn declared(wish: &Wish, manifest: &Manifest, lock: &Lock) -> Option<LocalImage> {
    let meant = |target: &&Target| {
        Some(&target.cell.name) == wish.name.as_ref()
            && wish.zone.as_ref().is_none_or(|zone| *zone == target.cell.zone)
            && lock.get(&target.cell).is_none_or(|pin| pin.id == wish.id)
    };
    let targets: Vec<&Target> = manifest.targets().iter().filter(meant).collect();
    let [target] = targets[..] else { return None };
    let Some(ImageRef::Label(label)) = target.wanted.image_ref() else { return None };
    Some(local_image(wish.id, label, target.cell.zone.clone(), target.cell.arch.clone(), target.image_type))
}

/// What the user says it is.
fn stated(wish: &Wish, word: &Word) -> Option<LocalImage> {
    let zone = wish.zone.clone().or_else(|| word.zone.clone())?;
    let image_type = word.image_type.unwrap_or(ImageType::InstanceSbs);
    Some(local_image(wish.id, word.label.clone()?, zone, word.arch.clone()?, image_type))
}

fn local_image(id: LocalImageId, label: Label, zone: Zone, arch: Arch, image_type: ImageType) -> LocalImage {
    let image_type = StatedType::Known(image_type);
    LocalImage { id, label: Some(label), zone, arch, image_type, commercial_types: WordSet::default() }
}

fn found_as(wish: &Wish, local: LocalImage, word: &Word) -> Result<Found, Problem> {
    let origin = wish.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let problem = |what: String| Err(Problem::new(format!("{origin}{} is {what}", wish.zoned())));
    if let Some(zone) = wish.zone.as_ref().filter(|zone| **zone != local.zone) {
        return problem(format!("in {}, not in {zone}", local.zone));
    }
    let image_type = match &local.image_type {
        StatedType::Known(known) => *known,
        StatedType::Unstated => word.image_type.unwrap_or(ImageType::InstanceSbs),
        StatedType::Other(other) => {
            return problem(format!("of the type {}, which this imagelock does not know", visible(other)));
        }
    };
    let Some(label) = local.label.clone().or_else(|| word.label.clone()) else {
        return problem("an image without a label".to_owned());
    };
    let by_label = || label.as_str().replace('.', "_").parse().ok();
    let Some(name) = wish.name.clone().or_else(by_label) else {
        return problem(format!("`{label}`, and needs a name: `imagelock adopt NAME={}`", wish.zoned()));
    };
    Ok(Found { name, local, label, image_type, place: wish.place.clone() })
}

/// `name` is what it could be called.
fn unknown(wish: &Wish, name: Option<Name>) -> Problem {
    let place = wish.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let (id, zone) = (wish.zoned(), if wish.zone.is_some() { "" } else { " --zone ZONE" });
    let name = name.map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    Problem::new(format!("{place}the Marketplace does not describe {id}"))
        .note("it is an image of your own, or one that was superseded: those stay bootable, and are forgotten")
        .help(format!(
            "if it was superseded, say what it is: `imagelock adopt {name}={id} --label LABEL --arch ARCH{zone}`"
        ))
}
