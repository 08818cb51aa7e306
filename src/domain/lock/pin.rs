//! A pin: one cell with the local image that was chosen for it.

use jiff::Timestamp;

use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::types::{Cell, CommercialType, ImageRef, ImageType, Label, LocalImageId, Release, VersionId};

/// One cell with the local image that was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The cell.
    pub cell: Cell,
    /// The type that was asked for.
    pub image_type: ImageType,
    /// What the Marketplace lists it by. For a range of releases, the label that won. A version only in a block that was
    /// written for a version whose label was unknown; no manifest declares one.
    pub image: ImageRef,
    /// The label that the Marketplace stated, if the image was asked for by an ID.
    pub stated_label: Option<Label>,
    /// The version that the local image is of, if it is known.
    pub version: Option<VersionId>,
    /// The release that won, if a range of releases was asked for.
    pub release: Option<Release>,
    /// The Instance type that it was required to boot.
    pub instance_type: Option<CommercialType>,
    /// The pinned local image.
    pub id: LocalImageId,
    /// When its version was published, if the Marketplace said.
    pub published: Option<Timestamp>,
}

impl Pin {
    /// Its label, if it is known.
    pub fn label(&self) -> Option<&Label> {
        match &self.image {
            ImageRef::Label(label) => Some(label),
            ImageRef::Id(_) | ImageRef::Version(_) => self.stated_label.as_ref(),
        }
    }

    /// Whether another pin says the same. A version that only one of the two knows is not a difference.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_known_once = self.version.is_some() != other.version.is_some();
        self == other || is_known_once && Self { version: other.version, ..self.clone() } == *other
    }

    /// Whether this pin was made for exactly what `target` declares.
    pub fn matches(&self, target: &Target) -> bool {
        let is_of_range = matches!(target.selector, ImageSelector::Release(..));
        self.satisfies(target) && self.instance_type == target.instance_type && (is_of_range || self.release.is_none())
    }

    /// Whether this pin is still good for `target`: what is no longer required changes nothing.
    pub fn satisfies(&self, target: &Target) -> bool {
        self.cell == target.cell && self.fits(target)
    }

    /// Whether this pin is good for what `target` declares, if it were in its cell.
    pub fn fits(&self, target: &Target) -> bool {
        self.image_type == target.image_type
            && (target.instance_type.is_none() || self.instance_type == target.instance_type)
            && match &target.selector {
                ImageSelector::Release(pattern, range) => {
                    self.label().is_some_and(|label| pattern.matches(label))
                        && self.release.as_ref().is_some_and(|release| range.contains(release))
                }
                wanted => wanted.image_ref().as_ref() == Some(&self.image),
            }
    }

    /// A pin that satisfies `target`, without what is no longer required.
    #[must_use]
    pub fn restated(self, target: &Target) -> Self {
        let release = self.release.filter(|_| matches!(target.selector, ImageSelector::Release(..)));
        Self { instance_type: target.instance_type.clone(), release, ..self }
    }
}
