//! What a UUID is that somebody found somewhere: a local image, a version, an image, or nothing that the Marketplace knows.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::catalog::{Answer, Catalog, Failure, Image, LocalImage, Question};
use super::inquiry;
use super::lock::{Lock, Pin};
use super::{ImageId, ImageRef, Label, LocalImageId, VersionId};

/// What a UUID is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A local image: what a pin pins, and an Instance boots.
    LocalImage {
        /// The local image.
        local: LocalImage,
        /// When its version was published, if that is known.
        published: Option<Timestamp>,
    },
    /// A version of an image.
    Version {
        /// Its image's label, if that is known.
        label: Option<Label>,
        /// When it was published, if that is known.
        published: Option<Timestamp>,
        /// How many local images it has.
        local_images: usize,
    },
    /// An image over all its versions.
    Image(Image),
    /// Nothing that the Marketplace describes.
    Unknown,
}

/// The three things that a UUID may be the ID of.
#[derive(Debug, Clone, Copy)]
pub struct AnyId {
    local: LocalImageId,
    version: VersionId,
    image: ImageId,
}

impl AnyId {
    /// Reads a UUID.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { local: text.parse().ok()?, version: text.parse().ok()?, image: text.parse().ok()? })
    }

    /// The pins that pin it, or that were asked for by it.
    pub fn pins(self, lock: &Lock) -> impl Iterator<Item = &Pin> {
        let asked_by = [ImageRef::Version(self.version), ImageRef::Id(self.image)];
        lock.pins().iter().filter(move |pin| pin.id == self.local || asked_by.contains(&pin.image))
    }
}

/// What must be asked to identify a UUID.
pub fn identity_questions(id: AnyId, catalog: &Catalog) -> BTreeSet<Question> {
    let mut questions = BTreeSet::from([
        Question::Index,
        Question::LocalImage(id.local),
        Question::Listing(ImageRef::Version(id.version)),
    ]);
    let of_local = match catalog.local_image(id.local) {
        Answer::Found(local) => local.label.clone().map(ImageRef::Label),
        Answer::NotFound | Answer::Failed(_) => None,
    };
    for image in [of_local, Some(ImageRef::Version(id.version))].into_iter().flatten() {
        questions.extend(catalog.image(&image).map(|image| Question::Versions(image.id)));
        if matches!(image, ImageRef::Label(_)) {
            // A local image does not say of which version it is: the versions' listings do.
            if let Answer::Found(versions) = catalog.versions(&image) {
                questions.extend(versions.iter().map(|it| Question::Listing(ImageRef::Version(it.id))));
            }
            questions.insert(Question::Listing(image));
        }
    }
    inquiry::unknown(questions, catalog)
}

/// Identifies a UUID.
///
/// # Errors
/// Where the Marketplace did not answer, so that what was not found may exist all the same.
pub fn identify(id: AnyId, catalog: &Catalog) -> Result<Identity, Failure> {
    let mut failures = Vec::new();
    match catalog.local_image(id.local) {
        Answer::Found(local) => {
            let published = local.label.clone().and_then(|label| catalog.published(&ImageRef::Label(label), local.id));
            return Ok(Identity::LocalImage { local: local.clone(), published });
        }
        Answer::Failed(failure) => failures.push(failure),
        Answer::NotFound => {}
    }
    if let Some(image) = catalog.image(&ImageRef::Id(id.image)) {
        return Ok(Identity::Image(image.clone()));
    }
    let version = ImageRef::Version(id.version);
    match catalog.listing(&version) {
        Answer::Found(listing) => {
            listing.doubt().map_or(Ok(()), Err)?;
            let label = listing.label().cloned();
            let published = match catalog.versions(&version) {
                Answer::Found(versions) => versions.iter().find(|it| it.id == id.version).and_then(|it| it.published),
                Answer::NotFound | Answer::Failed(_) => None,
            };
            return Ok(Identity::Version { label, published, local_images: listing.local_images().len() });
        }
        Answer::Failed(failure) => failures.push(failure),
        Answer::NotFound => {}
    }
    if let Answer::Failed(failure) = catalog.index() {
        failures.push(failure);
    }
    failures.into_iter().next().map_or(Ok(Identity::Unknown), Err)
}
