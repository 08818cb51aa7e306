//! What to ask the Marketplace next. Questions that do not depend on one another come out together, so that a whole
//! run costs as many rounds of latency as there are links in the longest chain of answers: index, versions, one version.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::ImageRef;
use super::catalog::{Answer, Catalog, Question};
use super::lock::Pin;
use super::manifest::Target;
use super::select::{candidates, is_old_enough, sources};

/// What must be known to choose a local image for a target that has this pin, or none. What is known already is asked
/// again by nobody: see [`unknown`].
pub fn about(target: &Target, pin: Option<&Pin>, now: Timestamp, catalog: &Catalog) -> BTreeSet<Question> {
    let mut questions = BTreeSet::from([Question::Index]);
    let sources = match sources(target, catalog) {
        Answer::Found(sources) => sources.into_iter().map(|(image, _)| image).collect(),
        Answer::NotFound | Answer::Failed(_) => Vec::new(),
    };
    for image in sources.into_iter().chain(pin.map(|pin| pin.image.clone())) {
        questions.extend(catalog.image(&image).map(|image| Question::Versions(image.id)));
        questions.extend(aged(target, pin, &image, now, catalog));
        questions.insert(Question::Listing(image));
    }
    questions
}

/// The versions whose local images matter where an age is asked for: the newest that is old enough, and an older one
/// where that has nothing for the cell; for a pin of unknown date also the younger ones, one of which may be its own.
fn aged(target: &Target, pin: Option<&Pin>, image: &ImageRef, now: Timestamp, catalog: &Catalog) -> Vec<Question> {
    let (Some(cutoff), Answer::Found(versions)) = (target.policy.cutoff(now), catalog.versions(image)) else {
        return Vec::new();
    };
    if matches!(image, ImageRef::Version(_)) {
        return Vec::new();
    }
    let mut asked = Vec::new();
    if pin.is_some_and(|pin| pin.published.is_none()) {
        asked.extend(versions.iter().filter(|version| !is_old_enough(version, cutoff)).map(|version| version.id));
    }
    for version in versions.iter().filter(|version| is_old_enough(version, cutoff)) {
        asked.push(version.id);
        match catalog.listing(&ImageRef::Version(version.id)) {
            Answer::Found(listing) if candidates(listing, target).is_empty() => {}
            Answer::NotFound => {}
            _ => break,
        }
    }
    asked.into_iter().map(|id| Question::Listing(ImageRef::Version(id))).collect()
}

/// Those of the questions that nobody answered yet.
pub fn unknown(questions: BTreeSet<Question>, catalog: &Catalog) -> BTreeSet<Question> {
    questions.into_iter().filter(|question| !catalog.knows(question)).collect()
}
