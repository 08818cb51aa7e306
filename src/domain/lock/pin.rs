//! A pin: the local image that is pinned for one cell.

use jiff::Timestamp;

use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::{Cell, CommercialType, ImageRef, ImageType, Label, LocalImageId, Release, VersionId};

/// The local image that is pinned for one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The key of the pin.
    pub cell: Cell,
    /// The declared type of the local image.
    pub image_type: ImageType,
    /// The reference that the Marketplace lists the local image by. For a range of releases, this is the label of the selected
    /// release. It is a version only in blocks of early releases, which allowed manifests to declare a version.
    pub image: ImageRef,
    /// The label according to the Marketplace, if the image is declared by an ID.
    pub stated_label: Option<Label>,
    /// The ID of the version that the local image belongs to, if it is known.
    pub version: Option<VersionId>,
    /// The selected release, if the manifest declares a range of releases.
    pub release: Option<Release>,
    /// The Instance type that the manifest required when the image was pinned.
    pub instance_type: Option<CommercialType>,
    /// The ID of the local image.
    pub id: LocalImageId,
    /// The publication date of the version, according to the Marketplace, if it is known.
    pub published: Option<Timestamp>,
}

impl Pin {
    /// The label of the image, if it is known.
    pub fn label(&self) -> Option<&Label> {
        match &self.image {
            ImageRef::Label(label) => Some(label),
            ImageRef::Id(_) | ImageRef::Version(_) => self.stated_label.as_ref(),
        }
    }

    /// Whether another pin has the same values. A version ID that only one of them has is not a difference.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_known_once = self.version.is_some() != other.version.is_some();
        self == other || is_known_once && Self { version: other.version, ..self.clone() } == *other
    }

    /// Whether the pin was made for exactly the declaration in `target`.
    pub fn matches(&self, target: &Target) -> bool {
        let is_of_range = matches!(target.selector, ImageSelector::Release(..));
        self.satisfies(target) && self.instance_type == target.instance_type && (is_of_range || self.release.is_none())
    }

    /// Whether the pin is in the cell of `target` and still allowed by its declaration. A requirement that was removed from the
    /// manifest does not matter.
    pub fn satisfies(&self, target: &Target) -> bool {
        self.cell == target.cell && self.fits(target)
    }

    /// Whether the declaration in `target` allows the pin, regardless of its cell.
    pub fn fits(&self, target: &Target) -> bool {
        self.image_type == target.image_type
            && (target.instance_type.is_none() || self.instance_type == target.instance_type)
            && match &target.selector {
                ImageSelector::Release(pattern, range) => {
                    self.label().is_some_and(|label| pattern.matches(label))
                        && self.release.as_ref().is_some_and(|release| range.contains(release))
                }
                selector => selector.image_ref().as_ref() == Some(&self.image),
            }
    }

    /// Updates a pin that satisfies `target`: removes the values that the manifest no longer declares.
    #[must_use]
    pub fn restated(self, target: &Target) -> Self {
        let release = self.release.filter(|_| matches!(target.selector, ImageSelector::Release(..)));
        Self { instance_type: target.instance_type.clone(), release, ..self }
    }
}
